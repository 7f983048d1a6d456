"""Handlers by which others than workers end what an execution waits for."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from taskyard.app import executions
from taskyard.app.executions import ReportTask, SignalExecution
from taskyard.dialects.conductor.executions import shown
from taskyard.dialects.conductor.lookup import not_found
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.sync_execution import Strategy, answer_after
from taskyard.dialects.conductor.task_bodies import read_output, status_of
from taskyard.dialects.conductor.task_updates import ByReferenceParams, report_reference
from taskyard.http.message import Request, Response, empty_response
from taskyard.model.execution import Execution
from taskyard.model.problem import rejected

LONGEST = 600_000
"""Milliseconds that a caller may wait."""


class SignalParams(Params):
    """What the answer is about, and how many milliseconds to wait for what blocks next."""

    return_strategy: Strategy = "TARGET_WORKFLOW"
    timeout_millis: Annotated[int, Meta(ge=0, le=LONGEST)] = 5_000


async def update_by_reference(request: Request, params: ByReferenceParams, body: Any) -> Response:
    """Report the open task of that name; the execution as it is then."""
    row = await _execution(request)
    await report_reference(request, params, body)
    return await shown(request, await _again(request, row))


async def signal(request: Request, params: None, body: Any) -> Response:
    """End what blocks an execution."""
    await _signal(request, body)
    return empty_response(200)


async def signal_and_wait(request: Request, params: SignalParams, body: Any) -> Response:
    """End what blocks an execution, then answer like a start that waits."""
    row = await _execution(request)
    await _signal(request, body)
    return await answer_after(
        request, await _again(request, row), params.return_strategy, params.timeout_millis / 1000
    )


async def end_wait_by_reference(request: Request, params: None, body: Any) -> Response:
    """Report the open task of that name; it must be there."""
    if await report_reference(request, ByReferenceParams(), body) is None:
        workflow, name = request.path_params["workflowId"], request.path_params["taskRefName"]
        detail = f"No pending task with reference {name} found in workflow {workflow}"
        raise rejected("not_found", detail, reason="unknown_task", execution=workflow, reference=name)
    return empty_response(200)


async def end_wait_by_id(request: Request, params: None, body: Any) -> Response:
    """Report a task of an execution; what is given is merged into its output."""
    task = request.path_params["taskId"]
    wanted = ReportTask(
        actor=request.caller,
        task=task,
        execution=request.path_params["workflowId"],
        status=status_of(request.path_params["status"]),
        output=read_output(body),
        merge=True,
    )
    with not_found(f"No such task found by id: {task}"):
        await request.app.run(wanted)
    return empty_response(200)


async def _signal(request: Request, body: Any) -> None:
    """End what blocks the execution of the path."""
    wanted = SignalExecution(
        actor=request.caller,
        execution=request.path_params["workflowId"],
        status=status_of(request.path_params["status"]),
        output=read_output(body),
    )
    await request.app.run(wanted)


async def _execution(request: Request) -> Execution:
    return await executions.find(
        request.app, request.path_params["workflowId"], request.caller, action="read"
    )


async def _again(request: Request, row: Execution) -> Execution:
    """The execution as it is now."""
    return await request.app.row(Execution, id=row.id) or row
