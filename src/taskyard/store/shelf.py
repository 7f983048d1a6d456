"""Rows that are read all the time and seldom change, kept by a lane from one batch to the next.

A lane may use what is on its shelf as long as nobody has changed rows of these types: on SQLite it is the only writer and
clears the shelf itself; on PostgreSQL every transaction that changes such rows counts a number up, which each batch reads
when it begins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from taskyard.model.definition import Definition, DefinitionTag, Version, VersionDocument
from taskyard.model.execution import Secret, Snapshot
from taskyard.model.row import Row
from taskyard.store.codec import getter
from taskyard.store.constants import weight
from taskyard.store.need import FindKey, Slot

SELDOM: frozenset[type[Row]] = frozenset({Definition, Version, VersionDocument, DefinitionTag, Secret})
"""Types that clear the shelf when they change."""
NEVER: frozenset[type[Row]] = frozenset({Snapshot})
"""Types whose rows never change; that one is absent is not kept."""
KEPT = SELDOM | NEVER
NAME = "shelf"
"""The number in `id_blocks` that tells of changes."""
MOST_BYTES = 16 * 1024 * 1024


class Shelf:
    """Rows by their slots and by finds, never locked, as the database had them."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.clear()

    def clear(self) -> None:
        self.rows: dict[Slot, Row | None] = {}
        self.finds: dict[FindKey, list[Row]] = {}
        self.size = 0

    def begin(self, number: int) -> None:
        """A batch begins; `number` tells whether anything changed since the last."""
        if number != self.number or self.size > MOST_BYTES:
            self.clear()
        self.number = number

    def keep_rows(self, row_type: type[Row], keys: Iterable[tuple[Any, ...]], found: dict[Any, Row]) -> None:
        """Keep what was found by primary keys."""
        if row_type not in KEPT:
            return
        for key in keys:
            row = found.get(key)
            if row is not None or row_type in SELDOM:
                self.rows[row_type, key] = row
                self.size += 200 + (weight(row) if row is not None else 0)

    def keep_finds(self, finds: list[FindKey], rows: list[Row]) -> None:
        """Keep what finds of one type by the same columns gave."""
        if finds[0].row_type not in KEPT:
            return
        values = getter(finds[0].names)
        found: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows:
            found[values(row)].append(row)
        for find in finds:
            mine = found.get(find.values, [])
            if mine or find.row_type in SELDOM:
                self.finds[find] = mine
                self.size += 200 + sum(map(weight, mine))
