"""The operations on executions and incidents."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.native import execution_wire as wire
from taskyard.dialects.native import executions
from taskyard.dialects.native.wire import ListParams
from taskyard.http.operation import Handler, Operation, served

ONE = "/executions/{id}"


def _act(verb: str, handler: Handler, summary: str, body: Any = None) -> Operation:
    """An operation that changes one execution and shows what became of it."""
    return served(
        "POST",
        f"{ONE}/{verb}",
        f"{verb}Execution",
        handler,
        body=body,
        returns={200: wire.ExecutionDetail},
        tag="executions",
        summary=summary,
    )


EXECUTIONS: tuple[Operation, ...] = (
    served(
        "GET",
        "/executions",
        "listExecutions",
        executions.list_executions,
        params=ListParams,
        returns={200: wire.ExecutionPage},
        tag="executions",
        summary="Executions of every kind",
    ),
    served(
        "POST",
        "/executions",
        "startExecution",
        executions.start_execution,
        body=wire.NewExecution,
        returns={201: wire.ExecutionDetail, 200: wire.ExecutionDetail},
        tag="executions",
        summary="Start an execution; with an idempotency key that is known, the one that is there",
    ),
    served(
        "GET",
        ONE,
        "getExecution",
        executions.get_execution,
        returns={200: wire.ExecutionDetail},
        tag="executions",
        summary="One execution by id or public id: payloads, variables, what it waits for, records, history",
    ),
    served(
        "GET",
        f"{ONE}/records",
        "listExecutionRecords",
        executions.list_records,
        params=wire.PageParams,
        returns={200: wire.RecordPage},
        tag="executions",
        summary="The records of an execution by page",
    ),
    served(
        "GET",
        f"{ONE}/timeline",
        "listExecutionTimeline",
        executions.list_timeline,
        params=wire.PageParams,
        returns={200: wire.EventPage},
        tag="executions",
        summary="The history of an execution by page",
    ),
    _act("pause", executions.pause_execution, "Schedule no next tasks"),
    _act("resume", executions.resume_execution, "Go on"),
    _act(
        "terminate",
        executions.terminate_execution,
        "End an execution and what it started",
        wire.Termination | None,
    ),
    _act(
        "retry",
        executions.retry_execution,
        "Try the failed tasks of a closed execution again",
        wire.Repeat | None,
    ),
    _act(
        "restart",
        executions.restart_execution,
        "Run a closed execution again from its start",
        wire.Repeat | None,
    ),
    served(
        "GET",
        "/incidents",
        "listIncidents",
        executions.list_incidents,
        params=wire.IncidentParams,
        returns={200: wire.IncidentPage},
        tag="incidents",
        summary="What needs a person",
    ),
    served(
        "POST",
        "/incidents/{id}/resolve",
        "resolveIncident",
        executions.resolve_incident,
        returns={200: wire.IncidentItem},
        tag="incidents",
        summary="Say that an incident is dealt with",
    ),
)
