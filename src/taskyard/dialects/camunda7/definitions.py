"""Reading process definitions: lists, counts, one by id or by key, their XML and their picture."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.camunda7.access import ENGINE
from taskyard.dialects.camunda7.errors import INVALID, REST, refusal
from taskyard.dialects.camunda7.parameters import Arguments
from taskyard.dialects.camunda7.queries import (
    definition_filter,
    definition_order,
    latest_of_key,
    page_query,
)
from taskyard.dialects.camunda7.render import DEFINITIONS, array, definition_item, file_response, streamed
from taskyard.dialects.camunda7.wire import Count, Diagram, Engine, EngineVersion
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Deployment, Resource, ResourceBytes, Version
from taskyard.model.query import Order, Query

PAGE_LIMIT = 1_000
"""Longer lists are streamed; most lists that name no limit are not that long."""

SPOKEN = "7.24.0"


async def list_definitions(request: Request, params: Any, body: None) -> Response:
    """`GET /process-definition`."""
    arguments = Arguments(request)
    first, most = arguments.paging()
    order = definition_order(arguments)
    where = await definition_filter(request.app, arguments)
    action = _action(arguments)
    query = page_query("version", where, order, first, PAGE_LIMIT if most is None else min(most, PAGE_LIMIT))
    page = await request.app.list(query, request.caller, action)
    if page.has_more and (most is None or most > PAGE_LIMIT):
        whole = page_query("version", where, order, first, most)
        return streamed(request.app.render_stream(whole, request.caller, DEFINITIONS, action), most)
    return array(await request.app.render_ids("version", page.ids, DEFINITIONS))


async def count_definitions(request: Request, params: Any, body: None) -> Response:
    """`GET /process-definition/count`."""
    arguments = Arguments(request)
    definition_order(arguments)
    where = await definition_filter(request.app, arguments)
    query = Query(entity="version", where=where, order=(Order("id"),))
    return json_response(Count(await request.app.count(query, request.caller, _action(arguments))))


def _action(arguments: Arguments) -> str:
    return "execute" if arguments.flag("startablePermissionCheck") else "read"


async def find_version(request: Request, action: str = "read") -> Version:
    """The version that the path means: by id, or the newest by key, without tenant or with one.

    Raises `not_found` in the words of the path's form, also for what the caller may not `action`.
    """
    path = request.path_params
    if "id" in path:
        row = await request.app.row(Version, uid=path["id"])
        seen = row is not None and row.kind == "process"
        if (
            row is None
            or not seen
            or not await request.app.visible("version", row.id, request.caller, action)
        ):
            raise refusal("not_found", f"No matching definition with id {path['id']}", INVALID)
        return row
    key, tenant = path["key"], path.get("tenant-id", "")
    query = Query(entity="version", where=latest_of_key(key, tenant), order=(Order("id"),), limit=1)
    page = await request.app.list(query, request.caller, action)
    rows = await request.app.rows(Version, "id", [page.ids[0][0]]) if page.ids else []
    if not rows:
        which = f"tenant-id: {tenant}" if tenant else "no tenant-id"
        raise refusal("not_found", f"No matching process definition with key: {key} and {which}", REST)
    return rows[0]


async def get_definition(request: Request, params: None, body: None) -> Response:
    """`GET /process-definition/{id}` and the forms with a key."""
    version = await find_version(request)
    deployment = await request.app.row(Deployment, id=version.deployment_id)
    return json_response(definition_item(version, deployment.uid if deployment else None))


async def get_xml(request: Request, params: None, body: None) -> Response:
    """The XML that was deployed."""
    version = await find_version(request)
    content = await _content(request, version, version.resource_name)
    return json_response(Diagram(id=version.uid, bpmn20Xml=_text(content or b"")))


def _text(content: bytes) -> str:
    """The XML as text: UTF-8, or UTF-16 with its mark, or else one byte a letter."""
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


async def get_diagram(request: Request, params: None, body: None) -> Response:
    """The picture that was deployed with the process; 204 without one."""
    version = await find_version(request)
    content = await _content(request, version, version.diagram_name) if version.diagram_name else None
    if content is None:
        return empty_response()
    return file_response(version.diagram_name or "", content)


async def _content(request: Request, version: Version, name: str | None) -> bytes | None:
    resource = await request.app.row(Resource, deployment_id=version.deployment_id, name=name)
    stored = await request.app.row(ResourceBytes, resource_id=resource.id) if resource else None
    return stored.content if stored else None


async def list_engines(request: Request, params: None, body: None) -> Response:
    """`GET /engine`."""
    return json_response([Engine(name=ENGINE)])


async def get_version(request: Request, params: None, body: None) -> Response:
    """`GET /version`: the version of the API that is spoken."""
    return json_response(EngineVersion(version=SPOKEN))
