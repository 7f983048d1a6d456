"""What a committed batch did to tasks, for the metrics."""

from __future__ import annotations

from collections import Counter

from taskyard.model.definition import Definition
from taskyard.model.execution import Execution
from taskyard.model.task import Task
from taskyard.store.unit import Unit
from taskyard.telemetry import (
    ENGINE_STEP,
    EXECUTION_DURATION,
    TASK_ACTIVE,
    TASK_WAIT,
    TASKS_CLOSED,
    TASKS_OPENED,
    definition_label,
)


def count(unit: Unit) -> None:
    """Count what a batch did, for the metrics."""
    count_tasks(unit)
    if Execution in unit.touched:
        time_executions(unit)


def time_step(unit: Unit, seconds: float) -> None:
    """Observe how long the present command took to decide, if it changes an execution."""
    if Execution in unit.touched and any(slot[0] is Execution for slot, _, _ in unit.journal):
        ENGINE_STEP.observe(seconds)


def time_executions(unit: Unit) -> None:
    """Observe how long the executions took that a batch closed."""
    for slot, row in unit.changed.items():
        if not isinstance(row, Execution) or row.phase != "closed" or row.closed_at is None:
            continue
        before = unit.base.get(slot)
        if not isinstance(before, Execution) or before.phase != "closed":
            seconds = max(0, row.closed_at - row.created_at) / 1000
            EXECUTION_DURATION.labels(definition_label(row.key), row.outcome or "").observe(seconds)


def count_tasks(unit: Unit) -> None:
    """Count the tasks that a batch opened, by kind and definition, and closed, by kind and outcome, and how long the
    taken ones waited and were worked on."""
    if Task not in unit.touched:
        return
    opened: Counter[tuple[str, int | None]] = Counter()
    closed: Counter[tuple[str, str]] = Counter()
    for rows in unit.bulk:
        if isinstance(rows[0], Task):
            opened.update((row.kind, row.definition_id) for row in rows if isinstance(row, Task))
    for slot, row in unit.changed.items():
        if isinstance(row, Task):
            before = unit.base.get(slot)
            if before is None:
                opened[row.kind, row.definition_id] += 1
            elif isinstance(before, Task) and row.phase != before.phase:
                _time(before, row)
                if row.phase == "closed":
                    closed[row.kind, row.outcome or ""] += 1
    for (kind, definition_id), number in opened.items():
        TASKS_OPENED.labels(kind, _label(unit, definition_id)).inc(number)
    for (kind, outcome), number in closed.items():
        TASKS_CLOSED.labels(kind, outcome).inc(number)


def _time(before: Task, row: Task) -> None:
    if row.phase == "active":
        TASK_WAIT.observe((row.assigned_at - row.created_at) / 1000)
    elif row.phase == "closed" and before.phase == "active" and row.closed_at is not None:
        TASK_ACTIVE.observe((row.closed_at - row.assigned_at) / 1000)


def _label(unit: Unit, definition_id: int | None) -> str:
    """The key of a definition that the batch has seen; `other` for one it has not."""
    if definition_id is None:
        return "none"
    row = unit.rows.get((Definition, (definition_id,)))
    return definition_label(row.key) if isinstance(row, Definition) else "other"
