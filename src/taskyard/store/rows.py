"""The rows of a transaction as its commands see them, with the way back."""

from __future__ import annotations

from typing import Any

from taskyard.model.row import Row
from taskyard.store.need import Slot
from taskyard.store.ordered import Changed


class Rows:
    """Rows by their slot (None: there is none), indexed by the columns that were asked for.

    `base` is what the database has, `changed` what the batch wants; the journal takes the present command back."""

    def __init__(self) -> None:
        self.rows: dict[Slot, Row | None] = {}
        self.by_type: dict[type[Row], set[Slot]] = {}
        self.locked: set[Slot] = set()
        self.base: dict[Slot, Row | None] = {}
        self.changed: dict[Slot, Row | None] = {}
        self.index: dict[type[Row], dict[tuple[str, ...], dict[tuple[Any, ...], set[Slot]]]] = {}
        self.orders = Changed()
        self.journal: list[tuple[Slot, bool, Row | None, bool, Row | None]] = []
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
        for slot, had_row, row, had_change, change in reversed(self.journal):
            self._replace(slot, row if had_row else None)
            if not had_row:
                del self.rows[slot]
                self.by_type[slot[0]].discard(slot)
            self._change(slot, change, had_change)
        self.journal.clear()

    def _set(self, slot: Slot, row: Row | None) -> None:
        self.journal.append(
            (slot, slot in self.rows, self.rows.get(slot), slot in self.changed, self.changed.get(slot))
        )
        self.touched.add(slot[0])
        self._replace(slot, row)
        self._change(slot, row, True)

    def _change(self, slot: Slot, row: Row | None, is_changed: bool) -> None:
        if slot[0] in self.orders.by_type:
            self.orders.replace(slot[0], self.changed.get(slot), row if is_changed else None)
        if is_changed:
            self.changed[slot] = row
        else:
            self.changed.pop(slot, None)

    def _replace(self, slot: Slot, row: Row | None) -> None:
        """Put a row into its place, and into every index in place of the one before."""
        row_type = slot[0]
        old = self.rows.get(slot)
        self.rows[slot] = row
        self.by_type.setdefault(row_type, set()).add(slot)
        for names, index in self.index.get(row_type, {}).items():
            if old is not None:
                index.get(tuple(getattr(old, name) for name in names), set()).discard(slot)
            if row is not None:
                index.setdefault(tuple(getattr(row, name) for name in names), set()).add(slot)

    def _index(self, row_type: type[Row], names: tuple[str, ...]) -> dict[tuple[Any, ...], set[Slot]]:
        indexes = self.index.setdefault(row_type, {})
        index = indexes.get(names)
        if index is None:
            index = indexes[names] = {}
            for slot in self.by_type.get(row_type, ()):
                row = self.rows[slot]
                if row is not None:
                    index.setdefault(tuple(getattr(row, name) for name in names), set()).add(slot)
        return index
