"""Where a filter can start from: the few rows that an index finds, instead of the many that it would walk past.

An inbox asks for tasks that are mine in one of several ways. Walking the list in its order is best when many tasks
are; collecting the ids of each way by its index is best when few are. A probe of the same indexes tells which.
"""

from __future__ import annotations

from sqlalchemy import Select, func, literal, select, union_all

from taskyard.model.query import All, Cmp, Filter, Has, Some
from taskyard.store.builder import Builder, Scope
from taskyard.store.fields import Entity

SELECTIVE: dict[str, frozenset[str]] = {
    "task": frozenset({"id", "uid", "assignee", "creator", "owner", "queue"})
}
"""Own columns, by entity, that an index serves and few rows share."""

RELATIONS: dict[str, dict[str, str]] = {
    "task": {"candidates": "name", "events": "actor"},
    "version": {"starters": "name", "incidents": "type"},
}
"""Relations, by entity, with the indexed column that a condition on them must compare."""

EQUAL = ("eq", "in")


def drivers(entity: str, where: Filter) -> tuple[Filter, ...]:
    """Selective filters of which every row of the result fulfils at least one; empty when there are none.

    A comparison with an own column is no driver on its own: the planner starts from its index by itself.
    """
    for part in where.of if isinstance(where, All) else (where,):
        if isinstance(part, Cmp):
            continue
        ways = part.of if isinstance(part, Some) else (part,)
        found = [_driver(entity, member) for member in ways]
        if found and all(driver is not None for driver in found):
            return tuple(driver for driver in found if driver is not None)
    return ()


def _driver(entity: str, node: Filter) -> Filter | None:
    """A selective filter that the node implies."""
    if isinstance(node, Cmp):
        return node if node.op in EQUAL and node.field in SELECTIVE.get(entity, ()) else None
    if isinstance(node, Has):
        column = RELATIONS.get(entity, {}).get(node.relation)
        return node if column is not None and _compares(node.where, column) else None
    if isinstance(node, All):
        return next((driver for part in node.of if (driver := _driver(entity, part)) is not None), None)
    return None


def _compares(node: Filter, column: str) -> bool:
    """Every way to fulfil the condition fixes the column."""
    if isinstance(node, Cmp):
        return node.op in EQUAL and node.field == column
    if isinstance(node, All):
        return any(_compares(part, column) for part in node.of)
    return isinstance(node, Some) and bool(node.of) and all(_compares(part, column) for part in node.of)


def collected(builder: Builder, entity: Entity, found: tuple[Filter, ...], cap: int | None = None) -> Select:
    """The ids that fulfil the drivers, each driver by its own index; at most `cap` of each when given."""
    selects = []
    for driver in found:
        inner = _ids(builder, entity, driver)
        if cap is not None:
            inner = inner.limit(cap)
        part = inner.subquery(builder.alias("way"))
        selects.append(select(part.c[0].label("id")))
    return select(union_all(*selects).subquery(builder.alias("ways")).c.id)


def _ids(builder: Builder, entity: Entity, driver: Filter) -> Select:
    if isinstance(driver, Has):
        relation = entity.relations[driver.relation]
        table = relation.table.alias(builder.alias(driver.relation))
        inner = Scope(builder, table, relation.parts, False)
        condition = builder.where(driver.where, inner, relation)
        return select(table.c[relation.theirs]).select_from(inner.joins(table)).where(condition)
    table = entity.table.alias(builder.alias("own"))
    return select(table.c.id).where(builder.where(driver, Scope(builder, table, {}, False), None))


def probe(builder: Builder, entity: Entity, found: tuple[Filter, ...], cap: int) -> Select:
    """How many ids the drivers give, counted up to `cap` each."""
    ids = collected(builder, entity, found, cap).subquery(builder.alias("probe"))
    return select(func.count(literal(1))).select_from(ids)
