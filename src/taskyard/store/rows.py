"""The rows of a transaction as its commands see them, with the way back."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from taskyard.model.row import Row
from taskyard.store.codec import getter
from taskyard.store.need import Slot
from taskyard.store.ordered import Changed

NOWHERE: Any = object()
"""In the journal: there was no such row, or no such change."""


class Rows:
    """Rows by their slot (None: there is none), indexed by the columns that were asked for.

    `base` is what the database has, `changed` what the batch wants; the journal takes the present command back."""

    def __init__(self) -> None:
        self.rows: dict[Slot, Row | None] = {}
        self.by_type: defaultdict[type[Row], set[Slot]] = defaultdict(set)
        self.locked: set[Slot] = set()
        self.base: dict[Slot, Row | None] = {}
        self.changed: dict[Slot, Row | None] = {}
        self.index: dict[type[Row], dict[tuple[str, ...], defaultdict[tuple[Any, ...], set[Slot]]]] = {}
        self.orders = Changed()
        self.journal: list[tuple[Slot, Any, Any]] = []
        self.touched: set[type[Row]] = set()

    def accept(self, slot: Slot, row: Row | None, locked: bool) -> None:
        """Take a row as loaded from the database (None: there is none). A row the batch changed keeps its change."""
        if locked:
            self.locked.add(slot)
        if slot in self.changed:
            return
        self._replace(slot, row)
        self.base[slot] = row

    def _undo_rows(self) -> None:
        for slot, row, change in reversed(self.journal):
            self._replace(slot, None if row is NOWHERE else row)
            if row is NOWHERE:
                del self.rows[slot]
                self.by_type[slot[0]].discard(slot)
            if slot[0] in self.orders.by_type:
                self.orders.replace(slot[0], self.changed.get(slot), None if change is NOWHERE else change)
            if change is NOWHERE:
                del self.changed[slot]
            else:
                self.changed[slot] = change
        self.journal.clear()

    def _set(self, slot: Slot, row: Row | None) -> None:
        change = self.changed.get(slot, NOWHERE)
        self.journal.append((slot, self.rows.get(slot, NOWHERE), change))
        self.touched.add(slot[0])
        self._replace(slot, row)
        if slot[0] in self.orders.by_type:
            self.orders.replace(slot[0], None if change is NOWHERE else change, row)
        self.changed[slot] = row

    def _replace(self, slot: Slot, row: Row | None) -> None:
        """Put a row into its place, and into every index in place of the one before."""
        row_type = slot[0]
        old = self.rows.get(slot)
        self.rows[slot] = row
        self.by_type[row_type].add(slot)
        indexes = self.index.get(row_type)
        if indexes is None:
            return
        for names, index in indexes.items():
            values = getter(names)
            if old is not None and (slots := index.get(values(old))) is not None:
                slots.discard(slot)
            if row is not None:
                index[values(row)].add(slot)

    def _index(self, row_type: type[Row], names: tuple[str, ...]) -> dict[tuple[Any, ...], set[Slot]]:
        indexes = self.index.setdefault(row_type, {})
        index = indexes.get(names)
        if index is None:
            index = indexes[names] = defaultdict(set)
            values = getter(names)
            for slot in self.by_type.get(row_type, ()):
                row = self.rows[slot]
                if row is not None:
                    index[values(row)].add(slot)
        return index
