"""Bodies as they are on the wire. Null members are left out, empty lists and maps are kept.

The definition structs take their members from the documents (`model/flow.py`), renamed to
native camel case; the text annotations of those are resolved by the names of this module.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from taskyard.model import flow as document
from taskyard.model.flow import (
    IdempotencyStrategy,
    RetryLogic,
    SchemaType,
    TaskTimeoutPolicy,
    WorkflowTimeoutPolicy,
)

__all__ = [
    "IdempotencyStrategy",
    "Literal",
    "RetryLogic",
    "SchemaType",
    "TaskTimeoutPolicy",
    "WorkflowTimeoutPolicy",
]

Int32 = int
Int64 = int
Boxed = int


class Wire(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """The base of hand-written bodies."""


class Tag(Wire):
    """A tag. `type` is `RATE_LIMIT` on a workflow's own rate-limit tag and absent otherwise."""

    key: str
    value: str
    type: str | None = None


class TagCount(Wire):
    """How many definitions of one kind carry a tag."""

    tag_key: str
    tag_value: str
    resource_type: str
    count_per_resource_type: int


class TagResource(Wire):
    """One thing that carries a tag."""

    id: str
    display_name: str


def _native(form: type[msgspec.Struct], **more: tuple[str, Any]) -> type[msgspec.Struct]:
    """The wire form of a document class with `more` members; every member may be absent."""
    annotations: dict[str, str] = {}
    for base in reversed(form.__mro__):
        annotations |= {
            name: text for name, text in vars(base).get("__annotations__", {}).items() if name[0] != "_"
        }
    fields: list[Any] = [(name, annotations[name], _default(form, name)) for name in form.__struct_fields__]
    fields += [(name, text, default) for name, (text, default) in more.items()]
    return msgspec.defstruct(
        form.__name__,
        fields,
        rename="camel",
        kw_only=True,
        namespace={"__module__": __name__, "__doc__": form.__doc__},
    )


def _default(form: type[msgspec.Struct], name: str) -> Any:
    for field in msgspec.structs.fields(form):
        if field.name == name:
            if field.default_factory is not msgspec.NODEFAULT:
                return msgspec.field(default_factory=field.default_factory)
            return field.default
    raise KeyError(name)


_TAGGED: dict[str, tuple[str, Any]] = {
    "overwrite_tags": ("bool | None", None),
    "tags": ("list[Tag] | None", None),
}

SchemaDef = _native(document.SchemaDef)
TaskDef = _native(document.TaskDef, **_TAGGED)
CacheConfig = _native(document.CacheConfig)
RateLimitConfig = _native(document.RateLimitConfig)
SubWorkflowParam = _native(document.SubWorkflowParam)
WorkflowTask = _native(document.WorkflowTask)
WorkflowDef = _native(document.WorkflowDef, **_TAGGED)


class VersionItem(Wire):
    """One version in `names-and-versions`."""

    name: str
    version: int
    create_time: int
    update_time: int


class BulkResponse(Wire):
    """Which of many items went well."""

    bulk_error_results: dict[str, str]
    bulk_successful_results: list[str]
    message: str


class TokenRequest(Wire):
    """Credentials to exchange for a token; `expiration` is in milliseconds, negative for never."""

    key_id: str | None = None
    key_secret: str | None = None
    email: str | None = None
    password: str | None = None
    expiration: int | None = None


class TokenAnswer(Wire):
    """A signed token for the `X-Authorization` header."""

    token: str


class Permission(Wire):
    name: str


class Role(Wire):
    """A role and what it lets one do."""

    name: str
    permissions: list[Permission]


class GroupName(Wire):
    id: str
    description: str


class UserInfo(Wire):
    """Who the caller is."""

    id: str
    name: str
    uuid: str
    roles: list[Role]
    groups: list[GroupName]
    contact_information: dict[str, str]
    namespace: str
    application_user: bool
    email: str | None = None
    claims: dict[str, Any] | None = None


class Health(Wire):
    """Whether the server can serve."""

    healthy: bool
    health_results: list[Any]
    suppressed_health_results: list[Any]


class ValidationFault(Wire):
    """One thing wrong with the input: where, what, and what stood there."""

    path: str
    message: str
    invalid_value: str | None = None


class ErrorBody(Wire):
    """Every error. `error` is a word for clients, set on credentials that can be renewed."""

    status: int
    message: str
    instance: str
    retryable: bool
    error: str | None = None
    validation_errors: list[ValidationFault] | None = None
