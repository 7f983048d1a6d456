"""Handlers of tasks."""

from __future__ import annotations

from taskyard.app.human_tasks import ClaimTask, CompleteTask, open_tasks
from taskyard.dialects.native import wire
from taskyard.dialects.native.commands import from_engine, new_task, new_tasks, payload_text
from taskyard.dialects.native.queries import by_reference, task_query
from taskyard.dialects.native.render import TaskRenderer, page_body
from taskyard.http.message import JSON, Request, Response, json_response
from taskyard.model.problem import Rejected, rejected

_detail = TaskRenderer(detail=True)
_plain = TaskRenderer()
_with_attributes = TaskRenderer(attributes=True)


async def list_tasks(request: Request, params: wire.TaskListParams, body: None) -> Response:
    query = task_query(params, request.app.clock.now())
    renderer = _with_attributes if params.attributes else _plain
    found = await request.app.render_page(query, request.caller, renderer)
    return Response(body=page_body(found.items, found.page.next, found.page.total), media_type=JSON)


async def _found(request: Request) -> tuple[int, int]:
    """`(id, rev)` of the task in the path, if the caller may see it."""
    reference = request.path_params["id"]
    page = await request.app.list(by_reference("task", reference), request.caller)
    if not page.ids:
        raise rejected("not_found", f"There is no task {reference!r}.", reason="unknown_task", id=reference)
    return page.ids[0]


async def get_task(request: Request, params: None, body: None) -> Response:
    return await _show(request, await _found(request))


async def _show(request: Request, pair: tuple[int, int], status: int = 200) -> Response:
    items = await request.app.render_ids("task", [pair], _detail)
    if not items:
        raise rejected("not_found", f"There is no task {pair[0]}.", reason="unknown_task", id=pair[0])
    headers = [("location", f"{request.base_url}{request.mount}/tasks/{pair[0]}")] if status == 201 else []
    return Response(status=status, body=items[0], media_type=JSON, headers=headers)


async def create_task(request: Request, params: None, body: wire.NewTaskBody) -> Response:
    task = new_task(body, request.app.clock.now())
    try:
        rows = await open_tasks(request.app, request.caller, [task])
    except Rejected as fault:
        raise from_engine(fault, "") from None
    return await _show(request, (rows[0].id, rows[0].rev), 201)


async def create_tasks(request: Request, params: None, body: wire.TaskBatch) -> Response:
    settings = request.app.settings
    if len(body.tasks) > settings.max_batch:
        raise rejected(
            "too_large",
            f"{len(body.tasks)} tasks in one batch; the most is {settings.max_batch}. Send several batches.",
            reason="batch_too_large",
        )
    tasks = new_tasks(body.tasks, request.app.clock.now(), settings)
    try:
        rows = await open_tasks(request.app, request.caller, tasks)
    except Rejected as fault:
        raise from_engine(fault, "/tasks") from None
    return json_response(
        wire.CreatedTasks(items=[wire.CreatedTask(id=row.id, uid=row.uid) for row in rows]), 201
    )


async def claim_task(request: Request, params: None, body: None) -> Response:
    task_id, _ = await _found(request)
    task = await request.app.run(ClaimTask(actor=request.caller, task_id=task_id))
    return await _show(request, (task.id, task.rev))


async def complete_task(request: Request, params: None, body: wire.Completion | None) -> Response:
    body = body or wire.Completion()
    task_id, _ = await _found(request)
    task = await request.app.run(
        CompleteTask(
            actor=request.caller,
            task_id=task_id,
            word=body.outcome,
            payload=payload_text(body.payload),
        )
    )
    return await _show(request, (task.id, task.rev))
