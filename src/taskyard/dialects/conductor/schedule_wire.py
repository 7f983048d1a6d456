"""Schedules as they are on the wire."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.dialects.conductor.errors import unreadable
from taskyard.dialects.conductor.wire import Tag, Wire
from taskyard.model.automation import ScheduleDef
from taskyard.model.execution import Schedule as ScheduleRow
from taskyard.model.execution import ScheduleRun
from taskyard.notations.flowjson.member import Unreadable, read_document, write_document

_decode = msgspec.json.Decoder(ScheduleDef).decode


class StartRequest(Wire):
    """What a schedule starts."""

    name: str
    version: int | None = None
    correlation_id: str | None = None
    input: dict[str, Any] = {}
    task_to_domain: dict[str, str] = {}
    workflow_def: dict[str, Any] | None = None
    priority: int = 0
    created_by: str | None = None
    idempotency_key: str | None = None
    idempotency_strategy: str | None = None


class CronRule(Wire):
    cron_expression: str
    zone_id: str | None = None


class WorkflowSchedule(Wire):
    """When to start what. Times are epoch milliseconds."""

    name: str
    cron_expression: str | None = None
    zone_id: str = "UTC"
    cron_schedules: list[CronRule] = []
    run_catchup_schedule_instances: bool = False
    paused: bool = False
    paused_reason: str | None = None
    start_workflow_request: StartRequest | None = None
    schedule_start_time: int | None = None
    schedule_end_time: int | None = None
    create_time: int | None = None
    updated_time: int | None = None
    created_by: str | None = None
    updated_by: str | None = None
    description: str | None = None
    next_run_time: int | None = None
    tags: list[Tag] = []


class SchedulePage(Wire):
    total_hits: int
    results: list[WorkflowSchedule]


class ScheduledExecution(Wire):
    """One time that a schedule was due. `state` is EXECUTED or FAILED."""

    execution_id: str
    schedule_name: str
    scheduled_time: int
    execution_time: int
    workflow_name: str
    state: str
    zone_id: str
    workflow_id: str | None = None
    reason: str | None = None
    start_workflow_request: StartRequest | None = None


class ExecutionPage(Wire):
    total_hits: int
    results: list[ScheduledExecution]


def read_schedule(body: Any) -> ScheduleDef:
    """The schedule of a body, shaped right; the rules are checked where it is stored."""
    if isinstance(body, dict) and not isinstance(body.get("tags", []), list):
        body = {**body, "tags": []}
    try:
        return read_document(ScheduleDef, body)
    except Unreadable as fault:
        raise unreadable(fault) from None


def native_schedule(row: ScheduleRow) -> dict[str, Any]:
    """The native members of a schedule."""
    document = _decode(row.document)
    document.paused, document.paused_reason = row.paused, row.paused_reason
    members = write_document(document)
    members |= {"createTime": row.created_at, "updatedTime": row.updated_at}
    extra = {"createdBy": row.creator, "updatedBy": row.updated_by, "nextRunTime": row.next_at}
    return members | {name: value for name, value in extra.items() if value is not None}


def native_run(run: ScheduleRun, schedule: ScheduleRow | None) -> dict[str, Any]:
    """The native members of one time that a schedule was due; what it starts is what the schedule says now."""
    members: dict[str, Any] = {
        "executionId": run.uid,
        "scheduleName": run.name,
        "scheduledTime": run.scheduled_at,
        "executionTime": run.at,
        "workflowName": run.key,
        "state": run.state,
        "zoneId": "UTC",
        "orgId": "0000",
    }
    if run.execution_uid:
        members["workflowId"] = run.execution_uid
    if run.reason:
        members["reason"] = run.reason
    if schedule is not None:
        document = _decode(schedule.document)
        members["zoneId"] = document.zone_id or "UTC"
        if document.start_workflow_request is not None:
            members["startWorkflowRequest"] = write_document(document.start_workflow_request)
    return members
