"""Executions in which nothing can happen any more: all that is open waits for tasks that will not come.

A join may name a task of a case that was not chosen. Such an execution fails and says so, instead of staying open for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.model.execution import ElementInstance, Timer

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

JOINS = ("JOIN", "EXCLUSIVE_JOIN")
WAITING = (*JOINS, "DO_WHILE")
"""Types that are open only for the sake of others in the same execution."""
FEW = 8
"""Open records up to which it is worth a look: joins in joins in loops. With more, something is at work."""


def end_if_stuck(run: Run) -> None:
    """Fail a run that has nothing to do and in which only joins and loops are open."""
    execution = run.execution
    if not run.open or execution.suspended or run.work or run.notes.held or run.fresh:
        return
    if not run.changed or execution.phase == "scheduled" or not 0 < execution.open_steps <= FEW:
        return
    if any(_is_at_work(record) for record in run.records.values()):
        return
    opened = run.open_records()
    if any(_is_at_work(record) for record in opened):
        return
    if any(
        timer.kind == "continue" for timer in run.view.find(Timer, execution_id=execution.id, locked=False)
    ):
        return
    names = ", ".join(each.element + each.suffix for each in opened if each.kind in JOINS)
    run.close("failed", f"Nothing can go on: {names} waits for tasks that will not come.")


def _is_at_work(record: ElementInstance) -> bool:
    return record.phase != "closed" and record.kind not in WAITING
