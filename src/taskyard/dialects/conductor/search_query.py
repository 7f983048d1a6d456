"""The text of `query` in searches: conditions joined by ` AND `, as in `status IN (RUNNING,PAUSED) AND version>2`.

There is no OR and no nesting. A value may stand in quotes, and then hold anything, ` AND ` and commas included; `*` in it
is for the fields to give a meaning to. What the conditions mean is for search_fields.py."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from taskyard.model.problem import FieldError, Problem, Rejected

CONDITIONS: Final = 100
"""Most conditions of one query."""

VALUES: Final = 5_000
"""Most values of one list."""

_SUBJECT = re.compile(r"\s*([\w.-]+)\s*(?:([=<>])|(IN)(?=[\s(]))\s*", re.IGNORECASE)
_QUOTED = re.compile(r"(['\"])(.*?)\1\s*(?= AND |$)", re.DOTALL)
_BARE = re.compile(r"((?:(?! AND ).)*)", re.DOTALL)
_ITEM = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|([^,()'\"]*))\s*(,|\))")


class Condition(NamedTuple):
    """`field op value`, or `field IN (values)`; all but IN have exactly one value."""

    field: str
    op: str
    values: tuple[str, ...]


def read_conditions(query: str | None) -> list[Condition]:
    """The conditions of a query, in its order; none when it is blank. Raises `Rejected` (invalid, bad_query)."""
    text = (query or "").strip()
    if text.endswith(" AND"):
        raise _malformed(text, "nothing follows the last AND")
    found: list[Condition] = []
    at = 0
    while at < len(text):
        if len(found) == CONDITIONS:
            raise _malformed(text, f"it has more than {CONDITIONS} conditions")
        condition, at = _read_condition(text, at)
        found.append(condition)
        if at < len(text):
            if not text.startswith(" AND ", at):
                raise _malformed(text, f"' AND ' was expected at '{text[at : at + 40]}'")
            at += len(" AND ")
    return found


def _read_condition(text: str, at: int) -> tuple[Condition, int]:
    subject = _SUBJECT.match(text, at)
    if subject is None:
        shown = text[at : at + 40]
        raise _malformed(text, f"'{shown}' is not of the form: field OP value, OP one of = < > IN")
    field, sign, _ = subject.groups()
    if sign is None:
        values, at = _read_list(text, subject.end())
        return Condition(field, "IN", values), at
    quoted = _QUOTED.match(text, subject.end())
    if quoted is not None:
        return Condition(field, sign, (quoted[2],)), _past(text, quoted.end(2) + 1)
    bare = _BARE.match(text, subject.end())
    value = bare[1].strip() if bare else ""
    if value.startswith("(") and value.endswith(")"):
        value = value[1:-1].strip().strip("'\"")
    if not value or value[0] in "=<>":
        raise _malformed(text, f"'{field} {sign}' needs a value")
    return Condition(field, sign, (value,)), bare.end() if bare else len(text)


def _read_list(text: str, at: int) -> tuple[tuple[str, ...], int]:
    if text[at : at + 1] != "(":
        raise _malformed(text, "IN needs a list in parentheses")
    values: list[str] = []
    at += 1
    while True:
        item = _ITEM.match(text, at)
        if item is None:
            raise _malformed(text, "the list after IN does not end")
        single, double, bare, end = item.groups()
        value = single if single is not None else double if double is not None else bare.strip()
        if value or bare is None:
            values.append(value)
        if len(values) > VALUES:
            raise _malformed(text, f"a list has more than {VALUES} values")
        at = item.end()
        if end == ")":
            return tuple(values), _past(text, at)


def _past(text: str, at: int) -> int:
    """Past the blanks at the end; those before an AND belong to it."""
    rest = text[at:]
    if not rest.strip():
        return len(text)
    return at + len(rest) - len(rest.lstrip()) - 1 if rest[0].isspace() else at


def _malformed(text: str, why: str) -> Rejected:
    detail = f"Cannot read the query: {why}."
    shown = text if len(text) <= 200 else text[:200] + "…"
    error = FieldError(pointer="?query", detail=detail, value=shown)
    return Rejected(Problem(code="invalid", detail=detail, reason="bad_query", errors=(error,)))
