"""Handlers that change executions: pause, terminate, run again, variables, state."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app import executions
from taskyard.dialects.conductor import sync_execution
from taskyard.dialects.conductor.execution_bodies import (
    read_map,
    read_rerun,
    read_skip,
    read_state,
    read_upgrade,
)
from taskyard.dialects.conductor.execution_words import native
from taskyard.dialects.conductor.executions import shown
from taskyard.dialects.conductor.queries import Params
from taskyard.http.message import Request, Response, empty_response, text_response
from taskyard.model.command import Command
from taskyard.model.execution import Execution

_encode = msgspec.json.Encoder().encode


class TerminateParams(Params):
    """Why; and whether the failure workflow is started."""

    reason: str | None = None
    trigger_failure_workflow: bool = False


class RemoveParams(Params):
    """`archiveWorkflow` has no effect: what is removed is gone, there is no archive."""

    archive_workflow: bool = True
    reason: str | None = None


class SkipParams(Params):
    """What the task shows, where it does not come in the body."""

    skip_task_request: str | None = None


class JumpParams(Params):
    """The name of the task, where it does not come in the path: the Python client leaves the place there empty."""

    task_reference_name: str | None = None


class RestartParams(Params):
    """Whether with the newest definition."""

    use_latest_definitions: bool = False


class RetryParams(Params):
    """`resumeSubworkflowTasks` goes down to what failed inside sub-workflows instead of starting new ones;
    `retryIfRetriedByParent` has no effect: an execution that runs is not retried."""

    resume_subworkflow_tasks: bool = False
    retry_if_retried_by_parent: bool = False


async def pause(request: Request, params: None, body: None) -> Response:
    """Schedule no next tasks."""
    row = await _found(request)
    return await _done(
        request, row, "pause", executions.PauseExecution(actor=request.caller, execution=row.uid)
    )


async def resume(request: Request, params: None, body: None) -> Response:
    """Go on."""
    row = await _found(request)
    return await _done(
        request, row, "resume", executions.ResumeExecution(actor=request.caller, execution=row.uid)
    )


async def terminate(request: Request, params: TerminateParams, body: None) -> Response:
    """End an execution and its sub-workflows."""
    row = await _found(request)
    command = executions.TerminateExecution(
        actor=request.caller,
        execution=row.uid,
        reason=params.reason,
        trigger_failure=params.trigger_failure_workflow,
    )
    return await _done(request, row, "terminate", command)


async def remove(request: Request, params: RemoveParams, body: None) -> Response:
    """Remove an execution with all that hangs on it; an open one is ended first."""
    row = await _found(request)
    command = executions.RemoveExecution(
        actor=request.caller, execution=row.uid, terminate=True, reason=params.reason
    )
    return await _done(request, row, "remove", command)


async def restart(request: Request, params: RestartParams, body: None) -> Response:
    """Run a closed execution again from the start."""
    row = await _found(request)
    command = executions.RestartExecution(
        actor=request.caller, execution=row.uid, latest=params.use_latest_definitions
    )
    return await _done(request, row, "restart", command, 204)


async def retry(request: Request, params: RetryParams, body: None) -> Response:
    """Try the failed tasks of a closed execution again."""
    row = await _found(request)
    command = executions.RetryExecution(
        actor=request.caller, execution=row.uid, resume_children=params.resume_subworkflow_tasks
    )
    return await _done(request, row, "retry", command, 204)


async def rerun(request: Request, params: None, body: Any) -> Response:
    """Run a closed execution again from one of its tasks, or from the start."""
    wanted = read_rerun(body)
    row = await _found(request)
    command = executions.RerunExecution(
        actor=request.caller,
        execution=row.uid,
        from_task=wanted.re_run_from_task_id or None,
        input=_text(wanted.workflow_input),
        task_input=wanted.task_input,
        correlation=wanted.correlation_id,
    )
    with native("rerun", row, task=wanted.re_run_from_task_id):
        await request.app.run(command)
    return text_response(row.uid)


async def reset_callbacks(request: Request, params: None, body: None) -> Response:
    """Offer at once what is delayed."""
    row = await _found(request)
    command = executions.ResetCallbacks(actor=request.caller, execution=row.uid)
    return await _done(request, row, "resetcallbacks", command, 204)


async def skip_task(request: Request, params: SkipParams, body: dict[str, Any] | None) -> Response:
    """Pass by a task that is not scheduled yet."""
    wanted = read_skip(body, params.skip_task_request)
    reference = request.path_params["taskReferenceName"]
    row = await _found(request)
    command = executions.SkipTask(
        actor=request.caller,
        execution=row.uid,
        reference=reference,
        input=wanted.task_input,
        output=wanted.task_output,
    )
    return await _done(request, row, "skiptask", command, reference=reference)


async def decide(request: Request, params: None, body: None) -> Response:
    """Look at the whole execution and do what should have been done."""
    row = await _found(request)
    return await _done(
        request, row, "decide", executions.DecideExecution(actor=request.caller, execution=row.uid)
    )


async def set_variables(request: Request, params: None, body: dict[str, Any] | None) -> Response:
    """Merge variables; the execution as it is then."""
    row = await _found(request)
    command = executions.SetVariables(actor=request.caller, execution=row.uid, variables=read_map(body))
    with native("variables", row):
        await request.app.run(command)
    return await shown(request, row)


async def update_state(request: Request, params: sync_execution.StateParams, body: Any) -> Response:
    """Merge variables and report a task in one transaction, then wait as `execute` does."""
    wanted = read_state(body)
    row = await _found(request)
    result = wanted.task_result
    command = executions.UpdateExecution(
        actor=request.caller,
        execution=row.uid,
        variables=wanted.variables,
        reference=wanted.task_reference_name if result is not None else None,
        status=result.status if result is not None else None,
        output=result.output_data if result is not None else {},
    )
    with native("state", row, reference=wanted.task_reference_name):
        await request.app.run(command)
    return await sync_execution.run_after(request, row, params)


async def send_message(request: Request, params: None, body: dict[str, Any] | None) -> Response:
    """Put a message into an execution's box; the answer is its id."""
    row = await _found(request)
    command = executions.SendMessage(actor=request.caller, execution=row.uid, message=read_map(body))
    with native("messages", row):
        return text_response(await request.app.run(command))


async def upgrade(request: Request, params: None, body: Any) -> Response:
    """Let an open execution go on with another version of its definition."""
    wanted = read_upgrade(body)
    row = await _found(request)
    command = executions.UpgradeExecution(
        actor=request.caller,
        execution=row.uid,
        version=wanted.version,
        task_output=wanted.task_output,
        input=wanted.workflow_input,
    )
    return await _done(request, row, "upgrade", command)


async def jump(request: Request, params: JumpParams, body: dict[str, Any] | None) -> Response:
    """Leave what runs and go on at the named task."""
    reference = params.task_reference_name or request.path_params["taskReferenceName"]
    row = await _found(request)
    command = executions.JumpExecution(
        actor=request.caller, execution=row.uid, reference=reference, input=read_map(body)
    )
    return await _done(request, row, "jump", command, reference=reference)


async def _found(request: Request) -> Execution:
    return await executions.find(
        request.app, request.path_params["workflowId"], request.caller, action="execute"
    )


async def _done(
    request: Request, row: Execution, operation: str, command: Command, status: int = 200, **facts: Any
) -> Response:
    with native(operation, row, **facts):
        await request.app.run(command)
    return empty_response(status)


def _text(value: dict[str, Any] | None) -> str | None:
    return None if value is None else _encode(value).decode()
