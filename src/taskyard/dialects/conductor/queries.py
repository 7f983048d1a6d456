"""Native parameters as queries. Lists have no paging in this API: they are asked for whole and streamed."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.query import Filter, Has, Order, Query, both, eq

ACTIONS = {"READ": "read", "CREATE": "create", "UPDATE": "update", "EXECUTE": "execute", "DELETE": "delete"}
"""What `access` asks for, in our words."""

RESOURCE_KINDS = {"TASK_DEF": "worker", "WORKFLOW_DEF": "workflow", "EVENT_HANDLER": "event_handler"}
"""Kinds of things that carry tags here."""

OTHER_RESOURCES = frozenset(
    (
        "WORKFLOW_SCHEDULE",
        "APPLICATION",
        "SECRET_NAME",
        "ENV_VARIABLE",
        "INTEGRATION_PROVIDER",
        "PROMPT",
        "USER_FORM_TEMPLATE",
        "WEBHOOK",
        "API_GATEWAY_SERVICE",
        "AUTH_CONFIG",
    )
)
"""Documented kinds of which this server has none, so that nothing carries their tags."""

RESOURCE_TYPES = [*RESOURCE_KINDS, *sorted(OTHER_RESOURCES)]


class Params(msgspec.Struct, kw_only=True, rename="camel"):
    """The base of query parameters."""


class DefinitionsParams(Params):
    """Filters of the list of task definitions."""

    access: Annotated[str, Meta(extra_json_schema={"enum": list(ACTIONS)})] = "READ"
    metadata: bool = False
    tag_key: str | None = None
    tag_value: str | None = None


class WorkflowsParams(DefinitionsParams):
    """Filters of the list of workflow definitions; `short` leaves the tasks out, `classifier` has no
    meaning here."""

    name: str | None = None
    short: bool = False
    classifier: str | None = None


class MetadataParams(Params):
    """Whether tags are wanted."""

    metadata: bool = False


class WorkflowParams(MetadataParams):
    """Which version; the greatest when absent."""

    version: int | None = None


class SchemasParams(Params):
    """`short` leaves the schemas' data out."""

    short: bool = False


class TagResourcesParams(Params):
    """Which tag on which kind of thing."""

    tag_key: str | None = None
    tag_value: str | None = None
    resource_type: Annotated[str, Meta(extra_json_schema={"enum": RESOURCE_TYPES})] | None = None


def access_of(access: str) -> str:
    """The `access` asked for, READ when empty; raises `Rejected` on an unknown word."""
    if not access:
        return "READ"
    if access not in ACTIONS:
        detail = f"Invalid value for parameter 'access': {access}. Supported values: {', '.join(ACTIONS)}"
        error = FieldError(pointer="?access", detail=detail, value=access)
        raise Rejected(Problem(code="invalid", detail=detail, reason="unknown_access", errors=(error,)))
    return access


def tagged(key: str | None, value: str | None) -> Filter | None:
    """Carries a tag: with that key, with that value, or with that exact pair. No filter without either."""
    wanted = [eq(column, given) for column, given in (("key", key), ("value", value)) if given]
    return Has("tags", both(*wanted)) if wanted else None


def definitions(kind: str, *filters: Filter | None) -> Query:
    """Every definition of a kind, by name."""
    where = both(eq("kind", kind), *filters)
    return Query(entity="definition", where=where, order=(Order("key"),), limit=None)


def versions(kind: str, *filters: Filter | None) -> Query:
    """Every version of every definition of a kind, by name, then number."""
    where = both(eq("kind", kind), *filters)
    return Query(entity="version", where=where, order=(Order("key"), Order("version")), limit=None)


def kinds_of(resource_type: str | None) -> tuple[str, ...]:
    """The definition kinds that a resource type stands for; raises `Rejected` on an unknown one."""
    if not resource_type:
        return tuple(RESOURCE_KINDS.values())
    if resource_type in OTHER_RESOURCES:
        return ()
    kind = RESOURCE_KINDS.get(resource_type)
    if kind is None:
        detail = f"Unsupported resourceType: {resource_type}"
        error = FieldError(pointer="?resourceType", detail=detail, value=resource_type)
        raise Rejected(Problem(code="invalid", detail=detail, reason="unknown_resource", errors=(error,)))
    return (kind,)
