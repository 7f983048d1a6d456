"""Everything that ending an execution will read, down to the deepest child, in one round per level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from taskyard.engine import work
from taskyard.engine.flow.behavior import behavior_of
from taskyard.model.execution import (
    ElementFragment,
    ElementInstance,
    Execution,
    ExecutionDocument,
    Timer,
    Wait,
)
from taskyard.model.task import Task
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

FEW = 1
"""So many records are as quickly read one by one."""


def foresee(run: Run, doomed: list[ElementInstance]) -> None:
    """Read what closing these open records of a run will need."""
    if len(doomed) <= FEW and not any(record.child_id for record in doomed):
        return
    view = run.view
    stored = [record for record in doomed if record.id in run.before]
    _records(view, stored)
    below = _unknown(run, stored)
    while below:
        view.load(Execution, below)
        view.load(ExecutionDocument, below)
        view.expect(ElementInstance, ("execution_id", "closed_at"), [(each, None) for each in below])
        inside = [
            record
            for each in below
            for record in view.find(ElementInstance, execution_id=each, closed_at=None)
        ]
        _records(view, inside)
        below = _unknown(run, inside)


def _unknown(run: Run, records: Iterable[ElementInstance]) -> list[int]:
    """The executions that the records wait for and that the session does not drive yet."""
    known = run.session.runs
    return [
        record.child_id for record in records if record.child_id is not None and record.child_id not in known
    ]


def _records(view: View, records: list[ElementInstance]) -> None:
    tasked = [record.id for record in records if behavior_of(record.kind).tasked]
    view.load(Task, tasked)
    view.load(ElementFragment, {record.fragment_id for record in records if record.fragment_id is not None})
    view.load(Wait, [record.id for record in records if behavior_of(record.kind).waits])
    view.expect(Timer, ("task_id",), [(record.id,) for record in records if record.timed])
    work.load_places(view, [task for each in tasked if (task := view.get(Task, each)) is not None])
