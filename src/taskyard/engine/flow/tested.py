"""Executions that only try a definition out: whatever would reach outside stays where it is until a mock is reported.

Operators and expressions run as always. Nothing else is offered to workers, sent anywhere or timed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine import timers
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import RemoveExecution
from taskyard.model.command import decider_of
from taskyard.model.execution import Execution, Timer, Wait
from taskyard.model.problem import Rejected
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run
    from taskyard.model.execution import ElementInstance

LONGEST_MS = 120_000
"""After this a test run is over, even if who asked for it is gone."""

REAL = frozenset(
    (
        "DECISION",
        "DO_WHILE",
        "DYNAMIC",
        "EXCLUSIVE_JOIN",
        "FORK",
        "FORK_JOIN",
        "FORK_JOIN_DYNAMIC",
        "INLINE",
        "JOIN",
        "JSON_JQ_TRANSFORM",
        "LAMBDA",
        "NOOP",
        "SET_VARIABLE",
        "SUB_WORKFLOW",
        "SWITCH",
        "TERMINATE",
    )
)
"""Types that do what they always do; the others take a mock."""


def hold(run: Run, record: ElementInstance) -> bool:
    """Let a record of a tried definition wait for its mock; False for one that runs as always."""
    if not run.notes.test or record.kind in REAL:
        return False
    run.set(record, "SCHEDULED" if behavior_of(record.kind) is behavior_of("SIMPLE") else "IN_PROGRESS")
    run.view.insert(
        Wait(
            id=run.view.row_id(),
            execution_id=run.execution.id,
            element_id=record.id,
            kind="mock",
            name=record.element,
            created_at=run.now,
        )
    )
    return True


def limit(view: View, execution: Execution) -> None:
    """See to it that a test run goes, even if nobody is there to remove it."""
    timers.start(view, "test_over", view.now + LONGEST_MS, data={"execution": execution.uid})


@timers.fires("test_over")
def over(view: View, timer: Timer) -> None:
    """Remove what is left of a test run; mostly nothing is."""
    command = RemoveExecution(
        execution=timers.data_of(timer)["execution"], terminate=True, reason="The test run is over"
    )
    try:
        decider_of(command)(command, view)
    except Rejected as refusal:
        if refusal.problem.code != "not_found":
            raise
