"""The first or last rows of an order: what the database said, merged with what the batch has changed."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any

import msgspec

from taskyard.model.row import Row
from taskyard.store.codec import getter, key_of
from taskyard.store.need import OrderKey, Slot

Place = tuple[Any, ...]
"""Where a row stands in an order: the values of its columns, then its primary key."""


class Known(msgspec.Struct):
    """What the database said: its first (or last) rows, best first. `start` passes by leading ones that the batch has
    changed; `complete` says that there are no more."""

    rows: list[tuple[Place, Slot]]
    complete: bool
    start: int = 0


def place_of(row: Row, order: tuple[str, ...]) -> Place:
    """Where a row stands in the order."""
    return getter(order)(row) + key_of(row)


class Changed:
    """The rows that the batch has made or changed, in the orders that were asked for."""

    def __init__(self) -> None:
        self.by_type: dict[
            type[Row], dict[tuple[tuple[str, ...], tuple[str, ...]], dict[tuple[Any, ...], list[Place]]]
        ] = {}

    def places(self, key: OrderKey, changed: dict[Slot, Row | None]) -> list[Place]:
        """The places of the changed rows that a question concerns, in order."""
        shapes = self.by_type.setdefault(key.row_type, {})
        shape = (key.names, key.order)
        lists = shapes.get(shape)
        if lists is None:
            lists = shapes[shape] = {}
            for (row_type, _), row in changed.items():
                if row is not None and row_type is key.row_type:
                    values = getter(key.names)(row)
                    insort(lists.setdefault(values, []), place_of(row, key.order))
        return lists.get(key.values, [])

    def replace(self, row_type: type[Row], old: Row | None, new: Row | None) -> None:
        """A changed row became another; None: there was none, or is none any more."""
        for (names, order), lists in self.by_type.get(row_type, {}).items():
            if old is not None:
                places = lists.get(getter(names)(old), [])
                place = place_of(old, order)
                at = bisect_left(places, place)
                if at < len(places) and places[at] == place:
                    del places[at]
            if new is not None:
                values = getter(names)(new)
                insort(lists.setdefault(values, []), place_of(new, order))


def merged(
    known: Known, key: OrderKey, fresh: list[Place], changed: dict[Slot, Row | None]
) -> Iterator[Slot]:
    """The slots of an ascending order, unchanged ones of the database between changed ones."""
    width = len(key.order)
    while known.start < len(known.rows) and known.rows[known.start][1] in changed:
        known.start += 1
    at = 0
    for index in range(known.start, len(known.rows)):
        place, slot = known.rows[index]
        if slot in changed:
            continue
        while at < len(fresh) and fresh[at] < place:
            yield key.row_type, fresh[at][width:]
            at += 1
        yield slot
    if known.complete:
        for place in fresh[at:]:
            yield key.row_type, place[width:]
