"""Removing records of an execution that goes on: those of passes that a loop does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine.flow.behavior import behavior_of
from taskyard.model.execution import ElementFragment, ElementInput, ElementInstance, ElementOutput
from taskyard.model.task import Task

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

PARTS = (ElementInput, ElementOutput, ElementFragment)


def remove(run: Run, records: list[ElementInstance]) -> None:
    """Remove closed records with their payloads and tasks. Those that this command made are just not written."""
    view = run.view
    stored = [record for record in records if record.id in run.before]
    ids = [record.id for record in stored]
    tasked = [record.id for record in stored if behavior_of(record.kind).tasked]
    for part in PARTS:
        view.load(part, ids)
    view.load(Task, tasked)
    for part in PARTS:
        for each in ids:
            if (row := view.get(part, each)) is not None:
                view.delete(row)
    for each in tasked:
        if (task := view.get(Task, each)) is not None:
            view.delete(task)
    for record in stored:
        view.delete(record)
    for record in records:
        run.drop(record)
