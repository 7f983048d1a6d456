"""Handlers of tasks: the list, one task, creation."""

from __future__ import annotations

from typing import Any

from taskyard.app.bundle import Bundle
from taskyard.app.human_tasks import NewTask, open_tasks
from taskyard.dialects.oraclebpm import collection, wire
from taskyard.dialects.oraclebpm.commands import new_task, new_todo
from taskyard.dialects.oraclebpm.errors import excludes_json
from taskyard.dialects.oraclebpm.parameters import Wanted, read
from taskyard.dialects.oraclebpm.queries import SHOWN, task_query
from taskyard.dialects.oraclebpm.render import ItemStyle, TaskRenderer
from taskyard.dialects.oraclebpm.rights import permissions
from taskyard.http.message import JSON, Request, Response, json_response
from taskyard.http.params import parse_query
from taskyard.model.problem import rejected
from taskyard.model.query import Query, both, either, eq
from taskyard.model.task import Candidate, Task, TaskAttribute

PAGE_LIMIT = 1000
"""Pages up to this size are answered whole; larger ones are streamed."""

MOST_IGNORED, NAME_LIMIT = 20, 100
"""How many ignored parameters the header names, and how much of each."""

_KNOWN = frozenset(wire.TaskListParams.__struct_fields__)


def base_of(request: Request) -> str:
    """The URL of the mount that the request came through."""
    return request.base_url + request.mount


async def list_tasks(request: Request, params: wire.TaskListParams, body: None) -> Response:
    _check_accept(request)
    wanted = read(params)
    caller = request.caller
    if wanted.assignment == "ADMIN" and not caller.admin:
        raise rejected("forbidden", "assignment ADMIN needs the administrator role", reason="not_admin")
    renderer = TaskRenderer(_style(request, wanted), caller)
    headers = _ignored(request)
    if wanted.limit is None or wanted.limit > PAGE_LIMIT:
        return await _everything(request, wanted, renderer, headers)
    found = await request.app.render_page(task_query(wanted, caller), caller, renderer)
    content = collection.page(
        found.items,
        has_more=found.page.has_more,
        limit=wanted.limit,
        offset=wanted.offset,
        total=found.page.total,
        href=_self(request),
    )
    return Response(
        status=_status(request, found.page.has_more), body=content, media_type=JSON, headers=headers
    )


async def _everything(
    request: Request, wanted: Wanted, renderer: TaskRenderer, headers: list[tuple[str, str]]
) -> Response:
    """A list without a bound, or with a large one: streamed."""
    query = task_query(wanted, request.caller)
    counted = wanted.total or wanted.limit is not None
    total = await request.app.count(query, request.caller) if counted else None
    partial = wanted.limit is not None and total is not None and wanted.offset + wanted.limit < total
    content = collection.whole(
        request.app.render_stream(query, request.caller, renderer),
        most=wanted.limit,
        limit=wanted.limit or 0,
        offset=wanted.offset,
        total=total if wanted.total else None,
        href=_self(request),
    )
    return Response(status=_status(request, partial), body=content, media_type=JSON, headers=headers)


def _style(request: Request, wanted: Wanted) -> ItemStyle:
    return ItemStyle(
        base=base_of(request),
        style=request.app.settings.oracle_item_style,
        fields=wanted.fields,
        details_url=wanted.details_url,
        actions=wanted.actions,
        permissions=wanted.permissions,
    )


def _status(request: Request, has_more: bool) -> int:
    return 206 if has_more and request.app.settings.oracle_partial_content else 200


def _self(request: Request) -> str:
    query = f"?{request.query_string}" if request.query_string else ""
    return f"{base_of(request)}/tasks{query}"


def _ignored(request: Request) -> list[tuple[str, str]]:
    """The header that names the parameters nobody looked at."""
    names = [name for name, _ in parse_query(request.query_string) if name not in _KNOWN]
    shown = [name[:NAME_LIMIT] for name in dict.fromkeys(names) if name.isascii() and name.isprintable()]
    return [("x-taskyard-ignored-parameters", ", ".join(shown[:MOST_IGNORED]))] if shown else []


def _check_accept(request: Request) -> None:
    if excludes_json(request.headers.get("accept", "")):
        raise rejected("not_acceptable", "only application/json is served", reason="not_acceptable")


async def find_task(request: Request, reference: str | int) -> tuple[int, int]:
    """`(id, rev)` of the task with that number or id, if the caller may see it; raises `Rejected`
    (not_found)."""
    text = str(reference)
    named = eq("uid", text.lower())
    if text.isascii() and text.isdecimal() and len(text) < 19:
        named = either(eq("id", int(text)), named)
    query = Query(entity="task", where=both(SHOWN, named), limit=1)
    page = await request.app.list(query, request.caller)
    if not page.ids:
        raise rejected("not_found", f"task {text} does not exist", reason="unknown_task", task=text)
    return page.ids[0]


async def get_task(request: Request, params: None, body: None) -> Response:
    _check_accept(request)
    return await show_task(request, await find_task(request, request.path_params["id"]))


async def show_task(request: Request, pair: tuple[int, int], status: int = 200) -> Response:
    """One task with everything that a single task shows."""
    style = ItemStyle(
        base=base_of(request),
        style=request.app.settings.oracle_item_style,
        details_url=True,
        actions=True,
        permissions=True,
        detail=True,
    )
    items = await request.app.render_ids("task", [pair], TaskRenderer(style, request.caller))
    if not items:
        raise rejected("not_found", f"task {pair[0]} does not exist", reason="unknown_task", task=pair[0])
    headers = [("etag", f'"{pair[1]}"')]
    if status == 201:
        headers.append(("location", f"{base_of(request)}/tasks/{pair[0]}"))
    return Response(status=status, body=items[0], media_type=JSON, headers=headers)


async def facts_of(request: Request, task_id: int) -> Bundle:
    """A task as the rules look at it. Checks no permission: the id comes from `find_task`."""
    app = request.app
    task = await app.row(Task, id=task_id)
    if task is None:
        raise rejected("not_found", f"task {task_id} does not exist", reason="unknown_task", task=task_id)
    facts = Bundle(task)
    facts.candidates = await app.rows(Candidate, "task_id", [task_id])
    attributes = await app.rows(TaskAttribute, "task_id", [task_id])
    facts.attributes = {row.name: row.text if row.text is not None else row.number for row in attributes}
    return facts


async def get_permissions(request: Request, params: None, body: None) -> Response:
    task_id, _ = await find_task(request, request.path_params["id"])
    words = permissions(await facts_of(request, task_id), request.caller)
    return json_response(wire.Permissions(items=words))


async def create_task(request: Request, params: None, body: wire.NewTaskBody) -> Response:
    return await _create(request, new_task(body))


async def create_todo(request: Request, params: None, body: wire.ToDoBody) -> Response:
    return await _create(request, new_todo(body))


async def _create(request: Request, task: NewTask) -> Response:
    rows: list[Any] = await open_tasks(request.app, request.caller, [task])
    return await show_task(request, (rows[0].id, rows[0].rev), 201)
