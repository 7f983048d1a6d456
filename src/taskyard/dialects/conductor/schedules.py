"""Handlers of schedules."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.automation import (
    BadRule,
    DeleteSchedule,
    PauseSchedule,
    PauseScheduler,
    PutSchedule,
    RearmSchedule,
    TagSchedule,
    next_of,
)
from taskyard.dialects.conductor.bodies import read_tags
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.schedule_search import SearchParams, order_of, read_query
from taskyard.dialects.conductor.schedule_wire import native_run, native_schedule, read_schedule
from taskyard.dialects.conductor.wire import BulkResponse
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.http.operation import Handler
from taskyard.model.execution import Schedule, ScheduleRun
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import Filter, Order, Query, both, eq

MOST_TIMES = 1000
"""How many coming times are told at once."""

BULK = 1000
"""How many schedules one bulk operation takes."""

_encode = msgspec.json.Encoder().encode


class ListParams(Params):
    """`workflowName` lists the schedules of one workflow."""

    workflow_name: str | None = None


class ScheduleSearchParams(SearchParams):
    """A search over schedules: exact names, and `freeText` within the name or the workflow's name."""

    workflow_name: str | None = None
    schedule_name: str | None = None
    name: str | None = None
    paused: bool | None = None


class PauseParams(Params):
    reason: str | None = None


class NextParams(Params):
    """The coming times of a rule: at most `limit`, within the window."""

    cron_expression: str | None = None
    schedule_start_time: int | None = None
    schedule_end_time: int | None = None
    limit: int = 5
    zone_id: str = "UTC"


async def save(request: Request, params: None, body: Any) -> Response:
    """Make a schedule, or replace the one of the same name."""
    document = read_schedule(body)
    row = await request.app.run(PutSchedule(actor=request.caller, document=_encode(document).decode()))
    return json_response(native_schedule(row))


async def list_all(request: Request, params: ListParams, body: None) -> Response:
    """Every schedule that the caller may read, by name."""
    where = eq("key", params.workflow_name) if params.workflow_name else None
    page = await request.app.list(_schedules(where, limit=None), request.caller)
    return json_response([native_schedule(row) for row in await _rows(request, page.ids)])


async def search(request: Request, params: ScheduleSearchParams, body: None) -> Response:
    """A page of schedules, with how many there are."""
    wanted: list[Filter | None] = [
        eq(column, value)
        for column, value in (
            ("key", params.workflow_name),
            ("name", params.schedule_name or params.name),
            ("paused", params.paused),
        )
        if value is not None and value != ""
    ]
    query = Query(
        entity="schedule",
        where=both(*wanted, params.text_filter()),
        order=order_of(params.sort, {"name": "name", "workflowName": "key", "nextRunTime": "next_at"})
        or (Order("name"),),
        limit=params.page_size,
        offset=max(0, params.start),
        want_total=True,
    )
    page = await request.app.list(query, request.caller)
    found = [native_schedule(row) for row in await _rows(request, page.ids)]
    return json_response({"totalHits": page.total, "results": found})


async def get(request: Request, params: None, body: None) -> Response:
    """One schedule."""
    return json_response(native_schedule(await _found(request)))


async def delete(request: Request, params: None, body: None) -> Response:
    """Remove a schedule; what it has started goes on."""
    await request.app.run(DeleteSchedule(actor=request.caller, name=request.path_params["name"]))
    return empty_response(204)


async def pause(request: Request, params: PauseParams, body: Any) -> Response:
    """Hold a schedule back."""
    name = request.path_params["name"]
    await request.app.run(PauseSchedule(actor=request.caller, name=name, paused=True, reason=params.reason))
    return empty_response(200)


async def resume(request: Request, params: None, body: Any) -> Response:
    """Let a schedule go on from now; what it missed meanwhile stays missed."""
    name = request.path_params["name"]
    await request.app.run(PauseSchedule(actor=request.caller, name=name, paused=False))
    return empty_response(200)


async def next_few(request: Request, params: NextParams, body: None) -> Response:
    """The coming times of a rule, epoch milliseconds."""
    if not params.cron_expression:
        detail = "Required request parameter 'cronExpression' is not present"
        raise rejected("invalid", detail, reason="missing_parameter")
    after = max(request.app.clock.now(), (params.schedule_start_time or 0) - 1)
    times: list[int] = []
    try:
        while len(times) < min(params.limit, MOST_TIMES):
            found = next_of([(params.cron_expression, params.zone_id)], after)
            if found is None or (params.schedule_end_time and found[0] > params.schedule_end_time):
                break
            after = found[0]
            times.append(after)
    except BadRule as fault:
        raise rejected("invalid", str(fault), reason="bad_schedule") from None
    return json_response(times)


async def search_runs(request: Request, params: SearchParams, body: None) -> Response:
    """A page of the times that schedules were due, newest first unless sorted."""
    query = Query(
        entity="schedule_run",
        where=both(read_query(params.query), params.text_filter()),
        order=order_of(
            params.sort,
            {
                "scheduledTime": "scheduled_at",
                "executionTime": "at",
                "scheduleName": "name",
                "state": "state",
            },
        )
        or (Order("id", desc=True),),
        limit=params.page_size,
        offset=max(0, params.start),
        want_total=True,
    )
    page = await request.app.list(query, request.caller)
    rows = {row.id: row for row in await request.app.rows(ScheduleRun, "id", [each for each, _ in page.ids])}
    runs = [rows[each] for each, _ in page.ids if each in rows]
    schedules = await request.app.rows(Schedule, "name", sorted({run.name for run in runs}))
    by_name = {schedule.name: schedule for schedule in schedules}
    found = [native_run(run, by_name.get(run.name)) for run in runs]
    return json_response({"totalHits": page.total, "results": found})


def bulk(paused: bool) -> Handler:
    """The handler that pauses or resumes many schedules, each on its own."""

    async def handle(request: Request, params: None, body: list[str]) -> Response:
        if len(body) > BULK:
            raise rejected("invalid", f"Cannot process more than {BULK} schedules", reason="too_many")
        done: list[str] = []
        failed: dict[str, str] = {}
        for name in body:
            try:
                await request.app.run(PauseSchedule(actor=request.caller, name=name, paused=paused))
                done.append(name)
            except Rejected as refusal:
                failed[name] = refusal.problem.detail
        return json_response(
            BulkResponse(
                bulk_error_results=failed,
                bulk_successful_results=done,
                message="Bulk Request has been processed.",
            )
        )

    return handle


def scheduler(paused: bool) -> Handler:
    """The handler that holds back every schedule, or lets all go on."""

    async def handle(request: Request, params: None, body: Any) -> Response:
        await request.app.run(PauseScheduler(actor=request.caller, paused=paused))
        if not paused:
            await _rearm(request)
        return json_response({"paused": paused})

    return handle


async def requeue(request: Request, params: None, body: Any) -> Response:
    """Set the timer of every schedule anew from what is stored."""
    names = await _rearm(request)
    return json_response({"recordIds.size": len(names), "sampleIds": names[:10]})


async def _rearm(request: Request) -> list[str]:
    page = await request.app.list(_schedules(eq("paused", False), limit=None), request.caller)
    names = [row.name for row in await _rows(request, page.ids)]
    for name in names:
        await request.app.run(RearmSchedule(actor=request.caller, name=name))
    return names


async def get_tags(request: Request, params: None, body: None) -> Response:
    """The tags of a schedule."""
    return json_response(native_schedule(await _found(request)).get("tags", []))


def write_tags(remove: bool) -> Handler:
    """The handler that adds tags to a schedule, or takes them off."""

    async def handle(request: Request, params: None, body: Any) -> Response:
        row = await _found(request)
        given = set(read_tags(body))
        present = {(tag.get("key"), tag.get("value")) for tag in native_schedule(row).get("tags", [])}
        wanted = present - given if remove else present | given
        pairs = tuple((str(key), str(value)) for key, value in sorted(wanted))
        await request.app.run(TagSchedule(actor=request.caller, name=row.name, tags=pairs))
        return empty_response(200)

    return handle


def _schedules(where: Filter | None, limit: int | None) -> Query:
    return Query(entity="schedule", where=both(where), order=(Order("name"),), limit=limit)


async def _rows(request: Request, ids: list[tuple[int, int]]) -> list[Schedule]:
    """Whole rows in the order of their ids."""
    rows = {row.id: row for row in await request.app.rows(Schedule, "id", [each for each, _ in ids])}
    return [rows[each] for each, _ in ids if each in rows]


async def _found(request: Request) -> Schedule:
    """The schedule in the path, if the caller may read it."""
    name = request.path_params["name"]
    row = await request.app.row(Schedule, name=name)
    if row is None:
        raise rejected("not_found", f"No such schedule found by name: {name}", reason="unknown_schedule")
    if not await request.app.visible("schedule", row.id, request.caller):
        raise rejected("forbidden", "You are not allowed to read this schedule", reason="no_grant")
    return row
