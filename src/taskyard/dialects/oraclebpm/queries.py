"""What the caller wants → a query."""

from __future__ import annotations

from taskyard.dialects.oraclebpm.parameters import Wanted
from taskyard.dialects.oraclebpm.states import FILTERS
from taskyard.model.principal import Principal
from taskyard.model.query import (
    FALSE,
    TRUE,
    All,
    Cmp,
    Filter,
    Has,
    Not,
    Order,
    Query,
    both,
    either,
    eq,
    one_of,
)

SHOWN = eq("kind", "human")
"""The kinds of tasks that this API shows: everything that people do, whoever opened it."""

ORDERS = {
    "createdDate": "created_at",
    "creator": "creator",
    "updatedDate": "updated_at",
    "fromUser": "handed_by",
    "tasknumber": "id",
    "priority": "priority",
    "ownerUser": "owner",
    "state": "standing",
    "approvalDuration": "duration",
    "taskDefinitionName": "definition.key",
    "taskNameSpace": "attr.taskNameSpace",
    "taskId": "uid",
    "category": "attr.category",
    "assignedDate": "assigned_at",
    "dueDate": "due_at",
    "outcome": "attr.outcome",
    "ecid": "attr.ecid",
    "identificationKey": "attr.identificationKey",
}
"""What each `orderBy` field sorts by."""

DEFAULT_ORDER = (Order("assigned_at", desc=True),)


def task_query(wanted: Wanted, caller: Principal) -> Query:
    """The tasks a caller asked for; visibility is added by the application."""
    return Query(
        entity="task",
        where=both(
            SHOWN,
            either(*(FILTERS[status] for status in wanted.statuses)),
            assignment(wanted.assignment, caller),
            *_conditions(wanted),
        ),
        order=tuple(Order(ORDERS[field], desc=desc) for field, desc in wanted.order) or DEFAULT_ORDER,
        limit=wanted.limit,
        offset=wanted.offset,
        want_total=wanted.total,
    )


def assignment(word: str, caller: Principal) -> Filter:
    """The tasks that stand in a relation to the caller (reference §3.2 of the API)."""
    if word in ("ALL", "ADMIN"):
        return TRUE
    if word == "MY":
        return mine(caller)
    if word == "GROUP":
        return both(Cmp("assignee", "is_null"), _candidate(groups=caller.groups))
    if word == "MY_AND_GROUP":
        unclaimed = both(Cmp("assignee", "is_null"), _candidate(caller.name, caller.groups))
        return either(eq("assignee", caller.name), unclaimed)
    if word == "MY_AND_GROUP_ALL":
        return either(eq("assignee", caller.name), _candidate(caller.name, caller.groups))
    if word == "REPORTEES":
        return _reportees(caller)
    if word == "OWNER":
        return one_of("owner", (caller.name, *sorted(caller.groups)))
    if word == "REVIEWER":
        return _candidate(caller.name, caller.groups, role="reviewer")
    if word == "CREATOR":
        return eq("creator", caller.name)
    acted = Has("events", All((eq("actor", caller.name), Cmp("type", "ne", "task.created"))))
    return both(acted, Not(both(Cmp("closed_at", "is_null"), mine(caller))))


def mine(caller: Principal) -> Filter:
    """The tasks that are the caller's alone: taken, given, or offered to nobody else."""
    others = Not(both(eq("type", "user"), eq("name", caller.name)))
    only = both(
        Cmp("assignee", "is_null"),
        _candidate(caller.name),
        Not(Has("candidates", both(eq("role", "candidate"), others))),
    )
    return either(eq("assignee", caller.name), only)


def _candidate(
    user: str | None = None, groups: frozenset[str] = frozenset(), role: str = "candidate"
) -> Filter:
    """The user, or one of the groups, is among those named for a role."""
    parts: list[Filter] = []
    if user is not None:
        parts.append(both(eq("type", "user"), eq("name", user)))
    if groups:
        parts.append(both(eq("type", "group"), one_of("name", tuple(sorted(groups)))))
    return Has("candidates", both(eq("role", role), either(*parts))) if parts else FALSE


def _reportees(caller: Principal) -> Filter:
    """Tasks of those who report to the caller, at any level; the caller's own do not count."""
    if not caller.reports:
        return FALSE
    names = tuple(sorted(caller.reports))
    offered = both(eq("role", "candidate"), eq("type", "user"), one_of("name", names))
    theirs = either(one_of("assignee", names), both(Cmp("assignee", "is_null"), Has("candidates", offered)))
    return both(theirs, Not(mine(caller)))


def _conditions(wanted: Wanted) -> list[Filter]:
    """The other filters that were given."""
    found: list[Filter] = []
    if wanted.keyword is not None:
        found.append(Cmp("title", "icontains", wanted.keyword))
    if wanted.todo:
        found.append(eq("attr.pattern", "ToDo"))
    if wanted.priorities:
        found.append(one_of("priority", wanted.priorities))
    if wanted.created_by is not None:
        found.append(Cmp("creator", "ilike", _literal(wanted.created_by)))
    if wanted.from_users:
        found.append(one_of("handed_by", wanted.from_users))
    if wanted.identification_key is not None:
        found.append(eq("attr.identificationKey", wanted.identification_key))
    if wanted.outcome is not None:
        found.append(Cmp("attr.outcome", "ilike", _literal(wanted.outcome)))
    if wanted.application_context is not None:
        found.append(eq("attr.applicationContext", wanted.application_context))
    bounds = (
        ("created_at", "gt", wanted.since),
        ("created_at", "lt", wanted.until),
        ("due_at", "ge", wanted.due_from),
        ("due_at", "le", wanted.due_to),
        ("updated_at", "gt", wanted.updated_since),
    )
    found += [Cmp(field, operator, at) for field, operator, at in bounds if at is not None]  # type: ignore[arg-type]
    return found


def _literal(text: str) -> str:
    """The pattern that matches exactly this text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
