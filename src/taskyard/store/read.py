"""Reads: pages, counts, whole rows and streams, each from one transaction of one connection."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import msgspec

from taskyard.model.definition import Definition
from taskyard.model.problem import rejected
from taskyard.model.query import All, Cmp, Filter, Page, Query
from taskyard.model.row import Row
from taskyard.store.builder import UnknownField, bind
from taskyard.store.codec import build_all, shape_of
from taskyard.store.engine_sqlite import list_value
from taskyard.store.fields import FIELD_WORDS
from taskyard.store.link import Link
from taskyard.store.load import ARRAY_CASTS
from taskyard.store.named import MOST as MOST_NAMED
from taskyard.store.named import by_id, names_definition
from taskyard.store.narrow import drivers
from taskyard.store.statements import Compiled, Form, Statements

COUNTED = {"kind", "definition_id", "phase", "outcome", "suspended", "tenant"}
COUNTER_SUMS = {"progress.annotations": "annotations", "progress.predictions": "predictions"}
MEMORY = 2_000
NARROW_PAGE = 500
NARROW_COUNT = 20_000
"""Up to how many candidate rows per way a page, or a count, is collected by index instead of walked."""


class Reader:
    """Runs queries on a link it is given. Holds the compiled statements and the totals of the last snapshot."""

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.statements = Statements(postgres)
        self.totals: OrderedDict[Any, tuple[Any, Any]] = OrderedDict()

    def page(self, link: Link, query: Query) -> Page:
        """The page with its totals, all of one moment."""
        try:
            return self._page(link, query)
        except UnknownField as unknown:
            raise rejected(
                "invalid",
                f"Unknown field {str(unknown)!r} for {query.entity}. "
                f"Its own fields are: {', '.join(FIELD_WORDS[query.entity])}.",
                reason="unknown_field",
                field=str(unknown),
            ) from None

    def _page(self, link: Link, query: Query) -> Page:
        query = self.resolved(link, query)
        totals = query.want_total or bool(query.sums)
        if totals:
            begin_read(link, self.postgres)
        try:
            rows, has_more = self._rows(link, query)
            total, sums = (None, None)
            if totals:
                total, sums = self._totals(link, query, rows, has_more)
        finally:
            if totals:
                link.rollback()
        following = _cursor(query, rows[-1]) if has_more and rows else None
        ids = [(row[0], row[1]) for row in rows]
        return Page(ids=ids, has_more=has_more, next=following, total=total, sums=sums)

    def resolved(self, link: Link, query: Query) -> Query:
        """The query with the names of definitions looked up (see named.py)."""
        if not names_definition(query.entity, query.where):
            return query

        def find(key: str, kind: str | None) -> list[int]:
            equals = {"key": key} if kind is None else {"key": key, "kind": kind}
            return [row.id for row in self.matching(link, Definition, equals, MOST_NAMED + 1)]

        return msgspec.structs.replace(query, where=by_id(query.where, find))

    def is_counted(self, query: Query) -> bool:
        """The counters hold the totals of this query."""
        return _counter_slice(query) is not None

    def _rows(self, link: Link, query: Query) -> tuple[list[tuple[Any, ...]], bool]:
        if query.limit == 0:
            return [], False
        compiled, given = self.prepared(query, self._drivers(link, query, NARROW_PAGE))
        rows = link.rows(compiled.sql, given)
        has_more = query.limit is not None and len(rows) > query.limit
        return (rows[: query.limit] if has_more else rows), has_more

    def _drivers(self, link: Link, query: Query, cap: int) -> tuple[Filter, ...]:
        """The selective ways into the query, if they lead to few enough rows."""
        found = drivers(query.entity, query.where)
        if not found:
            return ()
        compiled = self.statements.probe(query.entity, found, cap + 1)
        reached = link.rows(compiled.sql, self._given(compiled, found, []))[0][0]
        return found if reached <= cap else ()

    def prepared(self, query: Query, narrowed: tuple[Filter, ...] = ()) -> tuple[Compiled, dict[str, Any]]:
        """The statement and the parameters of a query's page; one row more than asked, to know whether more follow."""
        nulls, places = self._after(query)
        form = Form(
            order=query.order,
            after=nulls,
            limit=query.limit is not None,
            offset=query.offset > 0,
            drivers=narrowed,
        )
        compiled = self.statements.page(query.entity, query.where, form)
        given = self._given(compiled, (query.where, *narrowed), places)
        if query.limit is not None:
            given["limit"] = query.limit + 1
        if query.offset > 0:
            given["offset"] = query.offset
        return compiled, given

    def _after(self, query: Query) -> tuple[tuple[bool, ...] | None, list[Any]]:
        """Which cursor keys are absent, and the values of the others."""
        if query.after is None:
            return None, []
        keys = _cursor_keys(query.after)
        types = (*self.statements.key_types(query.entity, query.order), int)
        fitting = len(keys) == len(types) and all(map(_fits, keys, types)) and keys[-1] is not None
        if not fitting:
            raise rejected("invalid", "The page cursor is not one that this list gave.", reason="bad_cursor")
        if any(part.field == "id" for part in query.order):
            keys = keys[:-1]
        return tuple(key is None for key in keys[: len(query.order)]), [
            key for key in keys if key is not None
        ]

    def _given(self, compiled: Compiled, filters: tuple[Filter, ...], more: list[Any]) -> dict[str, Any]:
        values: list[Any] = []
        for part in filters:
            bind(part, values)
        values.extend(more)
        given = dict(compiled.constants)
        for index, value in enumerate(values):
            name = f"p{index}"
            if name in compiled.lists:
                value = list(value) if self.postgres else list_value(value)
            given[name] = value
        return given

    def count(self, link: Link, query: Query) -> int:
        """The number of rows that the filter lets through."""
        return self.page(link, msgspec.structs.replace(query, limit=0, want_total=True)).total or 0

    def _totals(
        self, link: Link, query: Query, rows: list[Any], has_more: bool
    ) -> tuple[int | None, dict[str, float] | None]:
        if (
            not query.sums
            and query.limit
            and not has_more
            and (rows or not query.offset)
            and query.after is None
        ):
            return query.offset + len(rows), None
        if (counted := _counter_slice(query)) is not None:
            return self._from_counters(link, query, counted)
        snapshot = link.snapshot()
        key = (query.entity, query.where, query.sums)
        try:
            known = self.totals.get(key)
        except TypeError:
            key, known = None, None
        if known is not None and known[0] == snapshot:
            return known[1]
        narrowed = self._drivers(link, query, NARROW_COUNT)
        compiled = self.statements.sums(query.entity, query.where, query.sums, narrowed)
        total, *sums = link.rows(compiled.sql, self._given(compiled, (query.where, *narrowed), []))[0]
        found = (total, dict(zip(query.sums, sums, strict=True)) if query.sums else None)
        if key is not None:
            self.totals[key] = (snapshot, found)
            if len(self.totals) > MEMORY:
                self.totals.popitem(last=False)
        return found

    def _from_counters(
        self, link: Link, query: Query, counted: dict[str, Any]
    ) -> tuple[int, dict[str, float] | None]:
        measures = ["tasks", *(COUNTER_SUMS[name] for name in query.sums)]
        sums = [self._counter(link, measure, counted) for measure in measures]
        return sums[0], dict(zip(query.sums, sums[1:], strict=True)) if query.sums else None

    def _counter(self, link: Link, measure: str, counted: dict[str, Any]) -> int:
        given: dict[str, Any] = {"measure": measure}
        where = [f"measure={self._place('measure')}"]
        for name in ("tenant", "kind", "definition_id"):
            if name in counted:
                given[name] = counted[name]
                where.append(f"{name}={self._place(name)}")
        states = [word for word in ("phase", "outcome", "suspended") if word in counted]
        if measure == "tasks" and states:
            given["state"] = "/".join(
                [
                    counted.get("phase", "%"),
                    counted.get("outcome", "%"),
                    str(int(counted["suspended"])) if "suspended" in counted else "%",
                    "%",
                ]
            )
            like = f"state LIKE {self._place('state')}"
            where.append(like if self.postgres else f"like_cs({self._place('state')}, state)")
        sql = f"SELECT coalesce(sum(n), 0) FROM counters WHERE {' AND '.join(where)}"
        return int(link.rows(sql, given)[0][0])

    def _place(self, name: str) -> str:
        return f"%({name})s" if self.postgres else f":{name}"

    def rows(self, link: Link, row_type: type[Row], column: str, values: list[Any]) -> list[Any]:
        """Whole rows whose column is one of the values."""
        shape = shape_of(row_type)
        columns = ",".join(f'"{name}"' for name in shape.names)
        if self.postgres:
            among = f"= ANY(%(values)s::{ARRAY_CASTS[shape.types[shape.names.index(column)]]})"
        else:
            among = "IN (SELECT value FROM json_each(:values))"
        order = ",".join(f'"{name}"' for name in shape.key)
        sql = f'SELECT {columns} FROM "{row_type.TABLE}" WHERE "{column}" {among} ORDER BY {order}'
        given = {"values": values if self.postgres else list_value(values)}
        return build_all(row_type, link.rows(sql, given))

    def matching(self, link: Link, row_type: type[Row], equals: dict[str, Any], limit: int) -> list[Any]:
        """Whole rows whose columns equal the values, at most `limit`."""
        shape = shape_of(row_type)
        columns = ",".join(f'"{name}"' for name in shape.names)
        terms = [
            f'"{name}" IS NULL' if value is None else f'"{name}"={self._place(name)}'
            for name, value in equals.items()
        ]
        order = ",".join(f'"{name}"' for name in shape.key)
        where = " AND ".join(terms) or "true"
        sql = f'SELECT {columns} FROM "{row_type.TABLE}" WHERE {where} ORDER BY {order} LIMIT {int(limit)}'
        given = {name: value for name, value in equals.items() if value is not None}
        return build_all(row_type, link.rows(sql, given))

    def stream(self, link: Link, query: Query, size: int) -> Iterator[list[tuple[int, int]]]:
        """`(id, rev)` of every row the query lets through, in order, in lists of at most `size`."""
        query = self.resolved(link, query)
        compiled, given = self.prepared(msgspec.structs.replace(query, limit=None, want_total=False, sums=()))
        for rows in link.stream(compiled.sql, given, size):
            yield [(row[0], row[1]) for row in rows]


def begin_read(link: Link, postgres: bool) -> None:
    """What is read on the link from now on, until `link.rollback()`, is of one moment."""
    link.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN")


def _counter_slice(query: Query) -> dict[str, Any] | None:
    """The equalities of a task query whose total the counters hold, or None."""
    if query.entity != "task" or any(name not in COUNTER_SUMS for name in query.sums):
        return None
    found: dict[str, Any] = {}
    parts = query.where.of if isinstance(query.where, All) else (query.where,)
    for part in parts:
        if not isinstance(part, Cmp) or part.op != "eq" or part.field not in COUNTED or part.field in found:
            return None
        found[part.field] = part.value
    if query.sums and (
        found.get("kind", "label") != "label" or not found.keys() <= {"kind", "definition_id"}
    ):
        return None
    return found


def _cursor(query: Query, row: tuple[Any, ...]) -> str:
    """The opaque place behind a row: its order keys and its id."""
    return base64.urlsafe_b64encode(msgspec.json.encode([*row[2:], row[0]])).decode().rstrip("=")


def _cursor_keys(after: str) -> list[Any]:
    """The order keys and the id that a cursor holds; empty for text that is no cursor."""
    try:
        padded = after + "=" * (-len(after) % 4)
        return msgspec.json.decode(
            base64.urlsafe_b64decode(padded), type=list[str | int | float | bool | None]
        )
    except (ValueError, msgspec.MsgspecError):
        return []


def _fits(key: Any, wanted: type) -> bool:
    """A cursor key can be compared with an order key of that type."""
    if key is None:
        return True
    if wanted is str:
        return isinstance(key, str) and "\0" not in key
    if wanted is float:
        return isinstance(key, (int, float))
    return isinstance(key, int) and abs(key) < 2**63
