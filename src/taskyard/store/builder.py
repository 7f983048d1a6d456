"""Filter trees to SQL expressions; the values become bind parameters `p0`, `p1`, … in the order of the
walk."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.sql.expression import FromClause

from taskyard.model.query import TRUE, All, Cmp, Filter, Has, Not, Some
from taskyard.store import tables as t
from taskyard.store.comparison import Among, Call
from taskyard.store.derived import Derived
from taskyard.store.fields import ENTITIES, Entity, Part, Relation

NEGATED = {"ne": "eq", "not_in": "in", "is_null": "not_null"}


class UnknownField(Exception):
    """A query names a field or relation that the entity does not have."""


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
        # The part may be absent, so that even a column that is never NULL in its table can read as NULL here.
        return type_coerce(found, found.type)

    def attribute(self, name: str, column: str) -> ColumnElement[Any]:
        table = t.task_attributes.alias(self.builder.alias("a"))
        label = self.builder.constant(name)
        return (
            select(table.c[column])
            .where(table.c.task_id == self.table.c.id, table.c.name == label)
            .scalar_subquery()
        )

    def joins(self, source: Any) -> Any:
        for name, alias in self.joined.items():
            part = self.parts[name]
            source = source.outerjoin(alias, alias.c[part.theirs] == self.table.c[part.own])
        return source


class Builder:
    """Builds the statements of one query shape; `values` collects the bind parameters in the order of the
    walk."""

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        self.count = 0
        self.names = 0
        self.lists: set[str] = set()
        self.probing = False
        """Few rows are asked for, so that related rows are best looked up row by row."""

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

    def where(self, node: Filter, scope: Scope, entity: Entity | Relation | None) -> ColumnElement[bool]:
        if isinstance(node, Cmp):
            return self.compare(node, scope)
        if isinstance(node, All):
            return and_(true(), *[self.where(part, scope, entity) for part in node.of])
        if isinstance(node, Some):
            return or_(false(), *[self.where(part, scope, entity) for part in node.of])
        if isinstance(node, Not):
            return not_(func.coalesce(self.where(node.of, scope, entity), false()))
        return self.related(node, scope, entity)

    def related(self, node: Has, scope: Scope, entity: Entity | Relation | None) -> ColumnElement[bool]:
        relation = entity.relations.get(node.relation) if entity else None
        if relation is None:
            raise UnknownField(node.relation)
        table = relation.table.alias(self.alias(node.relation))
        inner = Scope(self, table, relation.parts, False)
        condition = self.where(node.where, inner, relation)
        inside = select(literal(1)).select_from(inner.joins(table))
        inside = inside.where(table.c[relation.theirs] == scope.table.c[relation.own], condition)
        if self.postgres and self.probing:
            # Keeps the planner from collecting every related row before it looks at the first of the page.
            inside = inside.offset(literal_column("0"))
        return exists(inside)

    def compare(self, node: Cmp, scope: Scope) -> ColumnElement[bool]:
        positive = NEGATED.get(node.op, node.op)
        head, _, name = node.field.partition(".")
        if scope.attributes and head in ("attr", "num") and name:
            found = self.attribute_exists(positive, name, "text" if head == "attr" else "number", scope, node)
        elif node.op == "is_null":
            # Written as it is, so that an index over the rows without a value serves it.
            return scope.column(node.field).is_(None)
        else:
            found = self.operate(positive, scope.column(node.field), node)
        return not_(func.coalesce(found, false())) if node.op in NEGATED else found

    def attribute_exists(
        self, op: str, name: str, column: str, scope: Scope, node: Cmp
    ) -> ColumnElement[bool]:
        table = t.task_attributes.alias(self.alias("a"))
        condition = self.operate(op, table.c[column], node)
        label = self.constant(name)
        if op in ("eq", "in") and not name.startswith("data."):
            inside = select(table.c.task_id).where(
                table.c.name == label, text(f'{table.name}."indexed"'), condition
            )
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


def is_simple(where: Filter, entity: str) -> bool:
    """The filter is a conjunction of equalities on the entity's own columns."""
    if where == TRUE:
        return True
    if isinstance(where, Cmp):
        return where.op == "eq" and "." not in where.field and where.field in ENTITIES[entity].table.c
    return isinstance(where, All) and all(is_simple(part, entity) for part in where.of)


def comparisons(where: Filter) -> int:
    """How many comparisons of a simple filter an index must serve: the kind is no news where the definition is known."""
    fields = _fields(where)
    return len(fields) - ("definition_id" in fields and "kind" in fields)


def _fields(where: Filter) -> list[str]:
    if isinstance(where, All):
        return [field for part in where.of for field in _fields(part)]
    return [where.field] if isinstance(where, Cmp) else []
