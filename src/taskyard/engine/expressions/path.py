"""Paths into JSON values, read once: the plain beginning (`ref.output.list[0].name`), then what needs a search.

The grammar is that of JSONPath as Conductor's server reads it (Jayway's dialect): a leading `$.` may be left out, dotted
names may hold anything but dots, brackets, parentheses, blanks and quotes, and a function may end the path.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

import msgspec


class _Missing:
    """What is not there, told apart from null."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


class Deferred(dict[str, Any]):
    """An object most of whose members are only read when they are asked for by name (`get`), or all at once (`whole`)."""

    def whole(self) -> dict[str, Any]:
        """The object with all its members."""
        raise NotImplementedError


LENGTH: Final = 4_096
"""Characters of one path; a longer one finds nothing."""

FUNCTIONS: Final = (
    "length",
    "size",
    "keys",
    "first",
    "last",
    "index",
    "sum",
    "min",
    "max",
    "avg",
    "stddev",
    "concat",
)

_NAME = re.compile(r"[^.\[\]()*\s'\"]+")
_FUNCTION = re.compile(r"([a-z]+)\(\s*(-?\d{1,9})?\s*\)")
_INDEX = re.compile(r"-?\d{1,9}")
_SOME = re.compile(r"-?\d{0,9}(?:\s*[:,]\s*-?\d{0,9})+")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_SIZE_OF = re.compile(r"([@$](?:\.[\w-]+|\[[^\[\]?]*\])*)\.(?:length|size)\(\)")


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """A path: `steps` lead to one place, names as text and positions as numbers; `search` goes on from there, as
    JSONPath text without the `$`; `function` is applied to what was found."""

    steps: tuple[str | int, ...] = ()
    search: str = ""
    definite: bool = True
    """Whether it can only ever name one place; otherwise the answer is a list."""
    deep: bool = False
    """Whether it has a `..`: then a function is applied to all that was found together."""
    absolute: bool = False
    """Whether a filter inside looks at the whole document."""
    members: tuple[str, ...] = ()
    """Several names at the end: they are taken together, as an object."""
    function: str | None = None
    argument: int | None = None


class _Segment(msgspec.Struct, frozen=True):
    """One piece: a name, a position, or the text of a search."""

    step: str | int | None
    text: str
    deep: bool = False
    names: tuple[str, ...] = ()


class _Malformed(Exception):
    """The text is not a path."""


@lru_cache(maxsize=8192)
def read_path(text: str) -> Path | None:
    """The path that a text spells; None when it spells none, or is too long."""
    if len(text) > LENGTH:
        return None
    try:
        return _Reader(text.strip()).read()
    except _Malformed:
        return None


def follow(value: Any, steps: tuple[str | int, ...]) -> Any:
    """What the steps lead to, or MISSING. A position counts from the end when negative, and only in lists."""
    for step in steps:
        if type(step) is str:
            if not isinstance(value, dict) or (value := value.get(step, MISSING)) is MISSING:
                return MISSING
        elif isinstance(value, list) and -len(value) <= step < len(value):  # type: ignore[operator]
            value = value[step]  # type: ignore[index]
        else:
            return MISSING
    return value


class _Reader:
    """Reads the pieces of one path from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text[:1] == "$" and (len(text) == 1 or text[1] in ".[") else 0
        self.function: str | None = None
        self.argument: int | None = None

    def read(self) -> Path:
        first = self.at == 0
        segments: list[_Segment] = []
        while self.at < len(self.text):
            segment = self._segment(first)
            first = False
            if segment is None:
                break
            segments.append(segment)
        return self._path(segments)

    def _segment(self, first: bool) -> _Segment | None:
        """The next piece; None when it was the function at the end."""
        text, deep = self.text, False
        if text.startswith("..", self.at):
            deep = True
            self.at += 2
        elif text[self.at] == "." and not first:
            self.at += 1
        elif text[self.at] != "[" and not first:
            raise _Malformed
        here = text[self.at : self.at + 1]
        if here == "[":
            return self._bracket(deep)
        if here == "*":
            self.at += 1
            return _Segment(None, "[*]", deep)
        call = _FUNCTION.match(text, self.at)
        if call is not None and call.end() == len(text) and call[1] in FUNCTIONS and not deep:
            self.function, self.argument = call[1], int(call[2]) if call[2] else None
            self.at = call.end()
            return None
        name = _NAME.match(text, self.at)
        if name is None:
            raise _Malformed
        self.at = name.end()
        return _Segment(name[0], f"[{json.dumps(name[0])}]", deep)

    def _bracket(self, deep: bool) -> _Segment:
        start = self.at + 1
        self.at = end = self._closing(self.at)
        self.at += 1
        inside = self.text[start:end].strip()
        if inside == "*":
            return _Segment(None, "[*]", deep)
        if _INDEX.fullmatch(inside):
            return _Segment(int(inside), f"[{int(inside)}]", deep)
        if inside.startswith("?"):
            return _Segment(None, "[" + _SIZE_OF.sub(r"length(\1)", inside) + "]", deep)
        if _SOME.fullmatch(inside):
            return _Segment(None, f"[{inside}]", deep)
        names = _quoted_names(inside)
        text = f"[{','.join(json.dumps(name) for name in names)}]"
        return _Segment(names[0], text, deep) if len(names) == 1 else _Segment(None, text, deep, names)

    def _closing(self, start: int) -> int:
        """Where the bracket that opens at `start` closes, past quotes, inner brackets and regular expressions."""
        text, depth, at = self.text, 0, start
        while at < len(text):
            char = text[at]
            if char in "'\"":
                quoted = _QUOTED.match(text, at)
                if quoted is None:
                    raise _Malformed
                at = quoted.end()
                continue
            if char == "/" and text[:at].rstrip().endswith("=~"):
                at += 1
                while at < len(text) and text[at] != "/":
                    at += 2 if text[at] == "\\" else 1
            elif char == "[":
                depth += 1
            elif char == "]":
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        raise _Malformed

    def _path(self, segments: list[_Segment]) -> Path:
        plain = 0
        while plain < len(segments) and segments[plain].step is not None and not segments[plain].deep:
            plain += 1
        search = segments[plain:]
        members = search[-1].names if search and not search[-1].deep else ()
        if members:
            search = search[:-1]
        return Path(
            steps=tuple(segment.step for segment in segments[:plain] if segment.step is not None),
            search="".join((".." if segment.deep else "") + segment.text for segment in search),
            definite=not search,
            deep=any(segment.deep for segment in search),
            absolute=any("$" in segment.text for segment in search if segment.step is None),
            members=members,
            function=self.function,
            argument=self.argument,
        )


def _quoted_names(inside: str) -> tuple[str, ...]:
    """`'a', "b"` → the names."""
    names: list[str] = []
    at = 0
    while True:
        quoted = _QUOTED.match(inside, at)
        if quoted is None:
            raise _Malformed
        names.append(re.sub(r"\\(.)", r"\1", quoted[0][1:-1], flags=re.DOTALL))
        at = quoted.end()
        rest = inside[at:].lstrip()
        if not rest:
            return tuple(names)
        if rest[0] != ",":
            raise _Malformed
        at = len(inside) - len(rest[1:].lstrip())
