"""Handlers of tags: pairs of key and value on task and workflow definitions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from taskyard.dialects.conductor import commands
from taskyard.dialects.conductor.bodies import read_tags
from taskyard.dialects.conductor.lookup import require_found
from taskyard.dialects.conductor.queries import (
    RESOURCE_KINDS,
    TagResourcesParams,
    definitions,
    kinds_of,
    tagged,
)
from taskyard.dialects.conductor.render import native_tags, pairs
from taskyard.dialects.conductor.wire import Tag, TagCount, TagResource
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.http.operation import Handler
from taskyard.model.definition import Definition, DefinitionTag
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import TRUE, Has, eq

BATCH = 1_000
"""Definitions whose tags are loaded at once."""

MISSING = {
    "worker": "No such task definition: {}",
    "workflow": "No such workflow definition: {}",
    "event_handler": "EventHandler with name {} not found!",
    "webhook": "No such webhook found by id: {}",
}


def reader(kind: str) -> Handler:
    """The handler that answers the tags of a definition of that kind."""

    async def handle(request: Request, params: None, body: None) -> Response:
        name = request.path_params["name"]
        row_id = await require_found(request, definitions(kind, eq("key", name)), MISSING[kind].format(name))
        rows = await request.app.rows(DefinitionTag, "definition_id", [row_id])
        return json_response(native_tags(pairs(rows), name if kind == "workflow" else None))

    return handle


def writer(kind: str, mode: str) -> Handler:
    """The handler that changes the tags of a definition of that kind: `mode` is add, replace or remove."""

    async def handle(request: Request, params: None, body: Any) -> Response:
        name = request.path_params["name"]
        tags = read_tags(body, whole=mode == "replace")
        try:
            await request.app.run(commands.tag_definition(request.caller, kind, name, mode, tags))
        except Rejected as refusal:
            if refusal.problem.reason != "unknown_definition":
                raise
            detail = MISSING[kind].format(name)
            raise Rejected(msgspec.structs.replace(refusal.problem, detail=detail)) from None
        return empty_response(200)

    return handle


async def list_all(request: Request, params: None, body: None) -> Response:
    """Every pair on a definition that the caller may read."""
    found = {pair for kind in RESOURCE_KINDS.values() for pair in (await _counted(request, kind))}
    return json_response([Tag(key=key, value=value) for key, value in sorted(found)])


async def list_grouped(request: Request, params: None, body: None) -> Response:
    """Every pair by kind of definition, with how many carry it."""
    counts = [
        TagCount(tag_key=key, tag_value=value, resource_type=resource_type, count_per_resource_type=count)
        for resource_type, kind in RESOURCE_KINDS.items()
        for (key, value), count in (await _counted(request, kind)).items()
    ]
    counts.sort(key=lambda each: (each.tag_key, each.tag_value, each.resource_type))
    return json_response(counts)


async def list_resources(request: Request, params: TagResourcesParams, body: None) -> Response:
    """The definitions that carry a tag."""
    if not params.tag_key:
        raise rejected(
            "invalid", "Required request parameter 'tagKey' is not present", reason="missing_parameter"
        )
    found: list[TagResource] = []
    for kind in kinds_of(params.resource_type):
        query = definitions(kind, tagged(params.tag_key, params.tag_value))
        page = await request.app.list(query, request.caller)
        rows = await request.app.rows(Definition, "id", [row_id for row_id, _ in page.ids])
        found += [TagResource(id=row.key, display_name=row.key) for row in rows]
    return json_response(sorted(found, key=lambda each: each.id))


async def _counted(request: Request, kind: str) -> Counter[tuple[str, str]]:
    """How many definitions of a kind that the caller may read carry each pair."""
    page = await request.app.list(definitions(kind, Has("tags", TRUE)), request.caller)
    counts: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(page.ids), BATCH):
        ids = [row_id for row_id, _ in page.ids[start : start + BATCH]]
        counts.update(pairs(await request.app.rows(DefinitionTag, "definition_id", ids)))
    return counts
