"""What deciders ask of the database, and how the questions of a whole batch are put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from taskyard.model.command import Find, Peek, Pick, Sight, Then
from taskyard.model.row import Row

Slot = tuple[type[Row], tuple[Any, ...]]
"""A place where a row is or is not: its type and primary key."""


class FindKey(NamedTuple):
    """A question for every row whose columns have these values."""

    row_type: type[Row]
    names: tuple[str, ...]
    values: tuple[Any, ...]
    locked: bool


class OrderKey(NamedTuple):
    """A question for rows whose columns have these values, by the columns `order`: the first ones, or the last."""

    row_type: type[Row]
    names: tuple[str, ...]
    values: tuple[Any, ...]
    order: tuple[str, ...]
    last: bool = False


class Need(Exception):
    """A decider asked for rows that are not loaded. Without any question: it must be decided after others that hold
    what it would take."""

    def __init__(
        self,
        slots: list[Slot] | None = None,
        locked: bool = True,
        finds: list[FindKey] | None = None,
        ordered: tuple[OrderKey, int] | None = None,
    ) -> None:
        super().__init__("rows needed")
        self.slots = slots or []
        self.locked = locked
        self.finds = finds or []
        self.ordered = ordered

    @property
    def waits(self) -> bool:
        return not (self.slots or self.finds or self.ordered)


class Needs:
    """The needs of several commands, to be loaded at once. Of the rows that several want to pick, so many are loaded
    that each gets its own."""

    def __init__(self) -> None:
        self.slots: dict[bool, dict[type[Row], set[tuple[Any, ...]]]] = {
            True: defaultdict(set),
            False: defaultdict(set),
        }
        self.finds: set[FindKey] = set()
        self.ordered: dict[OrderKey, int] = {}
        self.after_peek: list[tuple[Slot, Then]] = []
        self.after_pick: dict[OrderKey, Then] = {}

    def add(self, need: Need) -> None:
        kept = self.slots[need.locked]
        for row_type, key in need.slots:
            kept[row_type].add(key)
        self.finds.update(need.finds)
        if need.ordered is not None:
            key, wanted = need.ordered
            present = self.ordered.get(key, 0)
            self.ordered[key] = max(present, wanted) if key.last else present + wanted

    def foresee(self, sights: Iterable[Sight]) -> None:
        """Add what a command will surely read."""
        for sight in sights:
            if isinstance(sight, Pick):
                key = OrderKey(sight.row_type, tuple(sight.equals), tuple(sight.equals.values()), sight.order)
                self.ordered[key] = self.ordered.get(key, 0) + sight.limit
                if sight.then:
                    self.after_pick[key] = sight.then
            elif isinstance(sight, Peek):
                self.slots[False][sight.row_type].add(sight.key)
                if sight.then:
                    self.after_peek.append(((sight.row_type, sight.key), sight.then))
            elif isinstance(sight, Find):
                names, values = tuple(sight.equals), tuple(sight.equals.values())
                self.finds.add(FindKey(sight.row_type, names, values, sight.locked))
            else:
                row_type, key = sight
                self.slots[True][row_type].add(key)

    def follow(self, row: Row | None, then: Then) -> None:
        """Add the rows that are read now that this one is known."""
        for row_type, names in then if row is not None else ():
            key = tuple(getattr(row, name) for name in names)
            if None not in key:
                self.slots[True][row_type].add(key)

    def __bool__(self) -> bool:
        return any(map(bool, self.slots.values())) or bool(self.finds) or bool(self.ordered)
