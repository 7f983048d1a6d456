"""Fields that are computed from a row: for sorting, and for filters that no index serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, func, literal_column

Derived = Callable[[Any], ColumnElement[Any]]
"""`derived(scope) -> expression` over `scope.table` and `scope.attribute(name, column)`."""


def _standing(scope: Any) -> ColumnElement[Any]:
    """One word for phase, outcome and flags, so that a list can be sorted by them together."""
    task = scope.table.c
    human = task.kind == _word("human")
    return case(
        (task.outcome == _word("succeeded"), _word("completed")),
        (task.outcome == _word("skipped"), _word("completed")),
        (task.outcome == _word("cancelled"), _word("withdrawn")),
        (task.outcome == _word("expired"), _word("expired")),
        (task.outcome.is_not(None), _word("errored")),
        (task.suspended, _word("suspended")),
        (task.native_state == _word("ALERTED"), _word("alerted")),
        (and_(human, task.phase == _word("waiting"), task.waiting_for == _word("input")), _word("informing")),
        (task.phase == _word("scheduled"), _word("pending")),
        (and_(human, task.phase == _word("waiting")), _word("pending")),
        else_=_word("assigned"),
    )


def _word(text: str) -> ColumnElement[Any]:
    """A constant word, spelled out so that it is part of the statement."""
    return literal_column(f"'{text}'", Text())


def _duration(scope: Any) -> ColumnElement[Any]:
    """Milliseconds from assignment to end; 0 while open."""
    task = scope.table.c
    return func.coalesce(task.closed_at - task.assigned_at, literal_column("0"))


def _handed_by(scope: Any) -> ColumnElement[Any]:
    """Who had the task before: the recorded one, else its creator."""
    return func.coalesce(scope.attribute("fromUser", "text"), scope.table.c.creator)


DERIVED: dict[str, dict[str, Derived]] = {
    "task": {"standing": _standing, "duration": _duration, "handed_by": _handed_by}
}
"""Derived fields by entity."""
