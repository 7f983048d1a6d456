"""Time: epoch milliseconds (UTC) everywhere inside, and the only place that reads a clock."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*([Zz]|[+ -]\d{2}:?\d{2})?)?",
    re.ASCII,
)


class Clock(Protocol):
    """Tells the time as epoch milliseconds (UTC)."""

    def now(self) -> int: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands still until it is told otherwise; for tests and replays."""

    def __init__(self, now: int) -> None:
        self.value = now

    def now(self) -> int:
        return self.value

    def advance(self, milliseconds: int) -> None:
        self.value += milliseconds


def to_datetime(milliseconds: int) -> datetime:
    """The UTC datetime of epoch milliseconds."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def from_datetime(moment: datetime) -> int:
    """Epoch milliseconds of a datetime; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(milliseconds=1)


def to_iso(milliseconds: int) -> str:
    """ISO-8601 with milliseconds and `Z`, e.g. `2026-11-14T12:10:28.000Z`."""
    return to_datetime(milliseconds).isoformat(timespec="milliseconds")[:23] + "Z"


def iso_or_none(milliseconds: int | None) -> str | None:
    """`to_iso` of a moment that may be absent."""
    return None if milliseconds is None else to_iso(milliseconds)


def from_iso(text: str) -> int:
    """Epoch milliseconds of an ISO-8601 date or date-time.

    Without an offset it is UTC, without a time of day midnight. The `T` may be a space, and so may the plus
    sign of an offset that a query string lost. Raises `ValueError`.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO-8601 date")
    date, clock, fraction, offset = match.groups()
    if offset in (None, "Z", "z"):
        offset = "+00:00"
    elif offset.startswith(" "):
        offset = "+" + offset[1:]
    moment = datetime.fromisoformat(f"{date}T{clock or '00:00'}{offset}")
    return from_datetime(moment) + int((fraction or "0")[:3].ljust(3, "0"))
