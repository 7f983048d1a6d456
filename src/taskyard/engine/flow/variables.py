"""Setting variables from outside, with a report in the same transaction, and messages for executions."""

from __future__ import annotations

from typing import Any

from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import ReportReference, SendMessage, SetVariables, UpdateExecution
from taskyard.engine.flow.pausing import require_open
from taskyard.engine.flow.payload import encode, text_of
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import tell
from taskyard.engine.flow.reports import by_reference, report_open
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution, Message
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(SetVariables)
def set_variables(command: SetVariables, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_open(run)
    _merge(run, command.variables, append=command.append)
    session.settle()
    return run.execution


@decides(UpdateExecution)
def update_execution(command: UpdateExecution, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_open(run)
    _merge(run, command.variables)
    if command.reference is None or command.status is None:
        session.settle()
        return run.execution
    record = by_reference(run, command.reference)
    if record is None:
        raise rejected(
            "not_found",
            f"No open task {command.reference!r} in workflow {run.execution.uid}",
            reason="unknown_task",
            execution=run.execution.uid,
        )
    report = ReportReference(
        actor=command.actor,
        execution=command.execution,
        reference=command.reference,
        status=command.status,
        output=command.output,
    )
    report_open(session, run, record, report)
    return run.execution


@decides(SendMessage)
def send_message(command: SendMessage, view: View) -> str:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_open(run)
    message = Message(
        id=view.row_id(),
        uid=view.uid(),
        execution_id=run.execution.id,
        document=text_of(view, defused(command.message), "message"),
        created_at=view.now,
    )
    view.insert(message)
    for record in run.open_records():
        behavior_of(record.kind).messaged(run, record, run.node(record))
    session.settle()
    return message.uid


def _merge(run: Run, values: dict[str, Any], *, append: bool = False) -> None:
    """Set variables within the limit of all of them together; raises `Rejected` (too_large, variables_too_large)."""
    if not values:
        return
    known, values = run.variables, defused(values)
    merged = {name: _joined(known.get(name), value) if append else value for name, value in values.items()}
    size, most = len(encode({**known, **merged})), run.view.limits.variables
    if size > most:
        raise rejected(
            "too_large",
            f"The variables would have {size} bytes; at most {most} are kept.",
            reason="variables_too_large",
        )
    run.set_variables(merged)
    tell(run, "changed", status="PAUSED" if run.execution.suspended else "RUNNING", variables=sorted(merged))


def _joined(known: Any, value: Any) -> Any:
    """The elements of an array behind those that are there."""
    return [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
