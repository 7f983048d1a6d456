"""What a committed batch means to the rest of the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from taskyard.model.execution import Timer
from taskyard.model.row import Row
from taskyard.model.task import Lease
from taskyard.store.unit import Unit


class Committed(msgspec.Struct, frozen=True):
    """Told to the listeners of a store after each commit, on the lane's thread.

    `topics` says how often each was woken (for `queue:…` that is how many items became ready); `soonest` is the first
    moment at which a timer or lease that was made or changed is due, epoch milliseconds, or None."""

    touched: frozenset[type[Row]]
    topics: dict[str, int]
    soonest: int | None


def committed(units: list[Unit]) -> Committed:
    """What the units of one transaction changed."""
    topics: Counter[str] = Counter()
    for unit in units:
        topics.update(unit.woken)
    due = [moment for unit in units for moment in _due(unit)]
    touched = frozenset[type[Row]]().union(*(unit.touched for unit in units))
    return Committed(touched, dict(topics), min(due, default=None))


def _due(unit: Unit) -> Iterable[int]:
    if Timer not in unit.touched and Lease not in unit.touched:
        return
    for row in unit.changed.values():
        if isinstance(row, Timer):
            yield row.due_at
        elif isinstance(row, Lease):
            yield row.expires_at
    for rows in unit.bulk:
        if isinstance(rows[0], Timer):
            yield min(row.due_at for row in rows)
        elif isinstance(rows[0], Lease):
            yield min(row.expires_at for row in rows)
