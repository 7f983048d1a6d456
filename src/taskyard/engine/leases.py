"""What workers ask of queues: lease, extend, give back, finish; and what becomes of leases that run out."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine import work
from taskyard.engine.access import can, require
from taskyard.engine.protocol import Command, decides, engine_of, foresees
from taskyard.engine.results import conclude, submit_result
from taskyard.model.command import Peek, Pick, Sight
from taskyard.model.definition import Definition, DefinitionTag
from taskyard.model.execution import ElementInstance, Execution, Incident
from taskyard.model.ids import row_id_in
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected
from taskyard.model.row import Row
from taskyard.model.task import Lease, QueueItem, Task, TaskAttribute
from taskyard.model.view import View

SYSTEM = "system:"
"""How the queues begin that the server's own workers ask."""
LOST = 5
"""Leases of one task outside of executions that may run out before a person has to look."""
LOST_BY_SERVER = 20
"""The same for the server's own workers, which are lost when the server stops."""
FAILED_MS = 60_000
"""When a lease is ended again after that failed."""
COUNT = "lost_leases"
MIDDLE = 3
"""The priority of a task that has the rank of work without a priority."""


class LeaseTasks(Command, kw_only=True, frozen=True):
    """Take up to `count` tasks of a queue, each for `lease_ms` (as the task has it when None). Answers
    `work.Handout`. Needs to execute the worker definition of the queue's name; the queues of the server's own
    workers are nobody else's."""

    queue: str
    domain: str = ""
    holder: str
    count: int = 1
    lease_ms: int | None = None


class ExtendLease(Command, kw_only=True, frozen=True):
    """Let a lease last `ms` from now on. Answers the lease.

    `task` is a public id; conflict (lease_lost) when holder, or token where given, have no lease of it."""

    task: str
    holder: str
    token: str | None = None
    ms: int | None = None


class ReturnTasks(Command, kw_only=True, frozen=True):
    """Offer leased tasks again at once that their holder cannot take: `(task row id, token)`. Answers how many."""

    leases: tuple[tuple[int, str], ...]


class FinishTask(Command, kw_only=True, frozen=True):
    """A worker's result for a leased task (public id). Answers the task.

    `outcome` is an outcome of the lifecycle; `output` is kept as the task's result, or handed to the engine of the task's
    execution. Not_found (unknown_task), conflict (task_closed, lease_lost), forbidden."""

    task: str
    holder: str
    token: str | None = None
    outcome: str = "succeeded"
    output: dict[str, Any] | None = None


class ExpireLease(Command, kw_only=True, frozen=True):
    """End a lease that has run out (`abandoned`: whose holder is known to be gone). Answers its queue, None when there
    was nothing to do."""

    task_id: int
    execution_id: int | None = None
    abandoned: bool = False


class PostponeExpiry(Command, kw_only=True, frozen=True):
    """Ending a lease failed: try again later, and show a person once."""

    task_id: int
    reason: str


class RequeueTasks(Command, kw_only=True, frozen=True):
    """Offer those of the tasks again that are ready and in no queue. Answers how many. Needs to execute the worker
    definition of the queue's name."""

    queue: str
    task_ids: tuple[int, ...]


@foresees(LeaseTasks)
def _lease_foresight(command: LeaseTasks) -> list[Pick]:
    place = {"queue": command.queue, "domain": command.domain}
    then = ((Task, ("task_id",)), (ElementInstance, ("task_id",)))
    return [Pick(QueueItem, work.ORDER, command.count, place, then)]


@decides(LeaseTasks)
def lease_tasks(command: LeaseTasks, view: View) -> work.Handout:
    require_taker(view, command.actor, command.queue)
    return work.hand_out(
        view,
        command.queue,
        command.domain,
        command.holder,
        command.count,
        command.lease_ms,
        actor=command.by,
    )


def may_take(actor: Principal | None, queue: str) -> bool:
    """The caller's grants alone let them take tasks of a queue, whoever owns its definition and however it is tagged."""
    if actor is None:
        return True
    return not queue.startswith(SYSTEM) and can(actor, "execute", kind="worker", key=queue)


def require_taker(view: View, actor: Principal | None, queue: str) -> None:
    """Raise `Rejected` (forbidden) unless the caller may take tasks of a queue."""
    if may_take(actor, queue):
        return
    if queue.startswith(SYSTEM):
        raise rejected("forbidden", f"Queue {queue!r} belongs to the server.", reason="system_queue")
    found = view.find(Definition, locked=False, tenant="", kind="worker", key=queue)
    owners = (found[0].owner, found[0].created_by) if found else None
    tags = view.find(DefinitionTag, locked=False, definition_id=found[0].id) if found else []
    pairs = [(tag.key, tag.value) for tag in tags]
    require(actor, "execute", kind="worker", key=queue, owner=owners, tags=pairs)


@foresees(ExtendLease)
def _extend_foresight(command: ExtendLease) -> list[tuple[type[Row], tuple[Any, ...]]]:
    task_id = row_id_in(command.task)
    return [(Lease, (task_id, 0)), (Task, (task_id,))]


@decides(ExtendLease)
def extend_lease(command: ExtendLease, view: View) -> Lease:
    lease = _held(view, row_id_in(command.task), command.holder, command.token)
    task = view.get(Task, lease.task_id)
    if task is None or task.uid != command.task:
        raise _unknown(command.task)
    require_taker(view, command.actor, lease.queue)
    work.extend(view, lease, command.ms)
    return lease


@decides(ReturnTasks)
def return_tasks(command: ReturnTasks, view: View) -> int:
    view.load(Lease, [(task_id, 0) for task_id, _ in command.leases])
    view.load(Task, [task_id for task_id, _ in command.leases])
    returned = 0
    for task_id, token in command.leases:
        lease, task = view.get(Lease, task_id, 0), view.get(Task, task_id)
        if lease is None or task is None or lease.token != token or task.phase != "active":
            continue
        offer_again(view, task)
        returned += 1
    return returned


@foresees(FinishTask)
def _finish_foresight(command: FinishTask) -> list[Sight]:
    task_id = row_id_in(command.task)
    known = Peek(Task, (task_id,), then=((Execution, ("execution_id",)),))
    return [known, (Lease, (task_id, 0)), (Task, (task_id,))]


@decides(FinishTask)
def finish_task(command: FinishTask, view: View) -> Task:
    task_id = row_id_in(command.task)
    known = view.peek(Task, task_id)
    if known is None or known.uid != command.task:
        raise _unknown(command.task)
    execution = view.get(Execution, known.execution_id) if known.execution_id is not None else None
    lease = view.get(Lease, task_id, 0)
    task = view.get(Task, task_id)
    if task is None:
        raise _unknown(command.task)
    require_taker(view, command.actor, task.queue or "")
    if task.phase == "closed":
        raise rejected(
            "conflict", f"Task {task.id} is closed ({task.outcome}).", reason="task_closed", task=task.id
        )
    if lease is None or not _fits(lease, command.holder, command.token):
        raise _lost(command.task, command.holder)
    if execution is not None:
        return conclude(view, task, command.outcome, command.output)
    return finish_alone(view, task, command.outcome, command.output, command.actor)


def finish_alone(
    view: View, task: Task, outcome: str, output: dict[str, Any] | None, actor: Principal | None
) -> Task:
    """Close a task that no execution waits for, and keep its result."""
    task = conclude(view, task, outcome, output)
    if output is not None:
        payload = msgspec.json.encode(output).decode()
        submit_result(view, task, actor.id if actor else None, payload)
    view.emit(
        "task.completed",
        actor=actor.name if actor else None,
        task_id=task.id,
        definition_id=task.definition_id,
        data={"outcome": outcome},
    )
    return task


@foresees(ExpireLease)
def _expire_foresight(command: ExpireLease) -> list[tuple[type[Row], tuple[Any, ...]]]:
    rows: list[tuple[type[Row], tuple[Any, ...]]] = [
        (Lease, (command.task_id, 0)),
        (Task, (command.task_id,)),
    ]
    return rows if command.execution_id is None else [(Execution, (command.execution_id,)), *rows]


@decides(ExpireLease)
def expire_lease(command: ExpireLease, view: View) -> str | None:
    execution = view.get(Execution, command.execution_id) if command.execution_id is not None else None
    lease = view.get(Lease, command.task_id, 0)
    if lease is None or (lease.expires_at > view.now and not command.abandoned):
        return None
    task = view.get(Task, command.task_id)
    if task is None or task.phase != "active":
        view.delete(lease)
        return lease.queue
    ours = lease.queue.startswith(SYSTEM)
    if execution is None or (ours and lost_leases(view, task) < LOST_BY_SERVER):
        _lost_outside(view, task)
        return lease.queue
    face = work.withdraw(view, task)
    engine_of(execution.kind).lease_expired(view, execution, task)
    left = view.get(Task, task.id)
    if left is not None and left.phase == "active" and work.lease_of(view, task.id) is None:
        work.offer(view, left, face=face)
    return lease.queue


@decides(RequeueTasks)
def requeue_tasks(command: RequeueTasks, view: View) -> int:
    require_taker(view, command.actor, command.queue)
    view.load(QueueItem, command.task_ids)
    view.load(Task, command.task_ids)
    tasks = [task for task_id in command.task_ids if (task := view.get(Task, task_id)) is not None]
    lost = [
        task
        for task in tasks
        if task.phase == "ready" and task.queue == command.queue and view.get(QueueItem, task.id) is None
    ]
    for task in lost:
        work.offer(view, task, face=work.Face(queue=command.queue, rank=task.priority - MIDDLE))
    return len(lost)


@decides(PostponeExpiry)
def postpone_expiry(command: PostponeExpiry, view: View) -> None:
    lease = view.get(Lease, command.task_id, 0)
    if lease is None:
        return
    lease.expires_at = view.now + FAILED_MS
    view.update(lease)
    known = view.find(Incident, locked=False, task_id=command.task_id)
    if not any(incident.type == "lease_failed" and incident.phase == "open" for incident in known):
        task = view.peek(Task, command.task_id)
        message = f"The lease of {lease.holder!r} ran out and could not be ended: {command.reason}"[:1000]
        _incident(view, command.task_id, task.execution_id if task else None, "lease_failed", message)


def release(view: View, task: Task) -> None:
    """Offer a task again that was held back for a person, with its count of lost leases begun anew."""
    known = view.get(TaskAttribute, task.id, COUNT)
    if known is not None:
        view.delete(known)
    work.offer(view, task, face=work.Face(queue=task.queue or "", rank=task.priority - MIDDLE))


def offer_again(view: View, task: Task) -> None:
    """Put a leased task back into its queue, as if it had not been taken."""
    work.offer(view, task)
    element = view.get(ElementInstance, task.id) if task.execution_id is not None else None
    if element is not None and element.phase == "active":
        element.native_state, element.phase = "SCHEDULED", "ready"
        element.updated_at = view.now
        view.update(element)
        view.emit(
            "element.changed",
            task_id=element.id,
            execution_id=element.execution_id,
            data={"element": element.id, "ref": element.element + element.suffix, "status": "SCHEDULED"},
        )


def _lost_outside(view: View, task: Task) -> None:
    """Nobody but the queue cares: offer the task again, until that has happened too often."""
    lost = lost_leases(view, task) + 1
    _count(view, task, lost)
    if task.execution_id is not None or lost < LOST:
        offer_again(view, task)
        return
    work.hold(view, task, "incident")
    message = f"{lost} workers took the task from queue {task.queue!r} and did not answer in time."
    _incident(view, task.id, None, "lease_expired", message)


def _incident(view: View, task_id: int, execution_id: int | None, type: str, message: str) -> None:
    incident = Incident(
        id=view.row_id(),
        uid=view.uid(),
        task_id=task_id,
        execution_id=execution_id,
        type=type,
        message=message,
        created_at=view.now,
    )
    view.insert(incident)
    data = {"incident": incident.uid, "type": type}
    view.emit("incident.opened", task_id=task_id, execution_id=execution_id, data=data)


def lost_leases(view: View, task: Task) -> int:
    """How many leases of the task have run out."""
    known = view.get(TaskAttribute, task.id, COUNT)
    return int(known.number or 0) if known is not None else 0


def _count(view: View, task: Task, lost: int) -> None:
    row = TaskAttribute(task_id=task.id, name=COUNT, number=float(lost))
    if view.get(TaskAttribute, task.id, COUNT) is None:
        view.insert(row)
    else:
        view.update(row)


def _held(view: View, task_id: int, holder: str, token: str | None) -> Lease:
    lease = view.get(Lease, task_id, 0)
    if lease is None or not _fits(lease, holder, token):
        raise _lost(str(task_id), holder)
    return lease


def _fits(lease: Lease, holder: str, token: str | None) -> bool:
    return lease.holder == holder and token in (None, lease.token)


def _lost(task: str, holder: str) -> Exception:
    return rejected(
        "conflict", f"Worker {holder!r} has no lease of task {task}.", reason="lease_lost", task=task
    )


def _unknown(task: str) -> Exception:
    return rejected("not_found", f"There is no task {task}.", reason="unknown_task", task=task)
