"""Saved views of the data manager."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.label_answers import DeleteViews, OrderViews, PutView
from taskyard.dialects.labelstudio.access import int_of, project_by_id, role_in
from taskyard.dialects.labelstudio.errors import field_fault, not_found, there
from taskyard.dialects.labelstudio.queries import from_document, row_number
from taskyard.dialects.labelstudio.wire import (
    ProjectParams,
    ViewBody,
    ViewOrderBody,
    ViewOut,
    ViewResetBody,
    given,
)
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Definition
from taskyard.model.identity import SavedView
from taskyard.model.query import Query, eq

_encode = msgspec.json.Encoder().encode
LONGEST_LIST = 1_000


async def list_(request: Request, params: ProjectParams, body: None) -> Response:
    """`GET dm/views/`: a bare array in the order of the tabs; of one project, or of all that the caller sees."""
    if params.project:
        projects = [(await project_by_id(request, row_number("project", params.project))).id]
    else:
        found = Query(entity="definition", where=eq("kind", "project"), limit=LONGEST_LIST)
        projects = [number for number, _ in (await request.app.list(found, request.caller)).ids]
    rows = await request.app.rows(SavedView, "definition_id", projects)
    rows.sort(key=lambda row: (row.position, row.id))
    return json_response([_out(row) for row in rows])


async def create(request: Request, params: ProjectParams, body: ViewBody) -> Response:
    """`POST dm/views/`"""
    number = given(body.project) or (row_number("project", params.project) if params.project else None)
    if number is None:
        raise field_fault("project", "This field is required.")
    project = await project_by_id(request, number)
    data = _checked(given(body.data) or {})
    made = await request.app.run(
        PutView(
            actor=request.caller,
            project_id=project.id,
            title=str(data.get("title") or ""),
            document=_encode(data).decode(),
            position=given(body.order),
        )
    )
    return json_response(_out(there(await request.app.row(SavedView, id=made), "View")), 201)


async def get(request: Request, params: ProjectParams, body: None) -> Response:
    """`GET dm/views/{id}/`"""
    row, _ = await _opened(request)
    return json_response(_out(row))


async def update(request: Request, params: ProjectParams, body: ViewBody) -> Response:
    """`PATCH dm/views/{id}/`: the members of `data` that are named change."""
    return await _updated(request, body, merge=True)


async def replace(request: Request, params: ProjectParams, body: ViewBody) -> Response:
    """`PUT dm/views/{id}/`: `data` is replaced."""
    return await _updated(request, body, merge=False)


async def delete(request: Request, params: ProjectParams, body: None) -> Response:
    """`DELETE dm/views/{id}/`"""
    row, project = await _opened(request)
    await request.app.run(DeleteViews(actor=request.caller, project_id=project.id, view_id=row.id))
    return empty_response()


async def reset(request: Request, params: ProjectParams, body: ViewResetBody | None) -> Response:
    """`DELETE dm/views/reset/`: all views of a project, named in the body or the query."""
    number = body.project if body is not None else None
    if number is None and params.project:
        number = row_number("project", params.project)
    if number is None:
        raise field_fault("project", "This field is required.")
    project = await project_by_id(request, number)
    await request.app.run(DeleteViews(actor=request.caller, project_id=project.id))
    return empty_response()


async def order(request: Request, params: ProjectParams, body: ViewOrderBody) -> Response:
    """`POST dm/views/order/`"""
    project = await project_by_id(request, body.project)
    await request.app.run(OrderViews(actor=request.caller, project_id=project.id, view_ids=tuple(body.ids)))
    return json_response({})


async def _updated(request: Request, body: ViewBody, merge: bool) -> Response:
    row, project = await _opened(request)
    if given(body.project) not in (None, project.id):
        raise field_fault("project", "A view stays in its project.")
    before = msgspec.json.decode(row.document)
    fresh = given(body.data)
    data = before if fresh is None else _checked({**before, **fresh} if merge else fresh)
    await request.app.run(
        PutView(
            actor=request.caller,
            project_id=project.id,
            view_id=row.id,
            title=str(data.get("title") or ""),
            document=_encode(data).decode(),
            position=given(body.order),
        )
    )
    return json_response(_out(there(await request.app.row(SavedView, id=row.id), "View")))


async def _opened(request: Request) -> tuple[SavedView, Definition]:
    row = await request.app.row(SavedView, id=int_of(request, "id", "View"))
    if row is None:
        raise not_found("View")
    project = await request.app.row(Definition, id=row.definition_id)
    if project is None or not role_in(request.caller, project):
        raise not_found("View")
    return row, project


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    """A view's data whose filters, ordering and selection mean something."""
    from_document(data)
    return data


def _out(row: SavedView) -> ViewOut:
    data = msgspec.json.decode(row.document)
    data.setdefault("filters", {"conjunction": "and", "items": []})
    data.setdefault("ordering", [])
    return ViewOut(id=row.id, data=data, order=row.position, user=row.owner_id, project=row.definition_id)
