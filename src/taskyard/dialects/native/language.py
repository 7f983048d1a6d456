"""The filter language: text → a tree of terms. What names mean is decided by `vocabulary.py`.

The grammar is documented in docs/filter-language.md. Text is at most `LONGEST` characters, nesting at most
`DEEPEST` levels and a filter at most `MOST_TERMS` comparisons, so reading one is cheap whatever a caller
sends.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from taskyard.model.problem import FieldError, Problem, Rejected

LONGEST = 4096
DEEPEST = 32
MOST_TERMS = 200

GRAMMAR = r"""
?start: either
?either: every (OR every)*
?every: one (AND one)*
?one: NOT one          -> negation
    | "(" either ")"      -> nested
    | term
?term: NAME OPERATOR value                        -> comparison
    | NAME IN "(" value ("," value)* ")"          -> among
    | NAME NOT IN "(" value ("," value)* ")"      -> outside
    | NAME IS NULL                                -> absent
    | NAME IS NOT NULL                            -> present
value: TEXT | WORD | NAME | NULL | AND | OR | NOT | IN | IS

OPERATOR: "!=" | "!~" | "<=" | ">=" | "=" | "<" | ">" | "~"
AND.3: /and\b(?![\w.:@\/+-])/i
OR.3: /or\b(?![\w.:@\/+-])/i
NOT.3: /not\b(?![\w.:@\/+-])/i
IN.3: /in\b(?![\w.:@\/+-])/i
IS.3: /is\b(?![\w.:@\/+-])/i
NULL.3: /null\b(?![\w.:@\/+-])/i
TEXT.2: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/s
NAME.1: /[A-Za-z_][\w-]*(\.[\w$:\/-]+)*(?![\w.:@\/+*%-])/
WORD: /[^\s()"',=<>!~]+/
%ignore /\s+/
"""


class Term(msgspec.Struct, frozen=True):
    """`name operator values`; the operator is one of `= != < <= > >= ~ !~ in not_in null not_null`."""

    name: str
    operator: str
    values: tuple[str, ...] = ()


class Every(msgspec.Struct, frozen=True):
    """All parts hold."""

    of: tuple[Expression, ...]


class Either(msgspec.Struct, frozen=True):
    """At least one part holds."""

    of: tuple[Expression, ...]


class Negation(msgspec.Struct, frozen=True):
    """The part does not hold."""

    of: Expression


Expression = Term | Every | Either | Negation


class _Build(Transformer[Token, Any]):
    """Parse tree → expression."""

    def either(self, parts: list[Any]) -> Expression:
        return Either(tuple(part for part in parts if not isinstance(part, Token)))

    def every(self, parts: list[Any]) -> Expression:
        return Every(tuple(part for part in parts if not isinstance(part, Token)))

    def negation(self, parts: list[Any]) -> Expression:
        return Negation(parts[1])

    def nested(self, parts: list[Any]) -> Expression:
        return parts[0]

    def comparison(self, parts: list[Any]) -> Expression:
        name, operator, value = parts
        return Term(str(name), str(operator), (value,))

    def among(self, parts: list[Any]) -> Expression:
        return Term(str(parts[0]), "in", tuple(parts[2:]))

    def outside(self, parts: list[Any]) -> Expression:
        return Term(str(parts[0]), "not_in", tuple(parts[3:]))

    def absent(self, parts: list[Any]) -> Expression:
        return Term(str(parts[0]), "null")

    def present(self, parts: list[Any]) -> Expression:
        return Term(str(parts[0]), "not_null")

    def value(self, parts: list[Any]) -> str:
        (token,) = parts
        if token.type == "TEXT":
            return _unquoted(token[1:-1])
        return str(token)


def _unquoted(text: str) -> str:
    """The text between quotes: a backslash makes the next character literal."""
    out, escaped = [], False
    for character in text:
        if escaped or character != "\\":
            out.append(character)
            escaped = False
        else:
            escaped = True
    return "".join(out)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def invalid_filter(detail: str, position: int | None = None) -> Rejected:
    """The refusal of a filter, with the place where reading stopped (1-based)."""
    where = "" if position is None else f" at character {position}"
    error = FieldError(pointer="?filter", detail=detail + where, code="invalid_filter")
    return Rejected(
        Problem(
            code="invalid",
            reason="invalid_filter",
            detail=f"The filter cannot be read: {detail}{where}.",
            hint="docs/filter-language.md describes the language.",
            errors=(error,),
        )
    )


def parse(text: str) -> Expression:
    """The expression a filter text says.

    Raises `Rejected` (`invalid`, reason `invalid_filter`) naming the position of the first fault or
    the bound passed.
    """
    if len(text) > LONGEST:
        raise invalid_filter(f"it has {len(text)} characters, the most is {LONGEST}")
    if _nesting(text) > DEEPEST:
        raise invalid_filter(f"it nests deeper than {DEEPEST} levels")
    return _parse(text)


@lru_cache(maxsize=512)
def _parse(text: str) -> Expression:
    try:
        tree = _parser().parse(text)
        expression = _Build().transform(tree)
    except UnexpectedInput as fault:
        raise invalid_filter(*_explained(fault, text)) from None
    except VisitError as fault:
        raise invalid_filter(str(fault.orig_exc)) from None
    terms = count_terms(expression)
    if terms > MOST_TERMS:
        raise invalid_filter(f"it has {terms} comparisons, the most is {MOST_TERMS}")
    return expression


def _explained(fault: UnexpectedInput, text: str) -> tuple[str, int]:
    ended = isinstance(fault, UnexpectedToken) and fault.token.type == "$END"
    if ended or isinstance(fault, UnexpectedEOF):
        return "it ends too early", len(text) + 1
    if isinstance(fault, UnexpectedToken):
        return f"did not expect {str(fault.token)!r}", (fault.pos_in_stream or 0) + 1
    if isinstance(fault, UnexpectedCharacters):
        return f"did not expect {fault.char!r}", fault.pos_in_stream + 1
    return "it is not a filter", 1


def _nesting(text: str) -> int:
    """How deep parentheses and chained `not` nest, counted without reading the rest."""
    depth = deepest = 0
    for character in text:
        if character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")":
            depth -= 1
    chained = longest = 0
    for word in text.lower().replace("(", " ").split():
        chained = chained + 1 if word == "not" else 0
        longest = max(longest, chained)
    return max(deepest, longest)


def count_terms(expression: Expression) -> int:
    """How many comparisons an expression holds."""
    if isinstance(expression, Term):
        return max(1, len(expression.values))
    if isinstance(expression, Negation):
        return count_terms(expression.of)
    return sum(count_terms(part) for part in expression.of)
