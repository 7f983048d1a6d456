"""WAIT: until a moment, for a time, or until somebody says that it is over."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance, Timer
from taskyard.model.flow import WorkflowTask
from taskyard.model.wait_time import moment_ms, parse_duration

TIMER = "wait"
LONGEST = 2**62
"""Milliseconds: later moments are as far as this."""


class BadWait(Exception):
    """The input does not say how long; the text says why."""


def due_at(input: dict[str, Any], now: int) -> int | None:
    """The moment at which a wait with that input is over; None when nothing but a word from outside ends it.

    Raises `BadWait`."""
    duration, until = input.get("duration"), input.get("until")
    if duration and until:
        raise BadWait("Both 'duration' and 'until' specified. Please provide only one input")
    try:
        if duration:
            return min(now + parse_duration(str(duration)), LONGEST)
        if until:
            return min(moment_ms(str(until)), LONGEST)
    except (ValueError, OverflowError) as fault:
        raise BadWait(str(fault)) from None
    return None


@behaves("WAIT")
class Wait(Behavior):
    """A moment that is past is over at once."""

    waits = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        try:
            moment = due_at(input, run.now)
        except BadWait as fault:
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, str(fault))
            return
        run.set(record, "IN_PROGRESS")
        if moment is None:
            run.wait(record, "signal")
        elif moment <= run.now:
            run.finish(record, "COMPLETED")
        else:
            run.timer(record, TIMER, moment)

    def fired(self, run: Run, record: ElementInstance, node: WorkflowTask, timer: Timer) -> None:
        run.finish(record, "COMPLETED")


@behaves("YIELD")
class Yield(Behavior):
    """Until somebody signals it."""

    waits = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        run.set(record, "IN_PROGRESS")
        run.wait(record, "signal")
