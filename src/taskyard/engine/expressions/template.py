"""`${…}` in JSON values: what a definition's parameters become when an execution reaches them.

    resolve({"all": "${t.output.list}", "text": "n=${t.output.n}"}, scope) == {"all": [1, 2], "text": "n=2"}

A string that is one expression takes its value, of any type; inside other text a value is written as text: objects and
lists as JSON, `null`, `true`. An unknown path is null. Inner expressions go first (`${a.${b}}`), `$${` is a literal
`${`, `${}` is empty text, keys of objects stay. Secrets (`${workflow.secrets.…}`), escaped or not, stay as they are; see
secrets.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec

from taskyard.engine.expressions.jsonpath import search
from taskyard.engine.expressions.path import MISSING, Deferred, Path, follow, read_path
from taskyard.engine.expressions.secrets import (
    defused,
    defused_json,
    is_secret,
    names_secret,
    put_secrets,
    secrets_in,
)
from taskyard.model.problem import rejected

__all__ = [
    "MISSING",
    "NESTING",
    "OUTPUT",
    "Scope",
    "defused",
    "defused_json",
    "put_secrets",
    "resolve",
    "roots",
    "secrets_in",
]

NESTING: Final = 16
"""How deep expressions may stand in expressions; deeper ones are null."""

OUTPUT: Final = 32 * 1024 * 1024
"""Bytes of JSON text that one value may become."""

DEPTH: Final = 400
"""How deep a value may be."""

_UNMEASURED: Final = 4
"""Values put in before their sizes are added up: with so few the sum is bounded by the bound of each."""

_TASK_ID: Final = "CPEWF_TASK_ID"
_MARK = re.compile(r"\$+\{|[{}]")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]*")
_ANCHOR = re.compile(r"\$\.?([\w-]+)(?:\.([\w-]+))?|\$\[['\"]([^'\"]+)['\"]\](?:\[['\"]([^'\"]+)['\"]\])?")
_encode = msgspec.json.Encoder().encode


class Scope(Protocol):
    """What paths begin with: `workflow`, and the reference names of tasks."""

    def member(self, root: str, member: str) -> Any:
        """One member of a root (`workflow`, `input`), or MISSING."""
        ...

    def whole(self, root: str) -> Any:
        """A root with all its members, or MISSING."""
        ...

    def environment(self, name: str) -> str | None:
        """A bare name in capitals."""
        ...


class Expression(msgspec.Struct, frozen=True):
    """`${…}`: pieces of text and inner expressions that make the path."""

    pieces: tuple[str | Expression, ...]

    @property
    def fixed(self) -> str | None:
        """The path, when no inner expression makes part of it."""
        match self.pieces:
            case ():
                return ""
            case (str() as only,):
                return only
        return None


def resolve(value: Any, scope: Scope, *, task_id: str | None = None) -> Any:
    """A JSON value with every `${…}` in its strings filled in; the value itself is not changed.

    `task_id` is what `${CPEWF_TASK_ID}` means. Values that come out of the scope are not copied.
    Raises `Rejected` (too_large, expression_too_large) when the outcome or a search would be too big."""
    return _Resolution(scope, task_id).tree(value, 0)


def roots(value: Any) -> frozenset[tuple[str, str | None]]:
    """`(root, member)` of everything that the expressions in a JSON value refer to; member None for the whole root,
    or when it is only known at run time. `("*", None)` means that the root itself is."""
    found: set[tuple[str, str | None]] = set()
    for text in texts(value):
        found |= _roots_of(text)
    return frozenset(found)


def texts(value: Any) -> Iterator[str]:
    """Every string at any depth that may hold an expression, keys not counted."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if "${" in each:
                yield each
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def parse(text: str) -> tuple[str | Expression, ...]:
    """The pieces of a text: literal text with escapes undone, and expressions."""
    return _parse_short(text) if len(text) <= 4_096 else _parse(text)


def _parse(text: str) -> tuple[str | Expression, ...]:
    marks = list(_MARK.finditer(text))
    closing: dict[int, int] = {}
    open_marks: list[int] = []
    for number, mark in enumerate(marks):
        if mark[0] != "}":
            open_marks.append(number)
        elif open_marks:
            closing[open_marks.pop()] = number
    return _Pieces(text, marks, closing).between(0, len(text), 0)


class _Pieces:
    """Cuts a text at its marks; each mark is looked at once."""

    def __init__(self, text: str, marks: list[re.Match[str]], closing: dict[int, int]) -> None:
        self.text, self.marks, self.closing = text, marks, closing
        self.next = 0

    def between(self, start: int, end: int, depth: int) -> tuple[str | Expression, ...]:
        pieces: list[str | Expression] = []
        literal: list[str] = []
        at = start
        while self.next < len(self.marks) and self.marks[self.next].end() <= end:
            number, mark = self.next, self.marks[self.next]
            self.next += 1
            if mark[0] in "{}":
                continue
            if len(mark[0]) > 2:
                stays = names_secret(self.text, mark.end())
                literal += [self.text[at : mark.start()], mark[0] if stays else mark[0][1:]]
                at = mark.end()
                continue
            close = self.closing.get(number)
            if close is None:
                continue
            literal.append(self.text[at : mark.start()])
            _add(pieces, literal)
            at = self.marks[close].end()
            if depth < NESTING:
                pieces.append(Expression(self.between(mark.end(), self.marks[close].start(), depth + 1)))
            else:
                pieces.append(Expression(("null",)))
            self.next = close + 1
        literal.append(self.text[at:end])
        _add(pieces, literal)
        return tuple(pieces)


def _add(pieces: list[str | Expression], literal: list[str]) -> None:
    if text := "".join(literal):
        pieces.append(text)
    literal.clear()


_parse_short = lru_cache(maxsize=8_192)(_parse)


@lru_cache(maxsize=8_192)
def _roots_of(text: str) -> frozenset[tuple[str, str | None]]:
    found: set[tuple[str, str | None]] = set()
    waiting = [piece for piece in parse(text) if isinstance(piece, Expression)]
    while waiting:
        expression = waiting.pop()
        waiting += [piece for piece in expression.pieces if isinstance(piece, Expression)]
        fixed = expression.fixed
        if fixed is not None:
            found |= _path_roots(fixed)
            continue
        first = next(iter(expression.pieces))
        path = read_path(first.rstrip(".[")) if isinstance(first, str) else None
        names = [step for step in path.steps if isinstance(step, str)] if path else []
        if isinstance(first, str) and first[-1] not in ".[":
            names = names[:-1]  # The inner expression goes on with the last name.
        found.add((names[0], names[1] if len(names) > 1 else None) if names else ("*", None))
    return frozenset(found)


def _path_roots(text: str) -> set[tuple[str, str | None]]:
    path = read_path(text)
    if path is None or not text.strip():
        return set()
    found: set[tuple[str, str | None]]
    match path.steps:
        case (str() as root, str() as member, *_):
            found = {(root, member)}
        case (str() as root, *_):
            found = {(root, None)}
        case _:
            return {("*", None)}
    if path.absolute:
        for each in _ANCHOR.finditer(path.search):
            found.add((each[1] or each[3], each[2] or each[4]))
    return found


class _Resolution:
    """One call of `resolve`: what it may still put out."""

    def __init__(self, scope: Scope, task_id: str | None) -> None:
        self.scope, self.task_id = scope, task_id
        self.pending: list[Any] = []
        self.measured: dict[int, int] = {}
        self.size = 0

    def tree(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.string(value) if "${" in value else value
        if depth > DEPTH:
            raise rejected(
                "too_large", f"A value is nested deeper than {DEPTH}.", reason="expression_too_large"
            )
        if isinstance(value, dict):
            return {key: self.tree(each, depth + 1) for key, each in value.items()}
        if isinstance(value, list):
            return [self.tree(each, depth + 1) for each in value]
        return value

    def string(self, text: str) -> Any:
        pieces = parse(text)
        match pieces:
            case (Expression() as only,):
                return self._counted(self.expression(only))
        return self._counted(self._text(pieces))

    def _text(self, pieces: tuple[str | Expression, ...]) -> str:
        written: list[str] = []
        size = 0
        for piece in pieces:
            text = piece if isinstance(piece, str) else as_text(self.expression(piece))
            written.append(text)
            size += len(text)
            if size > OUTPUT:
                raise _too_big()
        return "".join(written)

    def expression(self, expression: Expression) -> Any:
        """The value of one expression."""
        fixed = expression.fixed
        text = (self._text(expression.pieces) if fixed is None else fixed).strip()
        if not text:
            return ""
        if is_secret(text):
            first = next(iter(expression.pieces))
            written = isinstance(first, str) and is_secret(first.lstrip())
            return f"${{{text}}}" if written else None
        if _ENVIRONMENT.fullmatch(text):
            named = self.task_id if text == _TASK_ID else self.scope.environment(text)
            if named is not None:
                return named
        path = read_path(text)
        return None if path is None else self._lookup(path)

    def _lookup(self, path: Path) -> Any:
        steps = path.steps
        match steps:
            case (str() as root, str() as member, *_):
                value = follow(self.scope.member(root, member), steps[2:])
            case (str() as root, *_):
                value = follow(self.scope.whole(root), steps[1:])
            case _:
                return None if path.definite else []
        if isinstance(value, Deferred):
            value = value.whole()
        if path.search or path.members or path.function:
            if value is MISSING:
                return None if path.definite else []
            value = search(path, value, Document(self.scope) if path.absolute else value)
        return None if value is MISSING else value

    def _counted(self, value: Any) -> Any:
        """The value; an error when all that was put in is too much."""
        if isinstance(value, str):
            self.size += len(value)
        elif isinstance(value, dict | list) and value:
            self.pending.append(value)
            if len(self.pending) > _UNMEASURED:
                for each in self.pending:
                    if id(each) not in self.measured:
                        self.measured[id(each)] = len(_encode(each))
                    self.size += self.measured[id(each)]
                self.pending = []
        if self.size > OUTPUT:
            raise _too_big()
        return value


def as_text(value: Any) -> str:
    """A value inside other text: strings as they are, everything else as JSON."""
    return value if isinstance(value, str) else _encode(value).decode()


def _too_big() -> Exception:
    text = f"The expressions of one value put in more than {OUTPUT} bytes, the most they may."
    return rejected("too_large", text, reason="expression_too_large")


class Document(Mapping[str, Any]):
    """The whole document as filters see it with `$`: roots and members are read when they are asked for."""

    def __init__(self, scope: Scope, root: str | None = None) -> None:
        self._scope, self._root = scope, root

    def __getitem__(self, name: str) -> Any:
        if self._root is None:
            return Document(self._scope, name)
        value = self._scope.member(self._root, name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        whole = self._scope.whole(self._root) if self._root is not None else {}
        return iter(whole if isinstance(whole, dict) else {})

    def __len__(self) -> int:
        return sum(1 for _ in self)
