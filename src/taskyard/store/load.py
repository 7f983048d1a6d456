"""Loads the rows that commands ask for, set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from taskyard.model.row import Row
from taskyard.store.codec import build_all, shape_of
from taskyard.store.engine_sqlite import list_value
from taskyard.store.link import Link
from taskyard.store.unit import FindKey, Slot, Unit

ARRAY_CASTS = {int: "bigint[]", str: "text[]", bool: "boolean[]", float: "float8[]", bytes: "bytea[]"}


class Loader:
    """Builds the loading statements of one database (`postgres` or not) and feeds a unit with their rows."""

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.by_key = cache(self._by_key)
        self.by_values = cache(self._by_values)

    def slots(self, link: Link, unit: Unit, slots: Iterable[Slot], locked: bool) -> None:
        """Load rows by primary key; keys are taken in order so that lanes lock alike."""
        wanted: dict[type[Row], list[tuple[Any, ...]]] = defaultdict(list)
        for row_type, key in slots:
            wanted[row_type].append(key)
        for row_type in sorted(wanted, key=lambda row: row.TABLE):
            keys = sorted(set(wanted[row_type]))
            found = dict(self._load(link, row_type, keys, locked))
            for key in keys:
                unit.accept((row_type, key), found.get(key), locked)

    def _load(
        self, link: Link, row_type: type[Row], keys: list[tuple[Any, ...]], locked: bool
    ) -> list[tuple[tuple[Any, ...], Row]]:
        sql = self.by_key(row_type, locked)
        shape = shape_of(row_type)
        places = [shape.names.index(name) for name in shape.key]
        rows: list[tuple[Any, ...]] = []
        if len(shape.key) == 1:
            values = [key[0] for key in keys]
            rows = link.rows(sql, {"keys": self._list(values)})
        else:
            for key in keys:
                rows.extend(link.rows(sql, {f"k{index}": value for index, value in enumerate(key)}))
        built = build_all(row_type, rows)
        return [
            (tuple(values[place] for place in places), row) for values, row in zip(rows, built, strict=True)
        ]

    def find(self, link: Link, unit: Unit, find: FindKey) -> None:
        """Load every row whose columns equal the values."""
        row_type, names, values, locked = find
        absent = tuple(value is None for value in values)
        sql = self.by_values(row_type, names, absent, locked)
        given = {f"k{index}": value for index, value in enumerate(values) if value is not None}
        unit.accept_find(find, build_all(row_type, link.rows(sql, given)))

    def _by_key(self, row_type: type[Row], locked: bool) -> str:
        shape = shape_of(row_type)
        columns = ",".join(f'"{name}"' for name in shape.names)
        order = ",".join(f'"{name}"' for name in shape.key)
        if len(shape.key) == 1:
            where = self._in(shape.key[0], shape.types[shape.names.index(shape.key[0])])
        else:
            where = " AND ".join(
                f'"{name}"={self._place(f"k{index}")}' for index, name in enumerate(shape.key)
            )
        return f'SELECT {columns} FROM "{row_type.TABLE}" WHERE {where} ORDER BY {order}{self._lock(locked)}'

    def _by_values(
        self, row_type: type[Row], names: tuple[str, ...], absent: tuple[bool, ...], locked: bool
    ) -> str:
        shape = shape_of(row_type)
        columns = ",".join(f'"{name}"' for name in shape.names)
        order = ",".join(f'"{name}"' for name in shape.key)
        where = " AND ".join(
            f'"{name}" IS NULL' if missing else f'"{name}"={self._place(f"k{index}")}'
            for index, (name, missing) in enumerate(zip(names, absent, strict=True))
        )
        return f'SELECT {columns} FROM "{row_type.TABLE}" WHERE {where} ORDER BY {order}{self._lock(locked)}'

    def _in(self, column: str, kind: type) -> str:
        if self.postgres:
            return f'"{column}" = ANY(%(keys)s::{ARRAY_CASTS[kind]})'
        return f'"{column}" IN (SELECT value FROM json_each(:keys))'

    def _place(self, name: str) -> str:
        return f"%({name})s" if self.postgres else f":{name}"

    def _lock(self, locked: bool) -> str:
        return " FOR UPDATE" if self.postgres and locked else ""

    def _list(self, values: list[Any]) -> Any:
        if self.postgres:
            return values
        return list_value(values)
