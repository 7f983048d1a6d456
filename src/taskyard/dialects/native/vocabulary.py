"""What the names of the filter language mean: per list, each name with its kind and the filter it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from taskyard.dialects.native.language import Either, Every, Expression, Negation, Term, invalid_filter
from taskyard.dialects.native.moments import DAY, is_date, moment
from taskyard.model.definition import KINDS as DEFINITION_KINDS
from taskyard.model.query import All, Cmp, Filter, Has, Not, Operator, Some, both, either
from taskyard.model.task import KINDS as TASK_KINDS

PHASES = ("scheduled", "ready", "active", "waiting", "closed")
OUTCOMES = ("succeeded", "failed", "cancelled", "rejected", "expired", "skipped")
TASK_STATES = ("open", "suspended", *PHASES, *OUTCOMES)
DEFINITION_STATES = ("active", "suspended")

_COMPARE: dict[str, Operator] = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_LARGEST = 2**63 - 1

Meaning = Callable[[Term, int], Filter]
"""`(term, now) -> filter`: what a term says."""


class Vocabulary(msgspec.Struct, frozen=True):
    """The names of one list. `prefixes` are names that take a second part (`attribute.color`)."""

    words: dict[str, Meaning]
    prefixes: dict[str, Callable[[Term, str, int], Filter]]


def translate(expression: Expression, vocabulary: Vocabulary, now: int) -> Filter:
    """The filter that an expression means for a list; raises `Rejected` for unknown names, unfit values."""
    if isinstance(expression, Every):
        return All(tuple(translate(part, vocabulary, now) for part in expression.of))
    if isinstance(expression, Either):
        return Some(tuple(translate(part, vocabulary, now) for part in expression.of))
    if isinstance(expression, Negation):
        return Not(translate(expression.of, vocabulary, now))
    if any("\0" in value for value in (expression.name, *expression.values)):
        raise invalid_filter("it holds a NUL character")
    meaning = vocabulary.words.get(expression.name.lower())
    if meaning is not None:
        return meaning(expression, now)
    head, _, tail = expression.name.partition(".")
    prefixed = vocabulary.prefixes.get(head.lower())
    if prefixed is None or not tail:
        names = sorted(vocabulary.words) + [f"{name}.<name>" for name in vocabulary.prefixes]
        raise invalid_filter(f"unknown name {expression.name!r}; there are {', '.join(names)}")
    return prefixed(expression, tail, now)


def _unfit(term: Term, allowed: str) -> Exception:
    return invalid_filter(f"{term.name} takes {allowed}, not {term.operator.replace('_', ' ')}")


def _plain(field: str, term: Term, read: Callable[[Term, str], Any], allowed: str) -> Filter:
    """Equality, membership and absence, which every column takes."""
    if term.operator in ("null", "not_null"):
        return Cmp(field, "is_null" if term.operator == "null" else "not_null")
    if term.operator in ("in", "not_in"):
        operator: Operator = "in" if term.operator == "in" else "not_in"
        return Cmp(field, operator, tuple(read(term, value) for value in term.values))
    if term.operator in ("=", "!="):
        return Cmp(field, _COMPARE[term.operator], read(term, term.values[0]))
    raise _unfit(term, allowed)


def text(field: str) -> Meaning:
    """A text column: `= != in`, `~` contains without regard to case, `is null`."""

    def mean(term: Term, now: int) -> Filter:
        if term.operator == "~":
            return Cmp(field, "icontains", term.values[0])
        if term.operator == "!~":
            return Not(Cmp(field, "icontains", term.values[0]))
        return _plain(field, term, lambda _, value: value, "= != ~ !~ in and is null")

    return mean


def choice(field: str, words: tuple[str, ...]) -> Meaning:
    """A column with fixed words."""

    def read(term: Term, value: str) -> str:
        if value.lower() not in words:
            raise invalid_filter(f"{term.name} is one of {', '.join(words)}, not {value!r}")
        return value.lower()

    return lambda term, now: _plain(field, term, read, "= != in and is null")


def _integer(term: Term, value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise invalid_filter(f"{term.name} takes a whole number, not {value!r}") from None
    if abs(number) > _LARGEST:
        raise invalid_filter(f"{value} is too large for {term.name}")
    return number


def integer(field: str) -> Meaning:
    """A whole number: every comparison."""

    def mean(term: Term, now: int) -> Filter:
        if term.operator in _COMPARE:
            return Cmp(field, _COMPARE[term.operator], _integer(term, term.values[0]))
        return _plain(field, term, _integer, "= != < <= > >= in and is null")

    return mean


def flag(field: str) -> Meaning:
    """True or false."""

    def read(term: Term, value: str) -> bool:
        if value.lower() not in ("true", "false"):
            raise invalid_filter(f"{term.name} is true or false, not {value!r}")
        return value.lower() == "true"

    return lambda term, now: _plain(field, term, read, "= and !=")


def date(field: str) -> Meaning:
    """A moment: `< <= > >=`; `=` and `!=` with a plain date take the whole day (UTC)."""

    def mean(term: Term, now: int) -> Filter:
        if term.operator in ("null", "not_null"):
            return Cmp(field, "is_null" if term.operator == "null" else "not_null")
        if term.operator not in _COMPARE:
            raise _unfit(term, "= != < <= > >= and is null")
        try:
            at = moment(term.values[0], now)
        except (ValueError, OverflowError):
            raise invalid_filter(
                f"{term.name} takes a moment such as 2026-11-14, 2026-11-14T12:00:00Z or now-7d, "
                f"not {term.values[0]!r}"
            ) from None
        if is_date(term.values[0]) and term.operator in ("=", "!="):
            day = All((Cmp(field, "ge", at), Cmp(field, "lt", at + DAY)))
            return day if term.operator == "=" else Not(day)
        return Cmp(field, _COMPARE[term.operator], at)

    return mean


def related(relation: str, column: str, **fixed: str) -> Meaning:
    """A related row has this text; negative operators say that no related row has it."""

    def mean(term: Term, now: int) -> Filter:
        given = tuple(Cmp(name, "eq", value) for name, value in fixed.items())
        if term.operator in ("null", "not_null"):
            there = Has(relation, both(*given))
            return Not(there) if term.operator == "null" else there
        positive = {"!=": "=", "!~": "~", "not_in": "in"}.get(term.operator, term.operator)
        wanted = text(column)(Term(term.name, positive, term.values), now)
        found = Has(relation, both(*given, wanted))
        return Not(found) if positive != term.operator else found

    return mean


def tag(term: Term, now: int) -> Filter:
    """`tag = team` (the key) or `tag = team:search` (key and value), on the definition."""
    if term.operator in ("null", "not_null"):
        return Not(Has("tags", All())) if term.operator == "null" else Has("tags", All())
    if term.operator not in ("=", "!=", "in", "not_in"):
        raise _unfit(term, "= != in and is null")
    found = either(*(Has("tags", _tag(value)) for value in term.values))
    return Not(found) if term.operator in ("!=", "not_in") else found


def _tag(value: str) -> Filter:
    key, colon, rest = value.partition(":")
    return All((Cmp("key", "eq", key), Cmp("value", "eq", rest))) if colon else Cmp("key", "eq", key)


def tag_value(term: Term, key: str, now: int) -> Filter:
    """`tag.team = search`: the values of one tag."""
    return related("tags", "value", key=key)(term, now)


def attribute(term: Term, name: str, now: int) -> Filter:
    """A task attribute by its text, or by its number where the value is one."""
    column, number = f"attr.{name}", _number(term.values[0]) if term.values else None
    if term.operator in ("null", "not_null"):
        there = Has("attributes", Cmp("name", "eq", name))
        return Not(there) if term.operator == "null" else there
    if term.operator in ("<", "<=", ">", ">="):
        operator = _COMPARE[term.operator]
        if number is None:
            return Cmp(column, operator, term.values[0])
        return Cmp(f"num.{name}", operator, number)
    if number is not None and term.operator in ("=", "!="):
        found = either(Cmp(column, "eq", term.values[0]), Cmp(f"num.{name}", "eq", number))
        return found if term.operator == "=" else Not(found)
    return text(column)(term, now)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < 1e300 else None


def task_state(term: Term, now: int) -> Filter:
    """`state`: a phase, an outcome, `suspended` or `open`."""
    if term.operator not in ("=", "!=", "in", "not_in"):
        raise _unfit(term, "= != and in")
    found = either(*(_task_state(term, value.lower()) for value in term.values))
    return Not(found) if term.operator in ("!=", "not_in") else found


def _task_state(term: Term, word: str) -> Filter:
    if word == "open":
        return Cmp("phase", "ne", "closed")
    if word == "closed":
        return Cmp("phase", "eq", word)
    if word == "suspended":
        return All((Cmp("phase", "ne", "closed"), Cmp("suspended", "eq", True)))
    if word in PHASES:
        return All((Cmp("phase", "eq", word), Cmp("suspended", "eq", False)))
    if word in OUTCOMES:
        return All((Cmp("phase", "eq", "closed"), Cmp("outcome", "eq", word)))
    raise invalid_filter(f"{term.name} is one of {', '.join(TASK_STATES)}, not {word!r}")


def definition_state(term: Term, now: int) -> Filter:
    """`state` of a definition: active or suspended."""
    if term.operator not in ("=", "!=", "in", "not_in"):
        raise _unfit(term, "= != and in")
    for value in term.values:
        if value.lower() not in DEFINITION_STATES:
            raise invalid_filter(f"{term.name} is one of {', '.join(DEFINITION_STATES)}, not {value!r}")
    wanted = tuple({value.lower() == "suspended" for value in term.values})
    return Cmp("suspended", "not_in" if term.operator in ("!=", "not_in") else "in", wanted)


def free_text(*fields: str) -> Meaning:
    """One of several text columns."""

    def mean(term: Term, now: int) -> Filter:
        positive = {"!=": "=", "!~": "~"}.get(term.operator, term.operator)
        if positive not in ("=", "~"):
            raise _unfit(term, "= != ~ and !~")
        found = Some(tuple(text(field)(Term(term.name, positive, term.values), now) for field in fields))
        return Not(found) if positive != term.operator else found

    return mean


def _dates(*names: str) -> dict[str, Meaning]:
    """Each date under its member name and without `_at`."""
    return {name: date(field) for field in names for name in (field, field.removesuffix("_at"))}


TASKS = Vocabulary(
    words={
        "id": integer("id"),
        "uid": text("uid"),
        "kind": choice("kind", TASK_KINDS),
        "title": text("title"),
        "text": free_text("title", "definition.name", "definition.key"),
        "phase": choice("phase", PHASES),
        "outcome": choice("outcome", OUTCOMES),
        "state": task_state,
        "suspended": flag("suspended"),
        "waiting_for": text("waiting_for"),
        "native_state": text("native_state"),
        "definition": text("definition.key"),
        "queue": text("queue"),
        "assignee": text("assignee"),
        "candidate": related("candidates", "name", role="candidate"),
        "candidate_user": related("candidates", "name", role="candidate", type="user"),
        "candidate_group": related("candidates", "name", role="candidate", type="group"),
        "reviewer": related("candidates", "name", role="reviewer"),
        "owner": text("owner"),
        "creator": text("creator"),
        "priority": integer("priority"),
        "tag": tag,
        **_dates("created_at", "updated_at", "due_at", "assigned_at", "closed_at"),
    },
    prefixes={"attribute": attribute, "tag": tag_value},
)

DEFINITIONS = Vocabulary(
    words={
        "id": integer("id"),
        "uid": text("uid"),
        "kind": choice("kind", DEFINITION_KINDS),
        "key": text("key"),
        "definition": text("key"),
        "name": text("name"),
        "description": text("description"),
        "text": free_text("key", "name", "description"),
        "state": definition_state,
        "suspended": flag("suspended"),
        "owner": text("owner"),
        "creator": text("created_by"),
        "version": integer("latest"),
        "tag": tag,
        **_dates("created_at", "updated_at"),
    },
    prefixes={"tag": tag_value},
)
