"""How tasks end, and what they leave behind."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine import work
from taskyard.engine.protocol import engine_of
from taskyard.model.execution import Execution
from taskyard.model.task import Submission, SubmissionDocument, Task
from taskyard.model.view import View


def conclude(view: View, task: Task, outcome: str, output: dict[str, Any] | None) -> Task:
    """Close an open task, or have the engine of its execution do so; the row as it is then."""
    execution = view.get(Execution, task.execution_id) if task.execution_id is not None else None
    if execution is None:
        work.close_task(view, task, outcome)
        return task
    engine_of(execution.kind).task_closed(view, execution, task, outcome, output)
    return view.get(Task, task.id) or task


def submit_result(view: View, task: Task, author_id: int | None, payload: str) -> None:
    """Keep what was given as a task's result (JSON text)."""
    submission = Submission(
        id=view.row_id(),
        uid=view.uid(),
        task_id=task.id,
        definition_id=task.definition_id,
        kind="result",
        author_id=author_id,
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert_many([submission])
    view.insert_many([SubmissionDocument(submission_id=submission.id, document=payload)])


def output_in(payload: str | None, word: str | None = None) -> dict[str, Any] | None:
    """A payload as the output of an execution's element: an object as it is, anything else as its `result`. The word that
    a person chose is its `outcome`, unless the payload has one."""
    chosen = {"outcome": word} if word is not None else None
    if payload is None:
        return chosen
    value = msgspec.json.decode(payload)
    output = value if isinstance(value, dict) else {"result": value}
    return {**(chosen or {}), **output}
