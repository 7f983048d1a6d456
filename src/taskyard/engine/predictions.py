"""Predictions: what models answer for a label task."""

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
from taskyard.model.labeling import NewAnswer
from taskyard.model.task import Submission, SubmissionDocument
from taskyard.model.view import View


class CreatePrediction(Command, kw_only=True, frozen=True):
    """Add a prediction to a task. Answers its row id."""

    task_id: int
    answer: NewAnswer


class UpdatePrediction(Command, kw_only=True, frozen=True):
    """Change a prediction; None leaves a part as it is."""

    prediction_id: int
    result: msgspec.Raw | None = None
    model_version: str | None = None
    score: float | None = None


class DeletePrediction(Command, kw_only=True, frozen=True):
    """Remove a prediction."""

    prediction_id: int


@decides(CreatePrediction)
def create_prediction(command: CreatePrediction, view: View) -> int:
    """Needs `update` on the project."""
    desk = desk_of(view, command.task_id)
    allow(command, "update", desk)
    new = command.answer
    row = Submission(
        id=view.row_id(),
        uid=new.uid or view.uid(),
        tenant=desk.task.tenant,
        task_id=desk.task.id,
        definition_id=desk.task.definition_id,
        kind="prediction",
        model_version=new.model_version,
        score=new.score,
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert(row)
    view.insert(SubmissionDocument(submission_id=row.id, document=new.document))
    recount(view, desk, None)
    tell(command, view, row, "prediction_created")
    return row.id


@decides(UpdatePrediction)
def update_prediction(command: UpdatePrediction, view: View) -> int:
    """Needs `update` on the project."""
    row = submission_of(view, "prediction", command.prediction_id)
    desk = desk_of(view, row.task_id)
    allow(command, "update", desk)
    if command.result is not None:
        write_said(view, row, msgspec.structs.replace(said(view, row), result=command.result))
    row.model_version = row.model_version if command.model_version is None else command.model_version
    row.score = row.score if command.score is None else command.score
    row.updated_by_id, row.updated_at = actor_id(command), view.now
    view.update(row)
    recount(view, desk, None)
    tell(command, view, row, "prediction_updated")
    return row.id


@decides(DeletePrediction)
def delete_prediction(command: DeletePrediction, view: View) -> None:
    """Needs `update` on the project."""
    row = submission_of(view, "prediction", command.prediction_id)
    desk = desk_of(view, row.task_id)
    allow(command, "update", desk)
    view.delete(row)
    recount(view, desk, None)
    tell(command, view, row, "prediction_deleted")
