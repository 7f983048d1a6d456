"""The rows of event handlers."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import event_wire as wire
from taskyard.dialects.conductor import events, tags
from taskyard.dialects.conductor.wire import Tag
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
        "/event/{name}/tags",
        "getTagsForEventHandler",
        tags.reader("event_handler"),
        returns={200: list[Tag]},
        summary="The tags of an event handler",
    ),
    served(
        "PUT",
        "/event/{name}/tags",
        "putTagForEventHandler",
        tags.writer("event_handler", "add"),
        body=Any,
        body_shown=list[Tag],
        returns={200: None},
        summary="Add tags to an event handler",
    ),
    served(
        "DELETE",
        "/event/{name}/tags",
        "deleteTagForEventHandler",
        tags.writer("event_handler", "remove"),
        body=Any,
        body_shown=list[Tag],
        returns={200: None},
        summary="Take tags off an event handler",
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
