"""Event handlers as they are on the wire. The members of an action keep their native underscores."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.dialects.conductor.errors import unreadable, violated
from taskyard.dialects.conductor.wire import Wire
from taskyard.model.automation import EventHandlerDef
from taskyard.notations.flowjson.member import Unreadable, read_document, write_document
from taskyard.notations.flowjson.violation import Violation

_ACTIONS = {
    "start_workflow": "startWorkflow",
    "complete_task": "completeTask",
    "fail_task": "failTask",
    "terminate_workflow": "terminateWorkflow",
    "update_workflow_variables": "updateWorkflowVariables",
    "expandInlineJSON": "expandInlineJson",
}
_NATIVE = {ours: native for native, ours in _ACTIONS.items()}


class StartWorkflow(Wire):
    name: str
    version: int | None = None
    correlation_id: str | None = None
    input: dict[str, Any] = {}
    task_to_domain: dict[str, str] = {}


class TaskDetails(Wire):
    """A task by its id, or by its workflow and reference name."""

    workflow_id: str | None = None
    task_ref_name: str | None = None
    task_id: str | None = None
    output: dict[str, Any] = {}
    reason_for_incompletion: str | None = None


class TerminateWorkflow(Wire):
    workflow_id: str
    termination_reason: str | None = None


class UpdateWorkflowVariables(Wire):
    workflow_id: str
    variables: dict[str, Any] = {}
    append_array: bool = False


class Action(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One thing to do."""

    action: str
    start_workflow: StartWorkflow | None = None
    complete_task: TaskDetails | None = None
    fail_task: TaskDetails | None = None
    terminate_workflow: TerminateWorkflow | None = None
    update_workflow_variables: UpdateWorkflowVariables | None = None
    expand_inline_json: bool = msgspec.field(name="expandInlineJSON", default=False)


class EventHandler(Wire):
    """What to do when a message reaches the queue `event`."""

    name: str
    event: str
    condition: str | None = None
    evaluator_type: str | None = None
    actions: list[Action] = []
    active: bool = False
    description: str | None = None
    create_time: int = 0
    update_time: int = 0
    created_by: str | None = None
    updated_by: str | None = None


def read_handlers(body: Any) -> list[EventHandlerDef]:
    """One event handler, or an array of them, each within the rules."""
    if not isinstance(body, list):
        return [_read(body, "")]
    return [_read(raw, f"[{place}]") for place, raw in enumerate(body)]


def _read(raw: Any, path: str) -> EventHandlerDef:
    try:
        handler = read_document(EventHandlerDef, _renamed(raw, _ACTIONS), path)
    except Unreadable as fault:
        raise unreadable(fault) from None
    found = []
    if not handler.name:
        found.append(Violation("name", "EventHandler name cannot be null or empty"))
    if not handler.event:
        found.append(Violation("event", "Missing event location"))
    if not handler.actions:
        found.append(Violation("actions", "No actions specified. Please specify at-least one action"))
    for place, action in enumerate(handler.actions):
        if action.action is None or getattr(action, action.action) is None:
            detail = f"an action needs a member named as its action, got {action.action!r}"
            found.append(Violation(f"actions[{place}]", detail))
    if found:
        raise violated("eventHandler", found)
    return handler


def native_handler(handler: EventHandlerDef) -> dict[str, Any]:
    """The native members of an event handler."""
    return _renamed(write_document(handler), _NATIVE)


def _renamed(raw: Any, names: dict[str, str]) -> Any:
    """An event handler with the members of its actions named anew."""
    if not isinstance(raw, dict) or not isinstance(raw.get("actions"), list):
        return raw
    actions = [
        {names.get(key, key): value for key, value in action.items()} if isinstance(action, dict) else action
        for action in raw["actions"]
    ]
    return {**raw, "actions": actions}
