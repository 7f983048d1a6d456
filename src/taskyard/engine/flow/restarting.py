"""Running a closed execution again from its start, with the same id."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow import rate_limit, snapshot
from taskyard.engine.flow.commands import RestartExecution
from taskyard.engine.flow.notes import Notes
from taskyard.engine.flow.pausing import require_closed
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import reopen
from taskyard.engine.flow.reviving import resume_parents
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.execution import ElementInstance, Execution, Message, Variable, Wait
from taskyard.model.problem import Rejected, rejected
from taskyard.model.task import Task
from taskyard.model.view import View


@decides(RestartExecution)
def restart_execution(command: RestartExecution, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_closed(run, "restart")
    execution = run.execution
    if command.latest:
        version = version_of(view, execution, None)
        run.take_plan(snapshot.take(session, document_of(view, version), execution.tenant))
        execution.version, execution.version_id = version.version, version.id
        execution.definition_id = version.definition_id
    if execution.outcome == "succeeded" and not run.plan.workflow.restartable:
        raise rejected(
            "conflict",
            f"Workflow: {execution.key}.{execution.version}/{execution.uid} is non-restartable",
            reason="not_restartable",
            execution=execution.uid,
        )
    start_over(run, None)
    session.settle()
    return execution


def start_over(run: Run, input: dict[str, Any] | None) -> None:
    """Remove everything that the execution did and begin again, with the same input unless another is given. Executions
    that waited for it run again too."""
    execution, view, notes = run.execution, run.view, run.notes
    reopen(run, "restart", watched=False)
    view.delete_where(ElementInstance, "execution_id", [execution.id])
    view.delete_where(Task, "execution_id", [execution.id])
    view.delete_where(Wait, "execution_id", [execution.id])
    view.delete_where(Message, "execution_id", [execution.id])
    run.clear()
    run.clear_variables()
    for row in view.find(Variable, execution_id=execution.id):
        view.delete(row)
    run.notes = Notes(
        task_to_domain=notes.task_to_domain,
        event=notes.event,
        depth=notes.depth,
        origin=notes.origin,
        on_behalf=notes.on_behalf,
        test=notes.test,
        updated_by=notes.updated_by,
    )
    if input is not None:
        run.set_input_to(input)
    execution.steps = execution.open_steps = 0
    execution.created_at = run.now
    execution.limit_key = None
    if rate_limit.admit(run):
        run.session.begin(run)
    resume_parents(run)


def version_of(view: View, execution: Execution, number: int | None) -> Version:
    """A version of the execution's definition, the greatest without a number; raises `Rejected` (unknown_definition)."""
    found = view.find(
        Definition, locked=False, tenant=execution.tenant, kind=execution.kind, key=execution.key
    )
    definition = found[0] if found else None
    if definition is not None and number is None and definition.latest_id is not None:
        version = view.peek(Version, definition.latest_id)
        if version is not None:
            return version
    if definition is not None and number is not None:
        rows = view.find(Version, locked=False, definition_id=definition.id, version=number)
        if rows:
            return rows[0]
    raise _missing(execution, number)


def document_of(view: View, version: Version) -> str:
    """The stored document of a version."""
    stored = view.peek(VersionDocument, version.id)
    if stored is None:
        raise LookupError(f"version {version.id} has no document")
    return stored.document


def _missing(execution: Execution, number: int | None) -> Rejected:
    return rejected(
        "not_found",
        f"No such workflow found by name: {execution.key}, version: {number if number is not None else 'null'}",
        reason="unknown_definition",
        key=execution.key,
    )
