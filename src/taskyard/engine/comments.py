"""Comments on label tasks and on the answers given to them."""

from __future__ import annotations

from taskyard.engine.protocol import Command, decides
from taskyard.engine.submissions import Desk, actor_id, allow, desk_of, recount
from taskyard.model.problem import rejected
from taskyard.model.task import Comment, Submission
from taskyard.model.view import View


class CreateComment(Command, kw_only=True, frozen=True):
    """Comment on a task, or on one annotation or draft of it. Answers the comment's row id."""

    task_id: int | None = None
    submission_id: int | None = None
    text: str
    resolved: bool = False


class UpdateComment(Command, kw_only=True, frozen=True):
    """Change a comment's text or resolve it; None leaves a part as it is."""

    comment_id: int
    text: str | None = None
    resolved: bool | None = None


class DeleteComment(Command, kw_only=True, frozen=True):
    """Remove a comment."""

    comment_id: int


@decides(CreateComment)
def create_comment(command: CreateComment, view: View) -> int:
    """Needs `annotate` on the project."""
    task_id = command.task_id
    if command.submission_id is not None:
        row = view.get(Submission, command.submission_id)
        if row is None or row.kind not in ("annotation", "draft") or task_id not in (None, row.task_id):
            raise rejected(
                "invalid",
                f'Invalid pk "{command.submission_id}" - object does not exist.',
                reason="unknown_annotation",
            )
        task_id = row.task_id
    if task_id is None:
        raise rejected("invalid", "A comment needs an annotation, a draft or a task.", reason="no_subject")
    desk = desk_of(view, task_id)
    allow(command, "annotate", desk)
    comment = Comment(
        id=view.row_id(),
        uid=view.uid(),
        tenant=desk.task.tenant,
        task_id=task_id,
        submission_id=command.submission_id,
        author_id=actor_id(command),
        author=command.by,
        text=command.text,
        resolved=command.resolved,
        resolved_at=view.now if command.resolved else None,
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert(comment)
    recount(view, desk, None)
    _tell(command, view, desk, comment, "comment_created")
    return comment.id


@decides(UpdateComment)
def update_comment(command: UpdateComment, view: View) -> int:
    """The text is the author's to change; whoever may annotate may resolve."""
    comment, desk = _comment_of(command.comment_id, view)
    allow(command, "annotate", desk)
    if command.text is not None and command.text != comment.text:
        _own(command, desk, comment)
        comment.text = command.text
    if command.resolved is not None and command.resolved != comment.resolved:
        comment.resolved = command.resolved
        comment.resolved_at = view.now if command.resolved else None
    comment.updated_at = view.now
    view.update(comment)
    recount(view, desk, None)
    _tell(command, view, desk, comment, "comment_updated")
    return comment.id


@decides(DeleteComment)
def delete_comment(command: DeleteComment, view: View) -> None:
    """The author may; for others' it takes `manage`."""
    comment, desk = _comment_of(command.comment_id, view)
    _own(command, desk, comment)
    view.delete(comment)
    recount(view, desk, None)
    _tell(command, view, desk, comment, "comment_deleted")


def _comment_of(comment_id: int, view: View) -> tuple[Comment, Desk]:
    comment = view.get(Comment, comment_id)
    if comment is None:
        raise rejected("not_found", "No Comment matches the given query.", reason="unknown_comment")
    return comment, desk_of(view, comment.task_id)


def _own(command: Command, desk: Desk, comment: Comment) -> None:
    mine = command.actor is not None and comment.author_id == command.actor.id
    allow(command, "annotate" if mine else "manage", desk)


def _tell(command: Command, view: View, desk: Desk, comment: Comment, event: str) -> None:
    view.emit(
        event,
        actor=command.by,
        task_id=desk.task.id,
        definition_id=desk.project.id,
        data={"comment": comment.id},
    )
