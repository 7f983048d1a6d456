"""Comparisons that the two databases spell differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles


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
    "icontains": 'strpos(lower({c} COLLATE "und-x-icu"), lower({v} COLLATE "und-x-icu")) > 0',
    "starts": "starts_with({c}, {v})",
    "ends": "right({c}, length({v})) = {v}",
    "like": "{c} LIKE {v} ESCAPE '\\'",
    "ilike": 'lower({c} COLLATE "und-x-icu") LIKE lower({v} COLLATE "und-x-icu") ESCAPE \'\\\'',
    "regex": "{c} ~ {v}",
}
_SQLITE_CALLS = {
    "contains": "instr({c}, {v}) > 0",
    "icontains": "instr(lower({c}), lower({v})) > 0",
    "starts": "substr({c}, 1, length({v})) = {v}",
    "ends": "substr({c}, length({c}) - length({v}) + 1) = {v}",
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
