"""Changing process definitions: suspend and activate, keep history, delete."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.deployments import KeepHistory, RemoveVersions, SuspendVersions, versions_of_key
from taskyard.dialects.camunda7.definitions import find_version
from taskyard.dialects.camunda7.errors import refusal
from taskyard.dialects.camunda7.parameters import Arguments
from taskyard.dialects.camunda7.wire import HistoryTimeToLive, Suspension, from_wire_date
from taskyard.http.message import Request, Response, empty_response


class DeleteParams(msgspec.Struct, kw_only=True, frozen=True):
    """Flags of the calls that delete; nothing runs yet that they could spare."""

    cascade: bool | None = None
    skipCustomListeners: bool | None = None
    skipIoMappings: bool | None = None


def check_delete(request: Request) -> None:
    """Refuse flags that are neither true nor false."""
    arguments = Arguments(request)
    for name in DeleteParams.__struct_fields__:
        arguments.flag(name)


async def suspend(request: Request, params: None, body: Suspension) -> Response:
    """Suspend or activate the version that the path means."""
    version = await find_version(request)
    check_execution_date(request, body.executionDate)
    await request.app.run(SuspendVersions(actor=request.caller, ids=(version.id,), suspended=body.suspended))
    return empty_response()


async def suspend_key(request: Request, params: None, body: Suspension) -> Response:
    """Suspend or activate every version of a key, in every tenant."""
    if body.processDefinitionId is not None:
        text = "Only processDefinitionKey can be set to update the suspension state."
        raise refusal("invalid", text)
    if not body.processDefinitionKey:
        raise refusal("invalid", "processDefinitionKey is required to update the suspension state.")
    check_execution_date(request, body.executionDate)
    ids = await versions_of_key(request.app, request.caller, "read", key=body.processDefinitionKey)
    if ids:
        command = SuspendVersions(actor=request.caller, ids=tuple(ids), suspended=body.suspended)
        await request.app.run(command)
    return empty_response()


def check_execution_date(request: Request, text: str | None) -> None:
    """A moment that is past means now; one to come is refused, because nothing would act on it."""
    if text is None:
        return
    moment = from_wire_date(text)
    if moment is None:
        raise refusal("invalid", f"Cannot convert value {text} to java type java.util.Date")
    if moment > request.app.clock.now():
        raise refusal(
            "not_served", "A date in the future is not served: changes take effect at once", "RestException"
        )


async def keep_history(request: Request, params: None, body: HistoryTimeToLive) -> Response:
    """Set for how many days history is kept; null keeps it for ever."""
    version = await find_version(request)
    days = body.historyTimeToLive
    if days is None and request.app.settings.camunda_history_required:
        raise refusal("invalid", "Null historyTimeToLive values are not allowed", "NotAllowedException")
    if days is not None and not 0 <= days <= 2**31 - 1:
        raise refusal("invalid", f"historyTimeToLive cannot be {days}", "BadUserRequestException", number=0)
    await request.app.run(KeepHistory(actor=request.caller, id=version.id, days=days))
    return empty_response()


async def delete_version(request: Request, params: Any, body: None) -> Response:
    """Delete one version by its id."""
    check_delete(request)
    version = await find_version(request)
    await request.app.run(RemoveVersions(actor=request.caller, ids=(version.id,)))
    return empty_response()


async def delete_key(request: Request, params: Any, body: None) -> Response:
    """Delete every version of a key, without tenant or in one."""
    check_delete(request)
    version = await find_version(request)
    ids = await versions_of_key(request.app, request.caller, "read", key=version.key, tenant=version.tenant)
    await request.app.run(RemoveVersions(actor=request.caller, ids=tuple(ids)))
    return empty_response()
