"""The rows of operations on many executions."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import bulk, execution_control, wire
from taskyard.dialects.conductor import execution_wire as shapes
from taskyard.http.operation import Handler, Operation, served


def _row(
    method: str,
    path: str,
    name: str,
    handler: Handler,
    summary: str,
    params: type | None = None,
    answer: Any = wire.BulkResponse,
) -> Operation:
    return served(
        method,
        f"/workflow/bulk/{path}",
        name,
        handler,
        params=params,
        body=Any,
        body_shown=list[str],
        returns={200: answer},
        summary=summary,
    )


BULK = (
    _row("PUT", "pause", "bulkPause", bulk.pause, "Pause executions"),
    _row("PUT", "resume", "bulkResume", bulk.resume, "Let paused executions go on"),
    _row(
        "POST",
        "restart",
        "bulkRestart",
        bulk.restart,
        "Run closed executions again from the start",
        execution_control.RestartParams,
    ),
    _row("POST", "retry", "bulkRetry", bulk.retry, "Try the failed tasks of closed executions again"),
    _row(
        "POST",
        "terminate",
        "bulkTerminate",
        bulk.terminate,
        "End executions and their sub-workflows",
        execution_control.TerminateParams,
    ),
    _row(
        "POST",
        "search",
        "bulkSearch",
        bulk.search,
        "Executions by their ids",
        bulk.SearchParams,
        shapes.BulkWorkflows,
    ),
    _row(
        "DELETE",
        "remove",
        "bulkRemove",
        bulk.remove,
        "Remove executions with all that hangs on them",
        execution_control.RemoveParams,
    ),
    _row(
        "DELETE",
        "terminate-remove",
        "bulkTerminateRemove",
        bulk.remove,
        "End executions and remove them",
        execution_control.RemoveParams,
    ),
)
"""Operations on up to 1,000 executions, each of which stands or falls on its own."""
