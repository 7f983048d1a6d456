"""Queries as data: a filter tree, an order, a page. The store compiles them; a property test evaluates them
by hand.

Field and relation names are those of `store/fields.py`; `docs/query-model.md` lists them by entity.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Operator = Literal[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "contains",
    "icontains",
    "starts",
    "ends",
    "like",
    "ilike",
    "regex",
    "is_null",
    "not_null",
]
"""`contains`, `starts`, `ends` take literal text (case matters); `icontains` ignores case; `like` and `ilike`
take SQL patterns with backslash as escape; `in` and `not_in` take a list; `is_null` and `not_null` take no
value. Every operator but `is_null`, `ne` and `not_in` is false on an absent value; `ne` and `not_in` are true
on it."""


class Cmp(msgspec.Struct, frozen=True):
    """`field op value`."""

    field: str
    op: Operator
    value: Any = None


class All(msgspec.Struct, frozen=True):
    """Every part holds; true when there is none."""

    of: tuple[Filter, ...] = ()


class Some(msgspec.Struct, frozen=True):
    """At least one part holds; false when there is none."""

    of: tuple[Filter, ...] = ()


class Not(msgspec.Struct, frozen=True):
    """The part does not hold."""

    of: Filter


class Has(msgspec.Struct, frozen=True):
    """A related row exists for which `where` holds (one row must satisfy all of it)."""

    relation: str
    where: Filter


Filter = Cmp | All | Some | Not | Has
TRUE = All()
FALSE = Some()


class Order(msgspec.Struct, frozen=True):
    """One sort key. Absent values come last unless `nulls_first`."""

    field: str
    desc: bool = False
    nulls_first: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What to list. `entity` is a key of `store/fields.py`; the row id is always the last tiebreak (direction
    of the first order key). `limit` None asks for everything: use the streaming call. `after` is the `next`
    of a former page of the same filter and order; `offset` skips rows for APIs that demand it."""

    entity: str
    where: Filter = TRUE
    order: tuple[Order, ...] = ()
    limit: int | None = 100
    offset: int = 0
    after: str | None = None
    want_total: bool = False
    sums: tuple[str, ...] = ()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a query found: `(id, rev)` pairs in order. `total` and `sums` are None unless asked for."""

    ids: list[tuple[int, int]]
    has_more: bool
    next: str | None = None
    total: int | None = None
    sums: dict[str, float] | None = None


def both(*parts: Filter | None) -> Filter:
    """The conjunction of the parts that are there, as one flat list."""
    kept: list[Filter] = []
    for part in parts:
        if isinstance(part, All):
            kept += part.of
        elif part is not None:
            kept.append(part)
    return kept[0] if len(kept) == 1 else All(tuple(kept))


def either(*parts: Filter | None) -> Filter:
    """The disjunction of the parts that are there."""
    kept = tuple(part for part in parts if part is not None)
    return kept[0] if len(kept) == 1 else Some(kept)


def eq(field: str, value: Any) -> Filter:
    return Cmp(field, "eq", value)


def one_of(field: str, values: Any) -> Filter:
    return Cmp(field, "in", tuple(values))
