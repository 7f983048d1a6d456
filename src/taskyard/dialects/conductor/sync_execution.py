"""Starting, or changing, an execution and waiting for what comes of it: the four kinds of answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from taskyard.app import executions
from taskyard.app.execution_waits import Standing, settle
from taskyard.app.executions import ExecutionView, Record
from taskyard.dialects.conductor import execution_wire as wire
from taskyard.dialects.conductor.execution_bodies import StartRequest, read_start
from taskyard.dialects.conductor.execution_render import status_of, task_record, task_type, variables_json
from taskyard.dialects.conductor.executions import begin
from taskyard.dialects.conductor.lookup import version_number
from taskyard.dialects.conductor.queries import Params
from taskyard.http.message import JSON, Request, Response, empty_response, json_response
from taskyard.model.execution import Execution
from taskyard.model.problem import rejected

Strategy = Literal["TARGET_WORKFLOW", "BLOCKING_WORKFLOW", "BLOCKING_TASK", "BLOCKING_TASK_INPUT"]
TASK_STRATEGIES = ("BLOCKING_TASK", "BLOCKING_TASK_INPUT")
LONGEST = 600
"""Seconds that a caller may wait."""

_encode = msgspec.json.Encoder().encode


class StateParams(Params):
    """How long to wait, and for which tasks besides (names, parted by commas)."""

    request_id: str | None = None
    wait_until_task_ref: str | None = None
    wait_for_seconds: Annotated[int, Meta(ge=0, le=LONGEST)] = 10


class ApiParams(Params):
    """Which version, the greatest when absent."""

    version: int | None = None


class ExecuteParams(StateParams):
    """What the answer is about. `consistency` has no effect: every answer is of what is committed."""

    consistency: Literal["DURABLE", "SYNCHRONOUS", "REGION_DURABLE"] = "DURABLE"
    return_strategy: Strategy = "TARGET_WORKFLOW"


async def execute(request: Request, params: ExecuteParams, body: Any) -> Response:
    """Start the workflow of the path and wait until it has ended or blocks. Version 0 is the greatest."""
    wanted = read_start(body, request.path_params["name"])
    wanted.version = version_number(request.path_params["version"]) or None
    row = await begin(request, wanted)
    return await answer_after(
        request,
        row,
        params.return_strategy,
        params.wait_for_seconds,
        references=names_of(params.wait_until_task_ref),
        request_id=params.request_id,
    )


async def execute_as_api(request: Request, params: ApiParams, body: dict[str, Any] | None) -> Response:
    """Start the workflow of the path with the body as its input and wait; the answer is its output."""
    return await _output_of(request, params, body or {})


async def execute_as_get_api(request: Request, params: ApiParams, body: None) -> Response:
    """The same with the parameters as its input, all but `version`; each is a text, the last one of a name counts."""
    return await _output_of(
        request, params, {name: text for name, text in request.pairs if name != "version"}
    )


async def _output_of(request: Request, params: ApiParams, input: dict[str, Any]) -> Response:
    """The output of a workflow that was started and waited for: empty while it runs. The execution's id is in a header;
    how to wait was said in headers."""
    wanted = StartRequest(name=request.path_params["name"], version=params.version, input=input)
    row = await begin(request, wanted)
    references = names_of(request.headers.get("waituntiltaskref"))
    standing, _ = await settle(request.app, row, references, _seconds(request.headers.get("waitforseconds")))
    view = await executions.view(request.app, standing.execution)
    return Response(
        body=(view.document.output or "{}").encode(),
        media_type=JSON,
        headers=[("X-Taskyard-Execution", row.uid)],
    )


def _seconds(text: str | None) -> int:
    if text is None:
        return StateParams().wait_for_seconds
    if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) > LONGEST:
        detail = f"waitForSeconds: expected a number from 0 to {LONGEST}"
        raise rejected("invalid", detail, reason="bad_wait", value=text)
    return int(text)


async def run_after(request: Request, row: Execution, params: StateParams) -> Response:
    """The execution itself, once it has ended or blocks."""
    return await answer_after(
        request,
        row,
        "TARGET_WORKFLOW",
        params.wait_for_seconds,
        references=names_of(params.wait_until_task_ref),
        request_id=params.request_id,
    )


async def answer_after(
    request: Request,
    row: Execution,
    strategy: Strategy,
    seconds: float,
    *,
    references: list[str] | None = None,
    request_id: str | None = None,
) -> Response:
    """Wait until the execution has ended or blocks, at most so many seconds, then answer by the strategy.

    When the time was up, answers about a task are empty. Where nothing blocks because all has ended, they are about
    the execution."""
    standing, late = await settle(request.app, row, references or [], seconds)
    if late and strategy in TASK_STRATEGIES:
        return empty_response(200)
    if standing.blocked is not None and strategy in TASK_STRATEGIES:
        return await _about_task(request, standing, strategy, request_id)
    shown = standing.execution
    if standing.blocked is not None and strategy == "BLOCKING_WORKFLOW":
        shown = standing.blocked[0]
    form = SignalForm(request.app.clock.now(), standing.execution, strategy, request_id, late)
    text = await executions.shown(request.app, [[shown.id]], form, tasks=True, steps=shown.steps)
    return Response(body=text, media_type=JSON)


def names_of(text: str | None) -> list[str]:
    """Names parted by commas."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


class SignalForm:
    """Writes an execution as the answer to who waited; `target` is the execution that was waited for."""

    between = b","

    def __init__(
        self, now: int, target: Execution, strategy: str, request_id: str | None, late: bool
    ) -> None:
        self.now = now
        self.target = target
        self.strategy = strategy
        self.request_id = request_id
        self.late = late

    def head(self, view: ExecutionView, tasks: bool) -> bytes:
        target = view.execution if view.execution.id == self.target.id else self.target
        answer = _common(view, target, self.strategy, self.request_id, self.late)
        return _encode(answer)[:-1] + b',"tasks":['

    def record(self, record: Record, first: bool) -> bytes:
        text = _encode(task_record(record, self.now))
        return text if first else b"," + text

    def tail(self, view: ExecutionView, tasks: bool) -> bytes:
        return b"]}"


async def _about_task(
    request: Request, standing: Standing, strategy: str, request_id: str | None
) -> Response:
    assert standing.blocked is not None
    holder, element = standing.blocked
    record = (await executions.records_of(request.app, [element]))[0]
    view = await executions.view(request.app, holder)
    answer = _common(view, standing.execution, strategy, request_id, False)
    answer.input = msgspec.Raw(record.input.encode())
    answer.output = msgspec.Raw(record.output.encode())
    answer.status = element.native_state or "SCHEDULED"
    answer.task_type = task_type(record)
    answer.task_id = element.uid
    answer.reference_task_name = element.element + element.suffix
    answer.retry_count = element.attempt
    answer.task_def_name = element.name
    answer.retried_task_id = record.previous
    answer.workflow_type = holder.key
    answer.reason_for_incompletion = element.reason
    return json_response(answer)


def _common(
    view: ExecutionView, target: Execution, strategy: str, request_id: str | None, late: bool
) -> wire.SignalResponse:
    """The members that all answers have, as those of the execution."""
    execution = view.execution
    return wire.SignalResponse(
        response_type=strategy,
        target_workflow_id=target.uid,
        target_workflow_status=status_of(target),
        workflow_id=execution.uid,
        input=msgspec.Raw(view.document.input.encode()),
        output=msgspec.Raw((view.document.output or "{}").encode()),
        status=status_of(execution),
        signal_timeout=late,
        priority=execution.priority,
        variables=variables_json(view),
        create_time=execution.created_at,
        update_time=execution.updated_at,
        request_id=request_id,
        correlation_id=execution.correlation,
        created_by=execution.creator,
        reason_for_incompletion=execution.reason,
    )
