"""Handlers that show tasks and the lines that workers wrote about them."""

from __future__ import annotations

from taskyard.app.task_logs import WriteTaskLog, lines_of
from taskyard.app.task_records import find_record
from taskyard.dialects.conductor.execution_render import task_record
from taskyard.dialects.conductor.lookup import not_found
from taskyard.dialects.conductor.task_wire import TaskExecLog
from taskyard.http.message import Request, Response, empty_response, json_response

LINE_BYTES = 256 * 1024
"""How many bytes the body of a line may have."""


async def get(request: Request, params: None, body: None) -> Response:
    """One task."""
    record = await find_record(request.app, request.path_params["taskId"], request.caller)
    return json_response(task_record(record, request.app.clock.now()))


async def add_log(request: Request, params: None, body: bytes) -> Response:
    """Keep a line. The body is the line as it is, whatever type it claims to have."""
    task = request.path_params["taskId"]
    text = body.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    with not_found(f"Task not found for taskId: {task}"):
        await request.app.run(WriteTaskLog(actor=request.caller, task=task, text=text))
    return empty_response(200)


async def list_logs(request: Request, params: None, body: None) -> Response:
    """The lines about a task, oldest first; 204 without any."""
    task = request.path_params["taskId"]
    record = await find_record(request.app, task, request.caller)
    lines = await lines_of(request.app, record.element.id)
    if not lines:
        return empty_response(204)
    return json_response([TaskExecLog(log=line.text, task_id=task, created_time=line.at) for line in lines])
