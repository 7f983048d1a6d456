"""Handlers of executions and incidents."""

from __future__ import annotations

import msgspec

from taskyard.app import execution_history as history
from taskyard.app import executions
from taskyard.app.executions import (
    PauseExecution,
    RestartExecution,
    ResumeExecution,
    RetryExecution,
    StartExecution,
    TerminateExecution,
)
from taskyard.dialects.native import execution_wire as wire
from taskyard.dialects.native.execution_render import (
    ExecutionRenderer,
    event_item,
    incident_item,
    members_of,
    raw,
    record_item,
    wait_item,
)
from taskyard.dialects.native.queries import by_reference, execution_query, incident_query
from taskyard.dialects.native.render import page_body
from taskyard.dialects.native.wire import ListParams
from taskyard.http.message import JSON, Request, Response, json_response
from taskyard.model.command import Command
from taskyard.model.execution import Execution, Incident
from taskyard.model.problem import rejected

FIRST = 200
"""Records, and events, that come with an execution; the rest is asked for by page."""

_list_item = ExecutionRenderer()
_encode = msgspec.json.Encoder().encode


async def list_executions(request: Request, params: ListParams, body: None) -> Response:
    query = execution_query(params, request.app.clock.now())
    found = await request.app.render_page(query, request.caller, _list_item)
    return Response(body=page_body(found.items, found.page.next, found.page.total), media_type=JSON)


async def get_execution(request: Request, params: None, body: None) -> Response:
    return await _show(request, await _found(request))


async def list_records(request: Request, params: wire.PageParams, body: None) -> Response:
    execution = await _found(request)
    return json_response(await _records(request, execution, params.after, params.limit))


async def list_timeline(request: Request, params: wire.PageParams, body: None) -> Response:
    execution = await _found(request)
    return json_response(await _timeline(request, execution, params.after, params.limit))


async def start_execution(request: Request, params: None, body: wire.NewExecution) -> Response:
    started = await request.app.run(
        StartExecution(
            actor=request.caller,
            key=body.definition,
            version=body.version,
            input=_encode(body.input).decode(),
            correlation=body.correlation,
            priority=body.priority,
            idempotency_key=body.idempotency_key,
            idempotency_strategy="RETURN_EXISTING" if body.idempotency_key else None,
        )
    )
    return await _show(request, started.execution, 201 if started.fresh else 200)


async def pause_execution(request: Request, params: None, body: None) -> Response:
    execution = await _found(request, "execute")
    return await _run(request, PauseExecution(actor=request.caller, execution=execution.uid))


async def resume_execution(request: Request, params: None, body: None) -> Response:
    execution = await _found(request, "execute")
    return await _run(request, ResumeExecution(actor=request.caller, execution=execution.uid))


async def terminate_execution(request: Request, params: None, body: wire.Termination | None) -> Response:
    execution = await _found(request, "execute")
    reason = body.reason if body else None
    return await _run(
        request, TerminateExecution(actor=request.caller, execution=execution.uid, reason=reason)
    )


async def retry_execution(request: Request, params: None, body: wire.Repeat | None) -> Response:
    execution = await _found(request, "execute")
    resume = body.resume_children if body else False
    return await _run(
        request, RetryExecution(actor=request.caller, execution=execution.uid, resume_children=resume)
    )


async def restart_execution(request: Request, params: None, body: wire.Repeat | None) -> Response:
    execution = await _found(request, "execute")
    latest = body.latest if body else False
    return await _run(request, RestartExecution(actor=request.caller, execution=execution.uid, latest=latest))


async def list_incidents(request: Request, params: wire.IncidentParams, body: None) -> Response:
    query = incident_query(params, request.app.clock.now())
    page = await request.app.list(query, request.caller)
    rows = {row.id: row for row in await request.app.rows(Incident, "id", [each for each, _ in page.ids])}
    found = [rows[each] for each, _ in page.ids if each in rows]
    items = [_encode(item) for item in await _incident_items(request, found)]
    return Response(body=page_body(items, page.next, page.total), media_type=JSON)


async def resolve_incident(request: Request, params: None, body: None) -> Response:
    reference = request.path_params["id"]
    page = await request.app.list(by_reference("incident", reference), request.caller)
    rows = await request.app.rows(Incident, "id", [each for each, _ in page.ids])
    if not rows:
        raise rejected(
            "not_found", f"There is no incident {reference!r}.", reason="unknown_incident", id=reference
        )
    await request.app.run(history.ResolveIncident(actor=request.caller, uid=rows[0].uid))
    after = await request.app.rows(Incident, "id", [rows[0].id])
    return json_response((await _incident_items(request, after))[0])


async def _incident_items(request: Request, incidents: list[Incident]) -> list[wire.IncidentItem]:
    ids = sorted({one.execution_id for one in incidents if one.execution_id is not None})
    found = {row.id: row for row in await request.app.rows(Execution, "id", ids)}
    return [incident_item(one, found.get(one.execution_id or 0)) for one in incidents]


async def _found(request: Request, action: str = "read") -> Execution:
    """The execution in the path, on which the caller may do `action`."""
    reference = request.path_params["id"]
    page = await request.app.list(by_reference("execution", reference), request.caller)
    rows = await request.app.rows(Execution, "id", [each for each, _ in page.ids])
    if not rows:
        raise rejected(
            "not_found", f"There is no execution {reference!r}.", reason="unknown_execution", id=reference
        )
    if action != "read":
        await executions.allow(request.app, rows[0], request.caller, action)
    return rows[0]


async def _run(request: Request, command: Command) -> Response:
    """Run a command on the execution in the path, and show what became of it."""
    await request.app.run(command)
    return await _show(request, await _found(request))


async def _show(request: Request, execution: Execution, status: int = 200) -> Response:
    app = request.app
    view = await executions.view(app, execution)
    row = view.execution
    incidents = await history.incidents_of(app, row)
    detail = wire.ExecutionDetail(
        **members_of(row),
        input=raw(view.document.input),
        output=raw(view.document.output),
        variables={name: raw(value) for name, value in view.variables.items()},
        parent=view.parent,
        waits=[wait_item(wait) for wait in await history.waits_of(app, row)],
        incidents=[incident_item(one, row) for one in incidents],
        records=await _records(request, row, None, FIRST),
        timeline=await _timeline(request, row, None, FIRST),
    )
    headers = (
        [("location", f"{request.base_url}{request.mount}/executions/{row.id}")] if status == 201 else []
    )
    return json_response(detail, status, headers)


async def _records(request: Request, execution: Execution, after: str | None, limit: int) -> wire.RecordPage:
    start = int(after) if after is not None and after.isdecimal() and len(after) < 10 else 0
    if after is not None and str(start) != after:
        raise rejected("invalid", "after: not a `next` of this list.", reason="invalid_parameters")
    found, total = await executions.record_page(request.app, execution, [], start, limit)
    end = start + len(found)
    following = str(end) if found and end < total else None
    return wire.RecordPage(items=[record_item(one) for one in found], next=following, total=total)


async def _timeline(request: Request, execution: Execution, after: str | None, limit: int) -> wire.EventPage:
    found, following = await history.timeline(request.app, execution, after, limit)
    return wire.EventPage(items=[event_item(one) for one in found], next=following)
