"""Handlers of operations on many executions: each stands or falls on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from taskyard.app import executions
from taskyard.dialects.conductor.execution_bodies import read_ids
from taskyard.dialects.conductor.execution_control import (
    RemoveParams,
    RestartParams,
    TerminateParams,
)
from taskyard.dialects.conductor.execution_render import ExecutionForm
from taskyard.dialects.conductor.execution_words import said
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.wire import BulkResponse
from taskyard.http.message import JSON, Request, Response, json_response
from taskyard.model.command import Command
from taskyard.model.problem import Rejected

MESSAGE = "Bulk Request has been processed."
AT_ONCE = 50
"""Commands that are under way at the same time."""

_encode = msgspec.json.Encoder().encode


class SearchParams(Params):
    """Whether the executions are wanted with their tasks."""

    include_tasks: bool = True


async def pause(request: Request, params: None, body: Any) -> Response:
    """Pause executions."""
    return await _each(
        request, body, "pause", lambda uid: executions.PauseExecution(actor=request.caller, execution=uid)
    )


async def resume(request: Request, params: None, body: Any) -> Response:
    """Let executions go on."""
    return await _each(
        request, body, "resume", lambda uid: executions.ResumeExecution(actor=request.caller, execution=uid)
    )


async def restart(request: Request, params: RestartParams, body: Any) -> Response:
    """Run closed executions again from the start."""

    def command(uid: str) -> Command:
        latest = params.use_latest_definitions
        return executions.RestartExecution(actor=request.caller, execution=uid, latest=latest)

    return await _each(request, body, "restart", command)


async def retry(request: Request, params: None, body: Any) -> Response:
    """Try the failed tasks of closed executions again."""
    return await _each(
        request, body, "retry", lambda uid: executions.RetryExecution(actor=request.caller, execution=uid)
    )


async def terminate(request: Request, params: TerminateParams, body: Any) -> Response:
    """End executions."""

    def command(uid: str) -> Command:
        return executions.TerminateExecution(
            actor=request.caller,
            execution=uid,
            reason=params.reason,
            trigger_failure=params.trigger_failure_workflow,
        )

    return await _each(request, body, "terminate", command)


async def remove(request: Request, params: RemoveParams, body: Any) -> Response:
    """Remove executions; open ones are ended first."""

    def command(uid: str) -> Command:
        return executions.RemoveExecution(
            actor=request.caller, execution=uid, terminate=True, reason=params.reason
        )

    return await _each(request, body, "remove", command)


async def search(request: Request, params: SearchParams, body: Any) -> Response:
    """Executions by their ids, in the order of the request."""
    ids = read_ids(body)
    known = await executions.find_many(request.app, ids, request.caller)
    rows = [known[uid] for uid in ids if uid in known]
    errors = {uid: _missing(uid) for uid in ids if uid not in known}
    layout: list[bytes | list[int]] = [
        b'{"bulkErrorResults":' + _encode(errors) + b',"bulkSuccessfulResults":[',
        [row.id for row in rows],
        b'],"message":' + _encode(MESSAGE) + b"}",
    ]
    tasks = params.include_tasks
    text = await executions.shown(
        request.app,
        layout,
        ExecutionForm(request.app.clock.now()),
        tasks=tasks,
        steps=sum(row.steps + 1 for row in rows) if tasks else len(rows),
    )
    return Response(body=text, media_type=JSON)


async def _each(request: Request, body: Any, operation: str, command: Callable[[str], Command]) -> Response:
    """Run a command for each id; what was refused is told with its reason, in the order of the request."""
    ids = read_ids(body)
    known = await executions.find_many(request.app, ids, request.caller, action="execute")
    errors: dict[str, str | None] = {uid: None if uid in known else _missing(uid) for uid in ids}

    async def run(uid: str) -> None:
        try:
            await request.app.run(command(uid))
        except Rejected as refusal:
            errors[uid] = said(operation, known[uid], refusal.problem).detail

    wanted = [uid for uid in ids if uid in known]
    for start in range(0, len(wanted), AT_ONCE):
        await asyncio.gather(*(run(uid) for uid in wanted[start : start + AT_ONCE]))
    return json_response(
        BulkResponse(
            bulk_error_results={uid: text for uid, text in errors.items() if text is not None},
            bulk_successful_results=[uid for uid, text in errors.items() if text is None],
            message=MESSAGE,
        )
    )


def _missing(uid: str) -> str:
    return f"No such workflow found by id: {uid}"
