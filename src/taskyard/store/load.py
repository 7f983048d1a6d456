"""Loads the rows that commands ask for, set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.row import Row
from taskyard.model.task import Lease, QueueItem, Task
from taskyard.store.array import array
from taskyard.store.codec import build_all, key_of, shape_of
from taskyard.store.engine_sqlite import list_value
from taskyard.store.link import Link
from taskyard.store.need import FindKey, Needs, OrderKey
from taskyard.store.unit import Unit

ARRAY_CASTS = {int: "bigint[]", str: "text[]", bool: "boolean[]", float: "float8[]", bytes: "bytea[]"}
LOCKED_FIRST: tuple[type[Row], ...] = (Execution, QueueItem, Lease, Task, ElementInstance)
"""The order in which rows are locked, everywhere, so that lanes do not wait for each other in a circle; other types
come before these, by the name of their table."""


@cache
def lock_rank(row_type: type[Row]) -> tuple[int, str]:
    """Where a type stands in the order of locking."""
    return (LOCKED_FIRST.index(row_type) if row_type in LOCKED_FIRST else -1), row_type.TABLE


def _parted(
    wanted: dict[type[Row], set[tuple[Any, ...]]],
) -> tuple[dict[type[Row], set[tuple[Any, ...]]], dict[type[Row], set[tuple[Any, ...]]]]:
    """The types that are locked before queue items are picked, and the others."""
    picked = lock_rank(QueueItem)
    first = {row_type: keys for row_type, keys in wanted.items() if lock_rank(row_type) < picked}
    return first, {row_type: keys for row_type, keys in wanted.items() if row_type not in first}


Statement = tuple[str, dict[str, Any]]


class Ask(NamedTuple):
    """A statement that gives rows of one type, and who takes the rows."""

    row_type: type[Row]
    statement: Statement
    take: Callable[[list[Any]], None]


class Loader:
    """Builds the loading statements of one database (`postgres` or not) and feeds a unit with their rows."""

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.by_values = cache(self._by_values)
        self.by_order = cache(self._by_order)

    def load(self, link: Link, unit: Unit, needs: Needs) -> None:
        """Load everything that is needed, in the order of locking, rows of one type in that of their keys."""
        asks = list(self._slots(unit, needs.slots[False], locked=False))
        if needs.after_peek:
            self._run(link, asks)
            asks = []
            for slot, then in needs.after_peek:
                needs.follow(unit.rows.get(slot), then)
        first, rest = _parted(needs.slots[True])
        asks += self._slots(unit, first, locked=True)
        asks += self._finds(unit, needs.finds)
        asks += [self._ordered(unit, key, limit) for key, limit in needs.ordered.items()]
        if needs.after_pick:
            self._run(link, asks)
            asks = []
            for key, then in needs.after_pick.items():
                for _, slot in unit.known[key].rows:
                    needs.follow(unit.rows[slot], then)
            rest = _parted(needs.slots[True])[1]
        asks += self._slots(unit, rest, locked=True)
        self._run(link, asks)

    def _run(self, link: Link, asks: list[Ask]) -> None:
        """Ask the database everything at once, then take the rows."""
        answers = link.many([ask.statement for ask in asks])
        for ask, rows in zip(asks, answers, strict=True):
            ask.take(build_all(ask.row_type, rows))

    def _slots(
        self, unit: Unit, wanted: dict[type[Row], set[tuple[Any, ...]]], *, locked: bool
    ) -> Iterator[Ask]:
        """Rows by their keys."""
        keep = not locked
        locked = locked or not self.postgres  # nobody else writes there
        for row_type in sorted(wanted, key=lock_rank):
            keys = sorted(key for key in wanted[row_type] if not unit.has((row_type, key), locked))
            if not keys:
                continue

            def take(rows: list[Any], row_type: type[Row] = row_type, keys: list[Any] = keys) -> None:
                found = {key_of(row): row for row in rows}
                if keep:
                    unit.shelf.keep_rows(row_type, keys, found)
                for key in keys:
                    unit.accept((row_type, key), found.get(key), locked)

            given = (False,) * len(row_type.KEY)
            yield Ask(row_type, self._matching(row_type, row_type.KEY, given, keys, locked), take)

    def _finds(self, unit: Unit, finds: Iterable[FindKey]) -> Iterator[Ask]:
        """Rows by other columns: finds of one type by the same columns, with NULL in the same places, together."""
        shapes: dict[tuple[Any, ...], list[FindKey]] = defaultdict(list)
        for find in finds:
            absent = tuple(value is None for value in find.values)
            shapes[find.locked, lock_rank(find.row_type), find.names, absent].append(find)
        for shape in sorted(shapes):
            alike = shapes[shape]
            row_type, names, _, locked = alike[0]
            values = [tuple(value for value in find.values if value is not None) for find in alike]
            statement = self._matching(row_type, names, shape[3], values, locked)
            yield Ask(row_type, statement, partial(self._take_finds, unit, alike))

    def _take_finds(self, unit: Unit, finds: list[FindKey], rows: list[Any]) -> None:
        if not finds[0].locked:
            unit.shelf.keep_finds(finds, rows)
            if not self.postgres:
                finds = [find._replace(locked=True) for find in finds]
        unit.accept_finds(finds, rows)

    def _ordered(self, unit: Unit, key: OrderKey, wanted: int) -> Ask:
        """The first or last rows of an order: as many more as are wanted."""
        known = unit.known.get(key)
        limit = wanted + (len(known.rows) if known is not None else 0)
        absent = tuple(value is None for value in key.values)
        sql = self.by_order(key.row_type, key.names, absent, key.order, key.last)
        given = self._given(tuple(value for value in key.values if value is not None))

        def take(rows: list[Any]) -> None:
            unit.accept_ordered(key, rows, complete=len(rows) < limit)

        return Ask(key.row_type, (sql, {**given, "most": limit}), take)

    def _matching(
        self,
        row_type: type[Row],
        names: tuple[str, ...],
        absent: tuple[bool, ...],
        values: list[tuple[Any, ...]],
        locked: bool,
    ) -> Statement:
        """What asks, in one statement, for rows whose columns have one of the lists of values."""
        width = len(names) - sum(absent)
        sql = self.by_values(row_type, names, absent, locked, len(values) == 1)
        if len(values) == 1 or width == 0:
            return (sql, self._given(values[0]))
        if self.postgres:
            given = [name for name, missing in zip(names, absent, strict=True) if not missing]
            columns = zip(zip(*values, strict=True), given, strict=True)
            lists = [array(column, shape_of(row_type).type_of(name)) for column, name in columns]
            return (sql, self._given(tuple(lists)))
        return (sql, {"k0": list_value([each[0] for each in values] if width == 1 else values)})

    def _given(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return {f"k{index}": value for index, value in enumerate(values)}

    def _by_values(
        self,
        row_type: type[Row],
        names: tuple[str, ...],
        absent: tuple[bool, ...],
        locked: bool,
        single: bool,
    ) -> str:
        """The rows whose columns have the values `k0`, `k1`, …, or (not `single`) one of those in the lists of these
        names; columns that are `absent` are NULL."""
        shape = shape_of(row_type)
        columns = ",".join(f't."{name}"' for name in shape.names)
        order = ",".join(f't."{name}"' for name in shape.key)
        given = [name for name, missing in zip(names, absent, strict=True) if not missing]
        terms = [f't."{name}" IS NULL' for name, missing in zip(names, absent, strict=True) if missing]
        source = f'"{row_type.TABLE}" t'
        if single or not given:
            terms += [f't."{name}"={self._place(f"k{index}")}' for index, name in enumerate(given)]
        elif not self.postgres and len(given) == 1:
            terms.append(f't."{given[0]}" IN (SELECT value FROM json_each(:k0))')
        elif not self.postgres:
            source = f"json_each(:k0) j CROSS JOIN {source}"  # the list outside, the table by its index
            terms += [f"t.\"{name}\"=json_extract(j.value,'$[{at}]')" for at, name in enumerate(given)]
        else:
            casts = [ARRAY_CASTS[shape.type_of(name)] for name in given]
            lists = [f"%(k{index})s::{cast}" for index, cast in enumerate(casts)]
            if len(given) == 1:
                terms.append(f't."{given[0]}" = ANY({lists[0]})')
            else:
                names_of = ",".join(f'"{name}"' for name in given)
                source = f"unnest({','.join(lists)}) AS v({names_of}) JOIN {source} USING ({names_of})"
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        lock = " FOR UPDATE OF t" if self.postgres and locked else ""
        return f"SELECT {columns} FROM {source}{where} ORDER BY {order}{lock}"

    def _by_order(
        self,
        row_type: type[Row],
        names: tuple[str, ...],
        absent: tuple[bool, ...],
        order: tuple[str, ...],
        last: bool,
    ) -> str:
        """The first `most` rows, locked and passing over those that others hold; or, not locked, the last ones."""
        shape = shape_of(row_type)
        columns = ",".join(f'"{name}"' for name in shape.names)
        places = iter(range(len(names)))
        terms = [
            f'"{name}" IS NULL' if missing else f'"{name}"={self._place(f"k{next(places)}")}'
            for name, missing in zip(names, absent, strict=True)
        ]
        by = dict.fromkeys((*order, *shape.key))
        direction = " DESC" if last else ""
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        inner = (
            f'SELECT {columns} FROM "{row_type.TABLE}"{where} '
            f"ORDER BY {','.join(f'{chr(34)}{name}{chr(34)}{direction}' for name in by)} LIMIT {self._place('most')}"
        )
        if not self.postgres or last:
            return inner
        # Materialized, so that nothing makes the planner lock more than it takes.
        return f"WITH picked AS MATERIALIZED ({inner} FOR UPDATE SKIP LOCKED) SELECT * FROM picked"

    def _place(self, name: str) -> str:
        return f"%({name})s" if self.postgres else f":{name}"
