"""Handlers by which workers, and others, tell what has become of tasks."""

from __future__ import annotations

from typing import Any

from taskyard.app.executions import Reported, ReportReference, ReportTask
from taskyard.dialects.conductor import polling
from taskyard.dialects.conductor.lookup import not_found
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.task_bodies import TaskResult, cut, read_output, read_result, status_of
from taskyard.http.message import Request, Response, empty_response, json_response, text_response
from taskyard.model.problem import Rejected, rejected

LONGEST_CALLBACK = 2**31 - 1
"""Seconds after which a task in progress is offered again at the latest."""


class ByReferenceParams(Params):
    """Who did the task."""

    workerid: str | None = None


async def update(request: Request, params: None, body: Any) -> Response:
    """Take a worker's word on a task; answers the task's id."""
    result = read_result(body)
    with not_found(f"No such task found by id: {result.task_id}"):
        await request.app.run(_report(request, result))
    return text_response(result.task_id or "")


async def update_and_poll(request: Request, params: None, body: Any) -> Response:
    """Take a worker's word on a task; answers the next task of the same type and domain, 204 without one.

    An unknown task is refused with 400: clients take a 404 for a server without this operation, and never ask again."""
    result = read_result(body)
    try:
        reported: Reported = await request.app.run(_report(request, result, then_lease=True))
    except Rejected as refusal:
        if refusal.problem.code != "not_found":
            raise
        detail = f"No such task found by id: {result.task_id}"
        raise rejected("invalid", detail, reason="unknown_task", task=result.task_id) from None
    following = await polling.shown(request, [reported.next]) if reported.next is not None else []
    return json_response(following[0]) if following else empty_response(204)


async def update_by_reference(request: Request, params: ByReferenceParams, body: Any) -> Response:
    """Report the open task of that name; answers its id, nothing when no such task is open."""
    reported = await report_reference(request, params, body)
    return text_response(reported.element.uid if reported and reported.element else "")


async def report_reference(request: Request, params: ByReferenceParams, body: Any) -> Reported | None:
    """Report the open task of the path's name; None when there is none."""
    wanted = ReportReference(
        actor=request.caller,
        execution=request.path_params["workflowId"],
        reference=request.path_params["taskRefName"],
        status=status_of(request.path_params["status"]),
        output=read_output(body),
        worker=params.workerid[: polling.NAME_LENGTH] if params.workerid else None,
    )
    return await request.app.run(wanted)


def _report(request: Request, result: TaskResult, then_lease: bool = False) -> ReportTask:
    now = request.app.clock.now()
    alone = result.workflow_instance_id == result.task_id
    return ReportTask(
        actor=request.caller,
        task=result.task_id or "",
        execution=None if alone else result.workflow_instance_id,
        status=result.status or "IN_PROGRESS",
        output=result.output_data,
        reason=cut(result.reason_for_incompletion),
        callback_after=min(result.callback_after_seconds, LONGEST_CALLBACK),
        worker=result.worker_id[: polling.NAME_LENGTH] if result.worker_id else None,
        logs=tuple((line.created_time or now, line.log or "") for line in result.logs),
        extend=result.extend_lease,
        then_lease=then_lease,
        child=result.sub_workflow_id,
        metadata=result.execution_metadata,
    )
