"""Handlers of workflow definitions."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.definition_scripts import script_violations
from taskyard.dialects.conductor import commands
from taskyard.dialects.conductor.access import asking
from taskyard.dialects.conductor.bodies import (
    Written,
    check_workflow,
    check_workflows,
    read_workflow,
    read_workflows,
    templates_wanted,
)
from taskyard.dialects.conductor.lookup import not_found, owners_of, render_one, require_found, version_number
from taskyard.dialects.conductor.queries import (
    Params,
    WorkflowParams,
    WorkflowsParams,
    access_of,
    definitions,
    tagged,
    versions,
)
from taskyard.dialects.conductor.render import json_array, workflow_renderer
from taskyard.dialects.conductor.wire import BulkResponse, VersionItem
from taskyard.http.message import JSON, Request, Response, empty_response, json_response
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.flow import TaskDef, WorkflowDef
from taskyard.model.problem import Rejected
from taskyard.model.query import Query, eq

KIND = "workflow"


class CreateParams(Params):
    """`overwrite` replaces the version that is there, `newVersion` takes the next number instead of the
    given one."""

    overwrite: bool = False
    new_version: bool = False


class UpdateParams(Params):
    """`overwrite` false refuses versions that are there, `newVersion` takes the next number."""

    overwrite: bool = True
    new_version: bool = False


async def list_all(request: Request, params: WorkflowsParams, body: None) -> Response:
    """Every version that the caller may access in the asked-for way, streamed by name and version."""
    principal, action = asking(request.caller, access_of(params.access))
    named = eq("key", params.name) if params.name else None
    query = versions(KIND, tagged(params.tag_key, params.tag_value), named)
    renderer = workflow_renderer(params.metadata, params.short)
    items = request.app.render_stream(query, principal, renderer, action=action)
    return Response(body=json_array(items), media_type=JSON)


async def list_latest(request: Request, params: None, body: None) -> Response:
    """The greatest version of each definition, streamed by name."""
    query = versions(KIND, eq("latest", True))
    items = request.app.render_stream(query, request.caller, workflow_renderer())
    return Response(body=json_array(items), media_type=JSON)


async def list_names(request: Request, params: None, body: None) -> Response:
    """The names of all definitions."""
    page = await request.app.list(definitions(KIND), request.caller)
    rows = await request.app.rows(Definition, "id", [row_id for row_id, _ in page.ids])
    return json_response(sorted(row.key for row in rows))


async def list_names_and_versions(request: Request, params: None, body: None) -> Response:
    """The versions of all definitions, by name."""
    found: dict[str, list[VersionItem]] = {}
    for item in await _items(request, versions(KIND)):
        found.setdefault(item.name, []).append(item)
    return json_response(found)


async def list_versions(request: Request, params: None, body: None) -> Response:
    """The versions of one definition."""
    name = request.path_params["name"]
    query = versions(KIND, eq("key", name))
    await require_found(request, query, f"No such workflow found by name: {name}")
    return json_response(await _items(request, query))


async def get(request: Request, params: WorkflowParams, body: None) -> Response:
    """One version: the given one, or the greatest."""
    name, number = request.path_params["name"], params.version
    which = eq("latest", True) if number is None else eq("version", number)
    shown = "null" if number is None else number
    missing = f"No such workflow found by name: {name}, version: {shown}"
    query = versions(KIND, eq("key", name), which)
    return await render_one(request, query, workflow_renderer(params.metadata), missing)


async def create(request: Request, params: CreateParams, body: Any) -> Response:
    """Register a version. One that is there is refused unless `overwrite` or `newVersion` says otherwise."""
    written = read_workflow(body)
    await _check(request, written, "registerWorkflowDef")
    await _put(request, written, _mode(params))
    return empty_response(200)


async def update(request: Request, params: UpdateParams, body: Any) -> Response:
    """Register or replace versions. All must be within the rules; then each stands or falls on its own."""
    workflows = read_workflows(body)
    scripts = [await script_violations(request.app, each.document) for each in workflows]
    check_workflows(workflows, await templates_of(request, workflows), scripts)
    done: list[str] = []
    failed: dict[str, str] = {}
    for each in workflows:
        try:
            await _put(request, each, _mode(params))
            done.append(each.document.name)
        except Rejected as refusal:
            failed[each.document.name] = refusal.problem.detail
    message = "Bulk Request has been processed."
    return json_response(
        BulkResponse(bulk_error_results=failed, bulk_successful_results=done, message=message)
    )


async def validate(request: Request, params: None, body: Any) -> Response:
    """Check a definition; nothing is kept."""
    written = read_workflow(body)
    await _check(request, written, "validateWorkflowDef")
    return empty_response(200)


async def delete(request: Request, params: None, body: None) -> Response:
    """Remove one version."""
    name = request.path_params["name"]
    number = version_number(request.path_params["version"])
    with not_found(f"No such workflow definition: {name} version: {number}"):
        await request.app.run(commands.delete_version(request.caller, KIND, name, number))
    return empty_response(200)


async def _check(request: Request, written: Written[WorkflowDef], method: str) -> None:
    scripts = await script_violations(request.app, written.document)
    check_workflow(written.document, await templates_of(request, [written]), scripts, method)


def _mode(params: CreateParams | UpdateParams) -> str:
    return "next" if params.new_version else "replace" if params.overwrite else "create"


async def _put(request: Request, written: Written[WorkflowDef], mode: str) -> None:
    owners = await owners_of(request, [written.document.owner_email])
    try:
        await request.app.run(commands.put_workflow(request.caller, written, mode, owners))
    except Rejected as refusal:
        if refusal.problem.reason != "version_exists":
            raise
        detail = f"Workflow with {written.document.name}.{written.document.version} already exists!"
        raise Rejected(msgspec.structs.replace(refusal.problem, detail=detail)) from None


async def _items(request: Request, query: Query) -> list[VersionItem]:
    page = await request.app.list(query, request.caller)
    rows = {row.id: row for row in await request.app.rows(Version, "id", [row_id for row_id, _ in page.ids])}
    return [_item(rows[row_id]) for row_id, _ in page.ids if row_id in rows]


def _item(row: Version) -> VersionItem:
    changed = row.updated_at if row.updated_at != row.created_at else 0
    return VersionItem(name=row.key, version=row.version, create_time=row.created_at, update_time=changed)


async def templates_of(request: Request, workflows: list[Written[WorkflowDef]]) -> dict[str, frozenset[str]]:
    """The keys of the input templates of registered tasks that these workflows lean on."""
    found: dict[str, frozenset[str]] = {}
    for name in sorted(templates_wanted(workflows)):
        row = await request.app.row(Definition, kind="worker", key=name)
        if row is None or row.latest_id is None:
            continue
        stored = await request.app.row(VersionDocument, version_id=row.latest_id)
        if stored is not None:
            document = msgspec.json.decode(stored.document, type=TaskDef)
            found[name] = frozenset(document.input_template)
    return found
