"""Label tasks: creating them in bulk, and the counts that follow from the answers given to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from taskyard.engine.access import require
from taskyard.engine.agreement import agreement
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.identity import Sequence
from taskyard.model.labeling import LABEL, PROJECT, AnswerDocument, NewAnswer, NewLabelTask, ProjectDocument
from taskyard.model.problem import rejected
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
        raise rejected(
            "not_found", "No Project matches the given query.", reason="unknown_project", project=project_id
        )
    return project


def settings_of(view: View, project: Definition) -> ProjectDocument:
    """The settings of a project."""
    document = view.peek(VersionDocument, project.latest_id)
    return _project_document.decode(document.document) if document else ProjectDocument()


@decides(CreateLabelTasks)
def create_label_tasks(command: CreateLabelTasks, view: View) -> Created:
    """Needs `update` on the project."""
    project = project_of(view, command.project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    settings = settings_of(view, project)
    numbers = view.get(Sequence, f"label:{project.id}")
    first = numbers.next if numbers else 1
    following = first + len(command.tasks)
    if numbers is None:
        view.insert(Sequence(name=f"label:{project.id}", next=following))
    else:
        numbers.next = following
        view.update(numbers)
    batch = _Batch(view, project, settings, command.actor.name if command.actor else None)
    for number, new in enumerate(command.tasks, start=first):
        batch.add(new, number)
    for rows in batch.tables():
        view.insert_many(rows)
    view.emit(
        "label_tasks_created",
        actor=batch.creator,
        definition_id=project.id,
        data={"tasks": len(batch.tasks), "first": batch.tasks[0].id if batch.tasks else None},
    )
    counts = {
        kind: sum(1 for row in batch.submissions if row.kind == kind) for kind in ("annotation", "prediction")
    }
    return Created(
        task_ids=tuple(task.id for task in batch.tasks),
        annotations=counts["annotation"],
        predictions=counts["prediction"],
        drafts=len(batch.submissions) - sum(counts.values()),
    )


class _Batch:
    """The rows of the tasks that one command creates, by table."""

    def __init__(
        self, view: View, project: Definition, settings: ProjectDocument, creator: str | None
    ) -> None:
        self.view = view
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

    def add(self, new: NewLabelTask, number: int) -> None:
        view, now = self.view, self.view.now
        task = Task(
            id=view.row_id(),
            uid=view.uid(),
            tenant=self.project.tenant,
            kind=LABEL,
            definition_id=self.project.id,
            queue=f"label:{self.project.key}",
            number=number,
            title=self.project.name or "",
            creator=self.creator,
            created_at=now,
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
            id=self.view.row_id(),
            uid=new.uid or self.view.uid(),
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
            created_at=new.created_at if new.created_at is not None else self.view.now,
            updated_at=new.updated_at if new.updated_at is not None else self.view.now,
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
