"""Searches over schedules and their runs: `query` conditions joined by AND, free text, sort words, pages."""

from __future__ import annotations

import re

from taskyard.dialects.conductor.queries import Params
from taskyard.model.problem import rejected
from taskyard.model.query import Cmp, Filter, Order, both, either

LARGEST = 1000
"""Largest page."""

FIELDS = {
    "scheduleName": "name",
    "workflowName": "key",
    "workflowType": "key",
    "workflowId": "execution_uid",
    "executionId": "uid",
    "state": "state",
    "status": "state",
    "scheduledTime": "scheduled_at",
    "executionTime": "at",
}
NUMBERS = ("scheduled_at", "at")
OPERATORS = {"=": "eq", ">": "gt", "<": "lt", ">=": "ge", "<=": "le"}

_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|=|<|>|IN)\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)


class SearchParams(Params):
    """A page of a search."""

    start: int = 0
    size: int = 100
    sort: list[str] = []
    free_text: str = "*"
    query: str | None = None

    @property
    def page_size(self) -> int:
        return max(0, min(self.size, LARGEST))

    def text_filter(self) -> Filter | None:
        """The text within the schedule's name or the workflow's name."""
        text = self.free_text.strip().strip("*")
        return either(Cmp("name", "icontains", text), Cmp("key", "icontains", text)) if text else None


def read_query(text: str | None) -> Filter | None:
    """The filter of a query over runs; a field that is not known is not looked at, as in the open server."""
    parts: list[Filter | None] = []
    for condition in re.split(r"\s+AND\s+", (text or "").strip()) if (text or "").strip() else []:
        match = _CONDITION.fullmatch(condition)
        if match is None:
            raise rejected("invalid", f"Cannot read the condition {condition!r}", reason="bad_query")
        field, operator, value = FIELDS.get(match[1]), match[2].upper(), match[3]
        if field is None:
            continue
        values = (
            [part.strip().strip("'\"") for part in value.strip("()").split(",")] if operator == "IN" else None
        )
        if values is not None:
            parts.append(Cmp(field, "in", tuple(_value(field, each) for each in values)))
        else:
            parts.append(Cmp(field, OPERATORS[operator], _value(field, value.strip("'\"()"))))  # type: ignore[arg-type]
    return both(*parts)


def _value(field: str, text: str) -> str | int:
    if field not in NUMBERS:
        return text
    if not text.isdecimal():
        raise rejected("invalid", f"{text!r} is not a time in milliseconds", reason="bad_query")
    return int(text)


def order_of(sort: list[str], fields: dict[str, str]) -> tuple[Order, ...]:
    """The order of `field:ASC|DESC` words; words for other fields are not looked at."""
    keys: dict[str, Order] = {}
    for word in (part for text in sort for part in text.split("|")):
        name, _, direction = word.partition(":")
        if name.strip() in fields:
            column = fields[name.strip()]
            keys[column] = Order(column, desc=direction.strip().upper() == "DESC")
    return tuple(keys.values())
