"""Reviews: what a reviewer decides about an annotation."""

from __future__ import annotations

from taskyard.engine.protocol import Command, decides
from taskyard.engine.submissions import (
    actor_id,
    allow,
    desk_of,
    recount,
    submission_of,
    tell,
)
from taskyard.model.task import Comment, Submission
from taskyard.model.view import View


class CreateReview(Command, kw_only=True, frozen=True):
    """Accept or reject an annotation; `seconds` is the time it took. `text` is kept as a comment on the
    annotation. Answers the review's row id."""

    annotation_id: int
    accepted: bool
    seconds: float | None = None
    text: str = ""


class UpdateReview(Command, kw_only=True, frozen=True):
    """Change the verdict of a review."""

    review_id: int
    accepted: bool


class DeleteReview(Command, kw_only=True, frozen=True):
    """Take a review back; the annotation has the verdict of the review before it, if there is one."""

    review_id: int


@decides(CreateReview)
def create_review(command: CreateReview, view: View) -> int:
    """Needs `review` on the project."""
    annotation = submission_of(view, "annotation", command.annotation_id)
    desk = desk_of(view, annotation.task_id)
    allow(command, "review", desk)
    row = Submission(
        id=view.row_id(),
        uid=view.uid(),
        tenant=annotation.tenant,
        task_id=annotation.task_id,
        definition_id=annotation.definition_id,
        kind="review",
        author_id=actor_id(command),
        parent_id=annotation.id,
        accepted=command.accepted,
        lead_time=command.seconds,
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert(row)
    if command.text:
        view.insert(
            Comment(
                id=view.row_id(),
                uid=view.uid(),
                tenant=annotation.tenant,
                task_id=annotation.task_id,
                submission_id=annotation.id,
                author_id=actor_id(command),
                author=command.by,
                text=command.text,
                created_at=view.now,
                updated_at=view.now,
            )
        )
    _judge(view, annotation)
    recount(view, desk, None)
    tell(command, view, row, "review_created", accepted=row.accepted)
    return row.id


@decides(UpdateReview)
def update_review(command: UpdateReview, view: View) -> int:
    """Needs `review` on the project."""
    row = submission_of(view, "review", command.review_id)
    desk = desk_of(view, row.task_id)
    allow(command, "review", desk)
    row.accepted, row.updated_at, row.updated_by_id = command.accepted, view.now, actor_id(command)
    view.update(row)
    _judge(view, submission_of(view, "annotation", row.parent_id or 0))
    recount(view, desk, None)
    tell(command, view, row, "review_updated", accepted=row.accepted)
    return row.id


@decides(DeleteReview)
def delete_review(command: DeleteReview, view: View) -> None:
    """Needs `review` on the project."""
    row = submission_of(view, "review", command.review_id)
    desk = desk_of(view, row.task_id)
    allow(command, "review", desk)
    view.delete(row)
    _judge(view, submission_of(view, "annotation", row.parent_id or 0), deleted=True)
    recount(view, desk, None)
    tell(command, view, row, "review_deleted", accepted=row.accepted)


def _judge(view: View, annotation: Submission, deleted: bool = False) -> None:
    """Give the annotation the verdict of its newest review."""
    reviews = [
        row
        for row in view.find(Submission, task_id=annotation.task_id)
        if row.kind == "review" and row.parent_id == annotation.id
    ]
    newest = max(reviews, key=lambda row: row.id, default=None)
    annotation.accepted = newest.accepted if newest else None
    if newest is not None and not deleted:
        annotation.action = "accepted" if newest.accepted else "rejected"
    else:
        annotation.action = "deleted_review"
    view.update(annotation)
