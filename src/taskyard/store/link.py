"""What the store asks of a database connection; one implementation per database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Transient(Exception):
    """The transaction lost against another and may be tried again (serialization failure, deadlock)."""


class BadData(Exception):
    """The database refused the values of a statement (constraint, range)."""


class Collided(BadData):
    """A row with that key is there, made perhaps by another transaction since this one looked."""


class Broken(Exception):
    """The database cannot be written or reached: full disk, I/O error, lost connection."""


class Link(Protocol):
    """One connection, used by one thread at a time. SQL carries `:name` (SQLite) or `%(name)s` (PostgreSQL) places."""

    postgres: bool

    @property
    def lost(self) -> bool:
        """The connection is gone: what it was doing failed, and the next use makes a new one."""
        ...

    def begin(self) -> None: ...

    def begin_batch(self, name: str) -> int:
        """Begin, and read how far `count` has counted under that name."""
        ...

    def count(self, name: str) -> None:
        """Count up, for other processes to see; by the commit of the open transaction."""
        ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and give all its rows."""
        ...

    def many(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> list[list[tuple[Any, ...]]]:
        """Run statements one after the other, with one wait for all of them, and give the rows of each."""
        ...

    def at_once(self) -> AbstractContextManager[None]:
        """What runs inside gives no rows and waits for nothing; what went wrong is raised in the end."""
        ...

    def insert(
        self, table: str, names: Sequence[str], types: Sequence[type], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Insert rows, set-based."""
        ...

    def update(
        self,
        table: str,
        key: Sequence[str],
        names: Sequence[str],
        types: Sequence[type],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Write every column of rows found by their key, set-based; rows are in column order."""
        ...

    def delete(
        self, table: str, key: Sequence[str], types: Sequence[type], keys: Sequence[tuple[Any, ...]]
    ) -> None:
        """Delete rows by key, set-based."""
        ...

    def add(
        self, table: str, key: Sequence[str], types: Sequence[type], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Add to counters: rows are key columns and an amount; a missing counter starts at the amount."""
        ...

    def reserve(self, name: str, size: int) -> int:
        """Take `size` numbers of an id block for this process alone; the first of them."""
        ...

    def mark(self, number: int) -> None:
        """Number the commit that the open transaction will be, for those who ask for a `snapshot` later."""
        ...

    def snapshot(self) -> Any:
        """A value that is equal for two reads only if no commit lies between them."""
        ...

    def stream(self, sql: str, values: dict[str, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Run one statement and give its rows in lists of at most `size`, never all at once."""
        ...

    def close(self) -> None: ...
