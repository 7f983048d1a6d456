"""Handlers that start executions and show them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from taskyard.app import executions
from taskyard.dialects.conductor import execution_wire as wire
from taskyard.dialects.conductor.bodies import Written
from taskyard.dialects.conductor.errors import violated
from taskyard.dialects.conductor.execution_bodies import (
    StartRequest,
    check_start,
    read_batch,
    read_correlations,
    read_start,
)
from taskyard.dialects.conductor.execution_render import (
    ExecutionForm,
    status_of,
    task_record,
    variables_json,
)
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.workflowdefs import templates_of
from taskyard.http.message import JSON, Request, Response, json_response, text_response
from taskyard.model.execution import Execution
from taskyard.model.flow import WorkflowDef
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.notations.flowjson.workflow_rule import workflow_violations

STRATEGIES = ("FAIL", "RETURN_EXISTING", "FAIL_ON_RUNNING")
MOST_TASKS = 10_000
"""Tasks of one page."""

STATUSES = (
    "IN_PROGRESS",
    "CANCELED",
    "FAILED",
    "FAILED_WITH_TERMINAL_ERROR",
    "COMPLETED",
    "COMPLETED_WITH_ERRORS",
    "SCHEDULED",
    "TIMED_OUT",
    "SKIPPED",
)

_encode = msgspec.json.Encoder().encode


class StartParams(Params):
    """Which version, the greatest when absent; `priority` is 0 to 99."""

    version: int | None = None
    correlation_id: str | None = None
    priority: int = 0


class GetParams(Params):
    """`includeTasks` false leaves the tasks out. `summarize` has no effect: nothing is cut."""

    include_tasks: bool = True
    summarize: bool = False


class TasksParams(Params):
    """Which tasks, and how many of them from where on."""

    start: Annotated[int, Meta(ge=0)] = 0
    count: Annotated[int, Meta(ge=0, le=MOST_TASKS)] = 15
    status: list[str] = []


class StatusParams(Params):
    """What else is wanted."""

    include_output: bool = False
    include_variables: bool = False


class CorrelatedParams(Params):
    """Whether closed executions are wanted, and whether with their tasks."""

    include_closed: bool = False
    include_tasks: bool = False


class RunningParams(Params):
    """Of which version; with `startTime` and `endTime` (epoch milliseconds) all that were started between them."""

    version: int = 1
    start_time: int = 0
    end_time: int = 0


async def start(request: Request, params: None, body: Any) -> Response:
    """Start a workflow; the answer is the bare id."""
    return text_response((await begin(request, read_start(body))).uid)


async def start_by_name(request: Request, params: StartParams, body: dict[str, Any] | None) -> Response:
    """Start a workflow of the path's name with the body as its input."""
    wanted = StartRequest(
        name=request.path_params["name"],
        version=params.version,
        correlation_id=params.correlation_id,
        priority=params.priority,
        input=body or {},
        idempotency_key=request.headers.get("x-idempotency-key"),
        idempotency_strategy=strategy_of(request.headers.get("x-on-conflict")),
    )
    check_start(wanted)
    return text_response((await begin(request, wanted)).uid)


async def begin(request: Request, wanted: StartRequest) -> Execution:
    """Start what is wanted; the execution, or the one that the idempotency key stands for."""
    document = None
    if wanted.workflow_def is not None:
        document = await checked(request, wanted.workflow_def)
    command = executions.StartExecution(
        actor=request.caller,
        key=wanted.name or "",
        version=wanted.version or None,
        document=document,
        input=_encode(wanted.input).decode(),
        correlation=wanted.correlation_id,
        priority=wanted.priority,
        task_to_domain=wanted.task_to_domain,
        idempotency_key=wanted.idempotency_key or None,
        idempotency_strategy=wanted.idempotency_strategy,
        creator=wanted.created_by,
    )
    started: executions.Started = await request.app.run(command)
    return started.execution


def strategy_of(word: str | None) -> Any:
    """The idempotency strategy of a header; raises `Rejected` on an unknown word."""
    if word is not None and word not in STRATEGIES:
        raise _bad("x-on-conflict", word, STRATEGIES)
    return word


async def get(request: Request, params: GetParams, body: None) -> Response:
    """One execution with its tasks in the order of scheduling."""
    row = await executions.find(request.app, request.path_params["workflowId"], request.caller)
    return await shown(request, row, params.include_tasks)


async def shown(request: Request, row: Execution, tasks: bool = True) -> Response:
    """One execution as it is now; as a stream if it has many tasks."""
    steps = row.steps if tasks else 0
    text = await executions.shown(request.app, [[row.id]], _form(request), tasks=tasks, steps=steps)
    if text == b"":
        raise rejected("not_found", f"No such workflow found by id: {row.uid}", reason="unknown_execution")
    return Response(body=text, media_type=JSON)


async def list_tasks(request: Request, params: TasksParams, body: None) -> Response:
    """A page of the tasks of one execution in the order of scheduling."""
    for word in params.status:
        if word not in STATUSES:
            raise _bad("status", word, STATUSES)
    row = await executions.find(request.app, request.path_params["workflowId"], request.caller)
    found, total = await executions.record_page(request.app, row, params.status, params.start, params.count)
    now = request.app.clock.now()
    return json_response(
        wire.TaskSearchResult(total_hits=total, results=[task_record(each, now) for each in found])
    )


async def get_status(request: Request, params: StatusParams, body: None) -> Response:
    """What has become of an execution, in short."""
    row = await executions.find(request.app, request.path_params["workflowId"], request.caller)
    answer = wire.WorkflowStatus(workflow_id=row.uid, status=status_of(row), correlation_id=row.correlation)
    if params.include_output or params.include_variables:
        view = await executions.view(request.app, row)
        answer.status = status_of(view.execution)
        if params.include_output:
            answer.output = msgspec.Raw((view.document.output or "{}").encode())
        if params.include_variables:
            answer.variables = variables_json(view)
    return json_response(answer)


async def list_running(request: Request, params: RunningParams, body: None) -> Response:
    """The ids of the open executions of one version of a workflow."""
    return json_response(
        await executions.running_ids(
            request.app,
            request.path_params["name"],
            params.version,
            params.start_time,
            params.end_time,
            request.caller,
        )
    )


async def list_correlated(request: Request, params: CorrelatedParams, body: None) -> Response:
    """The executions of a workflow with one correlation id, oldest first."""
    correlation = request.path_params["correlationId"]
    found = await executions.by_correlation(
        request.app, [request.path_params["name"]], [correlation], params.include_closed, request.caller
    )
    rows = found[correlation]
    return await _listed(request, [b"[", [row.id for row in rows], b"]"], rows, params.include_tasks)


async def list_correlated_many(request: Request, params: CorrelatedParams, body: Any) -> Response:
    """The executions of a workflow by correlation id."""
    return await _by_correlation(request, params, [request.path_params["name"]], read_correlations(body))


async def list_correlated_batch(request: Request, params: CorrelatedParams, body: Any) -> Response:
    """The executions of several workflows by correlation id."""
    batch = read_batch(body)
    return await _by_correlation(request, params, batch.workflow_names, batch.correlation_ids)


async def _by_correlation(
    request: Request, params: CorrelatedParams, names: list[str], correlations: list[str]
) -> Response:
    found = await executions.by_correlation(
        request.app, names, correlations, params.include_closed, request.caller
    )
    layout: list[bytes | list[int]] = [b"{"]
    for place, (correlation, rows) in enumerate(found.items()):
        layout += [
            (b"," if place else b"") + _encode(correlation) + b":[",
            [row.id for row in rows],
            b"]",
        ]
    layout.append(b"}")
    rows = [row for each in found.values() for row in each]
    return await _listed(request, layout, rows, params.include_tasks)


async def _listed(
    request: Request, layout: list[bytes | list[int]], rows: list[Execution], tasks: bool
) -> Response:
    steps = sum(row.steps + 1 for row in rows) if tasks else len(rows)
    text: bytes | AsyncIterator[bytes] = await executions.shown(
        request.app, layout, _form(request), tasks=tasks, steps=steps
    )
    return Response(body=text, media_type=JSON)


def _form(request: Request) -> ExecutionForm:
    return ExecutionForm(request.app.clock.now())


async def checked(request: Request, workflow: WorkflowDef) -> str:
    """The text of a definition that came with the request, within the rules."""
    templates = await templates_of(request, [Written(workflow)])
    if found := workflow_violations(workflow, templates):
        raise violated("startWorkflow.startWorkflowRequest.workflowDef", found)
    return _encode(workflow).decode()


def _bad(name: str, word: str, known: tuple[str, ...]) -> Rejected:
    detail = f"Invalid value for parameter '{name}': {word}. Supported values: {', '.join(known)}"
    error = FieldError(pointer=f"?{name}", detail=detail, value=word)
    return Rejected(Problem(code="invalid", detail=detail, reason="unknown_word", errors=(error,)))
