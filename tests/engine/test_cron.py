"""When cron rules are due: fields, time zones, and the nights on which the clock is put forward or back."""

from __future__ import annotations

import pytest

from taskyard.engine.cron import BadRule, next_of, rule, zone_named
from taskyard.model.time import from_iso, to_datetime


def moments(expression: str, zone: str, after: str, count: int) -> list[str]:
    """The first moments after `after` (UTC) as a clock in the zone shows them, with its offset."""
    found: list[str] = []
    moment: int | None = from_iso(after)
    while len(found) < count and moment is not None:
        moment = rule(expression, zone).after(moment)
        if moment is not None:
            found.append(to_datetime(moment).astimezone(zone_named(zone)).isoformat())
    return found


@pytest.mark.parametrize(
    "expression, after, expected",
    [
        ("*/20 * * * * *", "2026-01-01T00:00:05Z", ["2026-01-01T00:00:20", "2026-01-01T00:00:40"]),
        ("0 0/30 9-10 * * ?", "2026-01-01T09:10:00Z", ["2026-01-01T09:30:00", "2026-01-01T10:00:00"]),
        ("0 0 9 * * MON-FRI", "2026-11-20T10:00:00Z", ["2026-11-23T09:00:00", "2026-11-24T09:00:00"]),
        ("0 0 0 * * SAT-SUN", "2026-01-01", ["2026-01-03T00:00:00", "2026-01-04T00:00:00"]),
        ("0 0 0 * * 7", "2026-01-01", ["2026-01-04T00:00:00", "2026-01-11T00:00:00"]),
        ("0 0 0 13 * FRI", "2026-01-01", ["2026-02-13T00:00:00", "2026-03-13T00:00:00"]),
        ("0 0 0 L * *", "2026-01-15", ["2026-01-31T00:00:00", "2026-02-28T00:00:00"]),
        ("0 0 0 ? * FRI#2", "2026-01-01", ["2026-01-09T00:00:00", "2026-02-13T00:00:00"]),
        ("0 0 0 1 JAN,JUL *", "2026-01-01", ["2026-07-01T00:00:00", "2027-01-01T00:00:00"]),
        ("0 0 0 29 2 *", "2026-01-01", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]),
        ("@hourly", "2026-01-01T00:30:00Z", ["2026-01-01T01:00:00", "2026-01-01T02:00:00"]),
        ("@weekly", "2026-01-01", ["2026-01-04T00:00:00", "2026-01-11T00:00:00"]),
    ],
)
def test_coming_moments(expression, after, expected):
    assert moments(expression, "UTC", after, 2) == [f"{each}+00:00" for each in expected]


def test_a_time_that_the_clock_skips_comes_after_the_gap():
    assert moments("0 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2) == [
        "2026-03-29T03:30:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_time_that_the_clock_shows_twice_comes_once():
    assert moments("0 30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_short_rules_follow_the_elapsed_time():
    assert moments("0 */30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 4) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_offsets_that_are_no_whole_hours():
    assert moments("0 15 9 * * *", "Asia/Kathmandu", "2026-01-01", 1) == ["2026-01-01T09:15:00+05:45"]


def test_the_first_of_several_rules():
    rules = [("0 0 12 * * *", "UTC"), ("0 0 12 * * *", "Asia/Tokyo")]
    assert next_of(rules, from_iso("2026-01-01T04:00:00Z")) == (
        from_iso("2026-01-01T12:00:00Z"),
        "0 0 12 * * * UTC",
    )
    assert next_of([], 0) is None


def test_a_rule_that_never_comes_again():
    assert rule("0 0 0 29 2 MON#5", "UTC").after(from_iso("2073-01-01")) is None


@pytest.mark.parametrize(
    "expression, zone, words",
    [
        ("* * * * *", "UTC", "6 fields"),
        ("", "UTC", "6 fields"),
        ("60 * * * * *", "UTC", "Bad second"),
        ("0 0 0 5W * *", "UTC", "Bad day-of-month"),
        ("0 0 0 30 2 *", "UTC", "Bad day-of-month"),
        ("0 0 0 * * FUNDAY", "UTC", "Bad day-of-week"),
        ("0 0 0 1-a * *", "UTC", "Bad day-of-month"),
        ("0 0 0 * * * *", "UTC", "6 fields"),
        ("0 " * 200, "UTC", "at most"),
        ("0 0 0 * * *", "Mars/Olympus", "not a time zone"),
        ("0 0 0 * * *", "../../etc/passwd", "not a time zone"),
        ("0 0 0 * * *", "", "not a time zone"),
    ],
)
def test_rules_that_cannot_be_read(expression, zone, words):
    with pytest.raises(BadRule, match=words):
        rule(expression, zone)
