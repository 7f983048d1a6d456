"""Native write bodies, read and checked: JSON in, documents and tags out, or a refusal in native words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from taskyard.dialects.conductor.errors import unreadable, violated
from taskyard.model.flow import Audited, SchemaDef, TaskDef, WorkflowDef
from taskyard.notations.flowjson.member import Unreadable, read_document
from taskyard.notations.flowjson.task_rule import schema_violations, task_violations
from taskyard.notations.flowjson.violation import Violation
from taskyard.notations.flowjson.workflow_rule import templated_names, workflow_violations

D = TypeVar("D", bound=Audited)
TagPairs = tuple[tuple[str, str], ...]

TAG_LENGTH = 255
"""Longest key and longest value of a tag, in characters."""


class Written(msgspec.Struct, Generic[D], frozen=True):
    """A definition as a client wrote it. `tags` is None when none were mentioned; they replace those that
    are there unless `overwrite_tags` is false, then they are added."""

    document: D
    tags: TagPairs | None = None
    overwrite_tags: bool = True


def read_tasks(body: Any) -> list[Written[TaskDef]]:
    """The task definitions of a registration: a JSON array, not empty, each within the rules."""
    written = [_written(TaskDef, raw, f"[{place}]") for place, raw in enumerate(_array(body))]
    found: list[Violation] = []
    if not written:
        found.append(Violation("", "TaskDefList cannot be empty or null"))
    for place, each in enumerate(written):
        found += _placed(task_violations(each.document), f"[{place}]")
    _refuse("registerTaskDef.taskDefinitions", found)
    return written


def read_task(body: Any) -> Written[TaskDef]:
    """The task definition of an update."""
    written = _written(TaskDef, body)
    _refuse("updateTaskDef.taskDefinition", task_violations(written.document))
    return written


def read_workflow(body: Any) -> Written[WorkflowDef]:
    """A workflow definition, shaped right; its rules are checked apart, because they need registered
    tasks."""
    return _written(WorkflowDef, body)


def read_workflows(body: Any) -> list[Written[WorkflowDef]]:
    """The workflow definitions of an update: a JSON array, not empty."""
    raws = _array(body)
    written = [_written(WorkflowDef, raw, f"[{at}]") for at, raw in enumerate(raws)]
    if not written:
        _refuse(
            "updateWorkflowDef.workflowDefList", [Violation("", "WorkflowDef list cannot be empty or null")]
        )
    return written


def templates_wanted(workflows: list[Written[WorkflowDef]]) -> set[str]:
    """Registered tasks whose input templates the rules of these workflows ask for."""
    return {name for each in workflows for name in templated_names(each.document)}


def check_workflow(
    workflow: WorkflowDef, templates: Mapping[str, frozenset[str]], scripts: list[Violation], method: str
) -> None:
    """Refuse a workflow definition that breaks a rule, or whose `scripts` cannot be read; `method` heads the paths of
    its faults."""
    _refuse(f"{method}.arg0", [*workflow_violations(workflow, templates), *scripts])


def check_workflows(
    workflows: list[Written[WorkflowDef]],
    templates: Mapping[str, frozenset[str]],
    scripts: list[list[Violation]],
) -> None:
    """Refuse a list of workflow definitions if any breaks a rule, or has `scripts` that cannot be read."""
    found: list[Violation] = []
    for place, each in enumerate(workflows):
        wrong = [*workflow_violations(each.document, templates), *scripts[place]]
        found += _placed(wrong, f"[{place}]")
    _refuse("updateWorkflowDef.workflowDefList", found)


def read_schemas(body: Any) -> list[SchemaDef]:
    """One schema definition, or an array of them, each within the rules."""
    raws = body if isinstance(body, list) else [body]
    schemas = [
        _read(SchemaDef, raw, f"[{at}]" if isinstance(body, list) else "") for at, raw in enumerate(raws)
    ]
    for schema in schemas:
        _refuse("saveSchema.schemaDef", schema_violations(schema))
    return schemas


def read_tags(body: Any, *, whole: bool = False) -> TagPairs:
    """Tags of a body: one object or an array of them; `whole` says that an empty array is meant (replace)."""
    raws = body if isinstance(body, list) else [body]
    tags = _tags(raws, "tags")
    if not tags and not whole:
        _refuse("tags", [Violation("", "at least one tag is needed")])
    return tags


def _written(form: type[D], raw: Any, path: str = "") -> Written[D]:
    document = _read(form, raw, path)
    raw_tags = raw.get("tags")
    tags = None if raw_tags is None else _tags(raw_tags, f"{path}.tags".lstrip("."))
    overwrite = raw.get("overwriteTags")
    return Written(document, tags, overwrite is None or overwrite in (True, "true"))


def _read(form: type[D], raw: Any, path: str) -> D:
    try:
        return read_document(form, raw, path)
    except Unreadable as fault:
        raise unreadable(fault) from None


def _array(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise unreadable(Unreadable("", "expected an array"))
    return body


def _tags(raws: Any, path: str) -> TagPairs:
    if not isinstance(raws, list):
        raise unreadable(Unreadable(path, "expected an array", raws))
    tags: dict[tuple[str, str], None] = {}
    for place, raw in enumerate(raws):
        where = f"{path}[{place}]"
        if not isinstance(raw, dict):
            raise unreadable(Unreadable(where, "expected an object with key and value", raw))
        tags[_tag_text(raw, "key", where), _tag_text(raw, "value", where)] = None
    return tuple(tags)


def _tag_text(raw: dict[str, Any], member: str, path: str) -> str:
    value = raw.get(member)
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text:
        raise unreadable(Unreadable(f"{path}.{member}", "expected a string that is not empty", value))
    if len(text) > TAG_LENGTH or any(ord(char) < 32 for char in text):
        raise unreadable(Unreadable(f"{path}.{member}", f"expected at most {TAG_LENGTH} plain characters"))
    return text


def _placed(violations: list[Violation], place: str) -> list[Violation]:
    return [Violation(f"{place}.{each.path}".rstrip("."), each.message, each.value) for each in violations]


def _refuse(prefix: str, violations: list[Violation]) -> None:
    """Raise if anything is wrong. A path that starts with an index joins the prefix without a dot."""
    if violations:
        raise violated(prefix, violations)
