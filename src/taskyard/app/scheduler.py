"""The clock of a process: fires timers and ends leases at their moments.

The database knows every moment. The scheduler sleeps until the next one, is told by commits of earlier ones, and looks by
itself now and then, since another process may have gone without keeping its promises.
"""

from __future__ import annotations

import asyncio
import threading
import time

from taskyard.app.application import Application
from taskyard.engine.leases import ExpireLease, PostponeExpiry
from taskyard.engine.timers import FireTimer, PostponeTimer
from taskyard.model.problem import Rejected
from taskyard.store.due import Due, DueLease, DueTimer, due
from taskyard.telemetry import LEASES_EXPIRED, TIMER_LAG, definition_label, log

BATCH = 500
SLOW_SECONDS = 5.0
SLOW_SHARED_SECONDS = 1.0
"""How long it sleeps at most; the second where other processes share the database."""
PATIENCE_SECONDS = 1.0
"""How long a turn waits for what it fired; what takes longer goes on beside the next turns."""
RETRY_MS = 1_000
ALIVE_SECONDS = 15.0
FAR = 2**62


class Scheduler:
    """One per process. `turn` looks once; `start` keeps looking."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.slow = SLOW_SECONDS if app.store.reads_inline else SLOW_SHARED_SECONDS
        self.beat = time.monotonic()
        self._until = FAR
        self._guard = threading.Lock()
        self._told: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        self._firing: dict[tuple[str, int], asyncio.Task[None]] = {}

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()
        self._running = self._loop.create_task(self._run())

    async def close(self) -> None:
        tasks = [*self._firing.values(), *([self._running] if self._running else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def alive(self) -> bool:
        """It has looked lately."""
        return time.monotonic() - self.beat < ALIVE_SECONDS

    def hint(self, moment: int) -> None:
        """Something is due at a moment. From any thread."""
        with self._guard:
            if moment >= self._until:
                return
            self._until = moment
        if self._loop is not None and self._told is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)

    async def turn(self) -> int:
        """Fire what is due and wait for it a moment. How many timers and leases that were."""
        with self._guard:
            self._until = FAR
        now = self.app.clock.now()
        found = await self._look(now, BATCH + len(self._firing))
        fresh = [self._begin("timer", timer.id, self._fire(timer)) for timer in found.timers]
        fresh += [self._begin("lease", lease.task_id, self._expire(lease)) for lease in found.leases]
        begun = [task for task in fresh if task is not None]
        if begun:
            await asyncio.wait(begun, timeout=PATIENCE_SECONDS)
        if len(begun) >= BATCH:
            self.hint(now)
        elif found.next_at is not None:
            self.hint(found.next_at)
        return len(begun)

    async def _run(self) -> None:
        while True:
            try:
                await self.turn()
            except Rejected as refusal:
                log.warning("scheduler_waits", error=refusal.problem.detail)
                self.hint(self.app.clock.now() + RETRY_MS)
            except Exception as fault:
                log.error("scheduler_failed", exc_info=fault)
                self.hint(self.app.clock.now() + RETRY_MS)
            self.beat = time.monotonic()
            await self._sleep()

    async def _sleep(self) -> None:
        """Until the next known moment, or one that is told meanwhile, but not for long."""
        assert self._told is not None
        loop = asyncio.get_running_loop()
        end = loop.time() + self.slow
        while True:
            self._told.clear()
            left = min(end - loop.time(), (self._until - self.app.clock.now()) / 1000)
            if left <= 0:
                return
            timer = loop.call_later(left, self._told.set)
            try:
                await self._told.wait()
            finally:
                timer.cancel()

    async def _look(self, now: int, limit: int) -> Due:
        store = self.app.store
        if store.reads_inline:
            return store.read_now(lambda link: due(link, now, limit))
        return await store.read(lambda link: due(link, now, limit))

    def _begin(self, kind: str, row_id: int, work: object) -> asyncio.Task[None] | None:
        key = kind, row_id
        if key in self._firing:
            work.close()  # type: ignore[attr-defined]
            return None
        task = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._firing[key] = task
        task.add_done_callback(lambda _: self._firing.pop(key, None))
        return task

    async def _fire(self, timer: DueTimer) -> None:
        try:
            await self.app.run(FireTimer(timer_id=timer.id, execution_id=timer.execution_id))
            TIMER_LAG.observe(max(0, self.app.clock.now() - timer.due_at) / 1000)
        except Rejected as refusal:
            if refusal.problem.code == "unavailable":
                self.hint(self.app.clock.now() + RETRY_MS)
            else:
                await self._put_off(PostponeTimer(timer_id=timer.id, reason=refusal.problem.detail))
        except Exception as fault:
            log.error("timer_failed", timer=timer.id, execution=timer.execution_id, exc_info=fault)
            await self._put_off(PostponeTimer(timer_id=timer.id, reason=f"{type(fault).__name__}: {fault}"))

    async def _put_off(self, command: PostponeTimer | PostponeExpiry) -> None:
        try:
            await self.app.run(command)
        except Exception as fault:
            log.error("not_postponed", exc_info=fault)
            self.hint(self.app.clock.now() + RETRY_MS)

    async def _expire(self, lease: DueLease) -> None:
        try:
            queue = await self.app.run(ExpireLease(task_id=lease.task_id, execution_id=lease.execution_id))
            if queue is not None:
                LEASES_EXPIRED.labels(definition_label(queue)).inc()
        except Rejected as refusal:
            if refusal.problem.code == "unavailable":
                self.hint(self.app.clock.now() + RETRY_MS)
            else:
                await self._put_off(PostponeExpiry(task_id=lease.task_id, reason=refusal.problem.detail))
        except Exception as fault:
            log.error("lease_failed", task=lease.task_id, exc_info=fault)
            await self._put_off(
                PostponeExpiry(task_id=lease.task_id, reason=f"{type(fault).__name__}: {fault}")
            )
