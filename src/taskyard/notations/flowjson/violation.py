"""What a rule found wrong with a definition."""

from __future__ import annotations

from typing import Any

import msgspec


class Violation(msgspec.Struct, frozen=True):
    """`path` is the member (empty for the definition as a whole), `value` what stood there."""

    path: str
    message: str
    value: Any = None


MAX_NAME = 255
"""Longest name of a definition, in characters: names are keys of indexes."""


def name_violations(name: str, path: str, empty: str) -> list[Violation]:
    """What is wrong with a name: empty (said with `empty`), too long, or holding a control character."""
    if not name:
        return [Violation(path, empty, name)]
    if len(name) > MAX_NAME:
        return [Violation(path, f"{path} cannot be longer than {MAX_NAME} characters", name[:60])]
    if any(ord(char) < 32 or ord(char) == 127 for char in name):
        return [Violation(path, f"{path} cannot contain control characters", name)]
    return []
