"""Single tasks: create, read, change, delete; and the plain task list of a project."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from msgspec import UNSET

from taskyard.app.label_answers import (
    ChangeLabelTask,
    CreateLabelTasks,
    RemoveAllLabelTasks,
    RemoveLabelTasks,
)
from taskyard.app.label_imports import settings_of
from taskyard.dialects.labelstudio.access import project_by_id, project_for, role_in
from taskyard.dialects.labelstudio.errors import field_fault
from taskyard.dialects.labelstudio.pages import invalid_page
from taskyard.dialects.labelstudio.queries import (
    in_project,
    page_length,
    page_number,
)
from taskyard.dialects.labelstudio.render import TaskRenderer, look_of
from taskyard.dialects.labelstudio.task_access import finished, open_task, reader, shown_to
from taskyard.dialects.labelstudio.uris import proxies_of
from taskyard.dialects.labelstudio.wire import PageParams, TaskBody, given
from taskyard.http.message import JSON, Request, Response, empty_response
from taskyard.model.definition import Definition
from taskyard.model.labeling import NewLabelTask, search_values
from taskyard.model.problem import Rejected
from taskyard.model.query import Order, Query, both, eq
from taskyard.notations.labelconfig.read import read
from taskyard.notations.labelconfig.validate import check_data
from taskyard.notations.labelimport.task import Importer
from taskyard.notations.labelimport.task import task as read_task

_encode = msgspec.json.Encoder().encode
REQUIRED = "This field is required."
LARGEST_PAGE = 1_000


async def create(request: Request, params: None, body: TaskBody) -> Response:
    """`POST tasks/`: a task of its own has overlap 1 unless it says else."""
    if body.project is UNSET or body.project is None:
        raise field_fault("project", REQUIRED)
    project = await project_by_id(request, int(body.project), "update")
    return await _created(request, project, body)


async def create_in_project(request: Request, params: PageParams, body: TaskBody) -> Response:
    """`POST projects/{id}/tasks/`"""
    return await _created(request, await project_for(request, "update"), body)


async def get(request: Request, params: None, body: None) -> Response:
    """`GET tasks/{id}/`: everything; the authors of annotations as objects."""
    opened = await open_task(request)
    return await one(request, opened.task.id, opened.project, opened.role)


async def update(request: Request, params: None, body: TaskBody) -> Response:
    """`PATCH` and `PUT tasks/{id}/`: what is left out stays."""
    opened = await open_task(request)
    if given(body.project) not in (None, opened.project.id):
        raise field_fault("project", "A task stays in its project.")
    data: Any = given(body.data)
    if data is not None:
        data = await _checked(request, opened.project, data)
    await request.app.run(
        ChangeLabelTask(
            actor=request.caller,
            task_id=opened.task.id,
            data=None if data is None else msgspec.Raw(_encode(data)),
            values=() if data is None else search_values(data),
            meta=None if given(body.meta) is None else msgspec.Raw(_encode(body.meta)),
            overlap=given(body.overlap),
            allow_skip=given(body.allow_skip),
        )
    )
    return await one(request, opened.task.id, opened.project, opened.role)


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE tasks/{id}/`"""
    opened = await open_task(request)
    await request.app.run(
        RemoveLabelTasks(actor=request.caller, project_id=opened.project.id, task_ids=(opened.task.id,))
    )
    return empty_response()


async def list_of_project(request: Request, params: PageParams, body: None) -> Response:
    """`GET projects/{id}/tasks/`: a bare array, a page at a time."""
    project = await project_for(request)
    role = role_in(request.caller, project)
    size = min(page_length(params.page_size), LARGEST_PAGE)
    number = page_number(params.page)
    caller = request.caller
    where = both(
        in_project(project.id),
        await shown_to(request, project, role),
    )
    query = Query(entity="task", where=where, order=(Order("id"),), limit=size)
    if number == "last":
        number = max(1, -(-(await request.app.count(query, reader(caller))) // size))
    if (int(number) - 1) * size > 2**53:
        raise invalid_page()
    query = msgspec.structs.replace(query, offset=(int(number) - 1) * size)
    renderer = await _renderer(request, project, role)
    rendered = await request.app.render_page(query, reader(caller), renderer)
    if not rendered.items and query.offset:
        raise invalid_page()
    items = await finished(request.app, rendered.items)
    return Response(body=b"[" + b",".join(items) + b"]", media_type=JSON)


async def delete_of_project(request: Request, params: PageParams, body: None) -> Response:
    """`DELETE projects/{id}/tasks/`: all of them."""
    project = await project_for(request, "update")
    await request.app.run(RemoveAllLabelTasks(actor=request.caller, project_id=project.id))
    return empty_response()


async def one(request: Request, task_id: int, project: Definition, role: str, status: int = 200) -> Response:
    """A task with all its fields."""
    renderer = await _renderer(request, project, role, authors=True)
    query = Query(entity="task", where=eq("id", task_id), limit=1)
    rendered = await request.app.render_page(query, reader(request.caller), renderer)
    items = await finished(request.app, rendered.items)
    return Response(status=status, body=items[0] if items else b"{}", media_type=JSON)


async def _renderer(request: Request, project: Definition, role: str, authors: bool = False) -> TaskRenderer:
    settings = await settings_of(request.app, project)
    return TaskRenderer(
        look_of(
            role,
            request.caller.id,
            everything=True,
            authors=authors,
            collaborative=settings.show_collab_predictions,
            proxies=proxies_of(settings),
        )
    )


async def _created(request: Request, project: Definition, body: TaskBody) -> Response:
    made = await request.app.run(
        CreateLabelTasks(
            actor=request.caller, project_id=project.id, tasks=(await _new(request, project, body),)
        )
    )
    return await one(request, made.task_ids[0], project, role_in(request.caller, project), 201)


async def _new(request: Request, project: Definition, body: TaskBody) -> NewLabelTask:
    if body.data is UNSET:
        raise field_fault("data", REQUIRED)
    settings = await settings_of(request.app, project)
    config = await asyncio.to_thread(read, settings.label_config)
    value: dict[str, Any] = {"data": body.data, "meta": given(body.meta)}
    try:
        new = read_task(value, Importer(config=config, caller=request.caller.id))
    except Rejected as refusal:
        raise field_fault("", refusal.problem.detail) from None
    document = msgspec.json.decode(new.document)
    if given(body.allow_skip) is not None:
        document["allow_skip"] = body.allow_skip
    return msgspec.structs.replace(new, document=_encode(document).decode(), overlap=given(body.overlap) or 1)


async def _checked(request: Request, project: Definition, data: dict[str, Any]) -> dict[str, Any]:
    """New data of a task, as the label config demands it."""
    settings = await settings_of(request.app, project)
    config = await asyncio.to_thread(read, settings.label_config)
    try:
        return check_data(config, data)
    except Rejected as refusal:
        raise field_fault("data", refusal.problem.detail) from None
