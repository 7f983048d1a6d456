"""Setting closed executions and their records running again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine import timers
from taskyard.model.execution import ElementInstance, Incident

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run


def reopen(run: Run, how: str, *, watched: bool = True) -> None:
    """Set a closed execution running; `how` is the word for the history. Its time to run begins anew if it is
    `watched`. What it waits for is for the caller to see to."""
    execution, now = run.execution, run.now
    execution.phase, execution.outcome = "active", None
    execution.suspended = False
    execution.reason = execution.closed_at = None
    run.notes.retried_at = now
    run.notes.failures.clear()
    run.set_output_to(None)
    for incident in run.view.find(Incident, execution_id=execution.id, phase="open"):
        incident.phase, incident.resolved_at = "resolved", now
        run.view.update(incident)
    tell(run, "reopened", how=how)
    if watched:
        watch_time(run)


def watch_time(run: Run) -> None:
    """Let the execution be overdue when its definition says, counted from now."""
    seconds = run.plan.workflow.timeout_seconds
    if seconds > 0:
        timers.start(run.view, "execution_timeout", run.now + seconds * 1000, execution_id=run.execution.id)


def tell(run: Run, word: str, *, status: str = "RUNNING", **data: object) -> None:
    """Note in the history what became of the execution."""
    execution = run.execution
    run.view.emit(
        f"execution.{word}",
        actor=run.session.actor.name if run.session.actor else None,
        execution_id=execution.id,
        definition_id=execution.definition_id,
        data={"status": status, **data},
    )


def reopen_record(run: Run, record: ElementInstance) -> None:
    """Set a closed record in progress, in place."""
    record.phase, record.native_state, record.outcome = "active", "IN_PROGRESS", None
    record.closed_at = record.reason = None
    run.execution.open_steps += 1
    run.touch(record)


def begin_again(run: Run, record: ElementInstance) -> None:
    """Make a closed record what it was when it had just been scheduled; its behavior is for the caller to call."""
    reopen_record(run, record)
    record.phase, record.native_state = "ready", "SCHEDULED"
    record.created_at = record.first_at = run.now
    record.started_at = record.holder = record.child_id = record.extra = None
    record.polls = record.pending = 0
    record.retried = False
    run.outputs[record.id] = {}
