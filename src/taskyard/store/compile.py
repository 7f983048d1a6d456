"""Query trees to SQL, compiled once per shape.

The shape of a query is its tree without the values; the values travel as bind parameters. Lists are one parameter
each, so their length is not part of the shape.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, exists, false, func, literal, not_, or_, select, text, true, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnClause, FromClause

from taskyard.model.query import TRUE, All, Cmp, Filter, Has, Not, Order, Some
from taskyard.store import tables as t
from taskyard.store.derived import DERIVED, Derived
from taskyard.store.fields import ENTITIES, Entity, Part

POSITIVE = {"eq", "lt", "le", "gt", "ge", "in", "contains", "icontains", "starts", "ends", "like", "ilike", "regex"}
NEGATED = {"ne": "eq", "not_in": "in", "is_null": "not_null"}


class UnknownField(Exception):  # noqa: N818
    """A query names a field or relation that the entity does not have."""


class Among(ColumnElement[bool]):
    """`column` is one of the values of a list parameter."""

    inherit_cache = True

    def __init__(self, column: Any, name: str, kind: str) -> None:
        self.column = column
        self.name = name
        self.kind = kind


@compiles(Among, "postgresql")
def _among_postgres(element: Among, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY(%({element.name})s::{element.kind}[])"


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} IN (SELECT value FROM json_each(:{element.name}))"


class Call(ColumnElement[bool]):
    """A text comparison that the databases spell differently."""

    inherit_cache = True

    def __init__(self, operator: str, column: Any, value: Any) -> None:
        self.operator = operator
        self.column = column
        self.value = value


_POSTGRES_CALLS = {
    "contains": "strpos({c}, {v}) > 0",
    "icontains": "strpos(lower({c} COLLATE \"und-x-icu\"), lower({v} COLLATE \"und-x-icu\")) > 0",
    "starts": "starts_with({c}, {v})",
    "ends": "right({c}, length({v})) = {v}",
    "like": "{c} LIKE {v} ESCAPE '\\'",
    "ilike": "lower({c} COLLATE \"und-x-icu\") LIKE lower({v} COLLATE \"und-x-icu\") ESCAPE '\\'",
    "regex": "{c} ~ {v}",
}
_SQLITE_CALLS = {
    "contains": "instr({c}, {v}) > 0",
    "icontains": "instr(lower({c}), lower({v})) > 0",
    "starts": "substr({c}, 1, length({v})) = {v}",
    "ends": "(length({v}) = 0 OR substr({c}, -length({v})) = {v})",
    "like": "like_cs({v}, {c})",
    "ilike": "like_cs(lower({v}), lower({c}))",
    "regex": "regexp({v}, {c})",
}


@compiles(Call, "postgresql")
def _call_postgres(element: Call, compiler: Any, **kw: Any) -> str:
    column, value = compiler.process(element.column, **kw), compiler.process(element.value, **kw)
    return f"({_POSTGRES_CALLS[element.operator].format(c=column, v=value)})".replace("'\\'", "E'\\\\'")


@compiles(Call, "sqlite")
def _call_sqlite(element: Call, compiler: Any, **kw: Any) -> str:
    column, value = compiler.process(element.column, **kw), compiler.process(element.value, **kw)
    return f"({_SQLITE_CALLS[element.operator].format(c=column, v=value)})"


class Compiled(msgspec.Struct, frozen=True):
    """SQL text, the names of its list parameters, and the parameters that belong to the shape."""

    sql: str
    lists: frozenset[str]
    constants: dict[str, Any]


class Scope:
    """One table a filter is about: resolves fields, and remembers which one-to-one parts must be joined."""

    def __init__(
        self,
        builder: Builder,
        table: FromClause,
        parts: dict[str, Part],
        attributes: bool,
        derived: dict[str, Derived] | None = None,
    ) -> None:
        self.derived = derived or {}
        self.builder = builder
        self.table = table
        self.parts = parts
        self.attributes = attributes
        self.joined: dict[str, FromClause] = {}

    def column(self, field: str) -> ColumnElement[Any]:
        """The expression of a field for comparing and sorting."""
        head, _, tail = field.partition(".")
        if not tail:
            if head in self.derived:
                return self.derived[head](self)
            if head in self.parts and head not in self.table.c:
                return self.part_column(head, head)
            if head not in self.table.c:
                raise UnknownField(field)
            return self.table.c[head]
        if self.attributes and head in ("attr", "num"):
            return self.attribute(tail, "text" if head == "attr" else "number")
        if head not in self.parts:
            raise UnknownField(field)
        return self.part_column(head, tail)

    def part_column(self, name: str, column: str) -> ColumnElement[Any]:
        part = self.parts[name]
        if column not in part.table.c:
            raise UnknownField(f"{name}.{column}")
        alias = self.joined.get(name)
        if alias is None:
            alias = self.joined[name] = part.table.alias(self.builder.alias(name))
        found = alias.c[column]
        if part.zeros and not part.table.c[column].nullable:
            return func.coalesce(found, literal(0) if str(found.type) != "BOOLEAN" else false())
        return found

    def attribute(self, name: str, column: str) -> ColumnElement[Any]:
        table = t.task_attributes.alias(self.builder.alias("a"))
        label = self.builder.constant(name)
        return (
            select(table.c[column]).where(table.c.task_id == self.table.c.id, table.c.name == label).scalar_subquery()
        )

    def joins(self, source: Any) -> Any:
        for name, alias in self.joined.items():
            part = self.parts[name]
            source = source.outerjoin(alias, alias.c[part.theirs] == self.table.c[part.own])
        return source


class Builder:
    """Builds the statements of one query shape; `values` collects the bind parameters in the order of the walk."""

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.count = 0
        self.names = 0
        self.lists: set[str] = set()

    def alias(self, stem: str) -> str:
        self.names += 1
        return f"{stem}_{self.names}"

    def place(self) -> str:
        name = f"p{self.count}"
        self.count += 1
        return name

    def constant(self, value: str) -> ColumnElement[Any]:
        """A value that belongs to the shape itself (an attribute's name), still passed as a parameter."""
        return bindparam(self.alias("k"), value)

    def where(self, node: Filter, scope: Scope, entity: Entity | None) -> ColumnElement[bool]:
        if isinstance(node, Cmp):
            return self.compare(node, scope)
        if isinstance(node, All):
            return and_(true(), *[self.where(part, scope, entity) for part in node.of])
        if isinstance(node, Some):
            return or_(false(), *[self.where(part, scope, entity) for part in node.of])
        if isinstance(node, Not):
            return not_(func.coalesce(self.where(node.of, scope, entity), false()))
        return self.related(node, scope, entity)

    def related(self, node: Has, scope: Scope, entity: Entity | None) -> ColumnElement[bool]:
        relation = entity.relations.get(node.relation) if entity else None
        if relation is None:
            raise UnknownField(node.relation)
        table = relation.table.alias(self.alias(node.relation))
        inner = Scope(self, table, relation.parts, False)
        condition = self.where(node.where, inner, None)
        inside = select(literal(1)).select_from(inner.joins(table))
        return exists(inside.where(table.c[relation.theirs] == scope.table.c[relation.own], condition))

    def compare(self, node: Cmp, scope: Scope) -> ColumnElement[bool]:
        positive = NEGATED.get(node.op, node.op)
        head, _, name = node.field.partition(".")
        if scope.attributes and head in ("attr", "num") and name:
            found = self.attribute_exists(positive, name, "text" if head == "attr" else "number", scope, node)
        else:
            found = self.operate(positive, scope.column(node.field), node)
        return not_(func.coalesce(found, false())) if node.op in NEGATED else found

    def attribute_exists(self, op: str, name: str, column: str, scope: Scope, node: Cmp) -> ColumnElement[bool]:
        table = t.task_attributes.alias(self.alias("a"))
        condition = self.operate(op, table.c[column], node)
        label = self.constant(name)
        if op in ("eq", "in") and not name.startswith("data."):
            inside = select(table.c.task_id).where(table.c.name == label, text(f'{table.name}."indexed"'), condition)
            return scope.table.c.id.in_(inside)
        return exists(
            select(literal(1)).where(table.c.task_id == scope.table.c.id, table.c.name == label, condition)
        )

    def operate(self, op: str, column: ColumnElement[Any], node: Cmp) -> ColumnElement[bool]:
        if op == "not_null":
            return column.is_not(None)
        name = self.place()
        if op == "in":
            self.lists.add(name)
            return Among(column, name, self.kind(column))
        value: Any = bindparam(name, type_=Text() if isinstance(column.type, Text) else column.type)
        if op in ("eq", "lt", "le", "gt", "ge"):
            compare = {"eq": "__eq__", "lt": "__lt__", "le": "__le__", "gt": "__gt__", "ge": "__ge__"}[op]
            return getattr(column, compare)(value)
        return Call(op, column, value)

    @staticmethod
    def kind(column: ColumnElement[Any]) -> str:
        name = str(column.type)
        return {"BIGINT": "bigint", "INTEGER": "bigint", "FLOAT": "float8", "BOOLEAN": "boolean"}.get(
            name.partition("(")[0], "text"
        )


def bind(node: Filter, values: list[Any]) -> None:
    """Append the values of a filter in the order in which `Builder.where` makes places for them."""
    if isinstance(node, Cmp):
        if node.op not in ("is_null", "not_null"):
            values.append(node.value)
    elif isinstance(node, (All, Some)):
        for part in node.of:
            bind(part, values)
    elif isinstance(node, Not):
        bind(node.of, values)
    else:
        bind(node.where, values)


def shape(node: Filter) -> Any:
    """The filter without its values, hashable."""
    if isinstance(node, Cmp):
        return (node.field, node.op)
    if isinstance(node, All):
        return ("&", *map(shape, node.of))
    if isinstance(node, Some):
        return ("|", *map(shape, node.of))
    if isinstance(node, Not):
        return ("!", shape(node.of))
    return ("?", node.relation, shape(node.where))


class Statements:
    """The compiled statements of one database, by shape."""

    LIMIT = 4_000

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.dialect: Any = (
            postgresql.dialect(paramstyle="pyformat") if postgres else sqlite.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
        )
        self.cache: dict[Any, Compiled] = {}

    def page(self, entity: str, where: Filter, order: tuple[Order, ...], after: Any, limit: bool, offset: bool) -> Compiled:
        """`id, rev` and the order keys of a page. Places: filter values, then cursor values, then `limit`, `offset`."""
        key = ("page", entity, shape(where), order, after, limit, offset)
        return self._cached(key, lambda b: self._page(b, entity, where, order, after, limit, offset))

    def count(self, entity: str, where: Filter) -> Compiled:
        return self._cached(("count", entity, shape(where)), lambda b: self._aggregate(b, entity, where, ()))

    def sums(self, entity: str, where: Filter, fields: tuple[str, ...]) -> Compiled:
        """The count and the sums of fields over every row that the filter lets through."""
        return self._cached(("sums", entity, shape(where), fields), lambda b: self._aggregate(b, entity, where, fields))

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

    def _aggregate(self, builder: Builder, name: str, where: Filter, fields: tuple[str, ...]) -> Select[Any]:
        entity, scope = self._scope(builder, name)
        condition = builder.where(where, scope, entity)
        sums = [func.coalesce(func.sum(scope.column(field)), 0) for field in fields]
        return select(func.count(), *sums).select_from(scope.joins(entity.table)).where(condition)

    def _page(
        self,
        builder: Builder,
        name: str,
        where: Filter,
        order: tuple[Order, ...],
        after: tuple[bool, ...] | None,
        limit: bool,
        offset: bool,
    ) -> Select[Any]:
        entity, scope = self._scope(builder, name)
        table = entity.table
        condition = builder.where(where, scope, entity)
        keys = [scope.column(part.field) for part in order]
        last_desc = order[0].desc if order else False
        if after is not None:
            condition = and_(condition, self._beyond(builder, table, keys, order, after, last_desc))
        rev = table.c.rev if "rev" in table.c else literal(0).label("rev")
        statement = select(table.c.id, rev, *[key.label(f"o{index}") for index, key in enumerate(keys)])
        statement = statement.select_from(scope.joins(table)).where(condition)
        for part, key in zip(order, keys, strict=True):
            statement = statement.order_by(self._ordered(part, key))
        if not any(part.field == "id" for part in order):
            statement = statement.order_by(table.c.id.desc() if last_desc else table.c.id.asc())
        if limit:
            statement = statement.limit(bindparam("limit"))
        if offset:
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
            (key, part.desc, part.nulls_first, absent) for key, part, absent in zip(keys, order, nulls, strict=True)
        ]
        chain.append((table.c.id, last_desc, False, False))
        if any(part.field == "id" for part in order):
            chain.pop()
        places = [None if absent else bindparam(builder.place(), type_=key.type) for key, _, _, absent in chain]
        if all(place is not None for place in places) and len({desc for _, desc, _, _ in chain}) == 1 and _solid(chain):
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


def is_simple(where: Filter, entity: str) -> bool:
    """The filter is a conjunction of equalities on the entity's own columns."""
    if where == TRUE:
        return True
    if isinstance(where, Cmp):
        return where.op == "eq" and "." not in where.field and where.field in ENTITIES[entity].table.c
    return isinstance(where, All) and all(is_simple(part, entity) for part in where.of)
