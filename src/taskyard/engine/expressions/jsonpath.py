"""Searches in JSON values: `..`, `[*]`, filters, slices, and the functions that may end a path.

The search itself is that of a JSONPath library that holds to RFC 9535; here it is given bounds, regular expressions
that take linear time, and the results of Conductor's server: a path that can name several places answers a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final

import re2
from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.filter import BaseExpression, RegexLiteral
from jsonpath.match import JSONPathMatch
from jsonpath.parse import Parser
from jsonpath.path import JSONPath
from jsonpath.segments import JSONPathChildSegment, JSONPathRecursiveDescentSegment, JSONPathSegment
from jsonpath.stream import TokenStream
from jsonpath.token import TOKEN_RE_FLAGS

from taskyard.engine.expressions.path import MISSING, Path
from taskyard.model.problem import rejected

VISITS: Final = 250_000
"""Places that one search may look at: some hundred milliseconds."""

_CHARACTERS: Final = 1_000
"""Characters that a text comparison may look through for the price of one place."""

_visits: ContextVar[list[int]] = ContextVar("visits")


def search(path: Path, value: Any, document: Any) -> Any:
    """What the search of a path finds below `value`, with its names at the end taken together and its function
    applied; `document` is what `$` means in filters. MISSING when the path may name one place only and does not.

    Raises `Rejected` (too_large) when it looks at too much.
    """
    found = [value] if not path.search else _find(path.search, value, document)
    if path.members:
        objects = [each for each in found if isinstance(each, dict)]
        found = [{name: each[name] for name in path.members if name in each} for each in objects]
    if path.function is not None:
        if path.deep:
            return _apply(path.function, path.argument, found)
        found = [_apply(path.function, path.argument, each) for each in found]
    if not path.definite:
        return found
    return found[0] if found else MISSING


def _find(text: str, value: Any, document: Any) -> list[Any]:
    compiled = _compiled(text)
    if compiled is None or not isinstance(value, dict | list | Mapping):
        return []
    _visits.set([VISITS])
    start = JSONPathMatch(filter_context={}, obj=value, parent=None, path="", parts=(), root=document)
    matches: Iterable[JSONPathMatch] = [start]
    for segment in compiled.segments:
        matches = segment.resolve(matches)
    try:
        return [match.obj for match in matches]
    except (JSONPathError, RecursionError):
        return []


def _visit(count: int = 1) -> None:
    left = _visits.get()
    left[0] -= count
    if left[0] < 0:
        text = f"A search in an expression looks at more than {VISITS} places, the most it may."
        raise rejected("too_large", text, reason="expression_too_large")


class _Children(JSONPathChildSegment):
    """Counts what is looked at."""

    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        for node in nodes:
            for selector in self.selectors:
                _visit()
                for match in selector.resolve(node):
                    _visit()
                    yield match


class _Descendants(JSONPathRecursiveDescentSegment):
    """Counts what is looked at, at any depth."""

    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        for node in nodes:
            waiting: list[Any] = [node.obj] if isinstance(node.obj, dict | list | Mapping) else []
            while waiting:
                value = waiting.pop()
                here = JSONPathMatch(
                    filter_context={}, obj=value, parent=None, path="", parts=(), root=node.root
                )
                for selector in self.selectors:
                    _visit()
                    for match in selector.resolve(here):
                        _visit()
                        yield match
                inside = value.values() if isinstance(value, Mapping) else value
                _visit(len(value))
                waiting.extend(each for each in reversed([*inside]) if isinstance(each, dict | list))


class _Parser(Parser):
    """Makes segments that count, and regular expressions in linear time."""

    def parse_query(self, stream: TokenStream) -> Iterable[JSONPathSegment]:
        for segment in super().parse_query(stream):
            kind = _Descendants if isinstance(segment, JSONPathRecursiveDescentSegment) else _Children
            yield kind(env=self.env, token=segment.token, selectors=segment.selectors)

    def parse_regex(self, stream: TokenStream) -> BaseExpression:
        pattern, flags = stream.current().value, ""
        if stream.peek().kind == TOKEN_RE_FLAGS:
            stream.next()
            flags = "".join(sorted({*stream.next().value} & {*"ims"}))
        return RegexLiteral(value=_pattern(f"(?{flags})" + pattern if flags else pattern))


@lru_cache(maxsize=1024)
def _pattern(text: str) -> Any:
    """A compiled regular expression; one that is malformed matches nothing."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error:
        return re2.compile(r"[^\x00-\x{10FFFF}]", options)


class _Matching:
    """`match(text, pattern)` for the whole text, `search(text, pattern)` for any part of it."""

    def __init__(self, whole: bool) -> None:
        self.whole = whole

    def __call__(self, text: object, pattern: object) -> bool:
        if not isinstance(text, str) or not isinstance(pattern, str):
            return False
        _visit(len(text) // _CHARACTERS)
        compiled = _pattern(pattern)
        return bool(compiled.fullmatch(text) if self.whole else compiled.search(text))


class _Environment(JSONPathEnvironment):
    """The library's settings: its own operators (`in`, `contains`, `=~`) beside those of the RFC."""

    parser_class = _Parser

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions["match"] = _Matching(whole=True)
        self.function_extensions["search"] = _Matching(whole=False)

    def is_truthy(self, obj: object) -> bool:
        _visit()
        return super().is_truthy(obj)

    def compare(self, left: object, operator: str, right: object) -> bool:
        for side in (left, right):
            if isinstance(side, str | list | dict):
                _visit(len(side) // _CHARACTERS)
        return super().compare(left, operator, right)


_environment = _Environment(well_typed=False)


@lru_cache(maxsize=2048)
def _compiled(text: str) -> JSONPath | None:
    """The compiled search; None when it is malformed."""
    try:
        compiled = _environment.compile("$" + text)
    except (JSONPathError, RecursionError, ValueError):
        return None
    return compiled if isinstance(compiled, JSONPath) else None


def _apply(function: str, argument: int | None, value: Any) -> Any:
    """A function at the end of a path, on one value; null where it makes no sense."""
    if function in ("length", "size"):
        return len(value) if isinstance(value, list | dict) else None
    if function == "keys":
        return list(value) if isinstance(value, dict) else None
    if not isinstance(value, list):
        return None
    if function in ("first", "last", "index"):
        at = {"first": 0, "last": -1}.get(function, argument)
        return value[at] if at is not None and -len(value) <= at < len(value) else None
    if function == "concat":
        return "".join(each for each in value if isinstance(each, str))
    return _statistic(function, [float(each) for each in value if type(each) in (int, float)])


def _statistic(function: str, numbers: list[float]) -> float | None:
    if not numbers:
        return None
    if function in ("sum", "min", "max"):
        return {"sum": sum, "min": min, "max": max}[function](numbers)
    mean = sum(numbers) / len(numbers)
    if function == "avg":
        return mean
    return (sum(number * number for number in numbers) / len(numbers) - mean * mean) ** 0.5
