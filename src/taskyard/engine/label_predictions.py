"""Predictions added to label tasks that exist."""

from __future__ import annotations

import msgspec

from taskyard.engine.access import require
from taskyard.engine.label_tasks import count, project_of, settings_of
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition
from taskyard.model.labeling import PROJECT, NewAnswer
from taskyard.model.problem import rejected
from taskyard.model.task import Progress, Submission, SubmissionDocument, Task
from taskyard.model.view import View


class NewPrediction(msgspec.Struct, frozen=True, kw_only=True):
    """A prediction for a task."""

    task_id: int
    answer: NewAnswer


class AddPredictions(Command, kw_only=True, frozen=True):
    """Add predictions to tasks of one project, all or none. Answers how many."""

    project_id: int
    predictions: tuple[NewPrediction, ...]


@decides(AddPredictions)
def add_predictions(command: AddPredictions, view: View) -> int:
    """Needs `update` on the project. A task that is not in it refuses all."""
    project = project_of(view, command.project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    settings = settings_of(view, project)
    wanted = sorted({new.task_id for new in command.predictions})
    view.load(Task, wanted)
    view.load(Progress, wanted)
    tasks: dict[int, Task] = {}
    for number in wanted:
        task = view.get(Task, number)
        if task is None or task.definition_id != project.id:
            raise rejected(
                "invalid",
                f"Task {number} is not in project {project.id}.",
                reason="task_not_in_project",
                task=number,
            )
        tasks[number] = task
    view.expect(Submission, ("task_id",), [(number,) for number in wanted])
    given = {number: view.find(Submission, task_id=number) for number in wanted}
    rows = [_row(new, project, view) for new in command.predictions]
    for row in rows:
        given[row.task_id].append(row)
    for number, task in tasks.items():
        progress = view.get(Progress, number)
        if progress is not None:
            count(progress, given[number], settings)
            view.update(progress)
        task.updated_at = view.now
        view.update(task)
    view.insert_many(rows)
    view.insert_many(
        [
            SubmissionDocument(submission_id=row.id, document=new.answer.document)
            for row, new in zip(rows, command.predictions, strict=True)
        ]
    )
    view.emit(
        "predictions_added",
        actor=command.by,
        definition_id=project.id,
        data={"predictions": len(rows)},
    )
    return len(rows)


def _row(new: NewPrediction, project: Definition, view: View) -> Submission:
    return Submission(
        id=view.row_id(),
        uid=view.uid(),
        tenant=project.tenant,
        task_id=new.task_id,
        definition_id=project.id,
        kind="prediction",
        model_version=new.answer.model_version,
        score=new.answer.score,
        created_at=view.now,
        updated_at=view.now,
    )
