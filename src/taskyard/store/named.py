"""Tasks by the name of their definition: the name becomes the id, which is what indexes and counters know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskyard.model.query import All, Cmp, Filter, both, eq, one_of

KEY, KIND = "definition.key", "definition.kind"
MOST = 50
"""More definitions of one name than this are left to a join."""

Find = Callable[[str, str | None], list[int]]
"""`(key, kind) -> ids` of the definitions of that name, of a kind when given."""


def names_definition(entity: str, where: Filter) -> bool:
    """The query wants tasks of definitions with one name."""
    return entity == "task" and any(_is(part, KEY) for part in _parts(where))


def by_id(where: Filter, find: Find) -> Filter:
    """The same filter with ids in the place of the name."""
    parts = _parts(where)
    key: Any = next(part for part in parts if _is(part, KEY))
    kind: Any = next((part for part in parts if _is(part, KIND)), None)
    ids = find(key.value, kind.value if kind is not None else None)
    if len(ids) > MOST:
        return where
    rest = [part for part in parts if part is not key and part is not kind]
    return both(eq("definition_id", ids[0]) if len(ids) == 1 else one_of("definition_id", ids), *rest)


def _parts(where: Filter) -> list[Filter]:
    if not isinstance(where, All):
        return [where]
    return [inner for part in where.of for inner in _parts(part)]


def _is(part: Filter, field: str) -> bool:
    return isinstance(part, Cmp) and part.field == field and part.op == "eq" and isinstance(part.value, str)
