"""What a decider sees: rows as they are inside its transaction, and the changes it wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from taskyard.model.evaluation import Answer, Question
from taskyard.model.ids import Ids
from taskyard.model.limits import Limits
from taskyard.model.row import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")

Slices = Callable[[Ids], Iterable[list[Any]]]
"""`slices(ids)` yields lists of rows of one type each; `ids` gives them fresh identifiers."""


class View(Protocol):
    """The rows of one transaction, seen with the changes of the commands decided before in the same batch.

    Reading a row that is not loaded yet makes the lane load it and decide again, so a decider must not keep state
    between calls and must do its reading before its writing where it can. Nothing is written if the decider raises
    `Rejected`.
    """

    @property
    def now(self) -> int:
        """The moment of the command, epoch milliseconds."""
        ...

    limits: Limits
    """What a decision may cost."""

    def get(self, row_type: type[R], *key: Any) -> R | None:
        """The row with that primary key, locked for change; or None."""
        ...

    def peek(self, row_type: type[R], *key: Any) -> R | None:
        """The row with that primary key, not locked: for rows that are only read."""
        ...

    def load(self, row_type: type[Row], keys: Iterable[Any]) -> None:
        """Make sure that the rows with these primary keys can be read by `get`; one round for all of them."""
        ...

    def load_all(self, slots: Iterable[tuple[type[Row], tuple[Any, ...]]]) -> None:
        """The same for rows of several types, each with its primary key."""
        ...

    def find(self, row_type: type[R], *, locked: bool = True, **equals: Any) -> list[R]:
        """Every row whose columns equal the values, in key order. Only for column sets that an index serves.

        `locked` False is for rows that are only read, so that other lanes need not wait."""
        ...

    def expect(
        self,
        row_type: type[Row],
        names: tuple[str, ...],
        values: Iterable[tuple[Any, ...]],
        *,
        locked: bool = True,
    ) -> None:
        """Make sure that `find` by these columns is answered for each of the values; one round for all of them."""
        ...

    def last(self, row_type: type[R], order: str, **equals: Any) -> R | None:
        """The row with the greatest value in the column `order` among those whose columns equal the values, not locked;
        or None. For column sets that an index serves together with `order`."""
        ...

    def pick(self, row_type: type[R], order: tuple[str, ...], limit: int, **equals: Any) -> list[R]:
        """The first `limit` rows by the columns `order` among those whose columns equal the values, locked; rows that
        another transaction holds are passed over. Rows that the batch made or removed count as they are now."""
        ...

    def constant(self, row_type: type[R], key: Any, build: Callable[[R], T]) -> T:
        """`build(row)` of the row with that primary key, which must exist and never change: made once and kept by the
        process among the most used."""
        ...

    def evaluate(self, question: Question) -> Answer:
        """The answer to an expression in another language (see model/evaluation.py). Not known yet: the command is
        taken back and decided again when it is, so call it before or between changes as you like."""
        ...

    def wake(self, topic: str) -> None:
        """After the commit, tell whoever waits for this topic, in every process: `queue:<domain>:<queue>` when work is
        ready, `execution:<uid>` when an execution changed."""
        ...

    def insert(self, row: Row) -> None: ...

    def insert_many(self, rows: list[Any]) -> None:
        """Insert rows of one type; the cheap way for imports."""
        ...

    def insert_slices(self, row_types: tuple[type[Row], ...], slices: Slices) -> None:
        """Insert rows of these types while the batch is written, slice by slice, so that they are never in memory at
        once: the way for large imports. `slices` is called then, and again if the batch is tried again; it must not
        refuse anything any more. The rows cannot be read in the same batch."""
        ...

    def update(self, row: Row) -> None:
        """Write every column of a row that was read or inserted in this command; sets a new `rev` if it has one."""
        ...

    def delete(self, row: Row) -> None: ...

    def delete_where(self, row_type: type[Row], column: str, values: list[Any]) -> None:
        """Delete all rows of a table whose column is one of the values, without loading them. The values must not
        match rows that the same batch changed before."""
        ...

    def emit(
        self,
        type: str,
        *,
        actor: str | None = None,
        task_id: int | None = None,
        execution_id: int | None = None,
        definition_id: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Append an event to the history."""
        ...

    def row_id(self) -> int:
        """A new row id, greater than those given before."""
        ...

    def uid(self, row_id: int | None = None) -> str:
        """A new UUIDv7; with `row_id` one that tells it (see `model.ids.row_id_in`)."""
        ...

    def random(self, size: int) -> bytes:
        """`size` unpredictable bytes, for tokens."""
        ...
