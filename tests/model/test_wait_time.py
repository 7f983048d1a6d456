"""Moments as the input of a waiting task spells them; durations are in tests/notations/flowjson."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from taskyard.model.wait_time import moment_ms


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-05-01", "2030-05-01 00:00"),
        (" 2030-05-01 12:30 ", "2030-05-01 12:30"),
        ("2030-05-01 12:30 GMT", "2030-05-01 12:30"),
        ("2030-05-01 12:30 Z", "2030-05-01 12:30"),
        ("2030-05-01 12:30 Europe/Berlin", "2030-05-01 10:30"),
        ("2030-01-01 12:30 Europe/Berlin", "2030-01-01 11:30"),
        ("2030-05-01 12:30 PST", "2030-05-01 20:30"),
        ("2030-05-01 12:30 PDT", "2030-05-01 19:30"),
        ("2030-05-01 12:30 GMT+2", "2030-05-01 10:30"),
        ("2030-05-01 12:30 UTC-05:30", "2030-05-01 18:00"),
        ("2030-05-01 12:30 +0530", "2030-05-01 07:00"),
    ],
)
def test_a_moment_is_reckoned_in_its_zone(text: str, moment: str) -> None:
    expected = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert moment_ms(text) == expected.timestamp() * 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2030-13-01",
        "2030-05-01 25:00",
        "2030-05-01T12:30",
        "2030-05-01 12:30 Nowhere/Land",
        "2030-05-01 12:30 +9900",
        "2030-05-01 12:30 ../UTC",
        "2030-05-01 12:30 a\x00b",
    ],
)
def test_what_is_no_moment_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        moment_ms(text)
