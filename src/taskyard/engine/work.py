"""Queues and leases: how tasks are offered to workers, handed out, given back and closed.

A task with a queue is in exactly one place while it is open: offered (phase ready, a `QueueItem`), in work (active, a
`Lease`), offered later (scheduled, a timer of kind `offer`), or held back for a person (waiting). The phase tells where, so
that only the rows of that place are read.
"""

from __future__ import annotations

import msgspec

from taskyard.engine import throttles, timers
from taskyard.engine.flow.commands import Leased
from taskyard.engine.polls import recently_polled as recently_polled
from taskyard.engine.protocol import engine_of
from taskyard.model.execution import ElementInstance, Execution, Timer
from taskyard.model.task import Lease, QueueItem, Task, Throttle
from taskyard.model.view import View

ORDER = ("rank", "ready_at", "task_id")
LOOK = 128
"""How many limited tasks at the head of a queue are passed by in search of others."""
COLON = "%3A"
LEASE_MS = 600_000
"""How long a lease lasts when nothing else is said."""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue says of a task."""

    queue: str
    domain: str = ""
    rank: int = 0
    lease_ms: int = LEASE_MS
    throttle: str | None = None


class Handout(msgspec.Struct, frozen=True):
    """What a look into a queue gave. `throttles` are the limits that held tasks back; `again_at` is the moment at which
    the first of their windows has moved on, None when only the end of other tasks helps."""

    tasks: list[Leased] = []
    throttles: tuple[str, ...] = ()
    again_at: int | None = None


def queue_topic(queue: str, domain: str) -> str:
    """The wake-up topic of a queue: told once for each task that became ready."""
    return f"queue:{domain.replace(':', COLON)}:{queue}"


def place_in(topic: str) -> tuple[str, str]:
    """The queue and domain that `queue_topic` was given."""
    _, domain, queue = topic.split(":", 2)
    return queue, domain.replace(COLON, ":")


def open_task(
    view: View,
    task: Task,
    *,
    queue: str,
    domain: str = "",
    rank: int = 0,
    lease_ms: int = LEASE_MS,
    available_at: int | None = None,
    throttle: Throttle | None = None,
) -> None:
    """Insert a task and offer it, at once or from `available_at` on. Lower `rank` goes first, then age."""
    if throttle is not None:
        throttles.ensure(view, throttle)
    task.queue = queue
    task.phase = _phase_at(view, available_at)
    view.insert(task)
    name = throttle.name if throttle is not None else None
    face = Face(queue=queue, domain=domain, rank=rank, lease_ms=lease_ms, throttle=name)
    _place(view, task, face, available_at)


def offer(view: View, task: Task, *, face: Face | None = None, available_at: int | None = None) -> None:
    """Offer an open task (again), at once or from `available_at` on; a lease of it ends. Without `face` the queue says of
    it what it said before."""
    before = _leave(view, task)
    face = face or before
    if face is None:
        raise LookupError(f"nothing tells in which queue task {task.id} was")
    task.phase = _phase_at(view, available_at)
    task.waiting_for = None
    task.updated_at = view.now
    view.update(task)
    _place(view, task, face, available_at)


def withdraw(view: View, task: Task) -> Face | None:
    """Take a task out of its queue or end its lease; what the queue said of it. The caller closes the task or offers it
    again."""
    return _leave(view, task)


def close_task(view: View, task: Task, outcome: str) -> None:
    """Close a task and let go of its queue place, lease and limits."""
    _leave(view, task)
    task.phase, task.outcome = "closed", outcome
    task.waiting_for = None
    task.closed_at = task.updated_at = view.now
    view.update(task)


def hold(view: View, task: Task, waiting_for: str) -> None:
    """Take a task out of its queue until a person lets it go on."""
    _leave(view, task)
    task.phase, task.waiting_for = "waiting", waiting_for
    task.updated_at = view.now
    view.update(task)


def load_places(view: View, tasks: list[Task]) -> None:
    """Make sure that these tasks can be withdrawn or closed; one round for all of them. For those who end many."""
    queued = [task for task in tasks if task.queue is not None]
    view.load(QueueItem, [task.id for task in queued if task.phase == "ready"])
    leased = [task.id for task in queued if task.phase == "active"]
    view.load(Lease, [(task_id, 0) for task_id in leased])
    delayed = [(task.id, "offer") for task in queued if task.phase == "scheduled"]
    view.expect(Timer, ("task_id", "kind"), delayed)


def lease_next(
    view: View, queue: str, domain: str, holder: str, *, actor: str | None = None
) -> Leased | None:
    """Hand the next task of a queue to a worker, in the transaction at hand; None when there is none."""
    handed = hand_out(view, queue, domain, holder, 1, actor=actor).tasks
    return handed[0] if handed else None


def hand_out(
    view: View,
    queue: str,
    domain: str,
    holder: str,
    count: int,
    lease_ms: int | None = None,
    *,
    actor: str | None = None,
) -> Handout:
    """Lease up to `count` tasks of a queue to a worker. Records of executions are marked as being worked on."""
    items, limited = _choose(view, queue, domain, min(count, view.limits.batch))
    view.load_all((kind, (item.task_id,)) for item in items for kind in (Task, ElementInstance))
    tasks = [(item, view.get(Task, item.task_id)) for item in items]
    handed: list[Leased] = []
    taken: dict[str, int] = {}
    for item, task in tasks:
        view.delete(item)
        if task is None or task.phase != "ready":
            continue
        if item.throttle is not None:
            taken[item.throttle] = taken.get(item.throttle, 0) + 1
        element = view.get(ElementInstance, task.id) if task.execution_id is not None else None
        if element is not None:
            _begin(view, element, holder, actor)
        handed.append(Leased(task, _lease(view, item, task, holder, lease_ms), element))
    for name, number in taken.items():
        row = view.get(Throttle, name)
        if row is not None:
            throttles.take(view, row, number)
    moments = [moment for row in limited if (moment := throttles.again_at(row, view.now)) is not None]
    return Handout(handed, tuple(row.name for row in limited), min(moments, default=None))


def extend(view: View, lease: Lease, ms: int | None = None) -> None:
    """Let a lease last `ms` from now on, as long as at first when nothing is said."""
    lease.expires_at = view.now + _duration(view, lease.lease_ms, ms)
    view.update(lease)


def lease_of(view: View, task_id: int) -> Lease | None:
    """The lease of a task, for change."""
    return view.get(Lease, task_id, 0)


@timers.fires("offer")
def offer_due(view: View, timer: Timer) -> None:
    """The moment has come from which a task is offered."""
    task = view.get(Task, timer.task_id)
    if task is None or task.phase != "scheduled":
        return
    task.phase = "ready"
    task.updated_at = view.now
    view.update(task)
    _place(view, task, Face(**timers.data_of(timer)), None)


def _phase_at(view: View, available_at: int | None) -> str:
    return "scheduled" if available_at is not None and available_at > view.now else "ready"


def _place(view: View, task: Task, face: Face, available_at: int | None) -> None:
    """Put a task that is in no place into a queue, or have a timer do that."""
    if available_at is not None and available_at > view.now:
        data = msgspec.structs.asdict(face)
        timers.start(view, "offer", available_at, execution_id=task.execution_id, task_id=task.id, data=data)
        return
    item = QueueItem(
        task_id=task.id,
        queue=face.queue,
        domain=face.domain,
        rank=face.rank,
        ready_at=view.now,
        lease_ms=face.lease_ms,
        throttle=face.throttle,
    )
    view.insert(item)
    view.wake(queue_topic(face.queue, face.domain))


def _leave(view: View, task: Task) -> Face | None:
    """Take a task out of the place where it is; what the queue said of it."""
    if task.queue is None:
        return None
    if task.phase == "ready":
        item = view.get(QueueItem, task.id)
        if item is not None:
            view.delete(item)
            return _face(item)
    elif task.phase == "active":
        lease = view.get(Lease, task.id, 0)
        if lease is not None:
            view.delete(lease)
            if lease.throttle is not None:
                throttles.release(view, lease.throttle)
            return _face(lease)
    elif task.phase == "scheduled":
        for timer in timers.cancel(view, task_id=task.id, kind="offer"):
            return Face(**timers.data_of(timer))
    return None


def _face(place: QueueItem | Lease) -> Face:
    return Face(
        queue=place.queue,
        domain=place.domain,
        rank=place.rank,
        lease_ms=place.lease_ms,
        throttle=place.throttle,
    )


def _choose(view: View, queue: str, domain: str, count: int) -> tuple[list[QueueItem], list[Throttle]]:
    """The first tasks of a queue that no limit holds back, and the limits that held others back."""
    window = count
    while True:
        items = view.pick(QueueItem, ORDER, window, queue=queue, domain=domain)
        chosen, limited = _sift(view, items, count)
        if len(chosen) == count or len(items) < window or window >= count + LOOK:
            return chosen, limited
        window = min(window * 8, count + LOOK)


def _sift(view: View, items: list[QueueItem], count: int) -> tuple[list[QueueItem], list[Throttle]]:
    rooms: dict[str, int | None] = {}
    limited: dict[str, Throttle] = {}
    chosen: list[QueueItem] = []
    for item in items:
        if len(chosen) == count:
            break
        name = item.throttle
        if name is not None:
            row = view.get(Throttle, name)
            room = rooms.setdefault(name, throttles.room(row, view.now)) if row is not None else None
            if row is not None and room is not None:
                if room <= 0:
                    limited[name] = row
                    continue
                rooms[name] = room - 1
        chosen.append(item)
    return chosen, list(limited.values())


def _lease(view: View, item: QueueItem, task: Task, holder: str, lease_ms: int | None) -> Lease:
    lease = Lease(
        task_id=task.id,
        holder=holder,
        token=view.random(12).hex(),
        queue=item.queue,
        domain=item.domain,
        rank=item.rank,
        lease_ms=item.lease_ms,
        throttle=item.throttle,
        expires_at=view.now + _duration(view, item.lease_ms, lease_ms),
        created_at=view.now,
    )
    view.insert(lease)
    task.phase = "active"
    task.assigned_at = task.updated_at = view.now
    view.update(task)
    return lease


def _duration(view: View, usual: int, asked: int | None) -> int:
    """Milliseconds that a lease lasts: what its taker asks for, up to the limit, else as the task has it."""
    if asked is not None and asked > 0:
        return min(asked, view.limits.lease_ms)
    return usual if usual > 0 else view.limits.lease_ms


def _begin(view: View, element: ElementInstance, holder: str, actor: str | None) -> None:
    """A worker has the record now."""
    changed = element.native_state != "IN_PROGRESS"
    element.native_state, element.phase = "IN_PROGRESS", "active"
    element.started_at = element.started_at or view.now
    element.polls += 1
    element.holder = holder
    element.updated_at = view.now
    view.update(element)
    if changed:
        view.emit(
            "element.started",
            actor=actor,
            task_id=element.id,
            execution_id=element.execution_id,
            data={"element": element.id, "ref": element.element + element.suffix, "status": "IN_PROGRESS"},
        )
    if element.timed and (execution := view.peek(Execution, element.execution_id)) is not None:
        engine_of(execution.kind).task_started(view, execution, element)
