"""Moments in filters and bodies: ISO-8601, a plain date, or relative to now."""

from __future__ import annotations

import re

from taskyard.model.time import from_iso

DAY = 86_400_000
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": DAY, "w": 7 * DAY}
_RELATIVE = re.compile(r"now(?:([+-])(\d{1,6})([smhdw]))?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_date(text: str) -> bool:
    """The text is a date without a time of day."""
    return _DATE.fullmatch(text) is not None


def moment(text: str, now: int) -> int:
    """Epoch milliseconds of `2026-11-14`, `2026-11-14T12:00:00[.sss][Z|+02:00]`, `now`, `now-7d`, `now+90m`.

    Without an offset it is UTC; a date is its midnight. Raises `ValueError`.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative:
        sign, amount, unit = relative.groups()
        if sign is None:
            return now
        return now + (1 if sign == "+" else -1) * int(amount) * _UNITS[unit.lower()]
    return from_iso(text)
