"""The names of the filter language on executions and incidents."""

from __future__ import annotations

from taskyard.dialects.native.language import Term, invalid_filter
from taskyard.dialects.native.vocabulary import (
    OUTCOMES,
    PHASES,
    Vocabulary,
    choice,
    date,
    flag,
    free_text,
    integer,
    tag,
    tag_value,
    task_state,
    text,
)
from taskyard.model.query import Cmp, Filter

EXECUTION_KINDS = ("workflow", "process", "node", "agent")
INCIDENT_STATES = ("open", "resolved")


def incident_state(term: Term, now: int) -> Filter:
    """`state` of an incident: open or resolved."""
    if term.operator not in ("=", "!=", "in", "not_in"):
        raise invalid_filter(f"{term.name} takes = != and in, not {term.operator}")
    for value in term.values:
        if value.lower() not in INCIDENT_STATES:
            raise invalid_filter(f"{term.name} is one of {', '.join(INCIDENT_STATES)}, not {value!r}")
    wanted = tuple(value.lower() for value in term.values)
    return Cmp("phase", "not_in" if term.operator in ("!=", "not_in") else "in", wanted)


EXECUTIONS = Vocabulary(
    words={
        "id": integer("id"),
        "uid": text("uid"),
        "kind": choice("kind", EXECUTION_KINDS),
        "definition": text("key"),
        "key": text("key"),
        "version": integer("version"),
        "text": free_text("key", "correlation", "business_key"),
        "phase": choice("phase", PHASES),
        "outcome": choice("outcome", OUTCOMES),
        "state": task_state,
        "suspended": flag("suspended"),
        "correlation": text("correlation"),
        "business_key": text("business_key"),
        "creator": text("creator"),
        "reason": text("reason"),
        "priority": integer("priority"),
        "steps": integer("steps"),
        "tag": tag,
        "created_at": date("created_at"),
        "created": date("created_at"),
        "updated_at": date("updated_at"),
        "updated": date("updated_at"),
        "closed_at": date("closed_at"),
        "closed": date("closed_at"),
    },
    prefixes={"tag": tag_value},
)

INCIDENTS = Vocabulary(
    words={
        "id": integer("id"),
        "uid": text("uid"),
        "kind": text("type"),
        "type": text("type"),
        "text": free_text("message", "element"),
        "message": text("message"),
        "element": text("element"),
        "state": incident_state,
        "definition": text("execution.key"),
        "created_at": date("created_at"),
        "created": date("created_at"),
    },
    prefixes={},
)
