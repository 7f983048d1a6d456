"""Native write bodies as commands of the application."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.definitions import DeleteDefinition, PutDefinition, PutDefinitions, TagDefinition
from taskyard.dialects.conductor.bodies import TagPairs, Written
from taskyard.model.flow import Audited, SchemaDef, TaskDef, WorkflowDef
from taskyard.model.principal import Principal

_encode = msgspec.json.Encoder().encode


def register_tasks(
    actor: Principal, written: list[Written[TaskDef]], owners: dict[str, str]
) -> PutDefinitions:
    """Make or replace task definitions. Of several with one name the last counts."""
    latest = {each.document.name: each for each in written}
    return PutDefinitions(
        actor=actor, puts=tuple(_task(actor, each, "replace", owners) for each in latest.values())
    )


def update_task(actor: Principal, written: Written[TaskDef], owners: dict[str, str]) -> PutDefinition:
    """Replace a task definition that is there."""
    return _task(actor, written, "rewrite", owners)


def put_workflow(
    actor: Principal, written: Written[WorkflowDef], mode: str, owners: dict[str, str]
) -> PutDefinition:
    """Store a version of a workflow definition: `mode` create (must be new), replace, or next (number it
    anew)."""
    document = written.document
    return PutDefinition(
        **_common(actor, "workflow", document, written.tags, written.overwrite_tags),
        mode="upsert" if mode == "next" else mode,
        version=None if mode == "next" else document.version,
        description=document.description,
        owner=owners.get(document.owner_email or ""),
    )


def put_schemas(actor: Principal, schemas: list[SchemaDef], mode: str) -> PutDefinitions:
    """Store versions of schemas: `mode` replace, or next (number them anew)."""
    return PutDefinitions(
        actor=actor,
        puts=tuple(
            PutDefinition(
                **_common(actor, "schema", schema, None, True),
                mode="upsert" if mode == "next" else mode,
                version=None if mode == "next" else schema.version,
            )
            for schema in schemas
        ),
    )


def delete_definition(actor: Principal, kind: str, key: str) -> DeleteDefinition:
    """Remove a definition with all versions."""
    return DeleteDefinition(actor=actor, kind=kind, key=key)


def delete_version(actor: Principal, kind: str, key: str, version: int) -> DeleteDefinition:
    """Remove one version of a definition."""
    return DeleteDefinition(actor=actor, kind=kind, key=key, version=version)


def tag_definition(actor: Principal, kind: str, key: str, mode: str, tags: TagPairs) -> TagDefinition:
    """Add, replace or remove tags."""
    return TagDefinition(actor=actor, kind=kind, key=key, mode=mode, tags=tags)


def _task(actor: Principal, written: Written[TaskDef], mode: str, owners: dict[str, str]) -> PutDefinition:
    document = written.document
    return PutDefinition(
        **_common(actor, "worker", document, written.tags, written.overwrite_tags),
        mode=mode,
        description=document.description,
        owner=owners.get(document.owner_email or ""),
    )


def _common(
    actor: Principal,
    kind: str,
    document: TaskDef | WorkflowDef | SchemaDef,
    tags: TagPairs | None,
    replace: bool,
) -> dict[str, Any]:
    return {
        "actor": actor,
        "kind": kind,
        "key": document.name,
        "name": document.name,
        "document": _stored(document),
        "tags": tags if replace else None,
        "more_tags": tags or () if not replace else (),
    }


def _stored(document: Audited) -> str:
    """The document as text, without the stamps: those are the row's."""
    bare = msgspec.structs.replace(document, create_time=0, update_time=0, created_by=None, updated_by=None)
    return _encode(bare).decode()
