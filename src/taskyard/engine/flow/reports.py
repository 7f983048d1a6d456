"""What workers and people say about tasks of executions."""

from __future__ import annotations

from typing import Any

from taskyard.engine import leases, work
from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow import deadlines, lookahead
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.behaviors.simple import queue_of
from taskyard.engine.flow.commands import Reported, ReportReference, ReportTask, SignalExecution
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.engine.flow.payload import is_too_large
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.flow.status import STATUSES
from taskyard.engine.leases import require_taker
from taskyard.engine.protocol import decides, foresees
from taskyard.model.command import Peek, Sight
from taskyard.model.execution import ElementInstance, ElementOutput, Execution, ExecutionNotes
from taskyard.model.ids import row_id_in
from taskyard.model.problem import Rejected, rejected
from taskyard.model.task import Lease, Task, TaskLog
from taskyard.model.view import View

LOG_LIMIT = 10_000
"""Characters of one log line that are kept."""
LOGS = 1_000
"""Log lines of one report that are kept."""
SIGNALLED = ("WAIT", "HUMAN", "YIELD")
"""Types that block until somebody says so."""


@foresees(ReportTask)
def _report_foresight(command: ReportTask) -> list[Sight]:
    task_id = row_id_in(command.task)
    slots: list[Sight] = [
        (Task, (task_id,)),
        (ElementInstance, (task_id,)),
        (ElementOutput, (task_id,)),
        (Lease, (task_id, 0)),
    ]
    if command.execution is None:
        owner = ((Execution, ("execution_id",)), (ExecutionNotes, ("execution_id",)))
        return [Peek(ElementInstance, (task_id,), then=owner), *slots]
    execution_id = row_id_in(command.execution)
    return [(Execution, (execution_id,)), (ExecutionNotes, (execution_id,)), *slots]


@decides(ReportTask)
def report_task(command: ReportTask, view: View) -> Reported:
    if command.status not in STATUSES:
        raise rejected("invalid", f"There is no status {command.status!r}.", reason="bad_status")
    found = _element(view, command)
    if found is None:
        return _alone(command, view)
    session = Session(view, command.actor)
    run = session.open(found.execution_id)
    if command.execution not in (None, "", run.execution.uid):
        raise rejected(
            "not_found",
            f"No such task found by id: {command.task} in workflow {command.execution}",
            reason="unknown_task",
            task=command.task,
        )
    record = run.record(found.id)
    _may_report(run, record)
    task = view.get(Task, record.id) if behavior_of(record.kind).tasked else None
    place = _place(view, task)
    if not run.open or record.phase == "closed" or _is_late(command, place, record.polls):
        return Reported(task, record, _next(command, view, place), ignored=True)
    if command.extend:
        _extend(view, run, record, place)
        return Reported(task, record)
    if command.status == "COMPLETED":
        lookahead.behind(run, record)
    _log(view, record, command.logs)
    _apply(run, record, command, task)
    session.settle()
    return Reported(task, record, _next(command, view, place))


def _element(view: View, command: ReportTask) -> ElementInstance | None:
    """The element instance, with its execution locked first; None for a task without one."""
    task_id = row_id_in(command.task)
    if command.execution is not None:
        view.get(Execution, row_id_in(command.execution))
    found = view.peek(ElementInstance, task_id)
    return found if found is not None and found.uid == command.task else None


def _may_report(run: Run, record: ElementInstance) -> None:
    """Work on a queue takes `execute` on the task's name, or on the workflow."""
    actor = run.session.actor
    if actor is None or actor.admin:
        return
    try:
        require_taker(run.view, actor, queue_of(record))
    except Rejected:
        may_operate(run)


def _is_late(command: ReportTask, place: Lease | None, handed_out: int) -> bool:
    """A worker that had the task once speaks while another has it now."""
    return (
        place is not None
        and handed_out > 1
        and command.worker is not None
        and command.worker not in ("", place.holder)
    )


def _place(view: View, task: Task | None) -> Lease | None:
    return view.get(Lease, task.id, 0) if task is not None else None


def _next(command: ReportTask, view: View, place: Lease | None) -> Any:
    """The next task of the same queue and domain for the same worker."""
    if not command.then_lease or place is None or command.extend:
        return None
    actor = command.actor.name if command.actor else None
    return work.lease_next(view, place.queue, place.domain, command.worker or place.holder, actor=actor)


def _extend(view: View, run: Run, record: ElementInstance, lease: Lease | None) -> None:
    """Only the response timeout begins anew."""
    if lease is not None:
        work.extend(view, lease)
    record.updated_at = view.now
    view.update(record)


def _log(view: View, record: ElementInstance, logs: tuple[tuple[int, str], ...]) -> None:
    rows = [
        TaskLog(id=view.row_id(), task_id=record.id, at=at or view.now, text=text[:LOG_LIMIT])
        for at, text in logs[:LOGS]
    ]
    view.insert_many(rows)


def _apply(run: Run, record: ElementInstance, command: ReportTask, task: Task | None) -> None:
    extra = extra_of(record)
    if command.metadata is not None:
        extra.metadata = command.metadata
    if command.worker:
        record.holder = command.worker
    if command.child:
        extra.sub = {**extra.sub, "child": command.child}
    output = defused(command.output)
    if command.merge:
        output = {**run.output_of(record), **output}
    status, reason = command.status, command.reason
    if is_too_large(run.view, output):
        most = run.view.limits.payload
        status, reason, output = (
            "FAILED_WITH_TERMINAL_ERROR",
            f"The output is larger than {most} bytes, the most there may be.",
            {},
        )
    again = status == "IN_PROGRESS" and task is not None and task.kind == "worker"
    extra.callback = command.callback_after if again else 0
    keep(record, extra)
    behavior_of(record.kind).reported(run, record, run.node(record), status, output, reason)
    if again and task is not None and record.phase != "closed":
        delay = max(0, command.callback_after) * 1000
        work.offer(run.view, task, available_at=run.now + delay if delay else None)
        deadlines.offered_again(run, record, delay)


def _alone(command: ReportTask, view: View) -> Reported:
    """A task that no execution opened."""
    task = view.get(Task, row_id_in(command.task))
    if task is None or task.uid != command.task or task.execution_id is not None:
        raise rejected(
            "not_found", f"No such task found by id: {command.task}", reason="unknown_task", task=command.task
        )
    if command.actor is not None and not command.actor.admin:
        require_taker(view, command.actor, task.queue or "")
    place = _place(view, task)
    if task.phase == "closed" or _is_late(command, place, leases.lost_leases(view, task) + 1):
        return Reported(task, None, _next(command, view, place), ignored=True)
    if command.extend:
        if place is not None:
            work.extend(view, place)
        return Reported(task, None)
    if command.status in ("IN_PROGRESS", "SCHEDULED"):
        delay = max(0, command.callback_after) * 1000
        work.offer(view, task, available_at=view.now + delay if delay else None)
        return Reported(task, None)
    leases.finish_alone(
        view, task, STATUSES[command.status].outcome or "failed", command.output, command.actor
    )
    return Reported(task, None, _next(command, view, place))


@decides(ReportReference)
def report_reference(command: ReportReference, view: View) -> Reported | None:
    session = Session(view, command.actor)
    run = session.find(command.execution)
    if not run.open:
        return None
    record = by_reference(run, command.reference)
    if record is None:
        return None
    return report_open(session, run, record, command)


@decides(SignalExecution)
def signal_execution(command: SignalExecution, view: View) -> Reported:
    session = Session(view, command.actor)
    found = _blocking(session, session.find(command.execution))
    if found is None:
        raise rejected(
            "not_found",
            f"Nothing blocks workflow {command.execution}.",
            reason="nothing_blocked",
            execution=command.execution,
        )
    run, record = found
    return report_open(session, run, record, command)


def report_open(
    session: Session, run: Run, record: ElementInstance, command: ReportReference | SignalExecution
) -> Reported:
    if command.status not in STATUSES:
        raise rejected("invalid", f"There is no status {command.status!r}.", reason="bad_status")
    _may_report(run, record)
    task = session.view.get(Task, record.id) if behavior_of(record.kind).tasked else None
    wanted = ReportTask(
        actor=command.actor,
        task=record.uid,
        status=command.status,
        output=command.output,
        merge=True,
        worker=getattr(command, "worker", None),
        reason=getattr(command, "reason", None),
    )
    _apply(run, record, wanted, task)
    session.settle()
    return Reported(task, record)


def by_reference(run: Run, reference: str) -> ElementInstance | None:
    """The open task of exactly that name, else the open pass of a loop task whose name it is without the numbers."""
    exact = run.latest(reference, "")
    if exact is not None and exact.phase != "closed":
        return exact
    found = [
        record
        for record in run.open_records()
        if reference in (record.element, record.element + record.suffix)
    ]
    return found[0] if found else None


def _blocking(session: Session, run: Run) -> tuple[Run, ElementInstance] | None:
    """The first open task that waits for a signal, here or in open children, breadth first."""
    waiting = [run]
    while waiting:
        here = waiting.pop(0)
        for record in here.open_records():
            if record.kind in SIGNALLED and not record.timed:
                return here, record
            if record.child_id is not None and (child := session.open_or_none(record.child_id)) is not None:
                waiting.append(child)
    return None
