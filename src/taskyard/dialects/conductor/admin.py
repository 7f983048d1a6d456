"""Handlers for operators: settings, pending tasks, and another look at an execution."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from taskyard import __version__
from taskyard.app import executions
from taskyard.app.access import require_admin
from taskyard.config import HIDDEN
from taskyard.dialects.conductor.execution_render import task_record
from taskyard.dialects.conductor.queries import Params
from taskyard.http.message import Request, Response, json_response, text_response
from taskyard.model.execution import ElementInstance
from taskyard.model.query import Cmp, Order, Query, both, eq


class PendingParams(Params):
    """Which of the pending tasks."""

    start: Annotated[int, Meta(ge=0)] = 0
    count: Annotated[int, Meta(ge=0, le=1000)] = 100


async def config(request: Request, params: None, body: None) -> Response:
    """The settings of this server; secrets are not shown."""
    require_admin(request.caller)
    found = msgspec.to_builtins(request.app.settings)
    shown = {name: "***" if name in HIDDEN and value else value for name, value in found.items()}
    return json_response({**shown, "version": __version__})


async def pending(request: Request, params: PendingParams, body: None) -> Response:
    """Open tasks of a type that wait in its queue or are worked on, the most urgent first."""
    query = Query(
        entity="task",
        where=both(eq("queue", request.path_params["type"]), Cmp("closed_at", "is_null")),
        order=(Order("priority"), Order("id")),
        limit=params.count,
        offset=params.start,
    )
    page = await request.app.list(query, request.caller)
    ids = [row_id for row_id, _ in page.ids]
    rows = {row.id: row for row in await request.app.rows(ElementInstance, "id", ids)}
    found = await executions.records_of(request.app, [rows[each] for each in ids if each in rows])
    now = request.app.clock.now()
    return json_response([task_record(record, now) for record in found])


async def sweep(request: Request, params: None, body: object) -> Response:
    """Look at an execution now; the answer is `true.<id>`."""
    row = await executions.find(request.app, request.path_params["workflowId"], request.caller, "execute")
    await request.app.run(executions.DecideExecution(actor=request.caller, execution=row.uid))
    return text_response(f"true.{row.uid}")


async def verify(request: Request, params: None, body: object) -> Response:
    """Look at an execution now; whether there was anything to repair."""
    row = await executions.find(request.app, request.path_params["workflowId"], request.caller, "execute")
    done = await request.app.run(executions.DecideExecution(actor=request.caller, execution=row.uid))
    return text_response("true" if done else "false")
