"""Handlers of the orchestrator's root and status."""

from __future__ import annotations

from taskyard import __version__
from taskyard.dialects.puppet.wire import Info, Named, Root, ServiceStatus
from taskyard.http.message import Request, Response, json_response


async def root(request: Request, params: None, body: None) -> Response:
    """What is offered: only collections that are served."""
    base = f"{request.base_url}/orchestrator/v1"
    return json_response(
        Root(
            info=Info(
                title="Orchestrator API",
                description="Lists the tasks of a Puppet code directory and serves their files.",
                warning="Operations that are not served answer with status 501.",
                version=__version__,
                license="Apache-2.0",
            ),
            status=Named(name="status", id=f"{base}/status"),
            collections=[Named(name="tasks", id=f"{base}/tasks")],
            commands=[],
        )
    )


async def status(request: Request, params: None, body: None) -> Response:
    """Whether the orchestrator can answer: its state is that of the server's database."""
    ready = await request.app.ready()
    return json_response(
        ServiceStatus(
            service_version=__version__,
            service_status_version=1,
            detail_level="info",
            state="running" if all(ready.values()) else "error",
            status={},
            active_alerts=[],
        )
    )
