"""What the caller wants → a query."""

from __future__ import annotations

from taskyard.dialects.oraclebpm.parameters import Wanted
from taskyard.dialects.oraclebpm.states import FILTERS, FINAL
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
    Some,
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
            _selective(assignment(wanted.assignment, caller, FINAL.isdisjoint(wanted.statuses))),
            *_conditions(wanted),
        ),
        order=tuple(Order(ORDERS[field], desc=desc) for field, desc in wanted.order) or DEFAULT_ORDER,
        limit=wanted.limit,
        offset=wanted.offset,
        want_total=wanted.total,
    )


def _selective(node: Filter) -> Filter:
    """The same filter as a list of ways, which the store can collect one by one instead of walking past
    everything."""
    return node if node == TRUE or isinstance(node, Some) else Some((node,))


def assignment(word: str, caller: Principal, open_only: bool = False) -> Filter:
    """The tasks that stand in a relation to the caller. `open_only` says that finished ones are not asked
    for."""
    if word in ("ALL", "ADMIN"):
        return TRUE
    everybody = _candidate(caller.name, caller.groups, open_only=open_only)
    if word == "MY":
        return mine(caller, open_only)
    if word == "GROUP":
        return both(Cmp("assignee", "is_null"), _candidate(None, caller.groups, open_only=open_only))
    if word == "MY_AND_GROUP":
        return Some((eq("assignee", caller.name), both(Cmp("assignee", "is_null"), everybody)))
    if word == "MY_AND_GROUP_ALL":
        return Some((eq("assignee", caller.name), everybody))
    if word == "REPORTEES":
        return _reportees(caller)
    if word == "OWNER":
        return one_of("owner", (caller.name, *sorted(caller.groups)))
    if word == "REVIEWER":
        return _candidate(caller.name, caller.groups, role="reviewer", open_only=open_only)
    if word == "CREATOR":
        return eq("creator", caller.name)
    acted = Has("events", All((eq("actor", caller.name), Cmp("type", "ne", "task.created"))))
    return both(acted, Not(both(Cmp("closed_at", "is_null"), mine(caller))))


def mine(caller: Principal, open_only: bool = False) -> Filter:
    """The tasks that are the caller's alone: taken, given, or offered to nobody else."""
    others = Not(both(eq("type", "user"), eq("name", caller.name)))
    only = both(
        Cmp("assignee", "is_null"),
        _candidate(caller.name, open_only=open_only),
        Not(Has("candidates", both(eq("role", "candidate"), others))),
    )
    return Some((eq("assignee", caller.name), only))


def _candidate(
    user: str | None = None,
    groups: frozenset[str] = frozenset(),
    *,
    role: str = "candidate",
    open_only: bool = False,
) -> Filter:
    """The user, or one of the groups, is among those named for a role."""
    parts: list[Filter] = []
    if user is not None:
        parts.append(both(eq("type", "user"), eq("name", user)))
    if groups:
        parts.append(both(eq("type", "group"), one_of("name", tuple(sorted(groups)))))
    if not parts:
        return FALSE
    unfinished = eq("open", True) if open_only else None
    return Has("candidates", both(eq("role", role), either(*parts), unfinished))


def _reportees(caller: Principal) -> Filter:
    """Tasks of those who report to the caller, at any level; the caller's own do not count."""
    if not caller.reports:
        return FALSE
    names = tuple(sorted(caller.reports))
    offered = both(eq("role", "candidate"), eq("type", "user"), one_of("name", names))
    theirs = Some((one_of("assignee", names), both(Cmp("assignee", "is_null"), Has("candidates", offered))))
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
