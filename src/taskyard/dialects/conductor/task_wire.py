"""Wire forms around tasks that are not the task itself: results, logs, poll data."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor.task_bodies import ResultStatus
from taskyard.dialects.conductor.wire import Wire

__all__ = ["PollData", "ResultStatus", "TaskExecLog", "TaskResult"]


class TaskExecLog(Wire):
    """A line that a worker wrote about a task, with when."""

    log: str
    task_id: str
    created_time: int


class TaskResult(Wire):
    """A worker's word on a task. `outputData` replaces what was there; `callbackAfterSeconds` says when a task IN_PROGRESS
    is offered again; `extendLease` only restarts its response timeout."""

    workflow_instance_id: str
    task_id: str
    status: ResultStatus
    output_data: dict[str, Any] = {}
    reason_for_incompletion: str | None = None
    callback_after_seconds: int = 0
    worker_id: str | None = None
    logs: list[TaskExecLog] = []
    sub_workflow_id: str | None = None
    extend_lease: bool = False
    execution_metadata: dict[str, Any] | None = None


class PollData(Wire):
    """When a worker last asked a queue for work."""

    queue_name: str
    worker_id: str
    last_poll_time: int
    domain: str | None = None


class ShardDepth(Wire):
    """How much waits in a queue (`size`) and how much of it is handed out (`uacked`)."""

    size: int
    uacked: int
