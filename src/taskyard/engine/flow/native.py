"""Nodes and workflows as clients write them (`taskReferenceName`), for those that arrive while an execution runs.

Unknown members are passed over, null members count as absent, scalars are converted where that is plain.
"""

from __future__ import annotations

from functools import cache
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

DEPTH = 50
"""How deep operators may lie inside each other."""

Int32 = int
Int64 = int
Boxed = int


class Unreadable(Exception):
    """It is not shaped like a node or a workflow; the text says where."""


def _native(form: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The native form of a document class; the text annotations are resolved by the names of this module."""
    annotations: dict[str, str] = {}
    for base in reversed(form.__mro__):
        annotations |= {
            name: text for name, text in vars(base).get("__annotations__", {}).items() if name[0] != "_"
        }
    fields: list[Any] = [
        (field.name, annotations[field.name], _default(field)) for field in msgspec.structs.fields(form)
    ]
    return msgspec.defstruct(
        form.__name__, fields, rename="camel", kw_only=True, namespace={"__module__": __name__}
    )


def _default(field: Any) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return field.default


SchemaDef = _native(document.SchemaDef)
TaskDef = _native(document.TaskDef)
CacheConfig = _native(document.CacheConfig)
RateLimitConfig = _native(document.RateLimitConfig)
SubWorkflowParam = _native(document.SubWorkflowParam)
WorkflowTask = _native(document.WorkflowTask)
WorkflowDef = _native(document.WorkflowDef)


def read_node(raw: Any) -> document.WorkflowTask:
    """A node. Raises `Unreadable`."""
    return _read(raw, WorkflowTask, document.WorkflowTask)


def read_workflow(raw: Any) -> document.WorkflowDef:
    """A workflow. Raises `Unreadable`."""
    return _read(raw, WorkflowDef, document.WorkflowDef)


def _read(raw: Any, native: Any, form: Any) -> Any:
    try:
        found = msgspec.convert(_without_nulls(raw, 0), native, strict=False)
        return msgspec.convert(found, form, from_attributes=True)
    except (msgspec.ValidationError, RecursionError) as fault:
        raise Unreadable(str(fault)) from None


NESTED = ("defaultCase", "loopOver", "tasks")
OBJECTS = ("taskDefinition", "subWorkflowParam", "workflowDefinition", "cacheConfig", "rateLimitConfig")


def _without_nulls(raw: Any, depth: int) -> Any:
    """The same without null members, as deep as there are nodes; what users put in stays as it is."""
    if not isinstance(raw, dict) or depth > DEPTH * 2:
        return raw
    kept = {name: value for name, value in raw.items() if value is not None}
    for name in NESTED:
        if isinstance(kept.get(name), list):
            kept[name] = [_without_nulls(each, depth + 1) for each in kept[name]]
    for name in OBJECTS:
        if name in kept:
            kept[name] = _without_nulls(kept[name], depth + 1)
    if isinstance(cases := kept.get("decisionCases"), dict):
        kept["decisionCases"] = {
            case: [_without_nulls(each, depth + 1) for each in tasks] if isinstance(tasks, list) else tasks
            for case, tasks in cases.items()
        }
    if isinstance(branches := kept.get("forkTasks"), list):
        kept["forkTasks"] = [
            [_without_nulls(each, depth + 1) for each in tasks] if isinstance(tasks, list) else tasks
            for tasks in branches
        ]
    return kept


def write(value: Any) -> Any:
    """The native JSON of a document: without what is null and what is as it would be anyway."""
    if isinstance(value, msgspec.Struct):
        members: dict[str, Any] = {}
        for name, shown in _members(type(value)):
            member = getattr(value, name)
            if member is not None and member != {} and member != []:
                members[shown] = write(member)
        return members
    if isinstance(value, list):
        return [write(each) for each in value]
    if isinstance(value, dict):
        return {key: write(each) for key, each in value.items()}
    return value


@cache
def _members(kind: type[msgspec.Struct]) -> tuple[tuple[str, str], ...]:
    """The names of a struct's members, ours and the native ones."""
    return tuple((field.name, field.encode_name) for field in msgspec.structs.fields(_NATIVE.get(kind, kind)))


_NATIVE: dict[type, type[msgspec.Struct]] = {
    document.SchemaDef: SchemaDef,
    document.TaskDef: TaskDef,
    document.CacheConfig: CacheConfig,
    document.RateLimitConfig: RateLimitConfig,
    document.SubWorkflowParam: SubWorkflowParam,
    document.WorkflowTask: WorkflowTask,
    document.WorkflowDef: WorkflowDef,
}
