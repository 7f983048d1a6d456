"""Rows → native items, as bytes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.dialects.native.wire import (
    CandidateItem,
    DefinitionDetail,
    DefinitionItem,
    DefinitionRef,
    Tag,
    TaskDetail,
    TaskItem,
)
from taskyard.model.task import Task
from taskyard.model.time import iso_or_none, to_iso

_encode = msgspec.json.Encoder().encode


def state_of(task: Task) -> str:
    """One word for a task: its outcome when closed, `suspended`, or its phase."""
    if task.phase == "closed":
        return task.outcome or "closed"
    return "suspended" if task.suspended else task.phase


class DefinitionRenderer:
    """Items of `GET /v1/definitions`; with `detail` the document too."""

    def __init__(self, detail: bool = False) -> None:
        self.name = "native.definition"
        self.variant: Hashable = detail
        self.load: tuple[str, ...] = ("tags", "document") if detail else ("tags",)
        self._detail = detail

    def render(self, bundle: Bundle) -> bytes:
        row = bundle.row
        members: dict[str, Any] = {
            "id": row.id,
            "uid": row.uid,
            "kind": row.kind,
            "key": row.key,
            "name": row.name,
            "description": row.description,
            "version": row.latest,
            "tags": [Tag(key=tag.key, value=tag.value) for tag in bundle.tags],
            "suspended": row.suspended,
            "owner": row.owner,
            "created_at": to_iso(row.created_at),
            "updated_at": to_iso(row.updated_at),
        }
        if self._detail:
            return _encode(DefinitionDetail(**members, document=_raw(bundle.document)))
        return _encode(DefinitionItem(**members))


class TaskRenderer:
    """Items of `GET /v1/tasks`; `attributes` adds them, `detail` adds them, the payload and the result."""

    def __init__(self, attributes: bool = False, detail: bool = False) -> None:
        self.name = "native.task"
        self.variant: Hashable = (attributes, detail)
        results = ("submissions", "submission_documents")
        extra = ("attributes", "document", *results) if detail else ("attributes",) if attributes else ()
        self.load: tuple[str, ...] = ("definition", "candidates", *extra)
        self._attributes = attributes or detail
        self._detail = detail

    def render(self, bundle: Bundle) -> bytes:
        row = bundle.row
        members: dict[str, Any] = {
            "id": row.id,
            "uid": row.uid,
            "kind": row.kind,
            "title": row.title,
            "phase": row.phase,
            "outcome": row.outcome,
            "state": state_of(row),
            "definition": _definition(bundle),
            "assignee": row.assignee,
            "candidates": _candidates(bundle),
            "priority": row.priority,
            "owner": row.owner,
            "creator": row.creator,
            "created_at": to_iso(row.created_at),
            "updated_at": to_iso(row.updated_at),
            "assigned_at": iso_or_none(row.assigned_at or None),
            "due_at": iso_or_none(row.due_at),
            "closed_at": iso_or_none(row.closed_at),
        }
        if self._attributes:
            members["attributes"] = bundle.attributes
        if self._detail:
            detail = {"execution_id": row.execution_id, "payload": _raw(bundle.document)}
            return _encode(TaskDetail(**members, **detail, result=_result(bundle)))
        return _encode(TaskItem(**members))


def _definition(bundle: Bundle) -> DefinitionRef | None:
    found = bundle.definition
    if found is None:
        return None
    return DefinitionRef(id=found.id, kind=found.kind, key=found.key)


def _candidates(bundle: Bundle) -> list[CandidateItem]:
    rows = sorted(bundle.candidates, key=lambda row: (row.role, row.position, row.type, row.name))
    return [CandidateItem(type=row.type, name=row.name, role=row.role) for row in rows]


def _result(bundle: Bundle) -> msgspec.Raw | None:
    """What came with the completion; None for a task that is open or ended without."""
    results = [submission.id for submission in bundle.submissions if submission.kind == "result"]
    return _raw(bundle.submission_documents.get(results[-1])) if results else None


def _raw(document: str | None) -> msgspec.Raw | None:
    return None if document is None else msgspec.Raw(document.encode())


def page_body(items: list[bytes], following: str | None, total: int | None) -> bytes:
    """`{"items": [...], "next": ..., "total": ...}`."""
    tail = b"" if total is None else b',"total":%d' % total
    return b'{"items":[' + b",".join(items) + b'],"next":' + _encode(following) + tail + b"}"
