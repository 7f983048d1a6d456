"""List parameters → queries."""

from __future__ import annotations

from taskyard.dialects.native.execution_vocabulary import EXECUTIONS, INCIDENTS
from taskyard.dialects.native.language import Term, parse
from taskyard.dialects.native.vocabulary import DEFINITIONS, TASKS, Vocabulary, translate
from taskyard.dialects.native.wire import ListParams
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.query import Filter, Order, Query, both, either, eq

_TASK_ORDER = (
    "id",
    "kind",
    "title",
    "phase",
    "outcome",
    "priority",
    "assignee",
    "owner",
    "creator",
    "created_at",
    "updated_at",
    "due_at",
    "assigned_at",
    "closed_at",
)
_DEFINITION_ORDER = ("id", "kind", "key", "name", "owner", "created_at", "updated_at")

_EXECUTION_ORDER = (
    "id",
    "kind",
    "key",
    "version",
    "phase",
    "outcome",
    "priority",
    "correlation",
    "creator",
    "steps",
    "created_at",
    "updated_at",
    "closed_at",
)
_INCIDENT_ORDER = ("id", "type", "created_at")

_TASK_DEFAULT = (Order("id", desc=True),)
_DEFINITION_DEFAULT = (Order("kind"), Order("key"))

MOST_KEYS = 4


def task_query(params: ListParams, now: int) -> Query:
    """What `GET /v1/tasks` lists; newest first unless `order` says otherwise."""
    return _query("task", params, TASKS, _order(params.order, _TASK_ORDER) or _TASK_DEFAULT, now)


def definition_query(params: ListParams, now: int) -> Query:
    """What `GET /v1/definitions` lists; by kind and key unless `order` says otherwise."""
    order = _order(params.order, _DEFINITION_ORDER) or _DEFINITION_DEFAULT
    return _query("definition", params, DEFINITIONS, order, now)


def execution_query(params: ListParams, now: int) -> Query:
    """What `GET /v1/executions` lists; newest first unless `order` says otherwise."""
    order = _order(params.order, _EXECUTION_ORDER) or (Order("id", desc=True),)
    return _query("execution", params, EXECUTIONS, order, now)


def incident_query(params: ListParams, now: int) -> Query:
    """What `GET /v1/incidents` lists; newest first unless `order` says otherwise."""
    order = _order(params.order, _INCIDENT_ORDER) or (Order("id", desc=True),)
    return _query("incident", params, INCIDENTS, order, now)


def _query(
    entity: str, params: ListParams, vocabulary: Vocabulary, order: tuple[Order, ...], now: int
) -> Query:
    return Query(
        entity=entity,
        where=_where(params, vocabulary, now),
        order=order,
        limit=params.limit,
        after=params.after or None,
        want_total=params.total,
    )


def _where(params: ListParams, vocabulary: Vocabulary, now: int) -> Filter:
    parts: list[Filter] = []
    if params.filter.strip():
        parts.append(translate(parse(params.filter), vocabulary, now))
    for name, values in (("kind", params.kind), ("state", params.state)):
        given = tuple(word for value in values for word in value.split(",") if word)
        if given:
            parts.append(_shorthand(Term(name, "in" if len(given) > 1 else "=", given), vocabulary, now))
    if params.q.strip():
        parts.append(translate(Term("text", "~", (params.q.strip(),)), vocabulary, now))
    return both(*parts)


def _shorthand(term: Term, vocabulary: Vocabulary, now: int) -> Filter:
    """The filter of a parameter that stands for one term; a fault is the parameter's own."""
    try:
        return translate(term, vocabulary, now)
    except Rejected as fault:
        detail = fault.problem.errors[0].detail
        error = FieldError(pointer=f"?{term.name}", detail=detail)
        raise Rejected(
            Problem(code="invalid", reason="invalid_parameters", detail=f"{detail}.", errors=(error,))
        ) from None


def _order(text: str, allowed: tuple[str, ...]) -> tuple[Order, ...]:
    """The sort keys of `-priority,due_at`; a name may leave out `_at`."""
    keys: list[Order] = []
    for word in (part.strip() for part in text.split(",")):
        if not word:
            continue
        name = word.removeprefix("-").lower()
        name = name if name in allowed else f"{name}_at"
        if name not in allowed or any(key.field == name for key in keys):
            raise _bad_order(f"{word!r} is not one of {', '.join(allowed)}, each at most once")
        keys.append(Order(name, desc=word.startswith("-")))
    if len(keys) > MOST_KEYS:
        raise _bad_order(f"at most {MOST_KEYS} keys")
    return tuple(keys)


def _bad_order(detail: str) -> Rejected:
    error = FieldError(pointer="?order", detail=detail)
    return Rejected(
        Problem(code="invalid", reason="invalid_order", detail=f"order: {detail}.", errors=(error,))
    )


def by_reference(entity: str, reference: str) -> Query:
    """The one row whose id or public id is `reference`."""
    named = eq("uid", reference)
    if reference.isdecimal() and len(reference) < 19:
        named = either(eq("id", int(reference)), named)
    return Query(entity=entity, where=named, limit=1)
