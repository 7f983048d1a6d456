"""The maps of states are total, and each map is the other's inverse."""

from __future__ import annotations

import itertools

import pytest

from taskyard.dialects.oraclebpm.states import A2A_STATES, FILTERS, FINAL, STATUSES, state_of
from taskyard.model.query import All, Cmp, Filter, Not
from taskyard.model.task import Task

PHASES = ("scheduled", "ready", "active", "waiting", "closed")
OUTCOMES = ("succeeded", "failed", "cancelled", "rejected", "expired", "skipped")
WAITS = (None, "input", "auth", "retry", "child", "review")


def _task(phase: str, outcome: str | None, waiting: str | None, suspended: bool, native: str | None) -> Task:
    return Task(
        id=1,
        uid="u",
        kind="human",
        phase=phase,
        outcome=outcome,
        waiting_for=waiting,
        suspended=suspended,
        native_state=native,
        created_at=0,
        updated_at=0,
        closed_at=0 if phase == "closed" else None,
    )


def _tasks() -> list[Task]:
    """Every point of the lifecycle."""
    points = itertools.product(PHASES, WAITS, (False, True), (None, "ALERTED", "x"))
    return [
        _task(phase, outcome, waiting, suspended, native)
        for phase, waiting, suspended, native in points
        for outcome in (OUTCOMES if phase == "closed" else (None,))
    ]


def _holds(filter_: Filter, task: Task) -> bool:
    if isinstance(filter_, All):
        return all(_holds(part, task) for part in filter_.of)
    if isinstance(filter_, Not):
        return not _holds(filter_.of, task)
    assert isinstance(filter_, Cmp)
    value = getattr(task, filter_.field)
    if filter_.op == "is_null":
        return value is None
    if filter_.op == "eq":
        return value == filter_.value
    return (value in filter_.value) == (filter_.op == "in")


@pytest.mark.parametrize("task", _tasks(), ids=lambda task: f"{task.phase}-{task.outcome}-{task.waiting_for}")
def test_every_point_of_the_lifecycle_has_one_state_which_its_filter_finds(task: Task) -> None:
    state = state_of(task)
    assert state in A2A_STATES
    assert (state in FINAL) == (task.phase == "closed")
    found = [status for status, filter_ in FILTERS.items() if _holds(filter_, task)]
    assert found == ([] if state == "OUTCOME_UPDATED" else [state])


def test_every_status_can_be_asked_for_and_is_reached() -> None:
    assert set(FILTERS) == set(STATUSES)
    assert {state_of(task) for task in _tasks()} == {*STATUSES, "OUTCOME_UPDATED"}


def test_the_agent_states_are_the_documented_seven() -> None:
    documented = {"submitted", "working", "input-required", "completed", "canceled", "failed", "unknown"}
    assert set(A2A_STATES.values()) <= documented
