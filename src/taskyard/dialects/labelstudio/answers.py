"""Annotations, predictions, drafts, reviews and comments as clients see them (label-studio.md §3.2, §3.3)."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.dialects.labelstudio.moments import ago, person, stamp, username
from taskyard.model.labeling import EMPTY_LIST, AnswerDocument
from taskyard.model.task import Comment, Submission

_answer = msgspec.json.Decoder(AnswerDocument)
EMPTY = AnswerDocument(result=EMPTY_LIST)
REVIEW_ACTIONS = {True: "accepted", False: "rejected"}


def content(document: str | None) -> AnswerDocument:
    """What a submission says; an absent document says nothing."""
    return EMPTY if document is None else _answer.decode(document)


def annotation(row: Submission, document: str | None, *, author: bool = False) -> dict[str, Any]:
    """An annotation; `author` shows who made it as an object instead of a number."""
    said = content(document)
    return {
        "id": row.id,
        "result": said.result,
        "created_username": username(row.author_id),
        "created_ago": ago(row.created_at),
        "completed_by": person(row.author_id) if author else row.author_id,
        "was_cancelled": row.cancelled,
        "ground_truth": row.ground_truth,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "draft_created_at": stamp(said.draft_created_at),
        "lead_time": row.lead_time,
        "import_id": said.import_id,
        "last_action": row.action,
        "bulk_created": said.bulk_created,
        "task": row.task_id,
        "project": row.definition_id,
        "updated_by": row.updated_by_id,
        "parent_prediction": row.origin_id,
        "parent_annotation": row.parent_id,
        "last_created_by": said.last_created_by,
        "unique_id": row.uid,
    }


def prediction(row: Submission, document: str | None) -> dict[str, Any]:
    said = content(document)
    return {
        "id": row.id,
        "result": said.result,
        "model_version": row.model_version,
        "created_ago": ago(row.created_at),
        "score": row.score,
        "cluster": said.cluster,
        "neighbors": said.neighbors,
        "mislabeling": said.mislabeling,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "model": None,
        "model_run": None,
        "task": row.task_id,
        "project": row.definition_id,
    }


def draft(row: Submission, document: str | None, email: str | None = None) -> dict[str, Any]:
    """A draft. `user` is the email of its author where it is known, else the line that names them."""
    said = content(document)
    return {
        "id": row.id,
        "user": email if email is not None else username(row.author_id),
        "created_username": username(row.author_id),
        "created_ago": ago(row.created_at),
        "result": said.result,
        "lead_time": row.lead_time,
        "was_postponed": said.was_postponed,
        "import_id": said.import_id,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "task": row.task_id,
        "annotation": row.parent_id,
    }


def review(row: Submission, remark: str | None = None) -> dict[str, Any]:
    """A review of an annotation."""
    return {
        "id": row.id,
        "annotation": row.parent_id,
        "accepted": bool(row.accepted),
        "created_by": row.author_id,
        "created_at": stamp(row.created_at),
        "started_at": None if row.lead_time is None else stamp(row.created_at - round(row.lead_time * 1000)),
        "comment": remark,
        "fixed_annotation_history": None,
        "previous_annotation_history": None,
        "last_annotation_history": None,
        "remove_from_queue": False,
        "result": msgspec.Raw(b"{}"),
        "task": row.task_id,
    }


def comment(row: Comment, project_id: int | None) -> dict[str, Any]:
    """A comment on a task or on one annotation or draft of it."""
    return {
        "id": row.id,
        "text": row.text,
        "task": row.task_id,
        "project": project_id,
        "annotation": row.submission_id,
        "draft": None,
        "created_by": row.author_id,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "is_resolved": row.resolved,
        "resolved_at": stamp(row.resolved_at),
        "classifications": None,
        "region_ref": None,
    }


def results_text(documents: list[str | None]) -> str:
    """All results as one line: JSON without its quotes, at most 500 characters."""
    if not documents:
        return ""
    joined = ",".join(bytes(content(document).result).decode() for document in documents)
    spaced = joined.replace("],[", "] [").replace("},{", "}, {").replace('":', '": ').replace(',"', ', "')
    return spaced.replace('"', "")[:500]
