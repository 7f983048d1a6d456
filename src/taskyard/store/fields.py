"""The words of queries: every entity with its fields, its one-to-one parts and its relations.

A field `name` is a column of the entity's table; `part.name` is a column of a one-to-one part (an absent part reads as
NULL, or as the column's zero where `zeros` says so); `attr.name` and `num.name` are the text and the number of a task
attribute. Columns of relations are named inside `Has(relation, …)`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Table

from taskyard.store import tables as t


class Part(msgspec.Struct, frozen=True):
    """A one-to-one part: `entity.own = table.theirs`."""

    table: Table
    own: str
    theirs: str
    zeros: bool = False


class Relation(msgspec.Struct, frozen=True):
    """Related rows: `table.theirs = entity.own`. `parts` and `relations` are those of the related row."""

    table: Table
    own: str
    theirs: str
    parts: dict[str, Part] = {}
    relations: dict[str, Relation] = {}


class Entity(msgspec.Struct, frozen=True):
    """A thing that can be listed. `fixed` restricts the entity to rows of its table with these column values."""

    table: Table
    parts: dict[str, Part] = {}
    relations: dict[str, Relation] = {}
    attributes: bool = False


def _plain(table: Table, **relations: Relation) -> Entity:
    return Entity(table=table, relations=relations)


_definition_tags = Relation(t.definition_tags, "definition_id", "definition_id")
_submission_parts = {
    "document": Part(t.submission_documents, "id", "submission_id"),
    "author": Part(t.principals, "author_id", "id"),
}
_element_parts = {
    "execution": Part(t.executions, "execution_id", "id"),
    "input": Part(t.element_inputs, "id", "element_id"),
    "output": Part(t.element_outputs, "id", "element_id"),
}

ENTITIES: dict[str, Entity] = {
    "task": Entity(
        table=t.tasks,
        parts={
            "definition": Part(t.definitions, "definition_id", "id"),
            "progress": Part(t.task_progress, "id", "task_id", zeros=True),
            "document": Part(t.task_documents, "id", "task_id"),
        },
        relations={
            "candidates": Relation(t.task_candidates, "id", "task_id"),
            "attributes": Relation(t.task_attributes, "id", "task_id"),
            "submissions": Relation(t.submissions, "id", "task_id", _submission_parts),
            "comments": Relation(t.comments, "id", "task_id"),
            "events": Relation(t.events, "id", "task_id"),
            "leases": Relation(t.leases, "id", "task_id"),
            "tags": _definition_tags,
            "incidents": Relation(t.incidents, "id", "task_id"),
        },
        attributes=True,
    ),
    "version": Entity(
        table=t.definition_versions,
        parts={
            "deployment": Part(t.deployments, "deployment_id", "id"),
            "definition": Part(t.definitions, "definition_id", "id"),
        },
        relations={
            "starters": Relation(t.definition_starters, "id", "version_id"),
            "incidents": Relation(t.incidents, "id", "version_id"),
            "tags": _definition_tags,
        },
    ),
    "definition": Entity(
        table=t.definitions,
        parts={
            "current": Part(t.definition_versions, "latest_id", "id"),
            "document": Part(t.version_documents, "latest_id", "version_id"),
        },
        relations={
            "tags": Relation(t.definition_tags, "id", "definition_id"),
            "versions": Relation(t.definition_versions, "id", "definition_id"),
        },
    ),
    "submission": Entity(
        table=t.submissions,
        parts={**_submission_parts, "task": Part(t.tasks, "task_id", "id")},
        relations={"comments": Relation(t.comments, "id", "submission_id")},
    ),
    "comment": Entity(table=t.comments, parts={"task": Part(t.tasks, "task_id", "id")}),
    "deployment": _plain(
        t.deployments,
        resources=Relation(t.resources, "id", "deployment_id"),
        versions=Relation(t.definition_versions, "id", "deployment_id"),
    ),
    "resource": _plain(t.resources),
    "user": _plain(t.principals, memberships=Relation(t.memberships, "name", "member")),
    "group": _plain(t.groups, members=Relation(t.memberships, "name", "group_name")),
    "grant": _plain(t.grants),
    "credential": _plain(t.credentials),
    "incident": Entity(
        table=t.incidents,
        parts={
            "version": Part(t.definition_versions, "version_id", "id"),
            "execution": Part(t.executions, "execution_id", "id"),
        },
    ),
    "saved_view": _plain(t.saved_views),
    "job": _plain(t.jobs),
    "event": _plain(t.events),
    "schedule": _plain(t.schedules),
    "schedule_run": _plain(t.schedule_runs, schedule=Relation(t.schedules, "name", "name")),
    "execution": Entity(
        table=t.executions,
        parts={
            "definition": Part(t.definitions, "definition_id", "id"),
            "parent": Part(t.executions, "parent_id", "id"),
            "document": Part(t.execution_documents, "id", "execution_id"),
        },
        relations={
            "elements": Relation(t.element_instances, "id", "execution_id", _element_parts),
            "tasks": Relation(t.tasks, "id", "execution_id"),
            "events": Relation(t.events, "id", "execution_id"),
            "children": Relation(t.executions, "id", "parent_id"),
            "tags": _definition_tags,
            "incidents": Relation(t.incidents, "id", "execution_id"),
        },
    ),
    "element": Entity(
        table=t.element_instances,
        parts=_element_parts,
        relations={
            "execution": Relation(
                t.executions,
                "execution_id",
                "id",
                parts={"definition": Part(t.definitions, "definition_id", "id")},
                relations={"tags": _definition_tags},
            ),
            "incidents": Relation(t.incidents, "id", "task_id"),
        },
    ),
}

FIELD_WORDS: dict[str, Any] = {name: sorted(entity.table.c.keys()) for name, entity in ENTITIES.items()}
"""The plain fields of each entity, for messages that name the choices."""
