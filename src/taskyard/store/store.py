"""The store: one write path and one read path over either database."""

from __future__ import annotations

import asyncio
import os
import queue
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from taskyard.model.command import Command
from taskyard.model.evaluation import Answer, Question
from taskyard.model.limits import Limits
from taskyard.model.problem import Problem, Rejected
from taskyard.model.query import Query
from taskyard.model.time import Clock
from taskyard.store.batch import Ticket
from taskyard.store.block import Blocks
from taskyard.store.builder import comparisons
from taskyard.store.commit import Committed
from taskyard.store.constants import Constants
from taskyard.store.engine_sqlite import SqliteLink, lock
from taskyard.store.lane import Lane, Waiting
from taskyard.store.link import BadData, Broken, Link, Transient
from taskyard.store.read import Reader
from taskyard.store.stream import Streams
from taskyard.telemetry import log

T = TypeVar("T")

SQLITE_READERS = 2
POSTGRES_READERS = 6
POSTGRES_LANES = 2
SHARDS = 16


UNREADABLE = Problem(
    code="unavailable",
    reason="store_unreadable",
    detail="The database cannot be read now.",
    hint="Check its disk and its connection, then try again.",
    retryable=True,
)


UNASKABLE = Problem(
    code="invalid", reason="refused_by_database", detail="The database cannot compare with the given values."
)


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the data is: a SQLite file, or a PostgreSQL URL; how many long reads may run at once, and what a command may
    cost."""

    path: Path | None = None
    url: str | None = None
    streams: int = 4
    limits: Limits = Limits()


class Store:
    """Submits commands and runs reads. Open it before use, close it after."""

    def __init__(self, settings: StoreSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.postgres = settings.url is not None
        self.reader = Reader(self.postgres)
        self.waiting = Waiting()
        self.lanes: list[Lane] = []
        self.listeners: list[Callable[[Committed], None]] = []
        """Told of every commit, on a lane's thread, before the callers of its commands."""
        self.constants = Constants()
        self.observe: Callable[[str, float], None] = lambda name, seconds: None
        self._lock: int | None = None
        self._inline: Link | None = None
        self._idle: queue.LifoQueue[Link] = queue.LifoQueue()
        self._indexed: dict[str, bool] = {}
        self._links: list[Link] = []
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(
            POSTGRES_READERS if self.postgres else SQLITE_READERS, "taskyard-read"
        )
        self.streams = Streams(self._stream_reader, self._drop, settings.streams, UNREADABLE)

    def open(self) -> None:
        """Take the process lock (SQLite), connect, and start the lanes. The schema must be up to date.

        Raises `engine_sqlite.Locked` when another process serves the same file.
        """
        if self.settings.path is not None:
            self._lock = lock(self.settings.path)
        writers = [self._writer() for _ in range(POSTGRES_LANES if self.postgres else 1)]
        allocator = self._writer() if self.postgres else writers[0]
        self.blocks = Blocks(lambda size: allocator.reserve("row", size))
        if self.postgres:
            self._links.append(allocator)
        first = secrets.randbelow(SHARDS)
        for index, link in enumerate(writers):
            lane = Lane(
                link,
                waiting=self.waiting,
                clock=self.clock,
                blocks=self.blocks,
                postgres=self.postgres,
                shard=(first + index) % SHARDS if self.postgres else 0,
                committed=self._committed,
                limits=self.settings.limits,
                constants=self.constants,
                observe=lambda name, seconds: self.observe(name, seconds),
            )
            lane.start()
            self.lanes.append(lane)

    def close(self) -> None:
        """Finish the commands that wait, then let go of everything."""
        self.waiting.close()
        for lane in self.lanes:
            lane.join(timeout=30)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.streams.close()
        for link in self._links:
            link.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def submit(self, command: Command, answers: dict[Question, Answer] | None = None) -> asyncio.Future[Any]:
        """Queue a command; the future holds its result once it is committed, or raises `Rejected`; or `Unanswered` for
        questions that `answers` does not know, then nothing was changed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self.waiting.put(
            Ticket(command, loop, future, time.perf_counter(), {} if answers is None else answers)
        )
        return future

    async def read(self, function: Callable[[Link], T]) -> T:
        """Run a read on a reader thread. Raises `Rejected` (`unavailable`) while the database does not answer."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._with_link, function)

    def read_now(self, function: Callable[[Link], T]) -> T:
        """Run a read on this very thread; only for reads that an index bounds, and only on SQLite."""
        if self._inline is None:
            self._inline = self._reader()
        try:
            return function(self._inline)
        except (Broken, Transient):
            raise Rejected(UNREADABLE) from None
        except BadData:
            raise Rejected(UNASKABLE) from None

    @property
    def reads_inline(self) -> bool:
        """Short reads may run on the event loop: the database is in this process."""
        return not self.postgres

    def is_indexed(self, query: Query) -> bool:
        """SQLite answers this simple query from an index, without sorting and without passing by rows that do not
        match; asked once per statement."""
        compiled, given = self.reader.prepared(query)
        known = self._indexed.get(compiled.sql)
        if known is None:
            plan = self.read_now(lambda link: link.rows(f"EXPLAIN QUERY PLAN {compiled.sql}", given))
            details = [str(row[3]) for row in plan]
            known = (
                not any("TEMP B-TREE" in detail for detail in details)
                and all(detail.startswith("SEARCH") or "COVERING INDEX" in detail for detail in details)
                and sum(detail.count("=?") for detail in details) >= comparisons(query.where)
            )
            self._indexed[compiled.sql] = known
        return known

    def stream(self, produce: Callable[[Link], Iterator[Any]]) -> AsyncGenerator[Any, None]:
        """Iterate `produce(link)` on a thread of its own (see stream.py)."""
        return self.streams.iterate(produce)

    def _with_link(self, function: Callable[[Link], T]) -> T:
        try:
            try:
                link = self._idle.get_nowait()
            except queue.Empty:
                link = self._reader()
            try:
                return self._tried(link, function)
            finally:
                self._idle.put(link)
        except (Broken, Transient):
            raise Rejected(UNREADABLE) from None
        except BadData:
            raise Rejected(UNASKABLE) from None

    def _tried(self, link: Link, function: Callable[[Link], T]) -> T:
        """The read; once more when the connection turned out to be lost, since a read does nothing."""
        try:
            return function(link)
        except Broken:
            if not link.lost:
                raise
        return function(link)

    def _reader(self) -> Link:
        return self._kept(
            postgres_link(self.settings.url or "")
            if self.postgres
            else SqliteLink(self.settings.path or Path())
        )

    def _stream_reader(self) -> Link:
        """A connection for one long read: what it passes by is not worth keeping in memory."""
        if self.postgres:
            return self._reader()
        return self._kept(SqliteLink(self.settings.path or Path(), passing=True))

    def _kept(self, link: Link) -> Link:
        with self._guard:
            self._links.append(link)
        return link

    def _drop(self, link: Link) -> None:
        with self._guard:
            self._links.remove(link)
        link.close()

    def _writer(self) -> Link:
        if self.postgres:
            return postgres_link(self.settings.url or "", writer=True)
        return SqliteLink(self.settings.path or Path(), writer=True)

    def _committed(self, commit: Committed) -> None:
        for listener in self.listeners:
            try:
                listener(commit)
            except Exception:  # what is committed stays so, and its callers must hear of it
                log.exception("commit_listener_failed")


def postgres_link(url: str, *, writer: bool = False) -> Link:
    """A connection to PostgreSQL. Its driver is loaded only where it is used: it takes time and memory."""
    from taskyard.store.engine_postgres import PostgresLink

    return PostgresLink(url, writer=writer)
