"""What clients send about executions, read and checked."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

import msgspec

from taskyard.dialects.conductor.errors import unreadable, violated
from taskyard.model.flow import MAX_NAME, Boxed, IdempotencyStrategy, Int32, WorkflowDef
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.notations.flowjson.member import Unreadable, read_document
from taskyard.notations.flowjson.violation import Violation

MOST_IDS = 1_000
"""Executions that one bulk request may name."""

PRIORITIES = range(100)

LONGEST = 500
"""Characters of a correlation id and of an idempotency key: they are keys of indexes."""

S = TypeVar("S", bound=msgspec.Struct)


class StartRequest(msgspec.Struct, kw_only=True):
    """What to start. `workflow_def` is a definition that need not be registered."""

    name: str | None = None
    version: Boxed | None = None
    correlation_id: str | None = None
    input: dict[str, Any] = {}
    task_to_domain: dict[str, str] = {}
    workflow_def: WorkflowDef | None = None
    external_input_payload_storage_path: str | None = None
    priority: Int32 = 0
    created_by: str | None = None
    idempotency_key: str | None = None
    idempotency_strategy: IdempotencyStrategy | None = None


class RerunRequest(msgspec.Struct, kw_only=True):
    """From where to run again, and with what."""

    re_run_from_workflow_id: str | None = None
    workflow_input: dict[str, Any] | None = None
    re_run_from_task_id: str | None = None
    task_input: dict[str, Any] | None = None
    correlation_id: str | None = None


class SkipRequest(msgspec.Struct, kw_only=True):
    """What a task that is passed by shows as its input and output."""

    task_input: dict[str, Any] = {}
    task_output: dict[str, Any] = {}


class StateTask(msgspec.Struct, kw_only=True):
    """The word on one task in a change of state."""

    status: str | None = None
    output_data: dict[str, Any] = {}


class StateRequest(msgspec.Struct, kw_only=True):
    """Variables to merge and a task to report."""

    task_reference_name: str | None = None
    task_result: StateTask | None = None
    variables: dict[str, Any] = {}


class UpgradeRequest(msgspec.Struct, kw_only=True):
    """The version to go on with, and outputs of its tasks that are taken for done, by name."""

    name: str | None = None
    version: Boxed | None = None
    task_output: dict[str, Any] = {}
    workflow_input: dict[str, Any] = {}


class CorrelationBatch(msgspec.Struct, kw_only=True):
    """Which executions: of any of these workflows, with any of these correlation ids."""

    correlation_ids: list[str] = []
    workflow_names: list[str] = []


TASK_WORDS = ("IN_PROGRESS", "COMPLETED", "FAILED", "FAILED_WITH_TERMINAL_ERROR", "CANCELED")
"""What may be said of a task."""


def read_start(body: Any, name: str | None = None) -> StartRequest:
    """A request to start a workflow; `name` is that of the path, where it has one."""
    request = _read(StartRequest, body)
    if name is not None:
        request.name = name
    found: list[Violation] = []
    if not request.name:
        found.append(Violation("name", "Workflow name cannot be null or empty"))
    found += _priority(request.priority)
    found += _too_long("correlationId", request.correlation_id)
    found += _too_long("idempotencyKey", request.idempotency_key)
    for task, domains in request.task_to_domain.items():
        if max(map(len, domains.split(","))) > MAX_NAME:
            message = f"a domain cannot be longer than {MAX_NAME} characters"
            found.append(Violation(f"taskToDomain[{task[:60]}]", message, domains[:60]))
    if request.workflow_def is not None and not request.workflow_def.name:
        request.workflow_def.name = request.name or ""
    _refuse("startWorkflow.startWorkflowRequest", found)
    if request.external_input_payload_storage_path:
        raise rejected(
            "invalid",
            "externalInputPayloadStoragePath: payloads are kept in the database, there is no external storage",
            reason="no_external_storage",
        )
    return request


def check_start(request: StartRequest) -> None:
    """Refuse what a start by name says wrongly."""
    found = _priority(request.priority)
    found += _too_long("correlationId", request.correlation_id)
    found += _too_long("x-idempotency-key", request.idempotency_key)
    _refuse("startWorkflow", found)


def read_rerun(body: Any) -> RerunRequest:
    request = _read(RerunRequest, body)
    _refuse("rerun.request", _too_long("correlationId", request.correlation_id))
    return request


def read_skip(body: Any, parameter: str | None) -> SkipRequest:
    """What to pass by with, from the body or from the parameter `skipTaskRequest`. The Python client sends it in the
    parameter, as Python writes a dictionary."""
    if parameter:
        body = _written(parameter)
    return SkipRequest() if body is None else _read(SkipRequest, body)


def _written(text: str) -> Any:
    """What a text says, written as Python does or as JSON."""
    try:
        return msgspec.json.decode(msgspec.json.encode(ast.literal_eval(text)))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        pass
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise unreadable(Unreadable("skipTaskRequest", "expected an object", text)) from None


def read_state(body: Any) -> StateRequest:
    """A change of state; a task's status must be one that a worker may give, COMPLETED where it says none."""
    request = _read(StateRequest, body)
    if request.task_result is not None:
        if request.task_result.status is None:
            request.task_result.status = "COMPLETED"
        if request.task_result.status not in TASK_WORDS:
            fault = Unreadable(
                "taskResult.status", f"expected one of {', '.join(TASK_WORDS)}", request.task_result.status
            )
            raise unreadable(fault)
        if not request.task_reference_name:
            _refuse(
                "updateState", [Violation("taskReferenceName", "taskReferenceName cannot be null or empty")]
            )
    return request


def read_upgrade(body: Any) -> UpgradeRequest:
    return _read(UpgradeRequest, body)


def read_batch(body: Any) -> CorrelationBatch:
    batch = _read(CorrelationBatch, body)
    for each in (batch.correlation_ids, batch.workflow_names):
        _bounded(each, "ids or names")
    return batch


def read_correlations(body: Any) -> list[str]:
    """The correlation ids of a request, each once."""
    return _bounded(read_words(body), "correlation ids")


def read_map(body: Any) -> dict[str, Any]:
    """A JSON object; null stands for an empty one."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise unreadable(Unreadable("", "expected an object"))
    return body


def read_words(body: Any) -> list[str]:
    """A JSON array of texts, each once."""
    if not isinstance(body, list) or not all(isinstance(each, str) for each in body):
        raise unreadable(Unreadable("", "expected an array of strings"))
    return list(dict.fromkeys(body))


def read_ids(body: Any) -> list[str]:
    """The ids of a bulk request: one at least, `MOST_IDS` at most, each once."""
    ids = read_words(body)
    if not ids:
        _refuse("bulk", [Violation("workflowIds", "WorkflowIds list cannot be null.")])
    _bounded(body, "workflows")
    return ids


def _bounded(words: list[str], what: str) -> list[str]:
    if len(words) <= MOST_IDS:
        return words
    text = f"Cannot process more than {MOST_IDS} {what}. Please use multiple requests."
    errors = (FieldError(pointer="workflowIds", detail=text),)
    raise Rejected(Problem(code="invalid", detail=text, reason="too_many_ids", errors=errors))


def _too_long(path: str, text: str | None) -> list[Violation]:
    if text is None or len(text) <= LONGEST:
        return []
    return [Violation(path, f"{path} cannot be longer than {LONGEST} characters", text)]


def _priority(priority: int) -> list[Violation]:
    if priority in PRIORITIES:
        return []
    bound = f"minimum {PRIORITIES[0]}" if priority < 0 else f"maximum {PRIORITIES[-1]}"
    return [Violation("priority", f"priority: {priority} should be {bound}", priority)]


def _read(form: type[S], body: Any) -> S:
    try:
        return read_document(form, body)
    except Unreadable as fault:
        raise unreadable(fault) from None


def _refuse(prefix: str, violations: list[Violation]) -> None:
    if violations:
        raise violated(prefix, violations)
