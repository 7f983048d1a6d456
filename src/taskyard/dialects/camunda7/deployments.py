"""Deployments: create, list, look into, deploy again, delete."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from taskyard.app import deployments as use_case
from taskyard.dialects.camunda7.commands import check_delete, check_execution_date
from taskyard.dialects.camunda7.errors import refusal
from taskyard.dialects.camunda7.pages import chunks
from taskyard.dialects.camunda7.parameters import Arguments
from taskyard.dialects.camunda7.queries import deployment_filter, deployment_order, page_query
from taskyard.dialects.camunda7.render import definition_item, file_response, streamed
from taskyard.dialects.camunda7.wire import (
    Count,
    DeploymentWithDefinitions,
    Link,
    Redeployment,
    deployment_item,
    resource_item,
)
from taskyard.http.forms import Part, parse_multipart
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Deployment, Resource, ResourceBytes
from taskyard.model.query import Query

RESERVED = (
    "deployment-name",
    "deployment-activation-time",
    "enable-duplicate-filtering",
    "deploy-changed-only",
    "deployment-source",
    "tenant-id",
)
"""Parts without a file name; every other part is a resource and needs one."""

FILTERED_SOURCE = "process application"
"""The source of filtered deployments that name none."""

NO_RESOURCES = "No deployment resources contained in the form upload."

_encoder = msgspec.json.Encoder()


async def create(request: Request, params: None, body: bytes) -> Response:
    """`POST /deployment/create`."""
    files, fields = _sort(parse_multipart(request))
    if not files:
        raise refusal("invalid", NO_RESOURCES)
    if (moment := fields.get("deployment-activation-time")) is not None:
        check_execution_date(request, moment)
    filtering: use_case.Filtering = "none"
    if _true(fields, "enable-duplicate-filtering"):
        filtering = "any"
    if _true(fields, "deploy-changed-only"):
        filtering = "changed"
    source = fields.get("deployment-source")
    wanted = use_case.Request(
        uploads=tuple(files.values()),
        name=fields.get("deployment-name"),
        source=source or (FILTERED_SOURCE if filtering != "none" else source),
        tenant=fields.get("tenant-id", ""),
        filtering=filtering,
    )
    return _created(request, await use_case.deploy(request.app, request.caller, wanted))


def _sort(parts: list[Part]) -> tuple[dict[str, use_case.Upload], dict[str, str]]:
    """Resources by file name, and the reserved fields."""
    files: dict[str, use_case.Upload] = {}
    fields: dict[str, str] = {}
    for part in parts:
        if part.filename is None:
            if part.name not in RESERVED:
                text = (
                    f"No file name found in the deployment resource described by form parameter "
                    f"'{part.name}'."
                )
                raise refusal("invalid", text)
            fields[part.name] = part.text
            continue
        name = part.filename
        if not name or any(ord(letter) < 32 for letter in name) or len(name) > 1_000:
            raise refusal("invalid", f"The file name of form parameter '{part.name}' cannot be used.")
        if name in files:
            raise refusal("invalid", f"There are two deployment resources with the name '{name}'.")
        files[name] = use_case.Upload(name=name, content=part.content, media_type=part.media_type)
    return files, fields


def _true(fields: dict[str, str], name: str) -> bool:
    return fields.get(name, "").strip().lower() == "true"


def _created(request: Request, made: Any) -> Response:
    """A new deployment as its creator sees it."""
    row: Deployment = made.deployment
    item = deployment_item(row)
    definitions = {v.uid: definition_item(v, row.uid) for v in made.versions}
    answer = DeploymentWithDefinitions(
        links=[Link(method="GET", href=f"{request.base_url}/engine-rest/deployment/{row.uid}", rel="self")],
        id=item.id,
        name=item.name,
        source=item.source,
        deploymentTime=item.deploymentTime,
        tenantId=item.tenantId,
        deployedProcessDefinitions=definitions or None,
    )
    return json_response(answer)


async def list_deployments(request: Request, params: Any, body: None) -> Response:
    """`GET /deployment`."""
    arguments = Arguments(request)
    first, most = arguments.paging()
    where = deployment_filter(request.app, arguments)
    query = page_query("deployment", where, deployment_order(arguments), first, most)
    return streamed(_items(request, query))


async def _items(request: Request, query: Query) -> AsyncIterator[bytes]:
    """List items, read a chunk at a time."""
    async for rows in chunks(request, query, Deployment):
        for row in rows:
            yield _encoder.encode(deployment_item(row))


async def count(request: Request, params: Any, body: None) -> Response:
    """`GET /deployment/count`."""
    arguments = Arguments(request)
    deployment_order(arguments)
    query = Query(entity="deployment", where=deployment_filter(request.app, arguments))
    return json_response(Count(await request.app.count(query, request.caller)))


async def find(request: Request) -> Deployment:
    """The deployment that the path names, if the caller may see deployments."""
    uid = request.path_params["id"]
    row = await request.app.row(Deployment, uid=uid)
    if row is None or not await request.app.visible("deployment", row.id, request.caller):
        raise refusal("not_found", f"Deployment with id '{uid}' does not exist")
    return row


async def get(request: Request, params: None, body: None) -> Response:
    """`GET /deployment/{id}`."""
    return json_response(deployment_item(await find(request)))


async def delete(request: Request, params: Any, body: None) -> Response:
    """`DELETE /deployment/{id}`: with its resources and the process definitions made from them."""
    check_delete(request)
    row = await find(request)
    await request.app.run(use_case.RemoveDeployment(actor=request.caller, uid=row.uid))
    return empty_response()


async def resources(request: Request, params: None, body: None) -> Response:
    """`GET /deployment/{id}/resources`."""
    uid = request.path_params["id"]
    row = await request.app.row(Deployment, uid=uid)
    if row is None or not await request.app.visible("deployment", row.id, request.caller):
        text = f"Deployment resources for deployment id '{uid}' do not exist."
        raise refusal("not_found", text)
    found = await request.app.rows(Resource, "deployment_id", [row.id])
    return json_response([resource_item(resource, row) for resource in sorted(found, key=lambda r: r.name)])


async def _resource(request: Request) -> tuple[Deployment, Resource]:
    uid, wanted = request.path_params["id"], request.path_params["resourceId"]
    row = await request.app.row(Deployment, uid=uid)
    seen = row is not None and await request.app.visible("deployment", row.id, request.caller)
    resource = await request.app.row(Resource, uid=wanted) if seen else None
    if row is None or resource is None or resource.deployment_id != row.id:
        text = f"Deployment resource with resource id '{wanted}' for deployment id '{uid}' does not exist."
        raise refusal("not_found", text)
    return row, resource


async def get_resource(request: Request, params: None, body: None) -> Response:
    """`GET /deployment/{id}/resources/{resourceId}`."""
    row, resource = await _resource(request)
    return json_response(resource_item(resource, row))


async def get_data(request: Request, params: None, body: None) -> Response:
    """`GET /deployment/{id}/resources/{resourceId}/data`: the bytes as they were uploaded."""
    _, resource = await _resource(request)
    stored = await request.app.row(ResourceBytes, resource_id=resource.id)
    return file_response(resource.name, stored.content if stored else b"")


async def redeploy(request: Request, params: None, body: Redeployment | None) -> Response:
    """`POST /deployment/{id}/redeploy`: resources of a deployment, all or those named, as a new
    deployment."""
    row = await find(request)
    wanted = body or Redeployment()
    held = await request.app.rows(Resource, "deployment_id", [row.id])
    chosen = _chosen(held, wanted, row)
    stored = await request.app.rows(ResourceBytes, "resource_id", [resource.id for resource in chosen])
    content = {item.resource_id: item.content for item in stored}
    again = use_case.Request(
        uploads=tuple(
            use_case.Upload(name=r.name, content=content[r.id], media_type=r.media_type) for r in chosen
        ),
        name=row.name,
        source=wanted.source,
        tenant=row.tenant,
    )
    return _created(request, await use_case.deploy(request.app, request.caller, again))


def _chosen(held: list[Resource], wanted: Redeployment, row: Deployment) -> list[Resource]:
    if wanted.resourceIds is None and wanted.resourceNames is None:
        return held
    ids, names = set(wanted.resourceIds or ()), set(wanted.resourceNames or ())
    missing = (ids - {r.uid for r in held}) | (names - {r.name for r in held})
    if missing:
        which = ", ".join(sorted(missing))
        raise refusal("not_found", f"The deployment with id '{row.uid}' does not contain: {which}")
    return [r for r in held if r.uid in ids or r.name in names]
