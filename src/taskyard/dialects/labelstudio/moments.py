"""Times and people in rendered bytes: what must be right at the moment of the answer is filled in last.

Rendered items are kept by row id and rev, but "5 minutes" ages and people change their names. A renderer leaves
a mark for both; JSON never holds a NUL byte, so marks cannot be mistaken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from taskyard.model.identity import User
from taskyard.model.time import to_datetime

_MARK = re.compile(rb"\x00([aup])(-?\d+)\x00")
_encode = msgspec.json.Encoder().encode
_UNITS = (
    ("year", 365 * 86_400),
    ("month", 30 * 86_400),
    ("week", 7 * 86_400),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
)


def stamp(milliseconds: int | None) -> str | None:
    """A time as the API writes it: `2026-11-20T23:35:38.561432Z`."""
    if milliseconds is None:
        return None
    return f"{to_datetime(milliseconds).strftime('%Y-%m-%dT%H:%M:%S')}.{milliseconds % 1000:03d}000Z"


def ago(milliseconds: int) -> msgspec.Raw:
    """The mark for how long ago a moment was."""
    return msgspec.Raw(b"\x00a%d\x00" % milliseconds)


def username(user_id: int | None) -> Any:
    """The mark for a person as one line of text."""
    return "" if user_id is None else msgspec.Raw(b"\x00u%d\x00" % user_id)


def person(user_id: int | None) -> Any:
    """The mark for a person as an object."""
    return None if user_id is None else msgspec.Raw(b"\x00p%d\x00" % user_id)


def since(milliseconds: int, now: int) -> str:
    """The time between two moments in at most two adjacent units, `2 hours, 5 minutes`; number and unit are
    joined by a no-break space."""
    left = max(0, (now - milliseconds) // 1000)
    parts: list[str] = []
    for name, size in _UNITS:
        count = left // size
        if count:
            parts.append(f"{count}\xa0{name}{'' if count == 1 else 's'}")
            left -= count * size
        if parts and (len(parts) == 2 or not count):
            break
    return ", ".join(parts) or "0\xa0minutes"


def line_of(user: User | None, user_id: int) -> str:
    """`First Last email, id`; the space before the email stays when there is no name."""
    if user is None:
        return f" , {user_id}"
    name = f"{user.first_name} {user.last_name}".strip() or user.display_name
    return f"{name} {user.email or user.name}, {user_id}"


def object_of(user: User | None, user_id: int) -> dict[str, Any]:
    """A person as an object inside other objects."""
    first, last = (user.first_name, user.last_name) if user else ("", "")
    email = (user.email or user.name) if user else ""
    initials = (
        (first[:1] + last[:1] or email[:2] or "?").upper() if first or last else (email[:2] or "?").lower()
    )
    return {
        "id": user_id,
        "first_name": first,
        "last_name": last,
        "email": email,
        "avatar": None,
        "initials": initials,
    }


def people_in(items: Iterable[bytes]) -> set[int]:
    """The ids of the people whom marks name."""
    return {int(number) for item in items for kind, number in _MARK.findall(item) if kind != b"a"}


def filled(item: bytes, users: dict[int, User], now: int) -> bytes:
    """The item with its marks replaced."""
    if b"\x00" not in item:
        return item

    def replace(mark: re.Match[bytes]) -> bytes:
        number = int(mark[2])
        if mark[1] == b"a":
            return _encode(since(number, now))
        user = users.get(number)
        return _encode(line_of(user, number) if mark[1] == b"u" else object_of(user, number))

    return _MARK.sub(replace, item)
