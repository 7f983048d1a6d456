"""Handlers by which workers take tasks."""

from __future__ import annotations

from taskyard.app import work
from taskyard.app.handouts import handed_out
from taskyard.dialects.conductor.execution_render import task_record
from taskyard.dialects.conductor.execution_wire import Task
from taskyard.dialects.conductor.queries import Params
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.http.presence import while_present
from taskyard.model.problem import FieldError, Problem, Rejected

POLL_WAIT = 100
"""Milliseconds that a poll for a single task waits for one."""

LONGEST_WAIT = 5_000
"""Milliseconds that a poll may wait."""

NAME_LENGTH = 255
"""Characters of a type, a domain or a worker's name."""


class PollParams(Params):
    """Who asks, and for tasks of which domain; those without a domain when absent."""

    workerid: str | None = None
    domain: str | None = None


class BatchPollParams(PollParams):
    """How many tasks at most, and how many milliseconds to wait for the first."""

    count: int = 1
    timeout: int = POLL_WAIT


async def poll(request: Request, params: PollParams, body: None) -> Response:
    """The next task of a type, 204 when there is none."""
    tasks = await take(request, params, 1, POLL_WAIT)
    return json_response(tasks[0]) if tasks else empty_response(204)


async def poll_batch(request: Request, params: BatchPollParams, body: None) -> Response:
    """The next tasks of a type, an empty array when there are none."""
    if params.timeout > LONGEST_WAIT:
        detail = "Long Poll Timeout value cannot be more than 5 seconds"
        error = FieldError(pointer="?timeout", detail=detail, value=params.timeout)
        raise Rejected(Problem(code="invalid", detail=detail, reason="long_wait", errors=(error,)))
    return json_response(await take(request, params, params.count, params.timeout))


async def take(request: Request, params: PollParams, count: int, wait_ms: int) -> list[Task]:
    """Lease up to `count` tasks, waiting `wait_ms` for the first; as they go to the worker."""
    queue = _name("tasktype", request.path_params["tasktype"])
    polling = work.poll(
        request.app,
        request.caller,
        queue,
        _name("domain", params.domain),
        _name("workerid", params.workerid),
        max(count, 0),
        max(wait_ms, 0),
    )
    leased = await while_present(request, polling)
    return await shown(request, leased)


async def shown(request: Request, leased: list[work.Leased]) -> list[Task]:
    """Tasks as the worker gets them that took them."""
    now = request.app.clock.now()
    given = await handed_out(request.app, leased)
    return [task_record(each.record, now, each.secrets) for each in given]


def _name(parameter: str, text: str | None) -> str:
    """A name of usual length, empty for none."""
    if text is not None and len(text) > NAME_LENGTH:
        detail = f"{parameter} is longer than {NAME_LENGTH} characters"
        error = FieldError(pointer=f"?{parameter}", detail=detail, value=text)
        raise Rejected(Problem(code="invalid", detail=detail, reason="long_name", errors=(error,)))
    return text or ""
