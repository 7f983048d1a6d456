"""Conductor's statuses and our lifecycle: two total tables for tasks, two for executions."""

from __future__ import annotations

from typing import NamedTuple


class Point(NamedTuple):
    """A place in the lifecycle: `outcome` only when closed."""

    phase: str
    outcome: str | None = None


TASK_IN: dict[str, Point] = {
    "SCHEDULED": Point("ready"),
    "IN_PROGRESS": Point("active"),
    "COMPLETED": Point("closed", "succeeded"),
    "COMPLETED_WITH_ERRORS": Point("closed", "succeeded"),
    "SKIPPED": Point("closed", "skipped"),
    "FAILED": Point("closed", "failed"),
    "FAILED_WITH_TERMINAL_ERROR": Point("closed", "failed"),
    "TIMED_OUT": Point("closed", "expired"),
    "CANCELED": Point("closed", "cancelled"),
}
"""What a task status means here. The status itself is kept verbatim beside it."""

TASK_OUT: dict[Point, str] = {
    Point("scheduled"): "SCHEDULED",
    Point("ready"): "SCHEDULED",
    Point("active"): "IN_PROGRESS",
    Point("waiting"): "IN_PROGRESS",
    Point("closed", "succeeded"): "COMPLETED",
    Point("closed", "failed"): "FAILED",
    Point("closed", "cancelled"): "CANCELED",
    Point("closed", "rejected"): "FAILED",
    Point("closed", "expired"): "TIMED_OUT",
    Point("closed", "skipped"): "SKIPPED",
}
"""The status that a task without a Conductor status of its own is shown with."""

WORKFLOW_IN: dict[str, tuple[Point, bool]] = {
    "RUNNING": (Point("active"), False),
    "PAUSED": (Point("active"), True),
    "COMPLETED": (Point("closed", "succeeded"), False),
    "FAILED": (Point("closed", "failed"), False),
    "TIMED_OUT": (Point("closed", "expired"), False),
    "TERMINATED": (Point("closed", "cancelled"), False),
}
"""What a workflow status means here: the point, and whether the execution is suspended."""

WORKFLOW_OUT: dict[Point, str] = {
    Point("scheduled"): "RUNNING",
    Point("ready"): "RUNNING",
    Point("active"): "RUNNING",
    Point("waiting"): "RUNNING",
    Point("closed", "succeeded"): "COMPLETED",
    Point("closed", "failed"): "FAILED",
    Point("closed", "cancelled"): "TERMINATED",
    Point("closed", "rejected"): "FAILED",
    Point("closed", "expired"): "TIMED_OUT",
    Point("closed", "skipped"): "TERMINATED",
}
"""The status of an execution at a point; a suspended one that is not closed is PAUSED."""


def task_status(point: Point, native: str | None = None) -> str:
    """The status of a task: its own where that still agrees with the point, else the table's."""
    if native is not None and TASK_IN.get(native) == point:
        return native
    return TASK_OUT[point]


def workflow_status(point: Point, suspended: bool = False) -> str:
    """The status of an execution."""
    if suspended and point.phase != "closed":
        return "PAUSED"
    return WORKFLOW_OUT[point]
