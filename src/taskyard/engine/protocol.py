"""How engine modules meet: `@decides(Command)` beside each pure function, and the engines that drive executions.

Whatever happens to a task or a timer of an execution is told to the engine of the execution's kind, inside the command in
which it happens.
"""

from __future__ import annotations

from typing import Any, Protocol

from taskyard.model.command import Command, decides, foresees
from taskyard.model.execution import ElementInstance, Execution, Timer
from taskyard.model.task import Task
from taskyard.model.view import View

__all__ = [
    "Command",
    "Engine",
    "decides",
    "engine_of",
    "foresees",
    "has_engine",
    "register_engine",
]


class Engine(Protocol):
    """Drives the executions of a kind. The execution is locked when it is called."""

    def lease_expired(self, view: View, execution: Execution, task: Task) -> None:
        """The worker of a task did not answer in time. Its lease is over already; a task that is still open and not
        offered again when this returns is offered again by the caller."""
        ...

    def task_started(self, view: View, execution: Execution, element: ElementInstance) -> None:
        """A worker took the task of an element instance that has timers. Neither is locked beyond that; the element is
        as it was just written."""
        ...

    def task_closed(
        self, view: View, execution: Execution, task: Task, outcome: str, output: dict[str, Any] | None
    ) -> None:
        """Somebody finished a task; it is not closed yet, that is for the engine to do (`work.close_task`)."""
        ...

    def timer_fired(self, view: View, execution: Execution, timer: Timer) -> None:
        """A timer of the execution is due, of a kind that has no handler of its own. It is gone already."""
        ...

    def decide(self, view: View, execution: Execution) -> int:
        """Look at the whole execution and do what should have been done; how many steps that were."""
        ...


_engines: dict[str, Engine] = {}


def register_engine(kind: str, engine: Engine) -> None:
    """Let `engine` drive the executions of a kind."""
    _engines[kind] = engine


def engine_of(kind: str) -> Engine:
    """The engine of a kind of executions. Raises `LookupError` when there is none."""
    try:
        return _engines[kind]
    except KeyError:
        raise LookupError(f"no engine drives executions of kind {kind!r}") from None


def has_engine(kind: str) -> bool:
    return kind in _engines
