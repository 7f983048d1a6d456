"""The actions of event handlers, done on behalf of the server.

`${…}` in an action reads the payload of the event. The open server does start, complete and fail; terminating and
changing variables are documented of the hosted one and are done here too.
"""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.expressions import template
from taskyard.engine.flow.commands import (
    ReportReference,
    ReportTask,
    SetVariables,
    StartExecution,
    TerminateExecution,
)
from taskyard.model.automation import EventAction, StartAction, TaskAction, TerminateAction, VariablesAction
from taskyard.model.command import Command, decider_of
from taskyard.model.problem import Rejected, rejected
from taskyard.model.view import View

DEPTH = 20
"""How deep JSON inside texts is looked for."""

_encode = msgspec.json.Encoder().encode


class Occurrence(msgspec.Struct, frozen=True):
    """A message that a handler acts on: its queue, its own name, what it says, and the handler's name."""

    event: str
    id: str
    payload: dict[str, Any]
    handler: str


class PayloadScope:
    """The payload as what expressions see: its members are the roots."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self.payload = payload

    def member(self, root: str, member: str) -> Any:
        inside = self.payload.get(root)
        if isinstance(inside, dict) and member in inside:
            return inside[member]
        return template.MISSING

    def whole(self, root: str) -> Any:
        return self.payload.get(root, template.MISSING)

    def environment(self, name: str) -> str | None:
        return None


def perform(view: View, action: EventAction, occurrence: Occurrence) -> None:
    """Do an action. Raises `Rejected` when what it names is not there, or is refused."""
    payload = expanded(occurrence.payload) if action.expand_inline_json else occurrence.payload
    wanted = getattr(action, action.action or "", None)
    if wanted is None:
        raise _bad(occurrence, f"has nothing to do for {action.action!r}")
    written = msgspec.to_builtins(wanted)
    resolved = template.resolve(written, PayloadScope(payload))
    try:
        _do(view, action.action or "", msgspec.convert(resolved, type(wanted), strict=False), occurrence)
    except msgspec.ValidationError as fault:
        raise _bad(occurrence, f"cannot be done: {fault}") from None


def _do(view: View, word: str, wanted: Any, occurrence: Occurrence) -> None:
    match word:
        case "start_workflow":
            _run(view, _start(wanted, occurrence))
        case "complete_task":
            _report(view, wanted, "COMPLETED", occurrence)
        case "fail_task":
            _report(view, wanted, "FAILED", occurrence)
        case "terminate_workflow":
            _terminate(view, wanted, occurrence)
        case "update_workflow_variables":
            _set_variables(view, wanted, occurrence)


def _start(wanted: StartAction, occurrence: Occurrence) -> StartExecution:
    more = {"conductor.event.messageId": occurrence.id, "conductor.event.name": occurrence.event}
    version = wanted.version
    if isinstance(version, str):
        version = int(version) if version.isdecimal() else None
    return StartExecution(
        key=wanted.name,
        version=version or None,
        input=_encode({**wanted.input, **more}).decode(),
        correlation=wanted.correlation_id,
        task_to_domain=wanted.task_to_domain,
        event=occurrence.event,
        creator=occurrence.handler,
    )


def _report(view: View, wanted: TaskAction, status: str, occurrence: Occurrence) -> None:
    """End the task that is named by its id, or by its execution and reference. One that has ended already stays as it is."""
    if wanted.task_id:
        _run(
            view,
            ReportTask(
                task=wanted.task_id,
                execution=wanted.workflow_id or None,
                status=status,
                output=wanted.output,
                merge=True,
                reason=wanted.reason_for_incompletion,
            ),
        )
        return
    if not wanted.workflow_id or not wanted.task_ref_name:
        raise _bad(occurrence, "names neither taskId nor workflowId and taskRefName")
    done = _run(
        view,
        ReportReference(
            execution=wanted.workflow_id,
            reference=wanted.task_ref_name,
            status=status,
            output=wanted.output,
            reason=wanted.reason_for_incompletion,
        ),
    )
    if done is None:
        raise rejected(
            "not_found",
            f"No open task {wanted.task_ref_name!r} in workflow {wanted.workflow_id}",
            reason="unknown_task",
        )


def _terminate(view: View, wanted: TerminateAction, occurrence: Occurrence) -> None:
    if not wanted.workflow_id:
        raise _bad(occurrence, "names no workflowId")
    reason = wanted.termination_reason or f"Terminated by event handler {occurrence.handler}"
    try:
        _run(view, TerminateExecution(execution=wanted.workflow_id, reason=reason))
    except Rejected as refusal:
        if refusal.problem.reason != "execution_closed":
            raise


def _set_variables(view: View, wanted: VariablesAction, occurrence: Occurrence) -> None:
    if not wanted.workflow_id:
        raise _bad(occurrence, "names no workflowId")
    _run(
        view,
        SetVariables(execution=wanted.workflow_id, variables=wanted.variables, append=wanted.append_array),
    )


def _run(view: View, command: Command) -> Any:
    """Decide another command within this one."""
    return decider_of(command)(command, view)


def _bad(occurrence: Occurrence, what: str) -> Rejected:
    detail = f"An action of event handler {occurrence.handler!r} {what}."
    return rejected("invalid", detail, reason="bad_action")


def expanded(value: Any, depth: int = 0) -> Any:
    """The value with every text that holds a JSON object or array replaced by what it holds."""
    if depth > DEPTH:
        return value
    if isinstance(value, dict):
        return {key: expanded(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [expanded(each, depth + 1) for each in value]
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return expanded(msgspec.json.decode(value), depth + 1)
        except msgspec.DecodeError:
            return value
    return value
