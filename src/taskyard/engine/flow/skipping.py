"""Passing by a task before the flow reaches it, and offering delayed tasks at once."""

from __future__ import annotations

from taskyard.engine import timers, work
from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow import deadlines
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import ResetCallbacks, SkipTask
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.engine.flow.notes import Skip
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.session import Session
from taskyard.engine.flow.status import EXECUTION_STATUSES
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution, Timer
from taskyard.model.problem import rejected
from taskyard.model.task import Task
from taskyard.model.view import View


@decides(SkipTask)
def skip_task(command: SkipTask, view: View) -> Execution:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    execution, reference = run.execution, command.reference
    if not run.open or execution.suspended:
        raise rejected(
            "conflict",
            f"The workflow {execution.uid} is not running so the task referenced by {reference} cannot be skipped",
            reason="not_running",
            execution=execution.uid,
        )
    if run.plan.node(reference) is None:
        raise rejected(
            "conflict",
            f"The task referenced by {reference} does not exist in the WorkflowDefinition {execution.key}",
            reason="unknown_reference",
            execution=execution.uid,
        )
    if run.latest(reference) is not None:
        raise rejected(
            "conflict",
            f"The task referenced {reference} has already been processed, cannot be skipped",
            reason="already_scheduled",
            execution=execution.uid,
        )
    run.notes.skips[reference] = Skip(defused(command.input), defused(command.output))
    session.settle()
    return execution


@decides(ResetCallbacks)
def reset_callbacks(command: ResetCallbacks, view: View) -> int:
    """Answers how many tasks were offered."""
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    if not run.open:
        status = EXECUTION_STATUSES[run.execution.outcome]
        raise rejected(
            "conflict",
            f"Workflow is in terminal state. Status = {status}",
            reason="execution_closed",
            execution=run.execution.uid,
        )
    delayed = [each for each in run.open_records() if behavior_of(each.kind).offers and each.phase == "ready"]
    view.load(Task, [record.id for record in delayed])
    view.expect(Timer, ("task_id", "kind"), [(record.id, "offer") for record in delayed])
    offered = 0
    for record in delayed:
        task = view.get(Task, record.id)
        if task is None or task.phase != "scheduled":
            continue
        work.offer(view, task)
        extra = extra_of(record)
        extra.callback = extra.delay = 0
        keep(record, extra)
        run.touch(record)
        timers.cancel(view, task_id=record.id, kind=deadlines.POLL)
        deadlines.offered_again(run, record, 0)
        offered += 1
    if offered:
        session.settle()
    return offered
