"""Every native status maps in, every point of the lifecycle maps out."""

from __future__ import annotations

import pytest

from taskyard.dialects.conductor.states import (
    TASK_IN,
    TASK_OUT,
    WORKFLOW_IN,
    WORKFLOW_OUT,
    Point,
    task_status,
    workflow_status,
)

OUTCOMES = ("succeeded", "failed", "cancelled", "rejected", "expired", "skipped")
POINTS = [Point(phase) for phase in ("scheduled", "ready", "active", "waiting")]
POINTS += [Point("closed", outcome) for outcome in OUTCOMES]

TASK_STATUSES = {
    "IN_PROGRESS",
    "CANCELED",
    "FAILED",
    "FAILED_WITH_TERMINAL_ERROR",
    "COMPLETED",
    "COMPLETED_WITH_ERRORS",
    "SCHEDULED",
    "TIMED_OUT",
    "SKIPPED",
}
WORKFLOW_STATUSES = {"RUNNING", "COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED", "PAUSED"}


def test_the_tables_are_total():
    assert set(TASK_IN) == TASK_STATUSES
    assert set(WORKFLOW_IN) == WORKFLOW_STATUSES
    assert set(TASK_OUT) == set(WORKFLOW_OUT) == set(POINTS)


@pytest.mark.parametrize("status", sorted(TASK_STATUSES))
def test_a_task_status_survives_the_way_in_and_out(status):
    assert task_status(TASK_IN[status], status) == status


@pytest.mark.parametrize("status", sorted(WORKFLOW_STATUSES))
def test_a_workflow_status_survives_the_way_in_and_out(status):
    assert workflow_status(*WORKFLOW_IN[status]) == status


@pytest.mark.parametrize("point", POINTS)
def test_foreign_tasks_have_a_status(point):
    assert task_status(point) in TASK_STATUSES
    assert task_status(point, "a word of another API") in TASK_STATUSES


def test_a_status_that_no_longer_agrees_is_not_shown():
    assert task_status(Point("closed", "cancelled"), "IN_PROGRESS") == "CANCELED"


@pytest.mark.parametrize("point", POINTS)
def test_closed_executions_are_never_paused(point):
    assert (workflow_status(point, suspended=True) == "PAUSED") == (point.phase != "closed")
