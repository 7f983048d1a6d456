"""Moments at which something is due: exact, kept in the database, fired by a command each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from taskyard.engine.protocol import Command, decides, engine_of, foresees
from taskyard.model.execution import Execution, Incident, Timer
from taskyard.model.row import Row
from taskyard.model.view import View

Handler = Callable[[View, Timer], None]
H = TypeVar("H", bound=Handler)

ATTEMPTS = 8
"""Firings that may fail before a timer becomes an incident."""
BACK_OFF_MS = 1_000
LONGEST_BACK_OFF_MS = 300_000
MESSAGE_LIMIT = 1_000

_handlers: dict[str, Handler] = {}


class FireTimer(Command, kw_only=True, frozen=True):
    """Do what a timer is for, if it is there and due. Answers whether it was.

    `execution_id` is what the timer's row says, so that the execution is locked first."""

    timer_id: int
    execution_id: int | None = None


class PostponeTimer(Command, kw_only=True, frozen=True):
    """Firing a timer failed: try again later, each time later, and after `ATTEMPTS` open an incident instead."""

    timer_id: int
    reason: str


def fires(kind: str) -> Callable[[H], H]:
    """Register what timers of a kind do: `handler(view, timer)`. The timer's row is gone when it is called. Kinds
    without a handler are told to the engine of the timer's execution."""

    def register(handler: H) -> H:
        _handlers[kind] = handler
        return handler

    return register


def start(
    view: View,
    kind: str,
    due_at: int,
    *,
    execution_id: int | None = None,
    task_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> Timer:
    """Let something be due at a moment. `task_id` is the row id of a task or element instance, `data` is kept as JSON."""
    timer = Timer(
        id=view.row_id(),
        execution_id=execution_id,
        task_id=task_id,
        kind=kind,
        due_at=due_at,
        document=msgspec.json.encode(data).decode() if data is not None else None,
    )
    view.insert(timer)
    return timer


def cancel(view: View, *, task_id: int, kind: str | None = None) -> list[Timer]:
    """Remove the timers of a task or element instance, all or those of a kind; what was removed."""
    found = (
        view.find(Timer, task_id=task_id) if kind is None else view.find(Timer, task_id=task_id, kind=kind)
    )
    for timer in found:
        view.delete(timer)
    return found


def cancel_all(view: View, *, execution_id: int) -> None:
    """Remove every timer of an execution."""
    for timer in view.find(Timer, execution_id=execution_id):
        view.delete(timer)


def data_of(timer: Timer) -> dict[str, Any]:
    """What `start` was given as `data`."""
    return msgspec.json.decode(timer.document) if timer.document else {}


@foresees(FireTimer)
def _fire_foresight(command: FireTimer) -> list[tuple[type[Row], tuple[Any, ...]]]:
    timer: list[tuple[type[Row], tuple[Any, ...]]] = [(Timer, (command.timer_id,))]
    return timer if command.execution_id is None else [(Execution, (command.execution_id,)), *timer]


@decides(FireTimer)
def fire_timer(command: FireTimer, view: View) -> bool:
    execution = view.get(Execution, command.execution_id) if command.execution_id is not None else None
    timer = view.get(Timer, command.timer_id)
    if timer is None or timer.due_at > view.now:
        return False
    view.delete(timer)
    handler = _handlers.get(timer.kind)
    if handler is not None:
        handler(view, timer)
        return True
    if execution is None and timer.execution_id is not None:
        execution = view.get(Execution, timer.execution_id)
    if execution is not None:
        engine_of(execution.kind).timer_fired(view, execution, timer)
    return True


@decides(PostponeTimer)
def postpone_timer(command: PostponeTimer, view: View) -> None:
    timer = view.get(Timer, command.timer_id)
    if timer is None:
        return
    timer.attempts += 1
    if timer.attempts < ATTEMPTS:
        timer.due_at = view.now + min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** (timer.attempts - 1))
        view.update(timer)
        return
    view.delete(timer)
    incident = Incident(
        id=view.row_id(),
        uid=view.uid(),
        execution_id=timer.execution_id,
        task_id=timer.task_id,
        type="timer_failed",
        message=f"A timer ({timer.kind}) failed {timer.attempts} times: {command.reason}"[:MESSAGE_LIMIT],
        created_at=view.now,
    )
    view.insert(incident)
    view.emit(
        "incident.opened",
        execution_id=timer.execution_id,
        task_id=timer.task_id,
        data={"incident": incident.uid, "type": incident.type},
    )
