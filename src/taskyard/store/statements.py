"""The statements of the read path, compiled once per query shape.

The shape of a query is its tree without the values. Lists are one parameter each, so their length is not part of it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ColumnClause, FromClause

from taskyard.model.query import Filter, Order
from taskyard.store.builder import Builder, Scope, shape
from taskyard.store.derived import DERIVED
from taskyard.store.fields import ENTITIES, Entity
from taskyard.store.narrow import collected, probe


class Compiled(msgspec.Struct, frozen=True):
    """SQL text, the names of its list parameters, and the parameters that belong to the shape."""

    sql: str
    lists: frozenset[str]
    constants: dict[str, Any]


class HintedCompiler(sqlite.base.SQLiteCompiler):
    """SQLite's compiler, but table hints are written out."""

    def get_from_hint_text(self, table: Any, text: Any) -> Any:
        return text


class HintedSqlite(sqlite.base.SQLiteDialect):
    """SQLite's SQL with table hints."""

    statement_compiler = HintedCompiler
    supports_statement_cache = False


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What besides the filter shapes a page: `after` says which cursor keys are absent (None: no cursor); `drivers`
    narrow it (see narrow.py)."""

    order: tuple[Order, ...] = ()
    after: tuple[bool, ...] | None = None
    limit: bool = True
    offset: bool = False
    drivers: tuple[Filter, ...] = ()


class Statements:
    """The compiled statements of one database, by shape."""

    LIMIT = 4_000

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.dialect: Any = (
            postgresql.dialect(paramstyle="pyformat") if postgres else HintedSqlite(paramstyle="named")
        )
        self.cache: dict[Any, Compiled] = {}

    def page(self, entity: str, where: Filter, form: Form) -> Compiled:
        """`id, rev` and the order keys of a page.

        Places: filter values, then those of the drivers, then cursor values, then `limit`, `offset`.
        """
        key = (
            "page",
            entity,
            shape(where),
            form.order,
            form.after,
            form.limit,
            form.offset,
            _shapes(form.drivers),
        )
        return self._cached(key, lambda builder: self._page(builder, entity, where, form))

    def sums(
        self, entity: str, where: Filter, fields: tuple[str, ...], drivers: tuple[Filter, ...]
    ) -> Compiled:
        """The count and the sums of fields over every row that the filter lets through."""
        key = ("sums", entity, shape(where), fields, _shapes(drivers))
        return self._cached(key, lambda builder: self._aggregate(builder, entity, where, fields, drivers))

    def probe(self, entity: str, drivers: tuple[Filter, ...], cap: int) -> Compiled:
        """How many rows the drivers lead to, counted up to `cap` each."""
        key = ("probe", entity, _shapes(drivers), cap)
        return self._cached(key, lambda builder: probe(builder, ENTITIES[entity], drivers, cap))

    def key_types(self, entity: str, order: tuple[Order, ...]) -> tuple[type, ...]:
        """The Python type of each order key."""
        scope = self._scope(Builder(self.postgres), entity)[1]
        return tuple(scope.column(part.field).type.python_type for part in order)

    def _cached(self, key: Any, build: Any) -> Compiled:
        found = self.cache.get(key)
        if found is None:
            if len(self.cache) >= self.LIMIT:
                self.cache.clear()
            builder = Builder(self.postgres)
            statement = build(builder)
            compiled = statement.compile(dialect=self.dialect)
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            found = self.cache[key] = Compiled(str(compiled), frozenset(builder.lists), constants)
        return found

    def _scope(self, builder: Builder, name: str) -> tuple[Entity, Scope]:
        entity = ENTITIES[name]
        derived = DERIVED.get(name)
        return entity, Scope(builder, entity.table, entity.parts, entity.attributes, derived)

    def _aggregate(
        self, builder: Builder, name: str, where: Filter, fields: tuple[str, ...], drivers: tuple[Filter, ...]
    ) -> Select[Any]:
        entity, scope = self._scope(builder, name)
        condition = self._condition(builder, entity, scope, where, drivers)
        sums = [func.coalesce(func.sum(scope.column(field)), 0) for field in fields]
        statement = select(func.count(), *sums).select_from(scope.joins(entity.table)).where(condition)
        return _by_key(statement, entity) if drivers else statement

    def _condition(
        self, builder: Builder, entity: Entity, scope: Scope, where: Filter, drivers: tuple[Filter, ...]
    ) -> ColumnElement[bool]:
        condition = builder.where(where, scope, entity)
        if drivers:
            condition = and_(condition, entity.table.c.id.in_(collected(builder, entity, drivers)))
        return condition

    def _page(self, builder: Builder, name: str, where: Filter, form: Form) -> Select[Any]:
        entity, scope = self._scope(builder, name)
        table, order, after = entity.table, form.order, form.after
        builder.probing = form.limit
        condition = self._condition(builder, entity, scope, where, form.drivers)
        keys = [scope.column(part.field) for part in order]
        last_desc = order[0].desc if order else False
        if after is not None:
            condition = and_(condition, self._beyond(builder, table, keys, order, after, last_desc))
        rev = table.c.rev if "rev" in table.c else literal(0).label("rev")
        statement = select(table.c.id, rev, *[key.label(f"o{index}") for index, key in enumerate(keys)])
        statement = statement.select_from(scope.joins(table)).where(condition)
        if form.drivers:
            statement = _by_key(statement, entity)
        for part, key in zip(order, keys, strict=True):
            statement = statement.order_by(self._ordered(part, key))
        if not any(part.field == "id" for part in order):
            statement = statement.order_by(table.c.id.desc() if last_desc else table.c.id.asc())
        if form.limit:
            statement = statement.limit(bindparam("limit"))
        if form.offset:
            statement = statement.offset(bindparam("offset"))
        return statement

    def _ordered(self, part: Order, key: ColumnElement[Any]) -> Any:
        """The sort expression; the clause for absent values is left out where it says what the database does anyway."""
        sorted_key = key.desc() if part.desc else key.asc()
        column = key if isinstance(key, ColumnClause) or hasattr(key, "nullable") else None
        if column is not None and getattr(column, "nullable", True) is False:
            return sorted_key
        naturally_first = part.desc if self.postgres else not part.desc
        if part.nulls_first == naturally_first:
            return sorted_key
        return sorted_key.nulls_first() if part.nulls_first else sorted_key.nulls_last()

    def _beyond(
        self,
        builder: Builder,
        table: FromClause,
        keys: list[ColumnElement[Any]],
        order: tuple[Order, ...],
        nulls: tuple[bool, ...],
        last_desc: bool,
    ) -> ColumnElement[bool]:
        """Rows after a cursor: the keys of its row, some absent (`nulls`), then its id."""
        chain: list[tuple[ColumnElement[Any], bool, bool, bool]] = [
            (key, part.desc, part.nulls_first, absent)
            for key, part, absent in zip(keys, order, nulls, strict=True)
        ]
        chain.append((table.c.id, last_desc, False, False))
        if any(part.field == "id" for part in order):
            chain.pop()
        places = [
            None if absent else bindparam(builder.place(), type_=key.type) for key, _, _, absent in chain
        ]
        if (
            all(place is not None for place in places)
            and len({desc for _, desc, _, _ in chain}) == 1
            and _solid(chain)
        ):
            return self._tuple_beyond(chain, places)
        parts: list[ColumnElement[bool]] = []
        for index, (key, desc, nulls_first, absent) in enumerate(chain):
            same = [_same(chain[i][0], places[i]) for i in range(index)]
            if absent:
                beyond = key.is_not(None) if nulls_first else false()
            else:
                place: Any = places[index]
                beyond = key < place if desc else key > place
                if not nulls_first and getattr(key, "nullable", True):
                    beyond = or_(beyond, key.is_(None))
            parts.append(and_(true(), *same, beyond))
        return or_(*parts)

    @staticmethod
    def _tuple_beyond(chain: list[Any], places: list[Any]) -> ColumnElement[bool]:
        """One row comparison, which an index serves directly."""
        left, right = tuple_(*[key for key, _, _, _ in chain]), tuple_(*places)
        return left < right if chain[0][1] else left > right


def _solid(chain: list[Any]) -> bool:
    return all(getattr(key, "nullable", True) is False for key, _, _, _ in chain)


def _same(key: ColumnElement[Any], place: Any) -> ColumnElement[bool]:
    return key.is_(None) if place is None else key == place


def _shapes(filters: tuple[Filter, ...]) -> tuple[Any, ...]:
    return tuple(map(shape, filters))


def _by_key(statement: Select[Any], entity: Entity) -> Select[Any]:
    """Tell SQLite's planner to look the collected ids up by primary key; it would rather walk an index."""
    return statement.with_hint(entity.table, "NOT INDEXED", "sqlite")
