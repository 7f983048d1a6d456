"""Rows to and from the tuples that drivers take and give."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import UniqueConstraint

from taskyard.model.row import Row
from taskyard.store.tables import ROW_TABLES, column_type


class Shape(msgspec.Struct, frozen=True):
    """The columns of a row struct in field order, with their Python types."""

    row_type: type[Row]
    names: tuple[str, ...]
    types: tuple[type, ...]
    key: tuple[str, ...]
    has_rev: bool
    flags: tuple[int, ...]

    def type_of(self, name: str) -> type:
        """The Python type of a column."""
        return self.types[self.names.index(name)]


@cache
def shape_of(row_type: type[Row]) -> Shape:
    hints = typing.get_type_hints(row_type)
    names = tuple(field.name for field in msgspec.structs.fields(row_type))
    kinds = tuple(column_type(hints[name])[0] for name in names)
    return Shape(
        row_type=row_type,
        names=names,
        types=kinds,
        key=row_type.KEY,
        has_rev="rev" in names,
        flags=tuple(index for index, kind in enumerate(kinds) if kind is bool),
    )


@cache
def builder(row_type: type[Row]) -> Callable[[tuple[Any, ...]], Row]:
    """A function from a tuple in column order to the row. SQLite gives truth values as integers; they become bools."""
    shape = shape_of(row_type)
    names, flags = shape.names, shape.flags

    def build(values: tuple[Any, ...]) -> Row:
        fields = dict(zip(names, values, strict=True))
        for index in flags:
            value = values[index]
            if value is not None:
                fields[names[index]] = bool(value)
        return row_type(**fields)

    return build


@cache
def finds_one(row_type: type[Row], names: frozenset[str]) -> bool:
    """At most one row, and not one that holds whole files, has given values in these columns: they hold a whole
    primary key or unique rule."""
    if bytes in shape_of(row_type).types:
        return False
    table = ROW_TABLES[row_type]
    rules = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    keys = [{column.name for column in rule.columns} for rule in (table.primary_key, *rules)]
    return any(key and key <= names for key in keys)


def build_all(row_type: type[Row], tuples: Iterable[tuple[Any, ...]]) -> list[Any]:
    build = builder(row_type)
    return [build(values) for values in tuples]


Getter = Callable[[Any], tuple[Any, ...]]


@cache
def getter(names: tuple[str, ...]) -> Getter:
    """A function from a row to the values of these columns."""
    if len(names) != 1:
        return attrgetter(*names) if names else lambda row: ()
    one = attrgetter(names[0])
    return lambda row: (one(row),)


class _Keys(dict[type[Row], Getter]):
    """The primary key of a row, by its type."""

    def __missing__(self, row_type: type[Row]) -> Getter:
        found = self[row_type] = getter(row_type.KEY)
        return found


_keys = _Keys()


def key_of(row: Row) -> tuple[Any, ...]:
    """The primary key of a row as a tuple."""
    return _keys[type(row)](row)
