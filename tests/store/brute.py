"""A query answered the slow way: every row in a list, every rule in Python. What the compiled SQL must agree with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any

from taskyard.model.query import All, Cmp, Filter, Has, Not, Order, Query, Some
from taskyard.model.task import Task


@dataclass
class Thing:
    """A task with all that hangs on it."""

    row: Task
    parts: dict[str, Any] = field(default_factory=dict)
    relations: dict[str, list[Any]] = field(default_factory=dict)
    attributes: dict[str, tuple[str | None, float | None]] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        head, _, tail = name.partition(".")
        if not tail:
            return getattr(self.row, name)
        if head in ("attr", "num"):
            text, number = self.attributes.get(tail, (None, None))
            return text if head == "attr" else number
        part = self.parts.get(head)
        if part is None:
            return 0 if head == "progress" and tail in ("annotations", "predictions") else None
        return getattr(part, tail)


def holds(node: Filter, thing: Any) -> bool:
    """Whether a filter lets a thing (or a related row) through."""
    if isinstance(node, All):
        return all(holds(part, thing) for part in node.of)
    if isinstance(node, Some):
        return any(holds(part, thing) for part in node.of)
    if isinstance(node, Not):
        return not holds(node.of, thing)
    if isinstance(node, Has):
        return any(holds(node.where, row) for row in thing.relations.get(node.relation, []))
    value = thing.value(node.field) if isinstance(thing, Thing) else getattr(thing, node.field)
    return compare(node, value)


def compare(node: Cmp, value: Any) -> bool:
    if node.op == "is_null":
        return value is None
    if node.op == "not_null":
        return value is not None
    if node.op == "ne":
        return value is None or value != node.value
    if node.op == "not_in":
        return value is None or value not in node.value
    if value is None:
        return False
    return _COMPARE[node.op](value, node.value)


def _like(value: str, pattern: str) -> bool:
    parts, chars = [], iter(pattern)
    for char in chars:
        if char == "\\":
            parts.append(re.escape(next(chars, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(char) or re.escape(char))
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


_COMPARE: dict[str, Any] = {
    "eq": lambda a, b: a == b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "contains": lambda a, b: b in a,
    "icontains": lambda a, b: b.lower() in a.lower(),
    "starts": lambda a, b: a.startswith(b),
    "ends": lambda a, b: a.endswith(b),
    "like": _like,
    "ilike": lambda a, b: _like(a.lower(), b.lower()),
    "regex": lambda a, b: re.search(b, a) is not None,
}


def answer(query: Query, things: list[Thing]) -> list[int]:
    """The row ids of a query's whole result, in order."""
    found = [thing for thing in things if holds(query.where, thing)]
    last_desc = query.order[0].desc if query.order else False
    keys = (*query.order, Order("id", last_desc))
    return [thing.row.id for thing in sorted(found, key=cmp_to_key(lambda a, b: _order(keys, a, b)))]


def _order(keys: tuple[Order, ...], a: Thing, b: Thing) -> int:
    for key in keys:
        left, right = a.value(key.field), b.value(key.field)
        if left == right:
            continue
        if left is None or right is None:
            first = -1 if left is None else 1
            return first if key.nulls_first else -first
        smaller = -1 if left < right else 1
        return -smaller if key.desc else smaller
    return 0
