"""When a rule is due: six fields, seconds first, as Spring writes them.

Day of month and day of week must both hold. `?` is `*`; `@hourly` and its kin are known. Rules that name minutes and
hours are read on the wall clock: a time that the clock skips falls after the gap, a time that it shows twice counts
once. The others follow the elapsed time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from taskyard.model.time import from_datetime, to_datetime

MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
LONGEST = 200
"""Characters of an expression."""

DAYS = 366 * 30
"""How many days ahead a rule is followed before it counts as one that never comes."""


class BadRule(ValueError):
    """The expression or the time zone cannot be read; the text says why."""


class Rule:
    """One expression in one time zone. Raises `BadRule`."""

    def __init__(self, expression: str, zone: str) -> None:
        self.zone = zone_named(zone)
        fields = _fields(expression)
        second, minute, hour, day, month, weekday = fields
        self.on_the_clock = not (minute.startswith("*") or hour.startswith("*"))
        self.days = " ".join((second, minute, hour, day, month, "*"))
        self.weekdays = None if weekday.startswith("*") else f"0 0 0 * {month} {weekday}"
        try:
            CronSim(self.days, datetime(2000, 1, 1, tzinfo=UTC))
            if self.weekdays:
                CronSim(self.weekdays, datetime(2000, 1, 1, tzinfo=UTC))
        except (CronSimError, ValueError) as fault:
            raise BadRule(f"{expression!r} is not a cron expression: {fault}") from None

    def after(self, moment: int) -> int | None:
        """The first moment the rule is due after this one, epoch milliseconds; None when it never is again."""
        local = to_datetime(moment).astimezone(self.zone)
        start = local.replace(tzinfo=None) if self.on_the_clock else local
        found = self._next(start)
        while found is not None and self.on_the_clock:
            due = from_datetime(_existing(found, self.zone))
            if due > moment:
                return due
            found = self._next(found)
        return None if found is None else from_datetime(found)

    def _next(self, start: datetime) -> datetime | None:
        last = start + timedelta(days=DAYS)
        try:
            found = next(CronSim(self.days, start))
            while found <= last:
                if self.weekdays is None or self._on_weekday(found):
                    return found
                found = next(CronSim(self.days, found.replace(hour=23, minute=59, second=59)))
        except StopIteration:
            pass
        return None

    def _on_weekday(self, moment: datetime) -> bool:
        midnight = moment.replace(hour=0, minute=0, second=0, tzinfo=None)
        return _first(self.weekdays or "", midnight - timedelta(seconds=1)) == midnight


def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises `BadRule`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRule(f"{name!r} is not a time zone") from None


@lru_cache(maxsize=1024)
def rule(expression: str, zone: str) -> Rule:
    """The rule of an expression, made once. Raises `BadRule`."""
    return Rule(expression, zone)


def next_of(rules: list[tuple[str, str]], after: int) -> tuple[int, str] | None:
    """The first moment that any of the rules is due, with that rule's `expression zone`; None when none ever is."""
    found = [
        (due, f"{expression} {zone}")
        for expression, zone in rules
        if (due := rule(expression, zone).after(after)) is not None
    ]
    return min(found, default=None)


def _fields(expression: str) -> list[str]:
    if len(expression) > LONGEST:
        raise BadRule(f"a cron expression has at most {LONGEST} characters")
    fields = MACROS.get(expression.strip().lower(), expression).upper().split()
    if len(fields) != 6:
        raise BadRule(f"Cron expression must consist of 6 fields (found {len(fields)} in {expression!r})")
    fields[3:] = ["*" if field == "?" else field for field in fields[3:]]
    fields[5] = fields[5].replace("-SUN", "-7")
    return fields


@lru_cache(maxsize=4096)
def _first(expression: str, after: datetime) -> datetime | None:
    try:
        return next(CronSim(expression, after))
    except StopIteration:
        return None


def _existing(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment that a clock in this zone shows `wall`: the first if twice, the moment after the gap if never."""
    moment = wall.replace(tzinfo=zone)
    again = to_datetime(from_datetime(moment)).astimezone(zone)
    return again if again.replace(tzinfo=None) != wall else moment
