"""Annotations: what people answer for a label task."""

from __future__ import annotations

import msgspec

from taskyard.engine.protocol import Command, decides
from taskyard.engine.submissions import (
    Desk,
    actor_id,
    allow,
    allow_own,
    desk_of,
    recount,
    said,
    submission_of,
    tell,
    write_said,
)
from taskyard.model.labeling import AnswerDocument, LabelDocument
from taskyard.model.problem import rejected
from taskyard.model.task import Comment, Lease, Submission, SubmissionDocument, TaskDocument
from taskyard.model.view import View

_encode = msgspec.json.Encoder().encode
_label = msgspec.json.Decoder(LabelDocument)


class CreateAnnotation(Command, kw_only=True, frozen=True):
    """Answer a task. Answers the annotation's row id.

    `author_id` None is the caller; for somebody else it takes `manage`. `draft_id` is the draft that this
    finishes: it is removed. A ground truth takes that mark from the task's other annotations.
    """

    task_id: int
    document: AnswerDocument
    author_id: int | None = None
    cancelled: bool = False
    ground_truth: bool = False
    lead_time: float | None = None
    uid: str | None = None
    draft_id: int | None = None
    parent_prediction: int | None = None
    parent_annotation: int | None = None


class UpdateAnnotation(Command, kw_only=True, frozen=True):
    """Change an annotation; None leaves a part as it is. A changed answer waits for review again."""

    annotation_id: int
    result: msgspec.Raw | None = None
    cancelled: bool | None = None
    ground_truth: bool | None = None
    lead_time: float | None = None


class DeleteAnnotation(Command, kw_only=True, frozen=True):
    """Remove an annotation with its drafts, reviews and comments."""

    annotation_id: int


class ReturnToDraft(Command, kw_only=True, frozen=True):
    """Turn an annotation into a draft of its author. Answers the draft's row id."""

    annotation_id: int


@decides(CreateAnnotation)
def create_annotation(command: CreateAnnotation, view: View) -> int:
    """Needs `annotate` on the project."""
    desk = desk_of(view, command.task_id)
    own = command.author_id is None or command.author_id == actor_id(command)
    allow(command, "annotate" if own else "manage", desk)
    if command.cancelled:
        _check_skip(view, desk)
    document = _finish_draft(command, view, desk)
    if command.uid is not None and view.find(Submission, uid=command.uid):
        raise rejected(
            "invalid", "Annotation with this unique id already exists", reason="duplicate_annotation"
        )
    if command.parent_annotation is not None:
        _related(view, desk, "annotation", command.parent_annotation)
    if command.parent_prediction is not None:
        _related(view, desk, "prediction", command.parent_prediction)
    row = Submission(
        id=view.row_id(),
        uid=command.uid or view.uid(),
        tenant=desk.task.tenant,
        task_id=desk.task.id,
        definition_id=desk.task.definition_id,
        kind="annotation",
        author_id=actor_id(command) if command.author_id is None else command.author_id,
        parent_id=command.parent_annotation,
        origin_id=command.parent_prediction,
        cancelled=command.cancelled,
        ground_truth=command.ground_truth,
        action="skipped" if command.cancelled else "submitted",
        lead_time=command.lead_time,
        created_at=view.now,
        updated_at=view.now,
    )
    if row.ground_truth:
        _clear_ground_truth(view, desk, row.id)
    _release(view, command)
    view.insert(row)
    view.insert(SubmissionDocument(submission_id=row.id, document=_encode(document).decode()))
    recount(view, desk, actor_id(command))
    tell(command, view, row, "annotation_created")
    return row.id


@decides(UpdateAnnotation)
def update_annotation(command: UpdateAnnotation, view: View) -> int:
    """Needs `annotate` on the project for one's own, `review` for others'."""
    row = submission_of(view, "annotation", command.annotation_id)
    desk = desk_of(view, row.task_id)
    allow_own(command, desk, row)
    if command.cancelled and not row.cancelled:
        _check_skip(view, desk)
    if command.ground_truth:
        _clear_ground_truth(view, desk, row.id)
    if command.result is not None:
        write_said(view, row, msgspec.structs.replace(said(view, row), result=command.result))
        row.accepted = None
        row.action = "updated"
    if command.cancelled is not None:
        row.action = "skipped" if command.cancelled else "updated"
        row.cancelled = command.cancelled
    row.ground_truth = row.ground_truth if command.ground_truth is None else command.ground_truth
    row.lead_time = row.lead_time if command.lead_time is None else command.lead_time
    row.updated_by_id, row.updated_at = actor_id(command), view.now
    view.update(row)
    recount(view, desk, actor_id(command))
    tell(command, view, row, "annotation_updated")
    return row.id


@decides(DeleteAnnotation)
def delete_annotation(command: DeleteAnnotation, view: View) -> None:
    """Needs `annotate` on the project for one's own, `manage` for others'."""
    row = submission_of(view, "annotation", command.annotation_id)
    desk = desk_of(view, row.task_id)
    allow_own(command, desk, row, beyond="manage")
    remove(view, desk, row)
    recount(view, desk, actor_id(command))
    tell(command, view, row, "annotation_deleted")


@decides(ReturnToDraft)
def return_to_draft(command: ReturnToDraft, view: View) -> int:
    """Needs what deleting the annotation needs."""
    row = submission_of(view, "annotation", command.annotation_id)
    desk = desk_of(view, row.task_id)
    allow_own(command, desk, row, beyond="manage")
    document = said(view, row)
    draft = Submission(
        id=view.row_id(),
        uid=view.uid(),
        tenant=row.tenant,
        task_id=row.task_id,
        definition_id=row.definition_id,
        kind="draft",
        author_id=row.author_id,
        lead_time=row.lead_time,
        created_at=view.now,
        updated_at=view.now,
    )
    remove(view, desk, row)
    view.insert(draft)
    view.insert(
        SubmissionDocument(
            submission_id=draft.id, document=_encode(AnswerDocument(result=document.result)).decode()
        )
    )
    recount(view, desk, actor_id(command))
    tell(command, view, row, "annotation_returned_to_draft")
    return draft.id


def remove(view: View, desk: Desk, row: Submission) -> None:
    """Delete an annotation and what refers to it. The counts are the caller's to bring in line."""
    for other in view.find(Submission, task_id=desk.task.id):
        if other.parent_id == row.id and other.kind in ("draft", "review"):
            view.delete(other)
        elif other.parent_id == row.id:
            other.parent_id = None
            view.update(other)
    for comment in view.find(Comment, task_id=desk.task.id):
        if comment.submission_id == row.id:
            view.delete(comment)
    view.delete(row)


def _finish_draft(command: CreateAnnotation, view: View, desk: Desk) -> AnswerDocument:
    """What the annotation says, with the age of the draft it finishes; that draft is removed."""
    if command.draft_id is None:
        return command.document
    draft = view.get(Submission, command.draft_id)
    if draft is None or draft.kind != "draft" or draft.task_id != desk.task.id:
        return command.document
    if draft.author_id != actor_id(command):
        return command.document
    view.delete(draft)
    return msgspec.structs.replace(command.document, draft_created_at=draft.created_at)


def _check_skip(view: View, desk: Desk) -> None:
    stored = view.peek(TaskDocument, desk.task.id)
    if stored is not None and not _label.decode(stored.document).allow_skip:
        raise rejected("invalid", "This task cannot be skipped.", reason="cannot_skip")


def _related(view: View, desk: Desk, kind: str, submission_id: int) -> None:
    row = view.get(Submission, submission_id)
    if row is None or row.kind != kind or row.task_id != desk.task.id:
        raise rejected(
            "invalid", f'Invalid pk "{submission_id}" - object does not exist.', reason=f"unknown_{kind}"
        )


def _clear_ground_truth(view: View, desk: Desk, but: int) -> None:
    for other in view.find(Submission, task_id=desk.task.id):
        if other.ground_truth and other.id != but:
            other.ground_truth = False
            view.update(other)


def _release(view: View, command: CreateAnnotation) -> None:
    """Give up the caller's right to the task: the work is done."""
    for lease in view.find(Lease, task_id=command.task_id):
        if lease.holder == command.by:
            view.delete(lease)
