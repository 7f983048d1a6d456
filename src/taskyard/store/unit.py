"""One transaction's rows: what was loaded, what its commands changed, and how to take one command back."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from taskyard.model.execution import Event
from taskyard.model.ids import uuid7
from taskyard.model.row import Row
from taskyard.model.view import Slices
from taskyard.store.codec import key_of

Slot = tuple[type[Row], tuple[Any, ...]]
FindKey = tuple[type[Row], tuple[str, ...], tuple[Any, ...], bool]


class Need(Exception):
    """A decider asked for rows that are not loaded."""

    def __init__(
        self, slots: list[Slot] | None = None, locked: bool = True, finds: list[FindKey] | None = None
    ) -> None:
        super().__init__("rows needed")
        self.slots = slots or []
        self.locked = locked
        self.finds = finds or []


class Fresh:
    """Identifiers for rows that are made while the batch is written."""

    def __init__(self, ids: Any, now: int) -> None:
        self.ids = ids
        self.now = now

    def row_id(self) -> int:
        return self.ids.row_id()

    def uid(self) -> str:
        return uuid7(self.now)


class Unit:
    """The view of a batch of commands. `begin_command` and `undo_command` bracket each of them."""

    def __init__(self, now: int, ids: Any, rev: int) -> None:
        self.now = now
        self.ids = ids
        self.rev = rev
        self.rows: dict[Slot, Row | None] = {}
        self.locked: set[Slot] = set()
        self.base: dict[Slot, Row | None] = {}
        self.changed: dict[Slot, Row | None] = {}
        self.found: set[FindKey] = set()
        self.index: dict[tuple[type[Row], tuple[str, ...]], dict[tuple[Any, ...], set[Slot]]] = {}
        self.bulk: list[list[Row]] = []
        self.wiped: list[tuple[type[Row], str, list[Any]]] = []
        self.journal: list[tuple[Slot, bool, Row | None, bool, Row | None]] = []
        self.slices: list[Slices] = []
        self.marks = (0, 0, 0)
        self.touched: set[type[Row]] = set()
        self.given: list[Any] = []
        self.replayed = 0
        self.drawn: list[int] = []
        self.cursor = 0
        self.again = False

    def begin_command(self, *, again: bool = False) -> None:
        """Start a command, or start it `again` after loading rows: it then gets the same ids as before."""
        if not again:
            self.given.clear()
        self.replayed = 0
        self.journal.clear()
        if not self.again:
            self.drawn.clear()
        self.again = False
        self.cursor = 0
        self.marks = (len(self.bulk), len(self.wiped), len(self.slices))

    def undo_command(self) -> None:
        """Take back every change since `begin_command`. The next try draws the same row ids again, so that what it
        asks about rows that it made itself is answered by then."""
        self.again = True
        for slot, had_row, row, had_change, change in reversed(self.journal):
            self._forget(slot)
            if had_row:
                self.rows[slot] = row
                self._remember(slot, row)
            else:
                self.rows.pop(slot, None)
            if had_change:
                self.changed[slot] = change
            else:
                self.changed.pop(slot, None)
        self.journal.clear()
        del self.bulk[self.marks[0] :]
        del self.wiped[self.marks[1] :]
        del self.slices[self.marks[2] :]

    @property
    def empty(self) -> bool:
        """Nothing is to be written."""
        return not (self.changed or self.bulk or self.wiped or self.slices)

    def removed(self) -> set[type[Row]]:
        """The types of rows that the present command removes."""
        wiped = {row_type for row_type, _, _ in self.wiped[self.marks[1] :]}
        return wiped | {slot[0] for slot, *_ in self.journal if self.rows.get(slot) is None}

    def get(self, row_type: type[Any], *key: Any) -> Any:
        slot = (row_type, key)
        if slot not in self.rows or slot not in self.locked:
            raise Need([slot])
        row = self.rows[slot]
        return copy.copy(row) if row is not None else None

    def peek(self, row_type: type[Any], *key: Any) -> Any:
        slot = (row_type, key)
        if slot not in self.rows:
            raise Need([slot], locked=False)
        row = self.rows[slot]
        return copy.copy(row) if row is not None else None

    def load(self, row_type: type[Any], keys: Iterable[Any]) -> None:
        wanted: list[Slot] = [(row_type, key if isinstance(key, tuple) else (key,)) for key in keys]
        missing = [slot for slot in wanted if slot not in self.rows or slot not in self.locked]
        if missing:
            raise Need(missing)

    def find(self, row_type: type[Any], *, locked: bool = True, **equals: Any) -> list[Any]:
        names = tuple(equals)
        values = tuple(equals.values())
        find = (row_type, names, values, locked)
        if find not in self.found and (locked or (row_type, names, values, True) not in self.found):
            raise Need(finds=[find])
        slots = self._index(row_type, names).get(values, ())
        live = [row for slot in slots if (row := self.rows[slot]) is not None]
        return [copy.copy(row) for row in sorted(live, key=key_of)]

    def expect(self, row_type: type[Row], names: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> None:
        wanted: list[FindKey] = [(row_type, names, each, True) for each in dict.fromkeys(values)]
        missing = [find for find in wanted if find not in self.found]
        if missing:
            raise Need(finds=missing)

    def insert(self, row: Row) -> None:
        slot = (type(row), key_of(row))
        self._stamp(row)
        self.locked.add(slot)
        self._set(slot, copy.copy(row))

    def insert_many(self, rows: list[Any]) -> None:
        if not rows:
            return
        for row in rows:
            self._stamp(row)
        self.touched.add(type(rows[0]))
        self.bulk.append(list(rows))

    def insert_slices(self, row_types: tuple[type[Row], ...], slices: Slices) -> None:
        self.touched.update(row_types)
        self.slices.append(slices)

    def sliced(self) -> Iterator[list[Any]]:
        """The rows of all slices, made one slice after the other."""
        fresh = Fresh(self.ids, self.now)
        for slices in self.slices:
            for rows in slices(fresh):
                for row in rows:
                    self._stamp(row)
                if rows:
                    yield rows

    def update(self, row: Row) -> None:
        self._stamp(row)
        self._set((type(row), key_of(row)), copy.copy(row))

    def delete(self, row: Row) -> None:
        self._set((type(row), key_of(row)), None)

    def delete_where(self, row_type: type[Row], column: str, values: list[Any]) -> None:
        if values:
            self.touched.add(row_type)
            self.wiped.append((row_type, column, list(values)))

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
        event = Event(
            id=self.row_id(),
            type=type,
            actor=actor,
            task_id=task_id,
            execution_id=execution_id,
            definition_id=definition_id,
            at=self.now,
            data=msgspec.json.encode(data).decode() if data else None,
        )
        self.bulk.append([event])

    def row_id(self) -> int:
        return self._given(self.ids.row_id)

    def uid(self) -> str:
        return self._given(lambda: uuid7(self.now))

    def random(self, size: int) -> bytes:
        return self._given(lambda: os.urandom(size))

    def _given(self, make: Callable[[], Any]) -> Any:
        """A fresh value, or the one given at this point when the command was decided before."""
        if self.replayed == len(self.given):
            self.given.append(make())
        value = self.given[self.replayed]
        self.replayed += 1
        return value

    def accept(self, slot: Slot, row: Row | None, locked: bool) -> None:
        """Take a row as loaded from the database (None: there is none). A row the batch changed keeps its change."""
        if locked:
            self.locked.add(slot)
        if slot in self.changed:
            return
        self._forget(slot)
        self.rows[slot] = row
        self.base[slot] = row
        self._remember(slot, row)

    def accept_find(self, find: FindKey, rows: list[Row]) -> None:
        """Take the rows that a `find` loaded."""
        self._index(find[0], find[1])
        for row in rows:
            self.accept((type(row), key_of(row)), row, locked=find[3])
        self.found.add(find)

    def _stamp(self, row: Row) -> None:
        if hasattr(row, "rev"):
            row.rev = self.rev  # type: ignore[attr-defined]

    def _set(self, slot: Slot, row: Row | None) -> None:
        self.journal.append(
            (slot, slot in self.rows, self.rows.get(slot), slot in self.changed, self.changed.get(slot))
        )
        self.touched.add(slot[0])
        self._forget(slot)
        self.rows[slot] = row
        self.changed[slot] = row
        self._remember(slot, row)

    def _index(self, row_type: type[Row], names: tuple[str, ...]) -> dict[tuple[Any, ...], set[Slot]]:
        index = self.index.get((row_type, names))
        if index is None:
            index = self.index[(row_type, names)] = {}
            for slot, row in self.rows.items():
                if slot[0] is row_type and row is not None:
                    index.setdefault(tuple(getattr(row, name) for name in names), set()).add(slot)
        return index

    def _forget(self, slot: Slot) -> None:
        row = self.rows.get(slot)
        if row is None:
            return
        for (row_type, names), index in self.index.items():
            if row_type is slot[0]:
                index.get(tuple(getattr(row, name) for name in names), set()).discard(slot)

    def _remember(self, slot: Slot, row: Row | None) -> None:
        if row is None:
            return
        for (row_type, names), index in self.index.items():
            if row_type is slot[0]:
                index.setdefault(tuple(getattr(row, name) for name in names), set()).add(slot)
