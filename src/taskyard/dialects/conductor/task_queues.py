"""Handlers around the queues of tasks."""

from __future__ import annotations

from taskyard.app import queues, work
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.task_wire import PollData, ShardDepth
from taskyard.http.message import Request, Response, json_response, text_response

SHARD = "a"
"""The name of the one shard that every queue has here."""


class SizesParams(Params):
    """Which types of tasks."""

    task_type: list[str] = []


class SizeParams(Params):
    """Which type and domain. Isolation groups and name spaces part no queues here."""

    task_type: str
    domain: str | None = None
    isolation_group_id: str | None = None
    execution_namespace: str | None = None


class PollDataParams(Params):
    """Which type of tasks."""

    task_type: str


async def sizes(request: Request, params: SizesParams, body: None) -> Response:
    """How many tasks without a domain wait, by type; 0 for those of which there are none."""
    found = dict.fromkeys(params.task_type, 0)
    for depth in await queues.queue_depths(request.app, request.caller, params.task_type):
        if not depth.domain:
            found[depth.queue] += depth.ready
    return json_response(found)


async def size(request: Request, params: SizeParams, body: None) -> Response:
    """How many tasks of a type and domain wait."""
    depths = await queues.queue_depths(request.app, request.caller, [params.task_type])
    return json_response(sum(each.ready for each in depths if each.domain == (params.domain or "")))


async def list_all(request: Request, params: None, body: None) -> Response:
    """How many tasks wait in every queue that holds any, by the queue's name."""
    found: dict[str, int] = {}
    for depth in await queues.queue_depths(request.app, request.caller):
        name = _name(depth.queue, depth.domain)
        found[name] = found.get(name, 0) + depth.ready
    return json_response(found)


async def list_verbose(request: Request, params: None, body: None) -> Response:
    """How many tasks wait and how many are handed out, by queue and shard."""
    found: dict[str, dict[str, ShardDepth]] = {}
    for depth in await queues.queue_depths(request.app, request.caller):
        shard = found.setdefault(_name(depth.queue, depth.domain), {SHARD: ShardDepth(size=0, uacked=0)})
        shard[SHARD].size += depth.ready
        shard[SHARD].uacked += depth.leased
    return json_response(found)


async def poll_data(request: Request, params: PollDataParams, body: None) -> Response:
    """When workers last asked for tasks of a type."""
    rows = await queues.polls(request.app, request.caller, params.task_type)
    return json_response([_poll(row) for row in rows])


async def all_poll_data(request: Request, params: None, body: None) -> Response:
    """When workers last asked, for every type."""
    return json_response([_poll(row) for row in await queues.polls(request.app, request.caller)])


async def requeue(request: Request, params: None, body: None) -> Response:
    """Offer again what should be offered and is not; answers how many open tasks of the type there are."""
    queue = request.path_params["taskType"]
    return text_response(str(await work.requeue(request.app, request.caller, queue)))


async def event_queues(request: Request, params: None, body: None) -> Response:
    """The queues of events that end waiting tasks: none, they end with the request."""
    return json_response({})


def _name(queue: str, domain: str) -> str:
    return f"{domain}:{queue}" if domain else queue


def _poll(row: queues.Poll) -> PollData:
    return PollData(
        queue_name=row.queue, domain=row.domain or None, worker_id=row.holder, last_poll_time=row.at
    )
