"""What the substrate tells the flow engine: leases that ran out, tasks that others finished, timers that are due."""

from __future__ import annotations

from typing import Any

from taskyard.engine import timers, work
from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow import deadlines, state_change
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.deciding import decide
from taskyard.engine.flow.run import ENTER
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import register_engine
from taskyard.model.execution import ElementInstance, Execution, Timer
from taskyard.model.task import Task
from taskyard.model.view import View

BY_OUTCOME = {
    "succeeded": "COMPLETED",
    "failed": "FAILED",
    "rejected": "FAILED",
    "cancelled": "CANCELED",
    "expired": "TIMED_OUT",
    "skipped": "SKIPPED",
}
"""The status of a record whose task was closed so elsewhere."""


class FlowEngine:
    """Drives executions of kind `workflow`."""

    def lease_expired(self, view: View, execution: Execution, task: Task) -> None:
        session = Session(view)
        run = session.open(execution.id)
        record = run.record(task.id)
        if not run.open or record.phase == "closed":
            work.close_task(view, task, "cancelled")
            return
        if task.kind == "system":
            return  # The server itself was interrupted: the task is offered again.
        deadlines.response_missed(run, record)
        session.settle()

    def task_started(self, view: View, execution: Execution, element: ElementInstance) -> None:
        deadlines.started(view, element)
        state_change.started(view, execution, element)

    def task_closed(
        self, view: View, execution: Execution, task: Task, outcome: str, output: dict[str, Any] | None
    ) -> None:
        session = Session(view)
        run = session.open(execution.id)
        record = run.record(task.id)
        if not run.open or record.phase == "closed":
            work.close_task(view, task, outcome)
            return
        merged = {**run.output_of(record), **defused(output or {})}
        record.holder = task.assignee or record.holder
        behavior_of(record.kind).reported(run, record, run.node(record), BY_OUTCOME[outcome], merged, None)
        session.settle()

    def timer_fired(self, view: View, execution: Execution, timer: Timer) -> None:
        session = Session(view)
        run = session.open(execution.id)
        if not run.open:
            return
        if timer.kind == "continue":
            for piece in timers.data_of(timer)["work"]:
                run.work.append(tuple(piece))
                if piece[0] == "proceed":
                    run.proceeding.add(piece[1])
        elif timer.kind == "execution_timeout":
            _overdue(run)
        elif timer.task_id is not None:
            record = run.record(timer.task_id)
            if record.phase == "closed":
                return
            if timer.kind == ENTER:
                record.timed = False
                run.enter(record)
            elif timer.kind in deadlines.KINDS:
                deadlines.fired(run, record, timer)
            else:
                behavior_of(record.kind).fired(run, record, run.node(record), timer)
        session.settle()

    def decide(self, view: View, execution: Execution) -> int:
        return decide(view, execution)


def _overdue(run: Any) -> None:
    """The execution as a whole took too long."""
    workflow = run.plan.workflow
    spent = (run.now - (run.notes.retried_at or run.execution.created_at)) // 1000
    reason = (
        f"Workflow timed out after {spent} seconds. Timeout configured as {workflow.timeout_seconds} seconds. "
        f"Timeout policy configured to {workflow.timeout_policy}"
    )
    if workflow.timeout_policy == "TIME_OUT_WF":
        run.close("expired", reason)
        return
    run.view.emit("execution.overdue", execution_id=run.execution.id, data={"status": "RUNNING"})


register_engine("workflow", FlowEngine())
