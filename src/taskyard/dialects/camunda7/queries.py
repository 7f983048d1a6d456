"""Camunda's filters and sort words as queries over versions and deployments."""

from __future__ import annotations

import re
from typing import Any

from taskyard.app.application import Application
from taskyard.dialects.camunda7.errors import refusal
from taskyard.dialects.camunda7.parameters import Arguments
from taskyard.model.query import FALSE, Cmp, Filter, Has, Order, Query, Some, both, eq, one_of

DEFINITION_SORT = {
    "category": "category",
    "key": "key",
    "id": "uid",
    "name": "name",
    "version": "version",
    "deploymentId": "deployment.uid",
    "deployTime": "deployment.created_at",
    "tenantId": "tenant",
    "versionTag": "version_tag",
}
DEPLOYMENT_SORT = {"id": "uid", "name": "name", "deploymentTime": "created_at", "tenantId": "tenant"}

EQUALITIES = {
    "processDefinitionId": "uid",
    "name": "name",
    "deploymentId": "deployment.uid",
    "key": "key",
    "category": "category",
    "resourceName": "resource_name",
}
LIKES = {
    "keyLike": "key",
    "categoryLike": "category",
    "resourceNameLike": "resource_name",
    "versionTagLike": "version_tag",
}


def like(app: Application, field: str, value: str, *, any_case: bool = False) -> Filter:
    """A `…Like` filter.

    An empty value matches only the empty text. With a `%` in it, or with the setting `camunda_like` at
    `engine`, the value is an SQL pattern with backslash as escape; otherwise the field must contain it.
    """
    if not value:
        return eq(field, "")
    if "%" in value or app.settings.camunda_like == "engine":
        return Cmp(field, "ilike" if any_case else "like", _finished(value))
    return Cmp(field, "icontains" if any_case else "contains", value)


def _finished(pattern: str) -> str:
    """A pattern must not end in the middle of an escape: a single backslash at the end means itself."""
    tail = re.search(r"\\*$", pattern)
    odd = tail is not None and len(tail[0]) % 2 == 1
    return pattern + "\\" if odd else pattern


async def definition_filter(app: Application, arguments: Arguments) -> Filter:
    """What the parameters of `GET /process-definition` let through."""
    parts: list[Filter | None] = [eq("kind", "process")]
    parts += [eq(field, value) for field, value in arguments.sent(EQUALITIES)]
    parts += [like(app, field, value) for field, value in arguments.sent(LIKES)]
    if (value := arguments.text("nameLike")) is not None:
        parts.append(like(app, "name", value, any_case=True))
    for name, field in (("processDefinitionIdIn", "uid"), ("keysIn", "key")):
        if (values := arguments.listed(name)) is not None:
            parts.append(one_of(field, values))
    for name, operator in (("deployedAfter", "gt"), ("deployedAt", "eq")):
        if (moment := arguments.date(name)) is not None:
            parts.append(Cmp("deployment.created_at", operator, moment))  # type: ignore[arg-type]
    parts += [
        _version(arguments),
        _suspension(arguments),
        _tenants(arguments),
        _tag(arguments),
        _startable(arguments),
        _incident(app, arguments),
        await _startable_by(app, arguments.text("startableBy")),
    ]
    return both(*parts)


def _version(arguments: Arguments) -> Filter:
    version = arguments.number("version", "ver")
    if version is not None and version <= 0:
        raise refusal("invalid", "version is not greater than 0", "ProcessEngineException", number=0)
    latest = arguments.flag("latestVersion", "latest")
    return both(
        eq("version", version) if version is not None else None,
        eq("latest", True) if latest else None,
    )


def _suspension(arguments: Arguments) -> Filter | None:
    """Given both, `suspended` wins."""
    active, suspended = arguments.flag("active"), arguments.flag("suspended")
    return eq("suspended", suspended) if active or suspended else None


def _tenants(arguments: Arguments) -> Filter | None:
    """`withoutTenantId` wins over a list; `include…WithoutTenantId` only widens a list. No tenant is the
    empty one."""
    wanted = arguments.listed("tenantIdIn")
    widened = arguments.flag("includeProcessDefinitionsWithoutTenantId")
    if arguments.flag("withoutTenantId"):
        return eq("tenant", "")
    if wanted is None:
        return None
    return one_of("tenant", [tenant for tenant in wanted if tenant] + ([""] if widened else []))


def _tag(arguments: Arguments) -> Filter | None:
    """`withoutVersionTag` wins over a tag."""
    if arguments.flag("withoutVersionTag"):
        return Cmp("version_tag", "is_null")
    tag = arguments.text("versionTag")
    return eq("version_tag", tag) if tag is not None else None


def _startable(arguments: Arguments) -> Filter | None:
    yes, no = arguments.flag("startableInTasklist"), arguments.flag("notStartableInTasklist")
    if yes and no:
        return FALSE
    return eq("startable", yes) if yes or no else None


def _incident(app: Application, arguments: Arguments) -> Filter | None:
    """All incident parameters must hold for one open incident."""
    parts: list[Filter] = []
    for name, field in (("incidentId", "uid"), ("incidentType", "type"), ("incidentMessage", "message")):
        if (value := arguments.text(name)) is not None:
            parts.append(eq(field, value))
    if (value := arguments.text("incidentMessageLike")) is not None:
        parts.append(like(app, "message", value))
    return Some((Has("incidents", both(eq("phase", "open"), *parts)),)) if parts else None


async def _startable_by(app: Application, user: str | None) -> Filter | None:
    """The user, or a group of the user, is a candidate starter. An unknown user has no groups."""
    if user is None:
        return None
    principal = await app.identity.by_name(user)
    ways: list[Filter] = [Has("starters", both(eq("type", "user"), eq("name", user)))]
    if principal is not None and principal.groups:
        groups = sorted(principal.groups)
        ways.append(Has("starters", both(eq("type", "group"), one_of("name", groups))))
    return Some(tuple(ways))


def definition_order(arguments: Arguments) -> tuple[Order, ...]:
    """The order asked for, then by id, so that pages are stable; by id alone without sorting."""
    return _order(arguments, DEFINITION_SORT)


def _order(arguments: Arguments, words: dict[str, str]) -> tuple[Order, ...]:
    sorting = arguments.sorting(words)
    if sorting is None:
        return (Order("uid"),)
    field, desc = sorting
    if field == "uid":
        return (Order("uid", desc),)
    return (Order(field, desc, nulls_first=not desc), Order("uid"))


def deployment_filter(app: Application, arguments: Arguments) -> Filter:
    """What the parameters of `GET /deployment` let through."""
    parts: list[Filter | None] = []
    for name, field in (("id", "uid"), ("name", "name"), ("source", "source")):
        if (value := arguments.text(name)) is not None:
            parts.append(eq(field, value))
    if (value := arguments.text("nameLike")) is not None:
        parts.append(like(app, "name", value))
    if arguments.flag("withoutSource"):
        if arguments.text("source") is not None:
            text = 'The query parameters "withoutSource" and "source" cannot be used in combination.'
            raise refusal("invalid", text)
        parts.append(Cmp("source", "is_null"))
    for name, operator in (("before", "lt"), ("after", "gt")):
        if (moment := arguments.date(name)) is not None:
            parts.append(Cmp("created_at", operator, moment))  # type: ignore[arg-type]
    wanted = arguments.listed("tenantIdIn")
    widened = arguments.flag("includeDeploymentsWithoutTenantId")
    if arguments.flag("withoutTenantId"):
        parts.append(eq("tenant", ""))
    elif wanted is not None:
        parts.append(one_of("tenant", [tenant for tenant in wanted if tenant] + ([""] if widened else [])))
    return both(*parts)


def deployment_order(arguments: Arguments) -> tuple[Order, ...]:
    """The order asked for, then by id; by id alone without sorting."""
    return _order(arguments, DEPLOYMENT_SORT)


def page_query(entity: str, where: Filter, order: tuple[Order, ...], first: int, most: int | None) -> Query:
    """One page of a list."""
    return Query(entity=entity, where=where, order=order, limit=most, offset=first)


def latest_of_key(key: str, tenant: str) -> Filter:
    """The newest version of a process in one tenant."""
    parts: list[Any] = [eq("kind", "process"), eq("latest", True), eq("key", key), eq("tenant", tenant)]
    return both(*parts)


INCIDENT_SORT = {
    "incidentId": "uid",
    "incidentMessage": "message",
    "incidentTimestamp": "created_at",
    "incidentType": "type",
    "activityId": "element",
    "processDefinitionId": "version.uid",
    "tenantId": "tenant",
    "causeIncidentId": "uid",
    "rootCauseIncidentId": "uid",
    "executionId": "execution_id",
    "processInstanceId": "execution_id",
    "configuration": "task_id",
}
INCIDENT_EQUALITIES = {
    "incidentId": "uid",
    "causeIncidentId": "uid",
    "rootCauseIncidentId": "uid",
    "incidentType": "type",
    "incidentMessage": "message",
    "processDefinitionId": "version.uid",
    "activityId": "element",
    "failedActivityId": "element",
}
NOT_SET = ("processInstanceId", "executionId", "configuration", "jobDefinitionIdIn")
"""Members that no incident of this release has: a filter on one of them finds nothing."""


def incident_filter(app: Application, arguments: Arguments) -> Filter:
    """What the parameters of `GET /incident` let through."""
    parts: list[Filter | None] = [eq("phase", "open")]
    for name, field in INCIDENT_EQUALITIES.items():
        if (value := arguments.text(name)) is not None:
            parts.append(eq(field, value))
    if (value := arguments.text("incidentMessageLike")) is not None:
        parts.append(like(app, "message", value))
    for name, field in (("processDefinitionKeyIn", "version.key"), ("tenantIdIn", "tenant")):
        if (values := arguments.listed(name)) is not None:
            parts.append(one_of(field, [value for value in values if value]))
    for name, operator in (("incidentTimestampBefore", "lt"), ("incidentTimestampAfter", "gt")):
        if (moment := arguments.date(name)) is not None:
            parts.append(Cmp("created_at", operator, moment))  # type: ignore[arg-type]
    if any(arguments.text(name) is not None for name in NOT_SET):
        parts.append(FALSE)
    return both(*parts)


def incident_order(arguments: Arguments) -> tuple[Order, ...]:
    """The order asked for, then by id; by id alone without sorting."""
    return _order(arguments, INCIDENT_SORT)
