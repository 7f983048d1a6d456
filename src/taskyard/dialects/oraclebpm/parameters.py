"""Query parameters → what the caller wants, with this API's defaults and errors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import msgspec
from msgspec import UNSET, UnsetType

from taskyard.dialects.oraclebpm.states import STATUSES
from taskyard.dialects.oraclebpm.wire import ASSIGNMENTS, FIELDS, TaskListParams
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.time import from_iso

DEFAULT_LIMIT = 25
LARGEST = 2**31 - 1
MOST_VALUES = 200
MOST_KEYS = len(FIELDS)

COMPLETED_WITH = ("ADMIN", "ALL", "PREVIOUS")
"""The assignments with which `status=COMPLETED` is valid."""

_FIELD_BY_LOWER = {name.lower(): name for name in FIELDS}


class Wanted(msgspec.Struct, kw_only=True, frozen=True):
    """A read request. Moments are epoch milliseconds; `limit` None is everything; `fields` empty is all."""

    assignment: str
    statuses: tuple[str, ...]
    keyword: str | None
    todo: bool
    priorities: tuple[int, ...]
    created_by: str | None
    from_users: tuple[str, ...]
    identification_key: str | None
    outcome: str | None
    application_context: str | None
    since: int | None
    until: int | None
    due_from: int | None
    due_to: int | None
    updated_since: int | None
    order: tuple[tuple[str, bool], ...]
    fields: tuple[str, ...]
    limit: int | None
    offset: int
    total: bool
    details_url: bool
    actions: bool
    permissions: bool


def read(params: TaskListParams) -> Wanted:
    """What the parameters ask for. Raises `Rejected` (`invalid`) that names the first bad parameter."""
    assignment = _word("assignment", params.assignment, ASSIGNMENTS) or "MY_AND_GROUP"
    statuses = tuple(dict.fromkeys(_words("status", params.status, STATUSES))) or ("ASSIGNED",)
    if "COMPLETED" in statuses and assignment not in COMPLETED_WITH:
        refuse("status", f"status COMPLETED needs assignment {_listed(COMPLETED_WITH)}, not {assignment}")
    limit = _integer("limit", params.limit, DEFAULT_LIMIT)
    return Wanted(
        assignment=assignment,
        statuses=statuses,
        keyword=_given(params.keyword),
        todo=(_given(params.pattern) or "").lower() == "todo",
        priorities=_priorities(params.priority),
        created_by=_given(params.createdBy),
        from_users=tuple(_values("fromuser", params.fromuser)),
        identification_key=_given(params.identificationKey),
        outcome=_given(params.outcome),
        application_context=_given(params.applicationContext),
        since=_moment("since", params.since),
        until=_moment("until", params.until),
        due_from=_moment("dueDateFrom", params.dueDateFrom),
        due_to=_moment("dueDateTo", params.dueDateTo),
        updated_since=_moment("updatedSince", params.updatedSince),
        order=_order(params.orderBy),
        fields=_fields(params.fields),
        limit=limit if limit > 0 else None,
        offset=max(0, _integer("offset", params.offset, 0)),
        total=_flag("totalResults", params.totalResults, True),
        details_url=_flag("metadataFlag", params.metadataFlag, False),
        actions=_flag("showActionFlag", params.showActionFlag, False),
        permissions=_flag("showPermissionFlag", params.showPermissionFlag, False),
    )


def refuse(name: str, detail: str) -> NoReturn:
    """Raise the refusal of a parameter."""
    error = FieldError(pointer=f"?{name}", detail=detail)
    raise Rejected(Problem(code="invalid", reason="bad_parameter", detail=detail, errors=(error,)))


def _given(value: str | UnsetType) -> str | None:
    """The text of a parameter; an empty one is not given."""
    return None if value is UNSET or not value else value


def _values(name: str, values: list[str]) -> list[str]:
    """The values of a parameter that may be repeated or hold commas."""
    found = [part.strip() for value in values for part in value.split(",")]
    found = [part for part in found if part]
    if len(found) > MOST_VALUES:
        refuse(name, f"{name} has {len(found)} values, the most is {MOST_VALUES}")
    return found


def _word(name: str, value: str | UnsetType, allowed: tuple[str, ...]) -> str | None:
    text = _given(value)
    if text is None:
        return None
    if text.strip().upper() not in allowed:
        refuse(name, f"{name} {text!r} is not one of {', '.join(allowed)}")
    return text.strip().upper()


def _words(name: str, values: list[str], allowed: tuple[str, ...]) -> Iterable[str]:
    for text in _values(name, values):
        if text.upper() not in allowed:
            refuse(name, f"{name} {text!r} is not one of {', '.join(allowed)}")
        yield text.upper()


def _priorities(values: list[str]) -> tuple[int, ...]:
    """The priorities asked for; empty for any."""
    found: list[int] = []
    unlimited = False
    for text in _values("priority", values):
        if text.lower() == "any":
            unlimited = True
        elif text in ("1", "2", "3", "4", "5"):
            found.append(int(text))
        else:
            refuse("priority", f"priority {text!r} is not 1 (highest) to 5 or Any")
    return () if unlimited else tuple(dict.fromkeys(found))


def _integer(name: str, value: str | UnsetType, default: int) -> int:
    text = _given(value)
    if text is None:
        return default
    digits = text.strip().removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdecimal() and len(text.strip()) - len(digits) <= 1):
        refuse(name, f"{name} {text!r} is not an integer")
    number = int(text) if len(digits) < 20 else LARGEST + 1
    if not -LARGEST - 1 <= number <= LARGEST:
        refuse(name, f"{name} {text} does not fit 32 bits")
    return number


def _flag(name: str, value: str | UnsetType, default: bool) -> bool:
    text = _given(value)
    if text is None:
        return default
    found = {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower())
    if found is None:
        refuse(name, f"{name} {text!r} is neither true nor false")
    return found


def _moment(name: str, value: str | UnsetType) -> int | None:
    text = _given(value)
    if text is None:
        return None
    try:
        return from_iso(text.strip())
    except (ValueError, OverflowError):
        refuse(name, f"{name} {text!r} is not a date such as 2026-11-14T12:10:28.000Z")


def _order(value: str | UnsetType) -> tuple[tuple[str, bool], ...]:
    """`(field, descending)` pairs; the first mention of a field counts."""
    keys: dict[str, bool] = {}
    for part in (_given(value) or "").split(","):
        if not part.strip():
            continue
        name, _, direction = part.strip().partition(":")
        field = _FIELD_BY_LOWER.get(name.strip().lower())
        if field is None:
            refuse("orderBy", f"orderBy field {name!r} is not one of {', '.join(FIELDS)}")
        if direction.strip().lower() not in ("", "asc", "desc"):
            refuse("orderBy", f"orderBy direction {direction!r} is neither asc nor desc")
        keys.setdefault(field, direction.strip().lower() == "desc")
    return tuple(keys.items())


def _fields(values: list[str]) -> tuple[str, ...]:
    """The attributes to show, in the order of the documentation; empty for all."""
    found = set()
    for text in _values("fields", values):
        field = _FIELD_BY_LOWER.get(text.lower())
        if field is None:
            refuse("fields", f"fields {text!r} is not one of {', '.join(FIELDS)}")
        found.add(field)
    return tuple(field for field in FIELDS if field in found)


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
