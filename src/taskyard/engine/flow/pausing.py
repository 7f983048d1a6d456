"""Pausing executions and letting them go on."""

from __future__ import annotations

from taskyard.engine.flow.commands import PauseExecution, ResumeExecution
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import tell
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.flow.status import EXECUTION_STATUSES
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(PauseExecution)
def pause_execution(command: PauseExecution, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    execution = run.execution
    require_open(run)
    if not execution.suspended:
        execution.suspended = True
        tell(run, "paused", status="PAUSED")
        session.settle()
    return execution


@decides(ResumeExecution)
def resume_execution(command: ResumeExecution, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    execution = run.execution
    if not (run.open and execution.suspended):
        status = EXECUTION_STATUSES[execution.outcome]
        raise rejected(
            "conflict",
            f"The workflow {execution.uid} is not PAUSED so cannot resume. Current status is {status}",
            reason="not_paused",
            execution=execution.uid,
        )
    execution.suspended = False
    tell(run, "resumed")
    run.work.extend(tuple(piece) for piece in run.notes.held)
    run.notes.held = []
    session.settle()
    return execution


def require_open(run: Run) -> None:
    """Raise `Rejected` (conflict, execution_closed) when the execution has ended."""
    execution = run.execution
    if not run.open:
        raise rejected(
            "conflict",
            f"Workflow {execution.key}.{execution.version}/{execution.uid} has ended, status cannot be updated.",
            reason="execution_closed",
            execution=execution.uid,
        )


def require_closed(run: Run, what: str) -> None:
    """Raise `Rejected` (conflict, execution_open) while the execution runs."""
    execution = run.execution
    if run.open:
        status = "PAUSED" if execution.suspended else "RUNNING"
        raise rejected(
            "conflict",
            f"Workflow: {execution.key}.{execution.version}/{execution.uid}.{status} is not in terminal state, "
            f"unable to {what}.",
            reason="execution_open",
            execution=execution.uid,
            status=status,
        )
