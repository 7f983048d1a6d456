"""Kept counts: what a batch adds to and takes from the totals that lists show without counting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from taskyard.model.row import Row
from taskyard.model.task import Progress, Task

CounterKey = tuple[str, str, str, int, str]
"""`(tenant, measure, kind, definition_id, state)`."""

PROGRESS_MEASURES = ("annotations", "cancelled", "predictions", "ground_truths", "labeled")
"""Columns of the progress rows whose sum over a definition is kept."""


COUNTED: frozenset[type[Row]] = frozenset({Task, Progress})
"""The types of rows that counters know."""


def state_of(phase: str, outcome: str | None, suspended: bool, waiting_for: str | None) -> str:
    """The state word of the task counters."""
    return f"{phase}/{outcome or ''}/{int(suspended)}/{waiting_for or ''}"


def contributions(row: Row) -> list[tuple[CounterKey, int]]:
    """What one row adds to the counters while it exists."""
    if isinstance(row, Task):
        state = state_of(row.phase, row.outcome, row.suspended, row.waiting_for)
        return [((row.tenant, "tasks", row.kind, row.definition_id or 0, state), 1)]
    if isinstance(row, Progress):
        return [
            (("", measure, "label", row.definition_id, ""), int(amount))
            for measure in PROGRESS_MEASURES
            if (amount := getattr(row, measure))
        ]
    return []


class Deltas:
    """The counter changes of one batch."""

    def __init__(self) -> None:
        self.by_key: dict[CounterKey, int] = defaultdict(int)

    def change(self, before: Row | None, after: Row | None) -> None:
        if before is not None:
            for key, amount in contributions(before):
                self.by_key[key] -= amount
        if after is not None:
            for key, amount in contributions(after):
                self.by_key[key] += amount

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.change(None, row)

    def take(self, groups: Iterable[tuple[CounterKey, int]]) -> None:
        for key, amount in groups:
            self.by_key[key] -= amount

    def rows(self, shard: int) -> list[tuple[Any, ...]]:
        """Counter rows with their amounts, in key order, without the zero ones."""
        return [(*key, shard, amount) for key, amount in sorted(self.by_key.items()) if amount]
