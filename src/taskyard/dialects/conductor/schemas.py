"""Handlers of the schema registry."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import commands
from taskyard.dialects.conductor.bodies import read_schemas
from taskyard.dialects.conductor.lookup import not_found, render_one, version_number
from taskyard.dialects.conductor.queries import Params, SchemasParams, versions
from taskyard.dialects.conductor.render import json_array, schema_renderer
from taskyard.http.message import JSON, Request, Response, empty_response
from taskyard.model.query import eq

KIND = "schema"


class SaveParams(Params):
    """`newVersion` takes the next number instead of the given one."""

    new_version: bool = False


async def list_all(request: Request, params: SchemasParams, body: None) -> Response:
    """Every version of every schema, streamed by name and version."""
    items = request.app.render_stream(versions(KIND), request.caller, schema_renderer(params.short))
    return Response(body=json_array(items), media_type=JSON)


async def get_latest(request: Request, params: None, body: None) -> Response:
    """The greatest version of a schema."""
    name = request.path_params["name"]
    query = versions(KIND, eq("key", name), eq("latest", True))
    return await render_one(request, query, schema_renderer(), f"No such schema found by name: {name}")


async def get(request: Request, params: None, body: None) -> Response:
    """One version of a schema."""
    name = request.path_params["name"]
    number = version_number(request.path_params["version"])
    query = versions(KIND, eq("key", name), eq("version", number))
    missing = f"No such schema found by name: {name}, version: {number}"
    return await render_one(request, query, schema_renderer(), missing)


async def save(request: Request, params: SaveParams, body: Any) -> Response:
    """Register schemas, all or nothing; one of the same name and version is replaced."""
    mode = "next" if params.new_version else "replace"
    await request.app.run(commands.put_schemas(request.caller, read_schemas(body), mode))
    return empty_response(200)


async def delete_all(request: Request, params: None, body: None) -> Response:
    """Remove every version of a schema."""
    name = request.path_params["name"]
    with not_found(f"No such schema found by name: {name}"):
        await request.app.run(commands.delete_definition(request.caller, KIND, name))
    return empty_response(200)


async def delete(request: Request, params: None, body: None) -> Response:
    """Remove one version of a schema."""
    name = request.path_params["name"]
    number = version_number(request.path_params["version"])
    with not_found(f"No such schema found by name: {name}, version: {number}"):
        await request.app.run(commands.delete_version(request.caller, KIND, name, number))
    return empty_response(200)
