"""Drafts: answers that their author has not handed in. Only the author sees and changes one."""

from __future__ import annotations

import msgspec

from taskyard.engine.protocol import Command, decides
from taskyard.engine.submissions import (
    actor_id,
    allow,
    desk_of,
    recount,
    said,
    submission_of,
    tell,
    write_said,
)
from taskyard.model.labeling import AnswerDocument
from taskyard.model.problem import rejected
from taskyard.model.task import Submission, SubmissionDocument
from taskyard.model.view import View

_encode = msgspec.json.Encoder().encode


class CreateDraft(Command, kw_only=True, frozen=True):
    """Keep a draft for a task, or for a change of one of its annotations. Answers its row id."""

    task_id: int
    annotation_id: int | None = None
    document: AnswerDocument
    lead_time: float | None = None


class UpdateDraft(Command, kw_only=True, frozen=True):
    """Change a draft; None leaves a part as it is."""

    draft_id: int
    result: msgspec.Raw | None = None
    lead_time: float | None = None
    was_postponed: bool | None = None


class DeleteDraft(Command, kw_only=True, frozen=True):
    """Throw a draft away."""

    draft_id: int


@decides(CreateDraft)
def create_draft(command: CreateDraft, view: View) -> int:
    """Needs `annotate` on the project."""
    desk = desk_of(view, command.task_id)
    allow(command, "annotate", desk)
    if command.annotation_id is not None:
        annotation = submission_of(view, "annotation", command.annotation_id)
        if annotation.task_id != command.task_id:
            raise rejected("not_found", "No Annotation matches the given query.", reason="unknown_annotation")
        if annotation.author_id != actor_id(command):
            allow(command, "review", desk)
    row = Submission(
        id=view.row_id(),
        uid=view.uid(),
        tenant=desk.task.tenant,
        task_id=desk.task.id,
        definition_id=desk.task.definition_id,
        kind="draft",
        author_id=actor_id(command),
        parent_id=command.annotation_id,
        lead_time=command.lead_time,
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert(row)
    view.insert(SubmissionDocument(submission_id=row.id, document=_encode(command.document).decode()))
    recount(view, desk, None)
    tell(command, view, row, "draft_created")
    return row.id


@decides(UpdateDraft)
def update_draft(command: UpdateDraft, view: View) -> int:
    """Only the author may."""
    row = _own(command, view, command.draft_id)
    desk = desk_of(view, row.task_id)
    document = said(view, row)
    if command.result is not None:
        document = msgspec.structs.replace(document, result=command.result)
    if command.was_postponed is not None:
        document = msgspec.structs.replace(document, was_postponed=command.was_postponed)
    write_said(view, row, document)
    row.lead_time = row.lead_time if command.lead_time is None else command.lead_time
    row.updated_at = view.now
    view.update(row)
    recount(view, desk, None)
    tell(command, view, row, "draft_updated")
    return row.id


@decides(DeleteDraft)
def delete_draft(command: DeleteDraft, view: View) -> None:
    """Only the author may."""
    row = _own(command, view, command.draft_id)
    desk = desk_of(view, row.task_id)
    view.delete(row)
    recount(view, desk, None)
    tell(command, view, row, "draft_deleted")


def _own(command: Command, view: View, draft_id: int) -> Submission:
    row = submission_of(view, "draft", draft_id)
    if command.actor is not None and row.author_id != command.actor.id:
        raise rejected("not_found", "No Draft matches the given query.", reason="unknown_draft")
    return row
