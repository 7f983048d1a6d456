"""Handlers of event handlers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from taskyard.app.automation import PutEventHandler
from taskyard.dialects.conductor import commands
from taskyard.dialects.conductor.event_wire import native_handler, read_handlers
from taskyard.dialects.conductor.lookup import not_found, render_one
from taskyard.dialects.conductor.queries import Params, definitions
from taskyard.dialects.conductor.render import json_array, stamped
from taskyard.http.message import JSON, Request, Response, empty_response
from taskyard.model.automation import EventHandlerDef
from taskyard.model.problem import Rejected
from taskyard.model.query import eq

KIND = "event_handler"

_decode = msgspec.json.Decoder(EventHandlerDef).decode
_encode = msgspec.json.Encoder().encode


class EventParams(Params):
    """`activeOnly=false` also lists handlers that are switched off."""

    active_only: bool = True


class HandlerRenderer:
    """Event handlers, of one event if given; those that are not wanted are empty."""

    name = "conductor.EventHandler"
    load: tuple[str, ...] = ("document",)

    def __init__(self, event: str | None = None, active_only: bool = False) -> None:
        self.variant: Hashable = (event, active_only)
        self._event = event
        self._active_only = active_only

    def render(self, bundle: Any) -> bytes:
        handler = _decode(bundle.document)
        if self._event not in (None, handler.event) or (self._active_only and not handler.active):
            return b""
        return _encode(native_handler(stamped(handler, bundle.row)))


async def list_all(request: Request, params: None, body: None) -> Response:
    """Every event handler that the caller may read, by name."""
    items = request.app.render_stream(definitions(KIND), request.caller, HandlerRenderer())
    return Response(body=json_array(items), media_type=JSON)


async def list_for_event(request: Request, params: EventParams, body: None) -> Response:
    """The event handlers of one event."""
    renderer = HandlerRenderer(request.path_params["event"], params.active_only)
    found = request.app.render_stream(definitions(KIND), request.caller, renderer)
    return Response(body=json_array(item async for item in found if item), media_type=JSON)


async def get(request: Request, params: None, body: None) -> Response:
    """One event handler by its name."""
    name = request.path_params["name"]
    missing = f"EventHandler with name {name} not found!"
    return await render_one(request, definitions(KIND, eq("key", name)), HandlerRenderer(), missing)


async def add(request: Request, params: None, body: Any) -> Response:
    """Register event handlers that are new."""
    for handler in read_handlers(body):
        with _worded("definition_exists", f"EventHandler with name {handler.name} already exists!"):
            await _put(request, handler, "create")
    return empty_response(200)


async def update(request: Request, params: None, body: Any) -> Response:
    """Replace event handlers that are there."""
    for handler in read_handlers(body):
        with not_found(f"EventHandler with name {handler.name} not found!"):
            await _put(request, handler, "rewrite")
    return empty_response(200)


async def remove(request: Request, params: None, body: None) -> Response:
    """Remove an event handler."""
    name = request.path_params["name"]
    with not_found(f"EventHandler with name {name} not found!"):
        await request.app.run(commands.delete_definition(request.caller, KIND, name))
    return empty_response(200)


async def _put(request: Request, handler: EventHandlerDef, mode: str) -> None:
    handler.create_time = handler.update_time = 0
    handler.created_by = handler.updated_by = None
    document = _encode(handler).decode()
    await request.app.run(PutEventHandler(actor=request.caller, document=document, mode=mode))


class _worded:
    """Say a refusal of one reason in this API's words."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, fault: BaseException | None, trace: Any) -> None:
        if isinstance(fault, Rejected) and fault.problem.reason == self.reason:
            raise Rejected(msgspec.structs.replace(fault.problem, detail=self.detail)) from None
