"""Ending executions by command."""

from __future__ import annotations

from taskyard.engine.flow.commands import TerminateExecution
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import reopen
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(TerminateExecution)
def terminate_execution(command: TerminateExecution, view: View) -> Execution:
    """One that failed or was too late counts as terminated from now on; nothing else of it changes."""
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    execution = run.execution
    if execution.outcome == "succeeded":
        raise rejected(
            "conflict",
            "Cannot terminate a COMPLETED workflow.",
            reason="execution_closed",
            execution=execution.uid,
        )
    if execution.outcome == "cancelled":
        return execution
    before, output = execution.closed_at, run.output
    if before is not None:
        reopen(run, "terminate")
    run.close("cancelled", command.reason, output, failure=command.trigger_failure)
    if before is not None:
        execution.closed_at = before
    session.settle()
    return execution
