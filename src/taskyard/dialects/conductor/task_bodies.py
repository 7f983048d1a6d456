"""What workers send about tasks, read and checked: results, outputs of a task by its name, log lines."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from taskyard.dialects.conductor.errors import unreadable, violated
from taskyard.model.flow import Int64
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.notations.flowjson.member import Unreadable, read_document
from taskyard.notations.flowjson.violation import Violation

ResultStatus = Literal["IN_PROGRESS", "FAILED", "FAILED_WITH_TERMINAL_ERROR", "COMPLETED", "CANCELED"]

STATUSES = ("IN_PROGRESS", "FAILED", "FAILED_WITH_TERMINAL_ERROR", "COMPLETED", "CANCELED")
"""What a worker may say of a task."""

REASON_LENGTH = 500
"""Characters of a reason that are kept."""


class LogLine(msgspec.Struct, kw_only=True):
    """A line that a worker wrote; `created_time` 0 stands for now."""

    log: str | None = None
    task_id: str | None = None
    created_time: Int64 = 0


class TaskResult(msgspec.Struct, kw_only=True):
    """A worker's word on a task. `output_data` replaces what was there."""

    workflow_instance_id: str | None = None
    task_id: str | None = None
    status: ResultStatus | None = None
    output_data: dict[str, Any] = {}
    reason_for_incompletion: str | None = None
    callback_after_seconds: Int64 = 0
    worker_id: str | None = None
    logs: list[LogLine] = []
    external_output_payload_storage_path: str | None = None
    sub_workflow_id: str | None = None
    extend_lease: bool = False
    execution_metadata: dict[str, Any] | None = None


def read_result(body: Any) -> TaskResult:
    """The result of an update: with the ids of its workflow and task, and a status unless it only extends the lease."""
    try:
        result = read_document(TaskResult, body)
    except Unreadable as fault:
        raise unreadable(fault) from None
    found: list[Violation] = []
    if not result.workflow_instance_id:
        found.append(Violation("workflowInstanceId", "Workflow Id cannot be null or empty"))
    if not result.task_id:
        found.append(Violation("taskId", "Task ID cannot be null or empty"))
    if result.status is None and not result.extend_lease:
        found.append(Violation("status", "Status cannot be null"))
    if result.callback_after_seconds < 0:
        given = result.callback_after_seconds
        found.append(Violation("callbackAfterSeconds", "callbackAfterSeconds cannot be negative", given))
    if result.external_output_payload_storage_path and not result.output_data:
        detail = "Payloads are kept by this server; there is no external storage to read them from"
        found.append(Violation("externalOutputPayloadStoragePath", detail))
    if found:
        raise violated("updateTask.taskResult", found)
    return result


def read_output(body: Any) -> dict[str, Any]:
    """The output in the body of an update by reference: an object, absent for none."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise unreadable(Unreadable("", "expected an object"))
    return body


def status_of(text: str) -> str:
    """The status in a path; raises `Rejected` on an unknown one."""
    if text not in STATUSES:
        detail = f"Invalid value for path variable 'status': {text}. Supported values: {', '.join(STATUSES)}"
        error = FieldError(pointer="status", detail=detail, value=text)
        raise Rejected(Problem(code="invalid", detail=detail, reason="unknown_status", errors=(error,)))
    return text


def cut(reason: str | None) -> str | None:
    """A reason at the length that is kept."""
    return reason[:REASON_LENGTH] if reason else reason
