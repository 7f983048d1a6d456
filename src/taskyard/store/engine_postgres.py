"""PostgreSQL through psycopg 3: set-based writes by arrays, server-side cursors for long reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from taskyard.model.problem import rejected
from taskyard.store.array import array
from taskyard.store.link import BadData, Broken, Collided, Transient

ARRAYS: dict[type, str] = {
    int: "bigint[]",
    str: "text[]",
    bool: "boolean[]",
    float: "float8[]",
    bytes: "bytea[]",
}


T = TypeVar("T")

CONNECT_SECONDS = 10
"""How long to wait for a connection, unless the URL says otherwise (`connect_timeout`)."""


class PostgresLink:
    """One psycopg connection in manual transaction mode; reads outside `begin` run as their own transactions.

    A connection that was lost is made anew by the next use that starts something.
    """

    postgres = True

    def __init__(self, url: str, *, writer: bool = False) -> None:
        self.url = url
        self.writer = writer
        self._connect()

    def _connect(self) -> None:
        try:
            seconds = int(conninfo_to_dict(self.url).get("connect_timeout") or CONNECT_SECONDS)
            self.connection = psycopg.connect(
                self.url, autocommit=True, application_name="taskyard", connect_timeout=seconds
            )
            with self.connection.cursor() as cursor:
                cursor.execute("SET TIME ZONE 'UTC'")
                if self.writer:
                    # Lanes look rows up by indexes alone. While a table is young the planner would rather read all of
                    # it, and the statement would keep that plan until the table is analyzed, a minute of growth later.
                    cursor.execute("SET enable_seqscan = off")
                else:
                    cursor.execute("SET default_transaction_read_only = on")
        except psycopg.Error as error:
            raise Broken(f"PostgreSQL cannot be reached: {str(error).strip().splitlines()[0]}") from error
        self.connection.prepare_threshold = 2
        self.connection.prepared_max = 400

    @property
    def lost(self) -> bool:
        return bool(self.connection.closed)

    def begin(self) -> None:
        self._start(lambda: self._run("BEGIN"))

    def begin_batch(self, name: str) -> int:
        return self._start(lambda: self._begin_reading(name))

    def _begin_reading(self, name: str) -> int:
        with _translated(), self.connection.pipeline():
            self.connection.execute("BEGIN")
            read = "SELECT coalesce(max(next), 0) FROM id_blocks WHERE name = %(name)s"
            found = self.connection.execute(read, {"name": name}).fetchall()
        return found[0][0]

    def count(self, name: str) -> None:
        self._run(
            "INSERT INTO id_blocks AS b (name, next) VALUES (%(name)s, 1) "
            "ON CONFLICT (name) DO UPDATE SET next = b.next + 1",
            {"name": name},
        )

    def _start(self, work: Callable[[], T]) -> T:
        """Do something before which nothing was done; if the connection turns out to be lost, on a new one."""
        if not self.lost:
            try:
                return work()
            except Broken:
                if not self.lost:
                    raise
        self._connect()
        return work()

    def commit(self) -> None:
        self._run("COMMIT")

    def rollback(self) -> None:
        if self.connection.closed:
            return
        try:
            self.connection.execute("ROLLBACK")
        except psycopg.Error:
            self.connection.close()

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        if self.connection.closed:
            self._connect()
        return self._run(sql, values)

    def many(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> list[list[tuple[Any, ...]]]:
        if len(statements) < 2:
            return [self._run(sql, values) for sql, values in statements]
        with _translated(), self.connection.pipeline():
            cursors = [
                self.connection.execute(cast(LiteralString, sql), values) for sql, values in statements
            ]
            return [cursor.fetchall() for cursor in cursors]

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with _translated(), self.connection.pipeline():
            yield

    def _run(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        with _translated():
            cursor = self.connection.execute(cast(LiteralString, sql), values)
            return cursor.fetchall() if cursor.description else []

    def insert(
        self, table: str, names: Sequence[str], types: Sequence[type], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        columns = ",".join(map(_quoted, names))
        self._run(
            f'INSERT INTO "{table}" ({columns}) SELECT * FROM unnest({_arrays(types)})',
            _columns(rows, types),
        )

    def update(
        self,
        table: str,
        key: Sequence[str],
        names: Sequence[str],
        types: Sequence[type],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        sets = ",".join(f'"{name}"=v."{name}"' for name in names if name not in key)
        where = " AND ".join(f't."{name}"=v."{name}"' for name in key)
        columns = ",".join(map(_quoted, names))
        self._run(
            f'UPDATE "{table}" t SET {sets} FROM unnest({_arrays(types)}) AS v({columns}) WHERE {where}',
            _columns(rows, types),
        )

    def delete(
        self, table: str, key: Sequence[str], types: Sequence[type], keys: Sequence[tuple[Any, ...]]
    ) -> None:
        where = " AND ".join(f't."{name}"=v."{name}"' for name in key)
        columns = ",".join(map(_quoted, key))
        self._run(
            f'DELETE FROM "{table}" t USING unnest({_arrays(types)}) AS v({columns}) WHERE {where}',
            _columns(keys, types),
        )

    def add(
        self, table: str, key: Sequence[str], types: Sequence[type], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        columns = ",".join(map(_quoted, key))
        self._run(
            f'INSERT INTO "{table}" AS c ({columns},n) SELECT * FROM unnest({_arrays((*types, int))}) '
            f"ON CONFLICT ({columns}) DO UPDATE SET n=c.n+excluded.n",
            _columns(sorted(rows), (*types, int)),
        )

    def reserve(self, name: str, size: int) -> int:
        sql = (
            "INSERT INTO id_blocks AS b (name, next) VALUES (%(name)s, %(size)s::bigint + 1) "
            "ON CONFLICT (name) DO UPDATE SET next = b.next + %(size)s RETURNING next"
        )
        found = self._start(lambda: self._run(sql, {"name": name, "size": size}))
        return found[0][0] - size

    def mark(self, number: int) -> None:
        """PostgreSQL numbers its transactions itself."""

    def snapshot(self) -> Any:
        return self._run("SELECT pg_current_snapshot()::text")[0][0]

    def stream(self, sql: str, values: dict[str, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
        if self.connection.closed:
            self._connect()
        try:
            with self.connection.transaction(), self.connection.cursor(name="taskyard_stream") as cursor:
                cursor.execute(cast(LiteralString, sql), values)
                while batch := cursor.fetchmany(size):
                    yield batch
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Broken(str(error)) from error

    def checkpoint(self, idle: bool) -> None:
        """PostgreSQL keeps its own log."""

    def close(self) -> None:
        self.connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the driver as those of the store."""
    try:
        yield
    except (errors.SerializationFailure, errors.DeadlockDetected) as error:
        raise Transient(str(error)) from error
    except errors.InvalidRegularExpression as error:
        words = error.diag.message_primary or "invalid regular expression"
        raise rejected(
            "invalid", f"The database refuses the pattern: {words}.", reason="bad_pattern"
        ) from error
    except errors.UniqueViolation as error:
        raise Collided(str(error)) from error
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        raise BadData(str(error)) from error
    except (errors.DiskFull, psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Broken(str(error)) from error


def _quoted(name: str) -> str:
    return f'"{name}"'


def _arrays(types: Sequence[type]) -> str:
    return ",".join(f"%s::{ARRAYS[kind]}" for kind in types)


def _columns(rows: Sequence[tuple[Any, ...]], types: Sequence[type]) -> list[Any]:
    return [array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
