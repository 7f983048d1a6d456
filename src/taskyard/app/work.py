"""How workers get tasks: leased at once when there are some, else parked in memory until a commit makes one ready."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from weakref import WeakKeyDictionary

from taskyard.app.application import Application
from taskyard.app.reconciler import Reconciler
from taskyard.app.scheduler import Scheduler
from taskyard.app.wakeups import Waiter
from taskyard.engine import throttles
from taskyard.engine.flow.commands import Leased
from taskyard.engine.leases import LeaseTasks, RequeueTasks, ReturnTasks, may_take
from taskyard.engine.polls import RECENT_MS, Asked, RecordPoll
from taskyard.engine.work import Handout, place_in, queue_topic
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected
from taskyard.store.commit import Committed
from taskyard.store.ready import members, ready
from taskyard.telemetry import log

__all__ = ["Leased", "PollBook", "keep_work", "poll", "requeue"]

WRITE_MS = 1_000
"""A worker's polls are written at most this often."""
FRESH_MS = RECENT_MS - 3 * WRITE_MS
"""A poll is written at once when what is written is older: routing by domain goes by it."""
KNOWN = 10_000
"""Workers whose polls are remembered."""
REMIND_SECONDS = 5.0
"""How often a parked worker counts as having asked."""
LOOK_SECONDS = 1.0
"""Where other processes share the database: how long a task that one of them made ready may stay unseen."""
REQUEUE_PAGE = 500

Key = tuple[str, str, str]


class PollBook:
    """When workers asked, by queue, domain and holder: kept here, and written together once a second."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.written: dict[Key, int] = {}
        self.unwritten: dict[Key, int] = {}
        self.quiet: set[tuple[str, str]] = set()
        """Queues and domains that held nothing when they were asked last."""
        self._flushing: asyncio.Task[None] | None = None

    def asked(self, queue: str, domain: str, holder: str) -> Awaitable[None] | None:
        """A worker asks; what to wait for when that has to be written before it is answered."""
        key, now = (queue, domain, holder), self.app.clock.now()
        before = self.written.get(key)
        if before is None or now - before > FRESH_MS:
            self._remember(key, now)
            self.unwritten.pop(key, None)
            return asyncio.ensure_future(self.app.run(RecordPoll(polls=(Asked(*key, now),))))
        if now - before >= WRITE_MS or key in self.unwritten:
            self.unwritten[key] = now
            if self._flushing is None or self._flushing.done():
                self._flushing = asyncio.create_task(self._flush())
        return None

    async def close(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)

    async def _flush(self) -> None:
        await asyncio.sleep(WRITE_MS / 1000)
        polls = tuple(Asked(*key, at) for key, at in self.unwritten.items())
        self.unwritten.clear()
        for poll in polls:
            self._remember((poll.queue, poll.domain, poll.holder), poll.at)
        try:
            await self.app.run(RecordPoll(polls=polls))
        except Rejected as refusal:
            log.warning("polls_not_recorded", error=refusal.problem.detail)

    def _remember(self, key: Key, at: int) -> None:
        self.written.pop(key, None)
        self.written[key] = at
        if len(self.written) > KNOWN:
            del self.written[next(iter(self.written))]


_books: WeakKeyDictionary[Application, PollBook] = WeakKeyDictionary()


def book_of(app: Application) -> PollBook:
    """The application's book of polls; made on first use and closed with the application."""
    found = _books.get(app)
    if found is None:
        found = _books[app] = PollBook(app)
        app.on_close(found.close)
    return found


async def poll(
    app: Application,
    principal: Principal | None,
    queue: str,
    domain: str,
    holder: str,
    count: int = 1,
    wait_ms: int = 0,
    lease_ms: int | None = None,
) -> list[Leased]:
    """Lease up to `count` tasks of a queue; where there is none, wait up to `wait_ms` for the first.

    Who came first gets the next task; not more are woken than there is work. Raises `Rejected` (forbidden) unless the
    caller may execute the worker definition of that name. A caller that goes away gives back what it was handed."""
    count = min(count, app.store.settings.limits.batch)
    if count <= 0:
        return []
    command = LeaseTasks(
        actor=principal, queue=queue, domain=domain, holder=holder, count=count, lease_ms=lease_ms
    )
    recording = book_of(app).asked(queue, domain, holder) if principal is not None else None
    try:
        if wait_ms <= 0:
            return (await _look(app, command)).tasks
        with app.wakeups.listen((queue_topic(queue, domain),), wants=count) as waiter:
            return await _lease_or_wait(app, command, waiter, wait_ms / 1000)
    finally:
        if recording is not None:
            await recording


async def _lease_or_wait(
    app: Application, command: LeaseTasks, waiter: Waiter, seconds: float
) -> list[Leased]:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        told = waiter.take()
        try:
            handed = await _look(app, command)
        except BaseException:
            waiter.told += told
            raise
        topics = [throttles.topic(name) for name in handed.throttles]
        if handed.tasks:
            app.wakeups.tell(dict.fromkeys([*topics, *waiter.topics[1:]], 1))
            return handed.tasks
        if any(app.wakeups.join(waiter, topic) for topic in topics):
            continue
        again = end if handed.again_at is None else loop.time() + _until(app, handed.again_at)
        while not waiter.told:
            left = min(end, again) - loop.time()
            if left <= 0 or app.wakeups.closed:
                break
            if not await waiter.wait(min(left, REMIND_SECONDS)) and command.actor is not None:
                book_of(app).asked(command.queue, command.domain, command.holder)
        if not waiter.told and (loop.time() >= end or app.wakeups.closed):
            return []


def _until(app: Application, moment: int) -> float:
    """Seconds until a moment, a little at least."""
    return max(1, moment - app.clock.now()) / 1000


async def _look(app: Application, command: LeaseTasks) -> Handout:
    """Take tasks; a queue that held nothing the last time is only looked into, by a read, before the write lane is asked
    for its tasks."""
    quiet, place = book_of(app).quiet, (command.queue, command.domain)
    if place in quiet and may_take(command.actor, command.queue) and not await _is_ready(app, place):
        return Handout()
    handed = await _lease(app, command)
    if handed.tasks or handed.throttles:
        quiet.discard(place)
    elif len(quiet) < KNOWN:
        quiet.add(place)
    return handed


async def _is_ready(app: Application, place: tuple[str, str]) -> bool:
    wanted = {place: 1}
    if app.store.reads_inline:
        return bool(app.store.read_now(lambda link: ready(link, wanted)))
    return bool(await app.store.read(lambda link: ready(link, wanted)))


async def _lease(app: Application, command: LeaseTasks) -> Handout:
    """Take tasks; they are given back when the caller has gone meanwhile."""
    running: asyncio.Future[Handout] = asyncio.ensure_future(app.run(command))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.add_done_callback(partial(_give_back, app))
        raise


def _give_back(app: Application, running: asyncio.Future[Handout]) -> None:
    if running.cancelled() or running.exception() is not None:
        return
    leases = tuple((leased.task.id, leased.lease.token) for leased in running.result().tasks)
    if leases:
        returning = asyncio.ensure_future(app.run(ReturnTasks(leases=leases)))
        returning.add_done_callback(lambda done: done.cancelled() or done.exception())


async def requeue(app: Application, principal: Principal, queue: str) -> int:
    """Offer again what should be in a queue and is not; how many open tasks the queue has in all.

    Nothing is ever missing as long as every change goes through the engine: this is a repair."""
    after, number = 0, 0
    while True:
        start = after
        ids = await app.store.read(lambda link, start=start: members(link, queue, start, REQUEUE_PAGE))
        await app.run(RequeueTasks(actor=principal, queue=queue, task_ids=tuple(ids)))
        number += len(ids)
        if len(ids) < REQUEUE_PAGE:
            return number
        after = ids[-1]


class QueueWatch:
    """Where other processes share the database: looks every second into the queues that somebody here waits for, since
    a message from there may be lost."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def look(self) -> None:
        """Wake those who wait for a queue that holds something."""
        wakeups = self.app.wakeups
        waited = wakeups.waiting("queue:")
        if not waited:
            return
        places = {}
        for topic, number in waited.items():
            places[place_in(topic)] = number
        found = await self.app.store.read(lambda link: ready(link, places))
        wakeups.tell_here({queue_topic(*place): number for place, number in found.items()})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Rejected:
                continue  # the database is away; there is a next time


def keep_work(app: Application) -> Scheduler:
    """Fire timers, end leases, look for what is stuck, and wake who waits in other processes, until the application
    closes."""
    scheduler, reconciler = Scheduler(app), Reconciler(app)

    def committed(commit: Committed) -> None:
        if commit.soonest is not None:
            scheduler.hint(commit.soonest)

    app.store.listeners.append(committed)
    app.checks["scheduler"] = lambda: scheduler.alive
    scheduler.start()
    reconciler.start()
    app.on_close(scheduler.close)
    app.on_close(reconciler.close)
    if app.store.settings.url is not None:
        _share(app, app.store.settings.url)
    return scheduler


def _share(app: Application, url: str) -> None:
    """Tell other processes of what nobody waits for here, and hear of theirs."""
    from taskyard.store.notify import Notifier

    notifier, watch = Notifier(url, app.wakeups.heard), QueueWatch(app)
    app.wakeups.elsewhere = notifier.tell
    app.wakeups.slow = LOOK_SECONDS
    notifier.start()
    watch.start()
    app.on_close(watch.close)

    async def close() -> None:
        await asyncio.to_thread(notifier.close)

    app.on_close(close)
