"""SUB_WORKFLOW: another execution, whose end is the task's."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.ending import CHILD_STATUS
from taskyard.engine.flow.launch import Launch
from taskyard.engine.flow.payload import encode
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.flow import SubWorkflowParam, WorkflowDef, WorkflowTask
from taskyard.model.problem import Rejected
from taskyard.notations.flowjson.member import Unreadable, read_document, write_briefly

TRANSIENT = ("rate_limited",)
"""Reasons that another attempt may find gone."""


class Wanted(msgspec.Struct, kw_only=True):
    """What a node says about its child, with expressions filled in."""

    name: str
    version: int | None = None
    definition: WorkflowDef | None = None
    task_to_domain: dict[str, str] | None = None
    priority: int | None = None
    idempotency_key: str | None = None
    idempotency_strategy: str | None = None


class BadChild(Exception):
    """What the node says cannot be started; the text says why."""


@behaves("SUB_WORKFLOW")
class SubWorkflow(Behavior):
    """The child starts in the same transaction, so that there is one or none. It may do what the starter of the parent
    might. Cancelling the task ends the child."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        if run.notes.depth + 1 > run.view.limits.depth:
            most = run.view.limits.depth
            self._fail(run, record, f"Workflows start workflows {most} deep here, the most they may.")
            return
        try:
            wanted = wanted_of(run, node, record)
        except BadChild as fault:
            self._fail(run, record, str(fault))
            return
        given = input.get("workflowInput")
        child_input = given if isinstance(given, dict) and given else input
        run.set_input(record, _shown(wanted, child_input))
        try:
            execution, fresh = _launch(run, record, wanted, child_input)
        except Rejected as refusal:
            status = "FAILED" if refusal.problem.reason in TRANSIENT else "FAILED_WITH_TERMINAL_ERROR"
            run.finish(record, status, {}, refusal.problem.detail)
            return
        record.child_id = execution.id
        run.set(record, "IN_PROGRESS", {"subWorkflowId": execution.uid})
        if not fresh:
            self._adopt(run, record, node, execution)

    def child_closed(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        outcome: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        child = run.session.open(record.child_id or 0).execution
        words = None
        if outcome != "succeeded":
            short = f"{child.key}.{child.version}/{child.uid}"
            words = f"Sub workflow {short} failure reason: {reason or ''}"
        run.finish(record, CHILD_STATUS[outcome], {**output, "subWorkflowId": child.uid}, words)

    def cancelled(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        child = run.session.open_or_none(record.child_id) if record.child_id is not None else None
        if child is None or not child.open or child.execution.parent_element_id != record.id:
            return
        child.execution.parent_element_id = None  # Not to be told: it is being cancelled already.
        reason = run.execution.reason or "cancelled"
        child.close("cancelled", f"Parent workflow has been terminated with reason: {reason}", failure=False)
        child.execution.parent_element_id = record.id

    def _adopt(self, run: Run, record: ElementInstance, node: WorkflowTask, execution: Execution) -> None:
        """An execution of the same idempotency key was there: its end is taken for the child's."""
        child = run.session.open(execution.id)
        if not child.open:
            outcome = child.execution.outcome or "failed"
            self.child_closed(run, record, node, outcome, child.output or {}, child.execution.reason)
        elif child.execution.parent_id is None:
            child.execution.parent_id, child.execution.parent_element_id = run.execution.id, record.id
        else:
            self._fail(run, record, f"Workflow {execution.uid} of that idempotency key has another parent.")

    def _fail(self, run: Run, record: ElementInstance, reason: str) -> None:
        run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)


def wanted_of(run: Run, node: WorkflowTask, record: ElementInstance) -> Wanted:
    """What the node says about its child. Raises `BadChild`."""
    param = node.sub_workflow_param or SubWorkflowParam()
    definition = param.workflow_definition
    if isinstance(definition, str):
        try:
            definition = read_document(WorkflowDef, run.resolve(definition, record))
        except Unreadable as fault:
            raise BadChild(f"subWorkflowParam.workflowDefinition is no workflow: {fault}") from None
    if definition is not None:
        _check(definition)
    name = run.resolve(param.name, record) or (definition.name if definition is not None else "")
    if not isinstance(name, str) or not name:
        raise BadChild("The name of the sub workflow is empty.")
    version = param.version
    if version is None and definition is None:
        version = run.plan.snapshot.children.get(name)
    priority = run.resolve(param.priority, record)
    try:
        return Wanted(
            name=name,
            version=version,
            definition=definition,
            task_to_domain=param.task_to_domain,
            priority=int(priority) if priority not in (None, "") else None,
            idempotency_key=_text(run.resolve(param.idempotency_key, record)),
            idempotency_strategy=param.idempotency_strategy,
        )
    except (TypeError, ValueError):
        raise BadChild(f"The priority of the sub workflow is no number: {priority!r}") from None


def _check(definition: WorkflowDef) -> None:
    names = [node.task_reference_name for node in definition.nodes()]
    if not names or not all(names):
        raise BadChild("The definition of the sub workflow has no tasks, or tasks without taskReferenceName.")
    if len(set(names)) < len(names):
        raise BadChild("The definition of the sub workflow has a taskReferenceName more than once.")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _shown(wanted: Wanted, child_input: dict[str, Any]) -> dict[str, Any]:
    """What the record shows as its input."""
    shown: dict[str, Any] = {"subWorkflowName": wanted.name, "subWorkflowVersion": wanted.version}
    if wanted.task_to_domain is not None:
        shown["subWorkflowTaskToDomain"] = wanted.task_to_domain
    if wanted.definition is not None:
        shown["subWorkflowDefinition"] = write_briefly(wanted.definition)
    if wanted.priority is not None:
        shown["priority"] = wanted.priority
    if wanted.idempotency_key is not None:
        shown["idempotencyKey"] = wanted.idempotency_key
        shown["idempotencyStrategy"] = wanted.idempotency_strategy
    return {**shown, "workflowInput": child_input}


def _launch(
    run: Run, record: ElementInstance, wanted: Wanted, child_input: dict[str, Any]
) -> tuple[Execution, bool]:
    session, execution = run.session, run.execution
    wish = Launch(
        key=wanted.name,
        version=wanted.version,
        document=encode(wanted.definition).decode() if wanted.definition is not None else None,
        input=child_input,
        correlation=execution.correlation,
        priority=execution.priority if wanted.priority is None else wanted.priority,
        task_to_domain=run.notes.task_to_domain if wanted.task_to_domain is None else wanted.task_to_domain,
        idempotency_key=wanted.idempotency_key,
        idempotency_strategy=wanted.idempotency_strategy,
        creator=execution.creator,
        parent=record,
        test=run.notes.test,
    )
    actor, session.actor = session.actor, run.notes.on_behalf
    try:
        return session.launch(wish, run)
    finally:
        session.actor = actor
