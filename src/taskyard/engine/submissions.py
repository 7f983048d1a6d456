"""What annotations, predictions, drafts and reviews share: the task they belong to, who may give them, and the
counts that follow."""

from __future__ import annotations

import msgspec

from taskyard.engine.access import can, require
from taskyard.engine.agreement import agreement
from taskyard.engine.label_tasks import count, project_of, settings_of, settle
from taskyard.model.command import Command
from taskyard.model.definition import Definition
from taskyard.model.labeling import LABEL, PROJECT, AnswerDocument, ProjectDocument
from taskyard.model.problem import rejected
from taskyard.model.task import Comment, Progress, Submission, SubmissionDocument, Task
from taskyard.model.view import View

_answer = msgspec.json.Decoder(AnswerDocument)
_encode = msgspec.json.Encoder().encode


class Desk(msgspec.Struct, kw_only=True):
    """A label task with its counts, its project and the project's settings, all as the transaction sees them."""

    task: Task
    progress: Progress
    project: Definition
    settings: ProjectDocument


def desk_of(view: View, task_id: int) -> Desk:
    """The task, or `Rejected` (not_found, reason `unknown_task`)."""
    task = view.get(Task, task_id)
    if task is None or task.kind != LABEL or task.definition_id is None:
        raise rejected("not_found", "No Task matches the given query.", reason="unknown_task", task=task_id)
    project = project_of(view, task.definition_id)
    progress = view.get(Progress, task_id)
    if progress is None:
        progress = Progress(task_id=task_id, definition_id=task.definition_id)
        view.insert(progress)
    return Desk(task=task, progress=progress, project=project, settings=settings_of(view, project))


def allow(command: Command, action: str, desk: Desk) -> None:
    """Raise `Rejected` (forbidden) unless the caller may do `action` on the task's project."""
    require(command.actor, action, kind=PROJECT, key=desk.project.key, owner=desk.project.owner)


def allow_own(command: Command, desk: Desk, row: Submission, beyond: str = "review") -> None:
    """Who gave a submission may change it while they may annotate; for others' it takes `beyond`."""
    mine = command.actor is not None and row.author_id == command.actor.id
    allow(command, "annotate" if mine else beyond, desk)


def is_allowed(command: Command, action: str, desk: Desk) -> bool:
    return can(command.actor, action, kind=PROJECT, key=desk.project.key, owner=desk.project.owner)


def submission_of(view: View, kind: str, submission_id: int) -> Submission:
    """The submission, or `Rejected` (not_found)."""
    row = view.get(Submission, submission_id)
    if row is None or row.kind != kind:
        raise rejected(
            "not_found", f"No {kind.capitalize()} matches the given query.", reason=f"unknown_{kind}"
        )
    return row


def said(view: View, row: Submission) -> AnswerDocument:
    """What a submission says."""
    stored = view.get(SubmissionDocument, row.id)
    return _answer.decode(stored.document) if stored else AnswerDocument(result=msgspec.Raw(b"[]"))


def write_said(view: View, row: Submission, document: AnswerDocument) -> None:
    """Replace what a submission says."""
    text = _encode(document).decode()
    stored = view.get(SubmissionDocument, row.id)
    if stored is None:
        view.insert(SubmissionDocument(submission_id=row.id, document=text))
    else:
        stored.document = text
        view.update(stored)


def recount(view: View, desk: Desk, actor_id: int | None) -> None:
    """Bring counts and phase of the task in line with its submissions and comments; its rev changes."""
    rows = view.find(Submission, task_id=desk.task.id)
    comments = view.find(Comment, task_id=desk.task.id)
    progress = desk.progress
    count(progress, rows, desk.settings)
    count_reviews(progress, rows)
    count_comments(progress, comments)
    progress.agreement = agreement(_documents(view, rows))
    progress.updated_by = actor_id if actor_id is not None else progress.updated_by
    settle(desk.task, progress, view.now)
    desk.task.updated_at = view.now
    view.update(progress)
    view.update(desk.task)


def _documents(view: View, rows: list[Submission]) -> list[tuple[int | None, AnswerDocument]]:
    """What the annotations that count say, if several people gave some."""
    kept = [row for row in rows if row.kind == "annotation" and not row.cancelled]
    if len({row.author_id for row in kept}) < 2:
        return []
    view.load(SubmissionDocument, [row.id for row in kept])
    return [(row.author_id, said(view, row)) for row in kept]


def count_reviews(progress: Progress, rows: list[Submission]) -> None:
    """Accepted and rejected count annotations by their latest review."""
    reviews = [row for row in rows if row.kind == "review"]
    verdicts = [row.accepted for row in rows if row.kind == "annotation"]
    progress.reviews = len(reviews)
    progress.accepted = sum(1 for verdict in verdicts if verdict is True)
    progress.rejected = sum(1 for verdict in verdicts if verdict is False)
    progress.reviewers = len({row.author_id for row in reviews if row.author_id is not None})
    progress.review_time = sum(row.lead_time or 0.0 for row in reviews)


def count_comments(progress: Progress, comments: list[Comment]) -> None:
    progress.comments = len(comments)
    progress.unresolved_comments = sum(1 for row in comments if not row.resolved)
    progress.commenters = len({row.author_id for row in comments if row.author_id is not None})
    progress.last_comment_at = max((row.updated_at for row in comments), default=None)


def actor_id(command: Command) -> int | None:
    return command.actor.id if command.actor else None


def tell(command: Command, view: View, row: Submission, event: str, **more: object) -> None:
    """Write an event about a submission into the history."""
    view.emit(
        event,
        actor=command.by,
        task_id=row.task_id,
        definition_id=row.definition_id,
        data={"submission": row.id, **more},
    )
