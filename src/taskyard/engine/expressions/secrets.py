"""Secrets in JSON values: `${workflow.secrets.NAME}`, and `.member…` for a secret that holds JSON.

They are stored as they are written, and put in only in what is handed to a worker or sent out. Only definitions may name
secrets: what comes from outside (inputs of starts, outputs of tasks, variables) goes through `defused` first, and then
means the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from taskyard.engine.expressions.path import MISSING, follow, read_path

_PREFIX: Final = "workflow.secrets."
_MARK: Final = b"workflow.secrets."
_encode = msgspec.json.Encoder().encode
_SECRET = re.compile(r"(?<!\$)\$\{ *workflow\.secrets\.([\w-]{1,255})((?:\.[\w-]+|\[-?\d{1,9}\]){0,32}) *\}")
_LIVE = re.compile(r"(?<!\$)\$\{(?= *workflow\.secrets\.)")
_DEAD = re.compile(r"\$\$\{(?= *workflow\.secrets\.)")


def is_secret(path: str) -> bool:
    """Whether the text between the braces names a secret."""
    return path.startswith(_PREFIX)


def defused(value: Any) -> Any:
    """A JSON value in which no string names a secret any more: `put_secrets` makes it what it was. The same value when
    there is nothing to do, which is found out fast."""
    if not isinstance(value, str | dict | list) or _MARK not in _encode(value):
        return value
    return _defused(value)


def _defused(value: Any) -> Any:
    if isinstance(value, str):
        return _LIVE.sub("$${", value)
    if isinstance(value, dict):
        return {key: _defused(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_defused(each) for each in value]
    return value


def defused_json(text: str) -> str:
    """The same for JSON text, without reading it."""
    return _LIVE.sub("$${", text) if _PREFIX in text else text


def names_secret(text: str, at: int) -> bool:
    """Whether the text from a place on, after a `${`, names a secret."""
    return text.startswith(_PREFIX, at) or (
        text[at : at + 1] == " " and text[at:].lstrip(" ").startswith(_PREFIX)
    )


def secrets_in(value: Any) -> frozenset[str]:
    """The names of all secrets that the strings of a JSON value name, at any depth."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if _PREFIX in each:
                found.update(match[1] for match in _SECRET.finditer(each))
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return frozenset(found)


def put_secrets(value: Any, lookup: Callable[[str], str | None]) -> Any:
    """The value with its secrets put in; `lookup` gives a secret's text, None for one that is unknown or not to be
    had, which becomes null (inside other text: `null`). What is put in is not looked through again."""
    if isinstance(value, str):
        return _filled(value, lookup) if _PREFIX in value else value
    if isinstance(value, dict):
        return {key: put_secrets(each, lookup) for key, each in value.items()}
    if isinstance(value, list):
        return [put_secrets(each, lookup) for each in value]
    return value


def _filled(text: str, lookup: Callable[[str], str | None]) -> Any:
    whole = _SECRET.fullmatch(text)
    if whole is not None:
        return _secret(whole, lookup)
    return "".join(
        _DEAD.sub("${", text[start:end]) if match is None else _written(_secret(match, lookup))
        for start, end, match in _cut(text)
    )


def _cut(text: str) -> Iterator[tuple[int, int, re.Match[str] | None]]:
    """The text in its order: stretches, and the names of secrets between them."""
    at = 0
    for match in _SECRET.finditer(text):
        yield at, match.start(), None
        yield match.start(), match.end(), match
        at = match.end()
    yield at, len(text), None


def _secret(match: re.Match[str], lookup: Callable[[str], str | None]) -> Any:
    held = lookup(match[1])
    if held is None or not match[2]:
        return held
    path = read_path("$" + match[2])
    try:
        value = follow(msgspec.json.decode(held), path.steps) if path else MISSING
    except msgspec.DecodeError:
        return None
    return None if value is MISSING else value


def _written(value: Any) -> str:
    return value if isinstance(value, str) else _encode(value).decode()
