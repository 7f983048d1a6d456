"""Trying again what failed in a closed execution."""

from __future__ import annotations

from taskyard.engine.flow.commands import RetryExecution
from taskyard.engine.flow.pausing import require_closed
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import reopen
from taskyard.engine.flow.reviving import resume_parents, revive, unsuccessful
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(RetryExecution)
def retry_execution(command: RetryExecution, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_closed(run, "retry")
    if not unsuccessful(run) and run.execution.outcome != "expired":
        raise rejected(
            "conflict",
            "There are no retryable tasks! Use restart if you want to attempt entire workflow execution again.",
            reason="nothing_to_retry",
            execution=run.execution.uid,
        )
    target = _deepest(run) if command.resume_children else run
    reopen(target, "retry")
    revive(target)
    resume_parents(target)
    session.settle()
    return run.execution


def _deepest(run: Run) -> Run:
    """The execution furthest down that failed and took the others with it: by the first failed task of each."""
    while True:
        failed = [each for each in unsuccessful(run) if each.child_id is not None]
        child = run.session.open_or_none(failed[0].child_id) if failed and failed[0].child_id else None
        if child is None or child.open or child.execution.outcome == "succeeded":
            return run
        if not unsuccessful(child) and child.execution.outcome != "expired":
            return run
        run = child
