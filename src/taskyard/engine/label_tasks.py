"""Label tasks: creating them in bulk, and the counts that follow from the answers given to them."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable

import msgspec

from taskyard.engine.access import require
from taskyard.engine.agreement import agreement
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.identity import Sequence
from taskyard.model.ids import Ids
from taskyard.model.labeling import (
    LABEL,
    PROJECT,
    AnswerDocument,
    NewAnswer,
    NewLabelTask,
    ProjectDocument,
    title_of,
)
from taskyard.model.problem import Rejected, rejected
from taskyard.model.row import Row
from taskyard.model.task import Progress, Submission, SubmissionDocument, Task, TaskAttribute, TaskDocument
from taskyard.model.view import View

_answer_document = msgspec.json.Decoder(AnswerDocument)
_project_document = msgspec.json.Decoder(ProjectDocument)


class CreateLabelTasks(Command, kw_only=True, frozen=True):
    """Create tasks in a project, all or none."""

    project_id: int
    tasks: tuple[NewLabelTask, ...]


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """What was created: row ids in the order given, and how many answers came with them."""

    task_ids: tuple[int, ...]
    annotations: int
    predictions: int
    drafts: int


def project_of(view: View, project_id: int) -> Definition:
    """The project, or `Rejected` (not_found, reason `unknown_project`)."""
    project = view.peek(Definition, project_id)
    if project is None or project.kind != PROJECT:
        raise _unknown_project(project_id)
    return project


def open_project(view: View, project_id: int) -> Definition:
    """The project, locked, so that it cannot be removed meanwhile. Raises `Rejected` as `project_of`."""
    project_of(view, project_id)
    project = view.get(Definition, project_id)
    if project is None:
        raise _unknown_project(project_id)
    return project


def _unknown_project(project_id: int) -> Rejected:
    return rejected(
        "not_found", "No Project matches the given query.", reason="unknown_project", project=project_id
    )


def settings_of(view: View, project: Definition) -> ProjectDocument:
    """The settings of a project."""
    document = view.peek(VersionDocument, project.latest_id)
    return _project_document.decode(document.document) if document else ProjectDocument()


@decides(CreateLabelTasks)
def create_label_tasks(command: CreateLabelTasks, view: View) -> Created:
    """Needs `update` on the project."""
    project = open_project(view, command.project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    first = next_numbers(view, project, len(command.tasks))
    batch = LabelRows(view, view.now, project, settings_of(view, project), command.by)
    for number, new in enumerate(command.tasks, start=first):
        batch.add(view.row_id(), new, number)
    for rows in batch.tables():
        view.insert_many(rows)
    emit_created(view, command, project, [task.id for task in batch.tasks])
    kinds = Tally(row.kind for row in batch.submissions)
    return Created(
        task_ids=tuple(task.id for task in batch.tasks),
        annotations=kinds["annotation"],
        predictions=kinds["prediction"],
        drafts=kinds["draft"],
    )


def next_numbers(view: View, project: Definition, size: int) -> int:
    """The first of `size` numbers that a project's tasks get."""
    numbers = view.get(Sequence, f"label:{project.id}")
    first = numbers.next if numbers else 1
    if numbers is None:
        view.insert(Sequence(name=f"label:{project.id}", next=first + size))
    else:
        numbers.next = first + size
        view.update(numbers)
    return first


def emit_created(view: View, command: Command, project: Definition, task_ids: list[int]) -> None:
    """One event for all tasks of a command."""
    view.emit(
        "label_tasks_created",
        actor=command.by,
        definition_id=project.id,
        data={"tasks": len(task_ids), "first": task_ids[0] if task_ids else None},
    )


class LabelRows:
    """The rows of new tasks, by table."""

    TYPES: tuple[type[Row], ...] = (
        Task,
        TaskDocument,
        TaskAttribute,
        Progress,
        Submission,
        SubmissionDocument,
    )

    def __init__(
        self, ids: Ids, now: int, project: Definition, settings: ProjectDocument, creator: str | None
    ) -> None:
        self.ids = ids
        self.now = now
        self.project = project
        self.settings = settings
        self.creator = creator
        self.tasks: list[Task] = []
        self.documents: list[TaskDocument] = []
        self.values: list[TaskAttribute] = []
        self.progress: list[Progress] = []
        self.submissions: list[Submission] = []
        self.answers: list[SubmissionDocument] = []

    def tables(self) -> tuple[list[Row], ...]:
        return (self.tasks, self.documents, self.values, self.progress, self.submissions, self.answers)  # type: ignore[return-value]

    def add(self, task_id: int, new: NewLabelTask, number: int) -> None:
        now = self.now
        task = Task(
            id=task_id,
            uid=self.ids.uid(),
            tenant=self.project.tenant,
            kind=LABEL,
            definition_id=self.project.id,
            queue=f"label:{self.project.key}",
            number=number,
            title=title_of(new.values, self.project.name or ""),
            creator=self.creator,
            created_at=now,
            assigned_at=now,
            updated_at=now,
        )
        self.tasks.append(task)
        self.documents.append(TaskDocument(task_id=task.id, document=new.document))
        self.values.extend(
            TaskAttribute(task_id=task.id, name=name, text=text, number=amount)
            for name, text, amount in new.values
        )
        given = [self._answer(task, answer) for answer in new.answers]
        progress = Progress(
            task_id=task.id,
            definition_id=self.project.id,
            overlap=new.overlap if new.overlap is not None else self.settings.maximum_annotations,
            file_upload=new.file_upload,
            storage_name=new.storage_name,
        )
        count(progress, given, self.settings)
        if progress.annotators > 1:
            progress.agreement = agreement(
                (new_one.author_id, _answer_document.decode(new_one.document))
                for new_one in new.answers
                if new_one.kind == "annotation" and not new_one.cancelled
            )
        settle(task, progress, now)
        self.progress.append(progress)

    def _answer(self, task: Task, new: NewAnswer) -> Submission:
        row = Submission(
            id=self.ids.row_id(),
            uid=new.uid or self.ids.uid(),
            tenant=task.tenant,
            task_id=task.id,
            definition_id=task.definition_id,
            kind=new.kind,
            author_id=new.author_id,
            updated_by_id=new.updated_by_id,
            cancelled=new.cancelled,
            ground_truth=new.ground_truth,
            action=new.action,
            model_version=new.model_version,
            score=new.score,
            lead_time=new.lead_time,
            created_at=new.created_at if new.created_at is not None else self.now,
            updated_at=new.updated_at if new.updated_at is not None else self.now,
        )
        self.submissions.append(row)
        self.answers.append(SubmissionDocument(submission_id=row.id, document=new.document))
        return row


def count(progress: Progress, submissions: Iterable[Submission], settings: ProjectDocument) -> None:
    """Set the counts of annotations, predictions and drafts from a task's submissions.

    A task is labelled when as many different people as its overlap have given an annotation that counts: one
    that is not cancelled, or any with skip_queue IGNORE_SKIPPED. It is completed at the creation of its
    newest annotation. The score is the average over predictions of the project's model version, over all when
    the project names none.
    """
    all_of = list(submissions)
    annotations = [row for row in all_of if row.kind == "annotation"]
    kept = [row for row in annotations if not row.cancelled]
    predictions = [row for row in all_of if row.kind == "prediction"]
    counted = annotations if settings.skip_queue == "IGNORE_SKIPPED" else kept
    progress.annotations = len(kept)
    progress.cancelled = len(annotations) - len(kept)
    progress.predictions = len(predictions)
    progress.drafts = sum(1 for row in all_of if row.kind == "draft")
    progress.ground_truths = sum(1 for row in annotations if row.ground_truth)
    progress.annotators = len({row.author_id for row in annotations if row.author_id is not None})
    times = [row.lead_time for row in annotations if row.lead_time is not None]
    progress.lead_time = sum(times) / len(times) if times else None
    progress.timed = len(times)
    wanted = settings.model_version
    scores = [
        p.score for p in predictions if p.score is not None and (not wanted or p.model_version == wanted)
    ]
    progress.score = sum(scores) / len(scores) if scores else None
    progress.labeled = len({row.author_id for row in counted}) >= progress.overlap
    newest = max(annotations, key=lambda row: row.id, default=None)
    progress.completed_at = newest.created_at if newest is not None and progress.labeled else None


def settle(task: Task, progress: Progress, now: int) -> None:
    """Bring the phase of a label task in line with its counts: closed when labelled, active with an annotation, else
    ready."""
    if progress.labeled:
        if task.phase != "closed":
            task.phase, task.outcome, task.closed_at = "closed", "succeeded", progress.completed_at or now
        return
    task.phase, task.outcome, task.closed_at = ("active" if progress.annotations else "ready"), None, None
