"""The rows of event handlers."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import event_wire as wire
from taskyard.dialects.conductor import events
from taskyard.http.operation import served

ONE = "/event/{name}"

EVENTS = (
    served(
        "GET",
        "/event",
        "getEventHandlers",
        events.list_all,
        returns={200: list[wire.EventHandler]},
        summary="Every event handler that the caller may read, by name",
    ),
    served(
        "POST",
        "/event",
        "addEventHandler",
        events.add,
        body=Any,
        body_shown=wire.EventHandler,
        returns={200: None},
        summary="Register an event handler, or an array of them",
    ),
    served(
        "PUT",
        "/event",
        "updateEventHandler",
        events.update,
        body=Any,
        body_shown=wire.EventHandler,
        returns={200: None},
        summary="Replace an event handler",
    ),
    served(
        "DELETE",
        ONE,
        "removeEventHandler",
        events.remove,
        returns={200: None},
        summary="Remove an event handler",
    ),
    served(
        "GET",
        "/event/{event}",
        "getEventHandlersForEvent",
        events.list_for_event,
        params=events.EventParams,
        returns={200: list[wire.EventHandler]},
        summary="The event handlers of one event",
    ),
    served(
        "GET",
        "/event/handler/{name}",
        "getEventHandlerByName",
        events.get,
        returns={200: wire.EventHandler},
        summary="One event handler by its name",
    ),
)
