"""Event handlers: kept as definitions of their own kind, and what happens when a message reaches their queue.

A message becomes a timer per handler in the transaction that published it, and a timer per action in the one that found
the condition true. Each action is done in the transaction that removes its timer: once, whatever breaks. An action that
is refused is tried again later, then becomes an incident.
"""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine import timers
from taskyard.engine.access import require
from taskyard.engine.definitions import PutDefinition, definition_of, put_definition, tags_of
from taskyard.engine.event_actions import Occurrence, perform
from taskyard.engine.expressions.script import is_true
from taskyard.engine.protocol import Command, decides
from taskyard.model.automation import EventHandlerDef
from taskyard.model.definition import Starter, Version, VersionDocument
from taskyard.model.evaluation import Question
from taskyard.model.execution import Timer
from taskyard.model.problem import rejected
from taskyard.model.view import View

KIND = "event_handler"
"""The kind of definition."""

EVENT = "event"
"""The type of the `Starter` rows that find the active handlers of an event."""

_decode = msgspec.json.Decoder(EventHandlerDef).decode
_encode = msgspec.json.Encoder().encode


class PutEventHandler(Command, kw_only=True, frozen=True):
    """Make an event handler (`mode` create: conflict when there is one of that name), or write over the one that is there
    (rewrite: not found when there is none). `document` is JSON text of `model.automation.EventHandlerDef`."""

    document: str
    mode: str = "create"


@decides(PutEventHandler)
def put_event_handler(command: PutEventHandler, view: View) -> Version:
    handler = _decode(command.document)
    for action in handler.actions:
        started = action.start_workflow
        if started is not None and started.name and "${" not in started.name:
            _require_execute(view, command, started.name)
    return put_definition(
        PutDefinition(
            actor=command.actor,
            kind=KIND,
            key=handler.name,
            name=handler.name,
            description=handler.description,
            document=command.document,
            mode=command.mode,
            starters=((EVENT, handler.event),) if handler.active else (),
        ),
        view,
    )


def _require_execute(view: View, command: Command, key: str) -> None:
    """The caller may run what the handler starts."""
    definition = definition_of(view, "workflow", key)
    owners = (definition.owner, definition.created_by) if definition else None
    tags = tags_of(view, definition) if definition else ()
    require(command.actor, "execute", kind="workflow", key=key, owner=owners, tags=tags)


def publish(
    view: View,
    queue: str,
    message: dict[str, Any],
    *,
    message_id: str | None = None,
    execution_id: int | None = None,
) -> int:
    """Hand a message to every active handler of a queue (`conductor:order:shipped`); how many there are.

    `message_id` names the message to what it starts; one is made without. Nothing is done before the transaction is
    committed; `execution_id` (who published) only goes into the history.
    """
    starters = view.find(Starter, locked=False, type=EVENT, name=queue)
    if not starters:
        return 0
    name = message_id or view.uid()
    data = {"event": queue, "id": name, "message": message}
    for starter in starters:
        timers.start(view, "event", view.now, data={**data, "version": starter.version_id})
    view.emit(
        "event.published",
        execution_id=execution_id,
        data={"event": queue, "id": name, "handlers": len(starters)},
    )
    return len(starters)


@timers.fires("event")
def consider(view: View, timer: Timer) -> None:
    """A message has reached a handler: look at its condition, and let its actions follow."""
    data = timers.data_of(timer)
    handler = _handler(view, data["version"])
    if handler is None or not handler.active or not _holds(view, handler, data["message"]):
        return
    for place in range(len(handler.actions)):
        timers.start(view, "event_action", view.now, data={**data, "action": place})


@timers.fires("event_action")
def act(view: View, timer: Timer) -> None:
    """Do one action of a handler. Raises `Rejected` when it cannot be done now."""
    data = timers.data_of(timer)
    handler = _handler(view, data["version"])
    if handler is None or data["action"] >= len(handler.actions):
        return
    action = handler.actions[data["action"]]
    perform(view, action, Occurrence(data["event"], data["id"], data["message"], handler.name))
    view.emit(
        "event.handled",
        data={"event": data["event"], "id": data["id"], "handler": handler.name, "action": action.action},
    )


def _handler(view: View, version_id: int) -> EventHandlerDef | None:
    """The handler as it is now; None when it was removed."""
    stored = view.peek(VersionDocument, version_id)
    return _decode(stored.document) if stored is not None and view.peek(Version, version_id) else None


def _holds(view: View, handler: EventHandlerDef, message: dict[str, Any]) -> bool:
    """The handler's condition is true of the message; without one it always is."""
    condition = (handler.condition or "").strip()
    if not condition:
        return True
    if handler.evaluator_type == "value-param":
        return is_true(message.get(condition))
    answer = view.evaluate(Question("javascript", condition, _encode(message).decode()))
    if answer.error is not None:
        raise rejected(
            "unprocessable",
            f"The condition of event handler {handler.name!r} failed: {answer.error}",
            reason="bad_condition",
        )
    return is_true(answer.value)
