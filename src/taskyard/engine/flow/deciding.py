"""Looking at a whole execution, and doing what should have been done."""

from __future__ import annotations

from taskyard.engine.flow import ending
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import DecideExecution
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reviving import go_on
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution, ExecutionDocument, Timer
from taskyard.model.view import View


@decides(DecideExecution)
def decide_execution(command: DecideExecution, view: View) -> int:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    return _decide(session, run)


def decide(view: View, execution: Execution) -> int:
    """The same on behalf of the server: how many steps were missing."""
    session = Session(view)
    return _decide(session, session.open(execution.id))


def _decide(session: Session, run: Run) -> int:
    """A paused execution, and one whose work goes on in a transaction of its own, lack nothing."""
    if not run.open or run.execution.suspended or run.execution.phase == "scheduled":
        return 0
    if any(timer.kind == "continue" for timer in run.view.find(Timer, execution_id=run.execution.id)):
        return 0
    found = _ended_children(run) + go_on(run)
    if found:
        run.notes.retried_at = run.notes.retried_at or run.now
    session.settle()
    return found


def _ended_children(run: Run) -> int:
    """Tell the tasks whose child has ended without their knowing."""
    found = 0
    for record in run.open_records():
        child = run.view.peek(Execution, record.child_id) if record.child_id is not None else None
        if child is None or child.phase != "closed" or child.parent_element_id != record.id:
            continue
        document = run.view.peek(ExecutionDocument, child.id)
        output = run.decode(document.output) if document is not None and document.output else {}
        behavior_of(record.kind).child_closed(
            run, record, run.node(record), child.outcome or "failed", output, child.reason
        )
        found += 1
    if run.open and not run.work and run.notes.ended and run.execution.open_steps == 0:
        ending.complete_if_done(run)
        found += 1
    return found
