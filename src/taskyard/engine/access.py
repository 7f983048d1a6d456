"""The permission model: one question for single things, one filter for lists, from the same rules.

- Admins may do everything.
- Whoever owns or made a definition may do everything with it.
- A grant gives its action (and reading) on everything, on a kind, on one definition, or on a tag.
- A task may be read by its assignee, creator, owner, candidates, reviewers, past participants, by the managers of its
  assignee or candidates, and by whoever may read its definition.
"""

from __future__ import annotations

from collections.abc import Iterable

from taskyard.model.principal import GrantFact, Principal
from taskyard.model.problem import Problem, Rejected
from taskyard.model.query import FALSE, TRUE, Filter, Has, both, either, eq, one_of

IMPLIED: dict[str, tuple[str, ...]] = {
    "read": ("read", "create", "update", "execute", "delete", "annotate", "review", "manage"),
    "create": ("create", "manage"),
    "update": ("update", "manage"),
    "execute": ("execute", "manage"),
    "delete": ("delete", "manage"),
    "annotate": ("annotate", "review", "manage"),
    "review": ("review", "manage"),
    "manage": ("manage",),
}
"""Which granted actions allow an action."""


def _allowing(principal: Principal, action: str) -> list[GrantFact]:
    allowed = IMPLIED[action]
    return [grant for grant in principal.grants if grant.action in allowed]


def can(
    principal: Principal | None,
    action: str,
    *,
    kind: str,
    key: str | None = None,
    owner: str | tuple[str | None, ...] | None = None,
    tags: Iterable[tuple[str, str]] = (),
) -> bool:
    """May the caller do `action` on a definition of `kind`, with that key, owner (or owners) and tags?

    Without a key the question is about the kind as a whole, as for creating. None is the server itself: it may.
    """
    if principal is None or principal.admin:
        return True
    if principal.name in (owner if isinstance(owner, tuple) else (owner,)):
        return True
    words = {f"{name}:{value}" for name, value in tags}
    for grant in _allowing(principal, action):
        if grant.target_type == "any" or (grant.target_type == "kind" and grant.target == kind):
            return True
        if key is not None and grant.target_type == "definition" and grant.target == f"{kind}:{key}":
            return True
        if grant.target_type == "tag" and grant.target in words:
            return True
    return False


def require(
    principal: Principal | None,
    action: str,
    *,
    kind: str,
    key: str | None = None,
    owner: str | tuple[str | None, ...] | None = None,
    tags: Iterable[tuple[str, str]] = (),
) -> None:
    """Raise `Rejected` (forbidden) unless `can`."""
    if not can(principal, action, kind=kind, key=key, owner=owner, tags=tags):
        thing = f"{kind} {key!r}" if key is not None else f"definitions of kind {kind!r}"
        name = principal.name if principal else "the server"
        raise Rejected(
            Problem(
                code="forbidden",
                reason="no_grant",
                detail=f"User {name!r} may not {action} {thing}.",
                hint="An admin can give the grant: taskyard grant add.",
                context={"action": action, "kind": kind, "key": key},
            )
        )


def require_admin(principal: Principal | None) -> None:
    """Raise `Rejected` (forbidden) unless the caller is an admin or the server itself."""
    if principal is not None and not principal.admin:
        raise Rejected(
            Problem(code="forbidden", reason="not_admin", detail=f"User {principal.name!r} is not an admin.")
        )


def scope_of(principal: Principal, entity: str, action: str = "read") -> Filter:
    """The filter that lets through exactly what the caller may do `action` on."""
    if principal.admin:
        return TRUE
    if entity == "task":
        return visible_tasks(principal, action)
    if entity in ("definition", "version"):
        return visible_definitions(principal, action, entity)
    if entity == "deployment":
        return visible_deployments(principal, action)
    if entity == "execution":
        return visible_executions(principal, action)
    if entity == "element":
        return visible_elements(principal, action)
    if entity in ("schedule", "schedule_run"):
        return visible_schedules(principal, action, entity)
    if entity == "incident":
        return either(
            eq("execution.creator", principal.name),
            *[_granted(grant, "version.kind", "version.key") for grant in _plain(principal, action)],
            *[_granted(grant, "execution.kind", "execution.key") for grant in _plain(principal, action)],
        )
    if entity in ("resource", "saved_view"):
        return TRUE if _allowing(principal, action) else FALSE
    if entity == "user":
        return eq("name", principal.name)
    return FALSE


def visible_definitions(principal: Principal, action: str, entity: str = "definition") -> Filter:
    """Definitions (or versions) that the caller may do `action` on."""
    parts: list[Filter] = []
    if entity == "definition":
        parts += [eq("owner", principal.name), eq("created_by", principal.name)]
    else:
        parts += [eq("definition.owner", principal.name), eq("definition.created_by", principal.name)]
    for grant in _allowing(principal, action):
        if grant.target_type == "any":
            return TRUE
        parts.append(_granted(grant, "kind", "key"))
    return either(*parts)


def visible_executions(principal: Principal, action: str = "read") -> Filter:
    """Executions the caller started, and those of definitions on which the caller may do `action`."""
    parts: list[Filter] = [
        eq("creator", principal.name),
        eq("definition.owner", principal.name),
        eq("definition.created_by", principal.name),
    ]
    for grant in _allowing(principal, action):
        if grant.target_type == "any":
            return TRUE
        parts.append(_granted(grant, "kind", "key"))
    return either(*parts)


def visible_elements(principal: Principal, action: str = "read") -> Filter:
    """Element instances of executions that the caller may see, and those of worker tasks that it may do."""
    whole = visible_executions(principal, action)
    if whole == TRUE:
        return TRUE
    parts: list[Filter] = [Has("execution", whole)]
    for grant in _plain(principal, "execute"):
        kind, _, key = grant.target.partition(":")
        if kind == "worker":
            named = eq("name", key) if grant.target_type == "definition" else TRUE
            parts.append(both(eq("kind", "SIMPLE"), named))
    return either(*parts)


def visible_schedules(principal: Principal, action: str, entity: str) -> Filter:
    """Schedules (or their runs) the caller made, and those of workflows on which the caller may do `action`."""
    mine = eq("creator", principal.name)
    parts: list[Filter] = [mine if entity == "schedule" else Has("schedule", mine)]
    for grant in _plain(principal, action):
        if grant.target_type == "any" or (grant.target_type, grant.target) == ("kind", "workflow"):
            return TRUE
        kind, _, key = grant.target.partition(":")
        if grant.target_type == "definition" and kind == "workflow":
            parts.append(eq("key", key))
    return either(*parts)


def visible_deployments(principal: Principal, action: str) -> Filter:
    """Deployments the caller made, and those of processes on which the caller may do `action`."""
    parts: list[Filter] = [eq("created_by", principal.name)]
    for grant in _plain(principal, action):
        if grant.target_type == "any" or (grant.target_type == "kind" and grant.target == "process"):
            return TRUE
        if grant.target_type == "definition":
            parts.append(Has("versions", _granted(grant, "kind", "key")))
    return either(*parts)


def _plain(principal: Principal, action: str) -> list[GrantFact]:
    """The grants that allow an action by something else than a tag."""
    return [grant for grant in _allowing(principal, action) if grant.target_type != "tag"]


def _granted(grant: GrantFact, kind_field: str, key_field: str) -> Filter:
    if grant.target_type == "any":
        return TRUE
    if grant.target_type == "kind":
        return eq(kind_field, grant.target)
    name, _, value = grant.target.partition(":")
    if grant.target_type == "definition":
        return both(eq(kind_field, name), eq(key_field, value))
    return Has("tags", both(eq("key", name), eq("value", value)))


def visible_tasks(principal: Principal, action: str = "read") -> Filter:
    """Tasks that the caller may see."""
    groups = sorted(principal.groups)
    mine = either(
        both(eq("type", "user"), eq("name", principal.name)),
        both(eq("type", "group"), one_of("name", groups)),
    )
    parts: list[Filter] = [
        eq("assignee", principal.name),
        eq("creator", principal.name),
        one_of("owner", [principal.name, *groups]),
        Has("candidates", mine),
        Has("events", eq("actor", principal.name)),
    ]
    if principal.reports:
        reports = sorted(principal.reports)
        parts.append(one_of("assignee", reports))
        parts.append(Has("candidates", both(eq("type", "user"), one_of("name", reports))))
    for grant in _allowing(principal, action):
        if grant.target_type == "any":
            return TRUE
        if grant.target_type == "kind":
            parts.append(either(eq("kind", _task_kind(grant.target)), eq("definition.kind", grant.target)))
        else:
            parts.append(_granted(grant, "definition.kind", "definition.key"))
    return either(*parts)


def _task_kind(definition_kind: str) -> str:
    return {"project": "label"}.get(definition_kind, definition_kind)
