"""One filter item of the data manager as a condition on tasks (label-studio.md §4).

Negated operators are the exact complement of their positive ones, so a task that lacks the value is among
their hits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import re2

from taskyard.dialects.labelstudio.columns import BY_NAME, CHOICES, DATA, Column
from taskyard.dialects.labelstudio.errors import field_fault
from taskyard.model.labeling import SEARCH_LIMIT
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import FALSE, TRUE, Cmp, Filter, Has, Not, Some, both, either, eq, one_of
from taskyard.model.time import from_datetime

MAX_INT = 2**62
NEGATIONS = {
    "not_equal": "equal",
    "not_contains": "contains",
    "not_in": "in",
    "not_in_list": "in_list",
    "not_exists": "exists",
}
COMPARISONS = {
    "equal": "eq",
    "less": "lt",
    "less_or_equal": "le",
    "greater": "gt",
    "greater_or_equal": "ge",
}
FLOATS = {"progress.score", "progress.lead_time", "progress.agreement", "progress.review_time"}
NUMBER_TYPES = {"Number", "Time"}
STATES: dict[str, Filter] = {
    "CREATED": both(eq("progress.annotations", 0), eq("progress.labeled", False)),
    "IN_PROGRESS": both(Cmp("progress.annotations", "gt", 0), eq("progress.labeled", False)),
    "COMPLETED": eq("progress.labeled", True),
}
_RESULT = '{"result":'


def column_of(name: str) -> Column:
    """The column of that name; `data.<key>` is one too. Raises `Rejected` for any other name."""
    if name.startswith(DATA) and len(name) > len(DATA):
        return Column(name=name, kind="data", field=f"attr.{name}", type="String", title=name)
    if "__" in name:
        raise field_fault(
            "", '"__" is not generally allowed in filters. Keys of the task data are data.<key>.'
        )
    found = BY_NAME.get(name)
    if found is None:
        raise refusal(f"Cannot resolve keyword '{name}' into field. Choices are: {CHOICES}")
    return found


def refusal(detail: str) -> Rejected:
    """A 400 that says `detail`."""
    return rejected("invalid", detail, reason="bad_query")


def condition(name: str, operator: str, type: str, value: Any) -> Filter:
    """The condition that a filter item stands for. Raises `Rejected` for what it cannot mean."""
    column = column_of(name)
    if operator in NEGATIONS:
        return Not(condition(name, NEGATIONS[operator], type, value))
    if operator == "empty":
        return _emptiness(column, type) if truth(value) else Not(_emptiness(column, type))
    if operator == "exists":
        return Not(_emptiness(column, type))
    return _KINDS[column.kind](column, operator, type, value)


def truth(value: Any) -> bool:
    """True or false, also as text."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "1", "yes"):
        return True
    if word in ("false", "0", "no"):
        return False
    raise refusal(f"{value!r} is not a boolean: use true or false.")


def number(value: Any) -> float | int:
    """A finite number, also as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise refusal(f"{value!r} is not a number.")
    if isinstance(value, str):
        text = value.strip()
        try:
            value = int(text) if text.lstrip("+-").isdigit() and len(text) < 30 else float(text)
        except ValueError:
            raise refusal(f"could not convert string to float: '{value}'") from None
    if not math.isfinite(value):
        raise refusal(f"{value!r} is not a finite number.")
    return value


def moment(value: Any) -> int:
    """Epoch milliseconds of an ISO date-time; UTC where it names no offset."""
    try:
        return from_datetime(datetime.fromisoformat(str(value).strip()))
    except (ValueError, OverflowError):
        raise refusal(f"time data '{value}' does not match format '%Y-%m-%dT%H:%M:%S.%fZ'") from None


def text(value: Any) -> str:
    """Text to compare with, cut as stored values are; what is not text is taken as its JSON text."""
    found = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if "\x00" in found:
        raise refusal("Null characters are not allowed.")
    return found[:SEARCH_LIMIT]


def _list(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return [part for part in value.replace(";", ",").split(",") if part.strip()]
    return [value]


def _bounds(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, dict) or value.get("min") is None or value.get("max") is None:
        raise refusal('The operators "in" and "not_in" need a value of the form {"min": .., "max": ..}.')
    return value["min"], value["max"]


def _unsupported(column: Column, operator: str) -> Rejected:
    return refusal(f'Operator "{operator}" is not supported for column "{column.name}".')


def _emptiness(column: Column, type: str) -> Filter:
    if column.kind in ("count", "flag"):
        return eq(column.field, False if column.field == "progress.labeled" else 0)
    if column.kind in ("people", "ids", "versions", "remarks"):
        return Not(_related(column, TRUE))
    if column.kind == "results":
        return Not(_related(column, Not(Cmp(column.field, "starts", f"{_RESULT}[]"))))
    if column.kind == "state":
        return FALSE
    if column.kind == "data" and type in NUMBER_TYPES:
        return Cmp(f"num.{column.name}", "is_null")
    absent = Cmp(column.field, "is_null")
    return either(absent, eq(column.field, "")) if column.kind in ("data", "text") else absent


def _related(column: Column, where: Filter) -> Filter:
    if column.relation == "comments":
        return Has("comments", where)
    return Has(column.relation, both(eq("kind", column.of), where))


def _numeric(column: Column, operator: str, type: str, value: Any) -> Filter:
    field = f"num.{column.name}" if column.kind == "data" else column.field
    whole = column.kind != "data" and field not in FLOATS
    if operator in COMPARISONS:
        return _compared(field, COMPARISONS[operator], number(value), whole)
    if operator == "in":
        low, high = _bounds(value)
        return both(_compared(field, "ge", number(low), whole), _compared(field, "le", number(high), whole))
    if operator in ("in_list", "contains"):
        wanted = [number(part) for part in _list(value)]
        if whole:
            wanted = [int(part) for part in wanted if part == int(part) and abs(part) < MAX_INT]
        return one_of(field, wanted if whole else [float(part) for part in wanted])
    raise _unsupported(column, operator)


def _compared(field: str, op: Any, value: float | int, whole: bool) -> Filter:
    """`field op value`; on whole-number columns a fraction moves to the whole number that says the same."""
    if not whole:
        return Cmp(field, op, float(max(min(value, 1e300), -1e300)))
    value = max(min(value, MAX_INT), -MAX_INT)
    if value == int(value):
        return Cmp(field, op, int(value))
    if op == "eq":
        return FALSE
    floor = math.floor(value)
    return Cmp(field, "le", floor) if op in ("lt", "le") else Cmp(field, "gt", floor)


def _timed(column: Column, operator: str, type: str, value: Any) -> Filter:
    if operator in COMPARISONS:
        return Cmp(column.field, COMPARISONS[operator], moment(value))  # type: ignore[arg-type]
    if operator == "in":
        low, high = _bounds(value)
        return both(Cmp(column.field, "ge", moment(low)), Cmp(column.field, "le", moment(high)))
    if operator == "in_list":
        return one_of(column.field, [moment(part) for part in _list(value)])
    raise _unsupported(column, operator)


def _flagged(column: Column, operator: str, type: str, value: Any) -> Filter:
    if operator != "equal":
        raise _unsupported(column, operator)
    if column.field == "progress.labeled":
        return eq(column.field, truth(value))
    return Cmp(column.field, "gt", 0) if truth(value) else eq(column.field, 0)


def _textual(column: Column, operator: str, type: str, value: Any) -> Filter:
    """Text comparisons on a field of the task or of a related row."""
    if operator == "equal":
        return eq(column.field, text(value))
    if operator == "contains":
        parts = value if isinstance(value, list) else [value]
        return either(*[Cmp(column.field, "icontains", text(part)) for part in parts]) if parts else FALSE
    if operator == "regex":
        return _matching(column.field, text(value))
    if operator == "in_list":
        return one_of(column.field, [text(part) for part in _list(value)])
    if operator == "starts_with":
        return Cmp(column.field, "ilike", _literal(text(value)) + "%")
    if operator == "ends_with":
        return Cmp(column.field, "ilike", "%" + _literal(text(value)))
    raise _unsupported(column, operator)


def _literal(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _matching(field: str, pattern: str) -> Filter:
    """An invalid pattern matches nothing."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return FALSE
    return Cmp(field, "regex", pattern)


def _datum(column: Column, operator: str, type: str, value: Any) -> Filter:
    """A key of the task data, compared as the item's type says."""
    if type in NUMBER_TYPES:
        return _numeric(column, operator, type, value)
    if type == "Boolean" and operator == "equal":
        return eq(column.field, "true" if truth(value) else "false")
    if operator in COMPARISONS and operator != "equal":
        return Cmp(column.field, COMPARISONS[operator], text(value))  # type: ignore[arg-type]
    if operator == "in":
        low, high = _bounds(value)
        return both(Cmp(column.field, "ge", text(low)), Cmp(column.field, "le", text(high)))
    return _textual(column, operator, type, value)


def _people(column: Column, operator: str, type: str, value: Any) -> Filter:
    if operator not in ("contains", "equal", "in_list"):
        raise _unsupported(column, operator)
    return _related(column, one_of(column.field, _ids(value)))


def _user(column: Column, operator: str, type: str, value: Any) -> Filter:
    if operator not in ("contains", "equal", "in_list"):
        raise _unsupported(column, operator)
    return one_of(column.field, _ids(value))


def _ids(value: Any) -> list[int]:
    """Row ids from a number, a list, or text such as `1 2,3;4`."""
    parts = value.replace(",", " ").replace(";", " ").split() if isinstance(value, str) else _list(value)
    found = [number(part) for part in parts]
    return [int(part) for part in found if part == int(part) and abs(part) < MAX_INT]


def _results(column: Column, operator: str, type: str, value: Any) -> Filter:
    """Answers: `contains` looks for text as it stands in the JSON, case-sensitive."""
    if operator == "contains":
        parts = value if isinstance(value, list) else [value]
        wanted = [Cmp(column.field, "contains", text(part)) for part in parts]
        return _related(column, Some(tuple(wanted)))
    if operator == "equal":
        return _related(column, _same_result(column.field, value))
    return _related(column, _textual(column, operator, type, value))


def _same_result(field: str, value: Any) -> Filter:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return FALSE
    stored = _RESULT + msgspec.json.encode(value).decode()
    return either(eq(field, stored + "}"), Cmp(field, "starts", stored + ","))


def _versions(column: Column, operator: str, type: str, value: Any) -> Filter:
    if operator == "contains":
        parts = value if isinstance(value, list) else [value]
        return _related(column, Some(tuple(Cmp(column.field, "contains", text(part)) for part in parts)))
    return _related(column, _textual(column, operator, type, value))


def _remarks(column: Column, operator: str, type: str, value: Any) -> Filter:
    return _related(column, _textual(column, operator, type, value))


def _state(column: Column, operator: str, type: str, value: Any) -> Filter:
    if operator not in ("equal", "contains", "in_list"):
        raise _unsupported(column, operator)
    words = [str(part).strip().upper() for part in _list(value)]
    return either(*[STATES[word] for word in words if word in STATES]) if words else FALSE


_KINDS: dict[str, Callable[[Column, str, str, Any], Filter]] = {
    "number": _numeric,
    "count": _numeric,
    "time": _timed,
    "flag": _flagged,
    "text": _textual,
    "data": _datum,
    "people": _people,
    "ids": _people,
    "user": _user,
    "results": _results,
    "versions": _versions,
    "remarks": _remarks,
    "state": _state,
}
