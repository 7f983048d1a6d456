"""The timeouts of tasks, each an exact moment (reference: Conductor §4.4). The response timeout is the task's lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine import timers
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.model.execution import ElementInstance, Timer
from taskyard.model.flow import TaskDef
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

POLL, TASK, TOTAL = "poll_timeout", "task_timeout", "total_timeout"
KINDS = (POLL, TASK, TOTAL)


def begin(run: Run, record: ElementInstance, rules: TaskDef, delay_ms: int = 0) -> None:
    """Start the deadlines that count from scheduling. The one that counts from the start follows in `started`."""
    if rules.total_timeout_seconds:
        run.timer(record, TOTAL, record.first_at + rules.total_timeout_seconds * 1000)
    if rules.poll_timeout_seconds:
        run.timer(record, POLL, run.now + delay_ms + rules.poll_timeout_seconds * 1000)
    if rules.timeout_seconds:
        record.timed = True
    if rules.timeout_seconds or rules.poll_timeout_seconds:
        extra = extra_of(record)
        extra.timeout, extra.poll_timeout = rules.timeout_seconds, rules.poll_timeout_seconds or 0
        keep(record, extra)


def started(view: View, record: ElementInstance) -> None:
    """A worker has taken the task: waiting for one is over; its own time runs from the first start."""
    extra = extra_of(record)
    if extra.poll_timeout:
        timers.cancel(view, task_id=record.id, kind=POLL)
    if extra.timeout and record.polls <= 1:
        due = (record.started_at or view.now) + extra.timeout * 1000
        timers.start(view, TASK, due, execution_id=record.execution_id, task_id=record.id)


def offered_again(run: Run, record: ElementInstance, delay_ms: int) -> None:
    """The task waits for a worker once more."""
    if seconds := extra_of(record).poll_timeout:
        run.timer(record, POLL, run.now + delay_ms + seconds * 1000)


def fired(run: Run, record: ElementInstance, timer: Timer) -> None:
    """A deadline is past. The definition's policy says what follows."""
    if record.phase == "closed":
        return
    rules = _rules(run, record)
    since, limit, words = {
        POLL: (record.updated_at, rules.poll_timeout_seconds or 0, "Task poll timed out"),
        TASK: (record.started_at or record.created_at, rules.timeout_seconds, "Task timed out"),
        TOTAL: (record.first_at, rules.total_timeout_seconds, "Task timed out"),
    }[timer.kind]
    spent = max(0, run.now - since) // 1000
    reason = (
        f"{words} after {spent} seconds. Timeout configured as {limit} seconds. "
        f"Timeout policy configured to {rules.timeout_policy}"
    )
    if rules.timeout_policy == "ALERT_ONLY":
        run.view.emit(
            "element.overdue",
            execution_id=run.execution.id,
            data={"element": record.id, "ref": record.element + record.suffix, "deadline": timer.kind},
        )
        return
    if rules.timeout_policy == "TIME_OUT_WF":
        run.shut(record, "TIMED_OUT", reason=reason)
        run.close("expired", reason, failed=record)
        return
    run.finish(record, "TIMED_OUT", reason=reason, final=timer.kind == TOTAL)


def response_missed(run: Run, record: ElementInstance) -> None:
    """The lease ran out: the attempt is lost whatever the policy says."""
    rules = _rules(run, record)
    reason = (
        f"responseTimeout: {rules.response_timeout_seconds} exceeded for the taskId: {record.uid} "
        f"with Task Definition: {record.name}"
    )
    run.finish(record, "TIMED_OUT", reason=reason)


def _rules(run: Run, record: ElementInstance) -> TaskDef:
    named = run.task_def(record)
    return named.definition if named is not None else TaskDef()
