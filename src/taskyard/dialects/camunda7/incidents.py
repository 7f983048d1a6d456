"""Incidents: list, count, look at one, resolve it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from taskyard.app.deployments import ResolveIncident
from taskyard.dialects.camunda7.errors import refusal
from taskyard.dialects.camunda7.pages import chunks
from taskyard.dialects.camunda7.parameters import Arguments
from taskyard.dialects.camunda7.queries import incident_filter, incident_order, page_query
from taskyard.dialects.camunda7.render import streamed
from taskyard.dialects.camunda7.wire import Count, incident_item
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Version
from taskyard.model.execution import Incident
from taskyard.model.query import Query

RAISED_BY_ENGINE = ("failedJob", "failedExternalTask")
"""Types that the engine opens and closes itself; a client cannot resolve them."""

_encoder = msgspec.json.Encoder()


async def list_incidents(request: Request, params: Any, body: None) -> Response:
    """`GET /incident`: open incidents."""
    arguments = Arguments(request)
    first, most = arguments.paging()
    query = page_query(
        "incident", incident_filter(request.app, arguments), incident_order(arguments), first, most
    )
    return streamed(_items(request, query))


async def _items(request: Request, query: Query) -> AsyncIterator[bytes]:
    """List items, read a chunk at a time."""
    async for rows in chunks(request, query, Incident):
        names = await _definitions(request, rows)
        for row in rows:
            yield _encoder.encode(incident_item(row, names.get(row.version_id)))


async def _definitions(request: Request, rows: list[Incident]) -> dict[int | None, str]:
    """Native ids of the definitions that the incidents stand on, by row id."""
    wanted = sorted({row.version_id for row in rows if row.version_id is not None})
    return {version.id: version.uid for version in await request.app.rows(Version, "id", wanted)}


async def count(request: Request, params: Any, body: None) -> Response:
    """`GET /incident/count`."""
    arguments = Arguments(request)
    incident_order(arguments)
    query = Query(entity="incident", where=incident_filter(request.app, arguments))
    return json_response(Count(await request.app.count(query, request.caller)))


async def _find(request: Request) -> Incident:
    uid = request.path_params["id"]
    row = await request.app.row(Incident, uid=uid)
    is_open = row is not None and row.phase == "open"
    if row is None or not is_open or not await request.app.visible("incident", row.id, request.caller):
        raise refusal("not_found", f"No matching incident with id {uid}")
    return row


async def get(request: Request, params: None, body: None) -> Response:
    """`GET /incident/{id}`."""
    row = await _find(request)
    names = await _definitions(request, [row])
    return json_response(incident_item(row, names.get(row.version_id)))


async def resolve(request: Request, params: None, body: None) -> Response:
    """`DELETE /incident/{id}`: resolve an incident of a type that the engine does not raise itself."""
    row = await _find(request)
    if row.type in RAISED_BY_ENGINE:
        text = f"Cannot resolve an incident of type {row.type}"
        raise refusal("invalid", text, "BadUserRequestException", number=0)
    await request.app.run(ResolveIncident(actor=request.caller, uid=row.uid))
    return empty_response()
