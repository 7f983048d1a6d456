"""How long a WAIT task waits: durations and moments as its input spells them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from taskyard.model.time import from_datetime

_DURATION = re.compile(
    r"\s*(?:(\d{1,9})\s*(?:days?|d))?"
    r"\s*(?:(\d{1,9})\s*(?:hours?|hrs?|h))?"
    r"\s*(?:(\d{1,9})\s*(?:minutes?|mins?|m))?"
    r"\s*(?:(\d{1,9})\s*(?:seconds?|secs?|s))?\s*",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2})(?: ([A-Za-z]\S*|[+-]\S+))?)?")
_OFFSET = re.compile(r"(?:Z|(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?)", re.IGNORECASE)
_ABBREVIATIONS = {
    "PST": "-08:00",
    "PDT": "-07:00",
    "MST": "-07:00",
    "MDT": "-06:00",
    "CST": "-06:00",
    "CDT": "-05:00",
    "EST": "-05:00",
    "EDT": "-04:00",
    "BST": "+01:00",
    "CET": "+01:00",
    "CEST": "+02:00",
    "IST": "+05:30",
    "JST": "+09:00",
}
"""Abbreviations that name an offset, whatever the season."""


def parse_duration(text: str) -> int:
    """Milliseconds of `1 days 2 hours 3 minutes 4 seconds` or `1d 2h 3m 4s`; ValueError on anything else."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(f"not a duration: {text}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000


def parse_moment(text: str) -> tuple[datetime, str | None]:
    """The moment of `yyyy-MM-dd`, `yyyy-MM-dd HH:mm` or `yyyy-MM-dd HH:mm z`, and the zone's name as written.

    The moment is given as if in UTC; `moment_ms` reckons with the zone. Raises ValueError on anything else.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a date: {text}")
    day, clock, zone = match.groups()
    return datetime.strptime(f"{day} {clock or '00:00'}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC), zone


def moment_ms(text: str) -> int:
    """The same moment as epoch milliseconds, in UTC where no zone is named.

    Zones are names of the time zone database (`Europe/Berlin`), the usual abbreviations (`PST`, `CEST`), and offsets
    (`Z`, `+0200`, `GMT+2`, `UTC-05:30`). Raises ValueError.
    """
    moment, zone = parse_moment(text)
    return from_datetime(moment.replace(tzinfo=_zone(zone)) if zone else moment)


def _zone(name: str) -> tzinfo:
    name = _ABBREVIATIONS.get(name.upper(), name)
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        sign, hours, minutes = offset[1], int(offset[2] or 0), int(offset[3] or 0)
        if hours > 18 or minutes > 59:
            raise ValueError(f"not a time zone: {name}")
        return timezone((-1 if sign == "-" else 1) * timedelta(hours=hours, minutes=minutes))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"not a time zone: {name}") from None
