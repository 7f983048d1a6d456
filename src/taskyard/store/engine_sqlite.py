"""SQLite through apsw: one writer, read-only readers, WAL with full durability."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import apsw
import re2

from taskyard.store.link import BadData, Broken, Transient

PAGE_BYTES = 8192
WAL_CHECKPOINT_BYTES = 32 * 1024 * 1024
WAL_TRUNCATE_BYTES = 256 * 1024 * 1024
REGEX_LIMIT = 2_000
ESCAPE = "\\"

WRITER_PRAGMAS = (
    f"PRAGMA page_size={PAGE_BYTES}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-32768",
    "PRAGMA mmap_size=0",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA journal_size_limit=67108864",
)
READER_PRAGMAS = (
    "PRAGMA query_only=1",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-16384",
    "PRAGMA mmap_size=0",
)


REFUSED = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError)
UNUSABLE = (
    apsw.FullError,
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.NoMemError,
)
BUSY = (apsw.BusyError, apsw.LockedError)
PASSING_PRAGMAS = ("PRAGMA cache_size=-2048",)
"""For a connection that reads everything once."""


class Locked(Exception):
    """Another server process holds the database."""


def lock(path: Path) -> int:
    """Take the one-process lock beside the database file; the descriptor that holds it.

    Raises `Locked` when another process has it.
    """
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Locked(
            f"Another Taskyard process has {path} open. SQLite serves exactly one process; "
            "stop the other one, or run on PostgreSQL with --database-url postgresql://… to start several."
        ) from None
    return descriptor


def matches(*values: Any) -> bool:
    """SQL `regexp(pattern, value)`: the RE2 pattern is found in the value; an invalid pattern matches nothing."""
    pattern, value = values
    if value is None:
        return False
    try:
        return re2.search(pattern[:REGEX_LIMIT], str(value)) is not None
    except re2.error:
        return False


def like(*values: Any) -> bool:
    """SQL `like_cs(pattern, value)`: LIKE that minds case, with backslash as escape, as PostgreSQL has it."""
    pattern, value = values
    if value is None or pattern is None:
        return False
    return like_expression(pattern).fullmatch(str(value)) is not None


_like_cache: dict[str, Any] = {}


def like_expression(pattern: str) -> Any:
    found = _like_cache.get(pattern)
    if found is None:
        parts: list[str] = []
        chars = iter(pattern)
        for char in chars:
            if char == ESCAPE:
                parts.append(re2.escape(next(chars, ESCAPE)))
            else:
                parts.append({"%": ".*", "_": "."}.get(char) or re2.escape(char))
        options = re2.Options()
        options.dot_nl = True
        options.log_errors = False
        found = re2.compile("".join(parts), options)
        if len(_like_cache) > 500:
            _like_cache.clear()
        _like_cache[pattern] = found
    return found


def lowered(*values: Any) -> Any:
    """SQL `lower(value)` for every script, not only ASCII."""
    (value,) = values
    return value.lower() if isinstance(value, str) else value


class SqliteLink:
    """One apsw connection. The writer is the only one that writes or checkpoints. `passing` is for reads that go
    through everything once."""

    postgres = False

    def __init__(self, path: Path, *, writer: bool = False, passing: bool = False) -> None:
        self.path = path
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE if writer else apsw.SQLITE_OPEN_READONLY
        try:
            self.connection = apsw.Connection(str(path), flags=flags, statementcachesize=512)
        except UNUSABLE as error:
            raise Broken(f"{path} cannot be opened: {error}") from error
        self.connection.createscalarfunction("regexp", matches, 2, deterministic=True)
        self.connection.createscalarfunction("like_cs", like, 2, deterministic=True)
        self.connection.createscalarfunction("lower", lowered, 1, deterministic=True)
        pragmas = WRITER_PRAGMAS if writer else (*READER_PRAGMAS, *(PASSING_PRAGMAS if passing else ()))
        for pragma in pragmas:
            self._run(pragma)
        self.log_pages = 0
        self.checkpoint_at = WAL_CHECKPOINT_BYTES
        if writer:
            self.connection.set_wal_hook(self._committed)

    @property
    def lost(self) -> bool:
        return False

    def begin(self) -> None:
        self._run("BEGIN IMMEDIATE")

    def begin_batch(self, name: str) -> int:
        self.begin()
        return 0

    def count(self, name: str) -> None:
        """Nobody else writes, so nobody needs to be told."""

    def commit(self) -> None:
        self._run("COMMIT")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self._run("ROLLBACK")

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._run(sql, values)

    def many(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> list[list[tuple[Any, ...]]]:
        return [self._run(sql, values) for sql, values in statements]

    def at_once(self) -> AbstractContextManager[None]:
        return nullcontext()

    def _run(self, sql: str, values: Any = None) -> list[Any]:
        try:
            return self.connection.execute(sql, values).fetchall()
        except REFUSED as error:
            raise BadData(str(error)) from error
        except UNUSABLE as error:
            raise Broken(str(error)) from error
        except BUSY as error:
            raise Transient(str(error)) from error

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        try:
            self.connection.executemany(sql, rows)
        except REFUSED as error:
            raise BadData(str(error)) from error
        except UNUSABLE as error:
            raise Broken(str(error)) from error
        except BUSY as error:
            raise Transient(str(error)) from error

    def insert(
        self, table: str, names: Sequence[str], types: Sequence[type], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        places = ",".join("?" * len(names))
        self._many(f'INSERT INTO "{table}" ({",".join(map(_quoted, names))}) VALUES ({places})', rows)

    def update(
        self,
        table: str,
        key: Sequence[str],
        names: Sequence[str],
        types: Sequence[type],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        sets = ",".join(f'"{name}"=?{index + 1}' for index, name in enumerate(names) if name not in key)
        where = " AND ".join(f'"{name}"=?{names.index(name) + 1}' for name in key)
        self._many(f'UPDATE "{table}" SET {sets} WHERE {where}', rows)

    def delete(
        self, table: str, key: Sequence[str], types: Sequence[type], keys: Sequence[tuple[Any, ...]]
    ) -> None:
        where = " AND ".join(f'"{name}"=?' for name in key)
        self._many(f'DELETE FROM "{table}" WHERE {where}', keys)

    def add(
        self, table: str, key: Sequence[str], types: Sequence[type], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        columns = ",".join(map(_quoted, key))
        places = ",".join("?" * (len(key) + 1))
        self._many(
            f'INSERT INTO "{table}" ({columns},n) VALUES ({places}) ON CONFLICT ({columns}) DO UPDATE SET n=n+excluded.n',
            rows,
        )

    def reserve(self, name: str, size: int) -> int:
        found = self._run(
            "INSERT INTO id_blocks (name, next) VALUES (:name, :size + 1) "
            "ON CONFLICT (name) DO UPDATE SET next = next + :size RETURNING next",
            {"name": name, "size": size},
        )
        return found[0][0] - size

    def mark(self, number: int) -> None:
        self._run(
            "INSERT INTO id_blocks (name, next) VALUES ('commit', :number) "
            "ON CONFLICT (name) DO UPDATE SET next = excluded.next",
            {"number": number},
        )

    def snapshot(self) -> Any:
        """The number of the last commit that this transaction sees. SQLite's own `data_version` would not do: each
        connection counts it for itself."""
        found = self._run("SELECT next FROM id_blocks WHERE name = 'commit'")
        return found[0][0] if found else 0

    def stream(self, sql: str, values: dict[str, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql, values)
            batch: list[tuple[Any, ...]] = []
            for row in cursor:
                batch.append(row)
                if len(batch) >= size:
                    yield batch
                    batch = []
            if batch:
                yield batch
        except UNUSABLE as error:
            raise Broken(str(error)) from error
        except BUSY as error:
            raise Transient(str(error)) from error
        finally:
            cursor.close(True)

    def checkpoint(self, idle: bool) -> None:
        """Move the log into the database when it is long, or when there is nothing else to do. What cannot be moved
        now, because somebody reads it, stays in the log until that has grown by as much again."""
        size = self.log_pages * PAGE_BYTES
        if size >= WAL_TRUNCATE_BYTES:
            mode = apsw.SQLITE_CHECKPOINT_TRUNCATE
        elif size >= self.checkpoint_at or (idle and size > 0):
            mode = apsw.SQLITE_CHECKPOINT_PASSIVE
        else:
            return
        try:
            pages, moved = self.connection.wal_checkpoint(mode=mode)
        except (*BUSY, *UNUSABLE):
            return
        done = moved >= pages
        self.log_pages = 0 if done else pages
        self.checkpoint_at = WAL_CHECKPOINT_BYTES + (0 if done else size)

    def _committed(self, connection: apsw.Connection, database: str, pages: int) -> int:
        self.log_pages = pages
        return apsw.SQLITE_OK

    def close(self) -> None:
        self.connection.close()


def _quoted(name: str) -> str:
    return f'"{name}"'


def list_value(values: Any) -> str:
    """A list as SQLite statements take it: JSON for `json_each`."""
    return json.dumps(list(values))
