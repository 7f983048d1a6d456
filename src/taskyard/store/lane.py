"""The write lane: takes all waiting commands as one batch, loads, decides, flushes, commits, then answers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable

from taskyard.model.limits import Limits
from taskyard.model.problem import Problem, Rejected
from taskyard.model.time import Clock
from taskyard.store.batch import Batch, Ticket
from taskyard.store.block import Blocks
from taskyard.store.commit import Committed, committed
from taskyard.store.constants import Constants
from taskyard.store.crash_point import reach
from taskyard.store.flush import Flush
from taskyard.store.link import BadData, Broken, Collided, Link, Transient
from taskyard.store.load import Loader
from taskyard.store.shelf import NAME, SELDOM, Shelf
from taskyard.store.tally import count
from taskyard.store.unit import Unit

BATCH = 256
RETRIES = 8
COLLISIONS = 4
"""How often a batch is decided anew because a row that it wants to make is there; then it is the data's fault."""

UNKNOWN_END = Problem(
    code="unavailable",
    reason="commit_unknown",
    detail="The database was lost while the change was being committed; whether it was made is not known.",
    hint="Look before trying again.",
)

UNAVAILABLE = Problem(
    code="unavailable",
    reason="store_unavailable",
    detail="The database cannot be written now; nothing was changed.",
    hint="Check its disk and its connection, then try again.",
    retryable=True,
)


class Uncertain(Exception):
    """The connection was lost between asking for a commit and hearing of it."""


class Waiting:
    """The commands that wait for a lane; shared by all lanes of a process."""

    def __init__(self) -> None:
        self.tickets: deque[Ticket] = deque()
        self.ready = threading.Condition()
        self.closed = False

    def put(self, ticket: Ticket) -> None:
        with self.ready:
            self.tickets.append(ticket)
            self.ready.notify()

    def take(self, idle: float) -> list[Ticket] | None:
        """Everything that waits, at most `BATCH`; an empty list after `idle` seconds; None when closed and drained."""
        with self.ready:
            if not self.tickets and not self.closed:
                self.ready.wait(idle)
            if not self.tickets:
                return None if self.closed else []
            return [self.tickets.popleft() for _ in range(min(len(self.tickets), BATCH))]

    def close(self) -> None:
        with self.ready:
            self.closed = True
            self.ready.notify_all()


class Lane(threading.Thread):
    """One writer connection and its thread."""

    def __init__(
        self,
        link: Link,
        *,
        waiting: Waiting,
        clock: Clock,
        blocks: Blocks,
        postgres: bool,
        shard: int,
        committed: Callable[[Committed], None],
        limits: Limits,
        constants: Constants,
        observe: Callable[[str, float], None] = lambda name, seconds: None,
    ) -> None:
        super().__init__(name=f"taskyard-lane-{shard}", daemon=True)
        self.link = link
        self.waiting = waiting
        self.clock = clock
        self.blocks = blocks
        self.postgres = postgres
        self.loader = Loader(postgres)
        self.flush = Flush(postgres, shard)
        self.committed = committed
        self.limits = limits
        self.constants = constants
        self.shelf = Shelf()
        self.observe = observe

    def run(self) -> None:
        while (tickets := self.waiting.take(idle=5.0)) is not None:
            if not tickets:
                self.link.checkpoint(idle=True)  # type: ignore[attr-defined]
                continue
            started = time.perf_counter()
            self.observe("writer_wait", started - tickets[0].at)
            self._batch(tickets)
            self.observe("batch", time.perf_counter() - started)
            _answer(tickets)
            reach("reply")
            self.link.checkpoint(idle=False)  # type: ignore[attr-defined]
        self.link.close()

    def _batch(self, tickets: list[Ticket]) -> None:
        try:
            self._attempt(tickets)
        except BadData as error:
            if len(tickets) == 1:
                tickets[0].failure = _refusal(error)
                return
            for ticket in tickets:
                self._batch([ticket])
        except Uncertain:
            for ticket in tickets:
                ticket.failure = ticket.failure or Rejected(UNKNOWN_END)
        except (Broken, Transient):
            for ticket in tickets:
                ticket.failure = Rejected(UNAVAILABLE)
        except Exception as error:  # a lane must outlive any fault of one batch
            if len(tickets) == 1:
                tickets[0].failure = error
                return
            for ticket in tickets:
                self._batch([ticket])

    def _attempt(self, tickets: list[Ticket]) -> None:
        """Run the batch, again while the database asks for it."""
        for attempt in range(RETRIES):
            try:
                units = self._transaction(tickets)
            except (Transient, Collided) as lost:
                self._roll_back()
                if attempt == (COLLISIONS if isinstance(lost, Collided) else RETRIES) - 1:
                    raise
                time.sleep(0.002 * 2**attempt)
                continue
            except BaseException:
                self._roll_back()
                raise
            for unit in units:
                if not unit.touched.isdisjoint(SELDOM):
                    self.shelf.clear()
                count(unit)
                for key, built in unit.built.items():
                    self.constants.put(key, built)
            self.committed(committed(units))
            return

    def _roll_back(self) -> None:
        self.shelf.clear()
        try:
            self.link.rollback()
        finally:
            if not self.postgres:
                self.blocks.discard()

    def _transaction(self, tickets: list[Ticket]) -> list[Unit]:
        """The units that were committed, mostly one."""
        self.shelf.begin(self.link.begin_batch(NAME))
        units = Batch(self.link, self.loader, self.flush, self._unit, self.clock.now).run(tickets)
        reach("commit")
        try:
            self.link.commit()
        except Broken as error:
            if self.postgres and not all(unit.empty for unit in units):
                # a server that goes down may say so after it has committed
                raise Uncertain from error
            raise
        reach("committed")
        return units

    def _unit(self) -> Unit:
        return Unit(
            self.clock.now(), self.blocks, self.blocks.row_id(), self.limits, self.constants, self.shelf
        )


def _refusal(error: BadData) -> Rejected:
    return Rejected(
        Problem(
            code="conflict" if "nique" in str(error) else "invalid",
            reason="refused_by_database",
            detail="The database refused the values; nothing was changed.",
        )
    )


def _answer(tickets: list[Ticket]) -> None:
    """Resolve all futures of a batch with one wake-up per loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
    for ticket in tickets:
        by_loop.setdefault(ticket.loop, []).append(ticket)
    for loop, mine in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(tickets: list[Ticket]) -> None:
    for ticket in tickets:
        if ticket.future.done():
            continue
        if ticket.failure is not None:
            ticket.future.set_exception(ticket.failure)
        else:
            ticket.future.set_result(ticket.result)
