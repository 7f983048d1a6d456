"""Handlers of task definitions."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import commands
from taskyard.dialects.conductor.access import asking
from taskyard.dialects.conductor.bodies import read_task, read_tasks
from taskyard.dialects.conductor.lookup import not_found, owners_of, render_one
from taskyard.dialects.conductor.queries import (
    DefinitionsParams,
    MetadataParams,
    access_of,
    definitions,
    tagged,
)
from taskyard.dialects.conductor.render import json_array, task_renderer
from taskyard.http.message import JSON, Request, Response, empty_response
from taskyard.model.query import eq

KIND = "worker"


async def list_all(request: Request, params: DefinitionsParams, body: None) -> Response:
    """Every task definition that the caller may access in the asked-for way, streamed by name."""
    principal, action = asking(request.caller, access_of(params.access))
    query = definitions(KIND, tagged(params.tag_key, params.tag_value))
    renderer = task_renderer(params.metadata)
    items = request.app.render_stream(query, principal, renderer, action=action)
    return Response(body=json_array(items), media_type=JSON)


async def get(request: Request, params: MetadataParams, body: None) -> Response:
    """One task definition."""
    name = request.path_params["tasktype"]
    query = definitions(KIND, eq("key", name))
    missing = f"No such taskType found by name: {name}"
    return await render_one(request, query, task_renderer(params.metadata), missing)


async def register(request: Request, params: None, body: Any) -> Response:
    """Make or replace task definitions, all or nothing."""
    written = read_tasks(body)
    owners = await owners_of(request, [each.document.owner_email for each in written])
    await request.app.run(commands.register_tasks(request.caller, written, owners))
    return empty_response(200)


async def update(request: Request, params: None, body: Any) -> Response:
    """Replace a task definition that is there."""
    written = read_task(body)
    name = written.document.name
    owners = await owners_of(request, [written.document.owner_email])
    with not_found(f"No such task by name {name}"):
        await request.app.run(commands.update_task(request.caller, written, owners))
    return empty_response(200)


async def delete(request: Request, params: None, body: None) -> Response:
    """Remove a task definition."""
    name = request.path_params["tasktype"]
    with not_found(f"No such task definition: {name}"):
        await request.app.run(commands.delete_definition(request.caller, KIND, name))
    return empty_response(200)
