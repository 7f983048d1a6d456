"""A rival for pages: SQLAlchemy Core on asyncio over the very database that the product serves, rows to structs to JSON.

Run as `python pages.py PORT DATABASE`: a SQLite file, or a postgresql:// URL. `/tasks` is the newest hundred closed
human tasks with their definitions and candidates, as `GET /v1/tasks` has them. Runs in the environment of the peers.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
from granian import Granian
from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

metadata = MetaData()
tasks = Table(
    "tasks",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("uid", Text),
    Column("kind", Text),
    Column("title", Text),
    Column("phase", Text),
    Column("outcome", Text),
    Column("assignee", Text),
    Column("priority", Integer),
    Column("owner", Text),
    Column("creator", Text),
    Column("suspended", Boolean),
    Column("definition_id", BigInteger),
    Column("created_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("assigned_at", BigInteger),
    Column("due_at", BigInteger),
    Column("closed_at", BigInteger),
)
definitions = Table(
    "definitions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", Text),
    Column("key", Text),
)
candidates = Table(
    "task_candidates",
    metadata,
    Column("task_id", BigInteger, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("name", Text, primary_key=True),
)


class Candidate(msgspec.Struct):
    type: str
    name: str
    role: str


class Item(msgspec.Struct):
    id: int
    uid: str
    kind: str
    title: str
    phase: str
    outcome: str | None
    assignee: str | None
    priority: int
    owner: str | None
    creator: str | None
    suspended: bool
    definition_id: int
    created_at: str | None
    updated_at: str | None
    assigned_at: str | None
    due_at: str | None
    closed_at: str | None
    definition_kind: str
    definition_key: str
    candidates: list[Candidate]


class Page(msgspec.Struct):
    items: list[Item]


page = (
    select(tasks, definitions.c.kind, definitions.c.key)
    .join(definitions, definitions.c.id == tasks.c.definition_id)
    .where(tasks.c.definition_id == bindparam("definition"), tasks.c.phase == bindparam("phase"))
    .order_by(tasks.c.created_at.desc(), tasks.c.id.desc())
    .limit(100)
)
people = select(candidates.c.task_id, candidates.c.type, candidates.c.name, candidates.c.role).where(
    candidates.c.task_id.in_(bindparam("ids", expanding=True))
)
encode = msgspec.json.Encoder().encode
engine: AsyncEngine | None = None


def item(row: Any, offered: list[Candidate]) -> Item:
    moments = [
        None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat() for at in row[12:17]
    ]
    return Item(*row[:12], *moments, *row[17:], offered)


def connect(database: str) -> AsyncEngine:
    if database.startswith("postgresql://"):
        return create_async_engine(database.replace("postgresql://", "postgresql+asyncpg://"), pool_size=16)
    return create_async_engine(f"sqlite+aiosqlite:///{database}", pool_size=16)


async def app(scope: Any, receive: Any, send: Any) -> None:
    global engine
    if scope["type"] != "http":
        return
    if engine is None:
        engine = connect(os.environ["BENCH_DATABASE"])
    definition = int(scope["path"].rpartition("/")[2])
    async with engine.connect() as connection:
        rows = (await connection.execute(page, {"definition": definition, "phase": "closed"})).all()
        offered: dict[int, list[Candidate]] = {row[0]: [] for row in rows}
        for task_id, *candidate in await connection.execute(people, {"ids": list(offered)}):
            offered[task_id].append(Candidate(*candidate))
    content = encode(Page([item(row, offered[row[0]]) for row in rows]))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


if __name__ == "__main__":
    os.environ["BENCH_DATABASE"] = sys.argv[2]
    Granian(
        "pages:app",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface="asgi",
        workers=1,
        loop="uvloop",
        websockets=False,
        log_enabled=False,
    ).serve()
