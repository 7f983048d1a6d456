"""How long a WAIT task waits: durations and moments as its input spells them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DURATION = re.compile(
    r"\s*(?:(\d{1,9})\s*(?:days?|d))?"
    r"\s*(?:(\d{1,9})\s*(?:hours?|hrs?|h))?"
    r"\s*(?:(\d{1,9})\s*(?:minutes?|mins?|m))?"
    r"\s*(?:(\d{1,9})\s*(?:seconds?|secs?|s))?\s*",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2})(?: ([A-Za-z]\S*|[+-]\S+))?)?")


def parse_duration(text: str) -> int:
    """Milliseconds of `1 days 2 hours 3 minutes 4 seconds` or `1d 2h 3m 4s`; ValueError on anything else."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(f"not a duration: {text}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000


def parse_moment(text: str) -> tuple[datetime, str | None]:
    """The moment of `yyyy-MM-dd`, `yyyy-MM-dd HH:mm` or `yyyy-MM-dd HH:mm z`, and the zone's name as written.

    The moment is given as if in UTC; resolving the zone is the caller's business, zones come from the system.
    Raises ValueError on anything else.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a date: {text}")
    day, clock, zone = match.groups()
    return datetime.strptime(f"{day} {clock or '00:00'}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC), zone
