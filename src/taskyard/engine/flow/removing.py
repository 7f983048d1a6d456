"""Removing executions with all that hangs on them."""

from __future__ import annotations

from taskyard.engine import throttles
from taskyard.engine.flow import rate_limit
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import RemoveExecution
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import tell
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution, IdempotencyKey
from taskyard.model.problem import rejected
from taskyard.model.task import Lease, Task
from taskyard.model.view import View


@decides(RemoveExecution)
def remove_execution(command: RemoveExecution, view: View) -> None:
    """The executions that it started and waited for go with it; of open ones their workers' tasks end, and what waits for
    it is told that it was terminated."""
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    if run.open and not command.terminate:
        status = "PAUSED" if run.execution.suspended else "RUNNING"
        raise rejected(
            "conflict",
            f"Cannot archive workflow: {run.execution.uid} with status: {status}",
            reason="execution_open",
            execution=run.execution.uid,
        )
    doomed = _tree(view, run.execution)
    parent = _parent(run) if run.open else None
    opened = [session.open(each.id) for each in doomed if each.phase != "closed"]
    for each in opened:
        _let_go(each)
        each.execution.phase, each.execution.outcome = "closed", "cancelled"
    for each in opened:
        rate_limit.start_next(each)
    tell(run, "removed", status="REMOVED")
    if parent is not None:
        _tell(parent, run, command.reason)
    for each in doomed:
        session.runs.pop(each.id, None)
    session.settle()
    for each in doomed:
        _forget_key(view, each, {one.id for one in doomed})
        view.delete(each)
        view.wake(f"execution:{each.uid}")


def _forget_key(view: View, execution: Execution, doomed: set[int]) -> None:
    """Let go of an idempotency key that no other execution has."""
    key = execution.idempotency_key
    row = view.get(IdempotencyKey, execution.key, key) if key is not None else None
    if row is None:
        return
    others = view.find(Execution, locked=False, key=execution.key, idempotency_key=key)
    if all(other.id in doomed for other in others):
        view.delete(row)


def _tree(view: View, execution: Execution) -> list[Execution]:
    """The execution and those below it."""
    found, level = [execution], [execution.id]
    while level:
        view.expect(Execution, ("parent_id",), [(row_id,) for row_id in level])
        below = [row for row_id in level for row in view.find(Execution, parent_id=row_id)]
        found += below
        level = [row.id for row in below]
    return found


def _let_go(run: Run) -> None:
    """Give back what the execution's tasks hold of limits that others share."""
    view = run.view
    tasks = view.find(Task, execution_id=run.execution.id, closed_at=None)
    view.load(Lease, [(task.id, 0) for task in tasks])
    for task in tasks:
        lease = view.get(Lease, task.id, 0)
        if lease is not None and lease.throttle is not None:
            throttles.release(view, lease.throttle)


def _parent(run: Run) -> Run | None:
    execution = run.execution
    return run.session.open_or_none(execution.parent_id) if execution.parent_id is not None else None


def _tell(parent: Run, run: Run, reason: str | None) -> None:
    """The execution that waits for a removed one goes on as if it had been terminated."""
    element_id = run.execution.parent_element_id
    record = parent.find_record(element_id) if parent.open and element_id is not None else None
    if record is not None and record.phase != "closed" and record.child_id == run.execution.id:
        behavior_of(record.kind).child_closed(
            parent, record, parent.node(record), "cancelled", {}, reason or "removed"
        )
