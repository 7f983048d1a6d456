"""Rivals for create → lease → complete: the same three durable commands on one table, each a transaction.

Run as `python cycles.py WAY CLIENTS DATABASE`; it works in rounds as told on standard input (see `rounds`). WAY is
`aiosqlite` (a statement is a transaction), `inline` (sqlite3 on the event loop), `sqlalchemy` (Core on asyncio, for both
databases), `asyncpg` (a statement is a transaction), or, for both, `bare`: nothing but the durable commit of one small row.
Runs in the environment of the peers.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from typing import Any, Protocol

import aiosqlite
import asyncpg
import msgspec
import uvloop
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

QUEUES = 8
PAYLOAD = msgspec.json.encode({"invoice": 4711, "text": "x" * 420}).decode()
RESULT = '{"approved":true,"amount":100}'
LEASE_SECONDS = 3600
TABLE = """CREATE TABLE IF NOT EXISTS job (id {key}, queue TEXT NOT NULL, priority INTEGER NOT NULL,
state INTEGER NOT NULL, worker TEXT, lease_until DOUBLE PRECISION, payload TEXT NOT NULL, result TEXT,
created DOUBLE PRECISION NOT NULL)"""
READY = "CREATE INDEX IF NOT EXISTS job_ready ON job (queue, priority, id) WHERE state = 0"
LEASED = "CREATE INDEX IF NOT EXISTS job_leased ON job (lease_until) WHERE state = 1"
CREATE = "INSERT INTO job (queue, priority, state, payload, created) VALUES (:q, 3, 0, :p, :t) RETURNING id"
LEASE = """UPDATE job SET state = 1, worker = :w, lease_until = :u WHERE id = (SELECT id FROM job
WHERE queue = :q AND state = 0 ORDER BY priority, id LIMIT 1{skip}) RETURNING id, payload"""
COMPLETE = (
    "UPDATE job SET state = 2, result = :r, lease_until = NULL WHERE id = :i AND state = 1 AND worker = :w"
)
BARE = "INSERT INTO job (queue, priority, state, payload, created) VALUES (:q, 3, 2, '', :t)"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "cache_size=-65536")
SKIP = " FOR UPDATE SKIP LOCKED"


class Way(Protocol):
    """How commands reach the database. Each method commits before it returns."""

    async def open(self, database: str) -> None: ...

    async def create(self, queue: str, payload: str) -> int: ...

    async def lease(self, queue: str, worker: str) -> int | None: ...

    async def complete(self, job: int, worker: str, result: str) -> None: ...


class Aiosqlite:
    """One connection with a thread of its own, a statement is a transaction."""

    lease_text = LEASE.format(skip="")

    async def open(self, database: str) -> None:
        self.link = await aiosqlite.connect(database, isolation_level=None)
        for pragma in PRAGMAS:
            await self.link.execute(f"PRAGMA {pragma}")
        for statement in (TABLE.format(key="INTEGER PRIMARY KEY"), READY, LEASED):
            await self.link.execute(statement)

    async def one(self, statement: str, **values: Any) -> Any:
        cursor = await self.link.execute_fetchall(statement, values)
        return next(iter(cursor), None)

    async def create(self, queue: str, payload: str) -> int:
        return (await self.one(CREATE, q=queue, p=payload, t=time.time()))[0]

    async def lease(self, queue: str, worker: str) -> int | None:
        row = await self.one(self.lease_text, q=queue, w=worker, u=time.time() + LEASE_SECONDS)
        return row[0] if row is not None else None

    async def complete(self, job: int, worker: str, result: str) -> None:
        await self.one(COMPLETE, i=job, w=worker, r=result)

    async def bare(self, queue: str) -> None:
        await self.one(BARE, q=queue, t=time.time())


class Inline(Aiosqlite):
    """sqlite3 on the event loop, a commit per command; nothing is awaited, but others get their turn after each."""

    async def open(self, database: str) -> None:
        self.own = sqlite3.connect(database, isolation_level=None, cached_statements=512)
        for pragma in PRAGMAS:
            self.own.execute(f"PRAGMA {pragma}")
        for statement in (TABLE.format(key="INTEGER PRIMARY KEY"), READY, LEASED):
            self.own.execute(statement)

    async def one(self, statement: str, **values: Any) -> Any:
        rows = self.own.execute(statement, values).fetchall()
        await asyncio.sleep(0)
        return rows[0] if rows else None


class Alchemy(Aiosqlite):
    """SQLAlchemy Core on asyncio, a transaction per command."""

    async def open(self, database: str) -> None:
        postgres = database.startswith("postgresql://")
        if postgres:
            url = database.replace("postgresql://", "postgresql+asyncpg://")
            self.engine = create_async_engine(url, pool_size=16, max_overflow=0, pool_timeout=300)
            self.lease_text = LEASE.format(skip=SKIP)
        else:
            url = f"sqlite+aiosqlite:///{database}"
            self.engine = create_async_engine(url, pool_size=4, max_overflow=0, pool_timeout=300)
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
        self.texts: dict[str, Any] = {}
        key = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" if postgres else "INTEGER PRIMARY KEY"
        async with self.engine.begin() as link:
            for statement in (TABLE.format(key=key), READY, LEASED):
                await link.execute(text(statement))

    async def one(self, statement: str, **values: Any) -> Any:
        made = self.texts.get(statement)
        if made is None:
            made = self.texts[statement] = text(statement)
        async with self.engine.begin() as link:
            result = await link.execute(made, values)
            return result.first() if result.returns_rows else None


class Asyncpg(Aiosqlite):
    """A pool of sixteen connections, a statement is a transaction."""

    lease_text = LEASE.format(skip=SKIP)

    async def open(self, database: str) -> None:
        self.pool = await asyncpg.create_pool(database, min_size=16, max_size=16)
        key = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        for statement in (TABLE.format(key=key), READY, LEASED):
            await self.pool.execute(statement)
        self.texts: dict[str, tuple[str, list[str]]] = {}

    async def one(self, statement: str, **values: Any) -> Any:
        made = self.texts.get(statement)
        if made is None:
            changed = statement
            for number, name in enumerate(values, 1):
                changed = changed.replace(f":{name}", f"${number}")
            made = self.texts[statement] = (changed, list(values))
        return await self.pool.fetchrow(made[0], *values.values())


def _set_pragmas(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


WAYS: dict[str, type[Aiosqlite]] = {
    "aiosqlite": Aiosqlite,
    "inline": Inline,
    "sqlalchemy": Alchemy,
    "asyncpg": Asyncpg,
}


async def cycle(way: Way, number: int) -> None:
    queue, worker = f"q{number % QUEUES}", f"w{number}"
    await way.create(queue, PAYLOAD)
    while (job := await way.lease(queue, worker)) is None:
        pass
    await way.complete(job, worker, RESULT)


async def work(name: str, clients: int, database: str) -> None:
    """The other side of `rounds.Worker`."""
    bare = name == "bare"
    chosen = ("asyncpg" if database.startswith("postgresql://") else "inline") if bare else name
    way = WAYS[chosen]()
    await way.open(database)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        begun, spent = time.perf_counter(), time.process_time()
        end = begun + float(line)
        done = 0

        async def client(number: int, end: float = end) -> None:
            nonlocal done
            while time.perf_counter() < end:
                await (way.bare(f"q{number % QUEUES}") if bare else cycle(way, number))
                done += 1

        await asyncio.gather(*[client(number) for number in range(clients)])
        print(done, time.perf_counter() - begun, time.process_time() - spent, flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
