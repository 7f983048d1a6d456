"""Handlers that tell whether, and which, server this is."""

from __future__ import annotations

from taskyard import __version__
from taskyard.dialects.conductor.wire import Health
from taskyard.http.message import Request, Response, json_response, text_response


async def get(request: Request, params: None, body: None) -> Response:
    """Healthy when everything that readiness depends on holds; 503 otherwise."""
    checks = await request.app.ready()
    results = [{"name": name, "healthy": holds} for name, holds in sorted(checks.items())]
    healthy = all(checks.values())
    report = Health(healthy=healthy, health_results=results, suppressed_health_results=[])
    return json_response(report, 200 if healthy else 503)


async def get_version(request: Request, params: None, body: None) -> Response:
    """The version of this server, as plain text."""
    return text_response(__version__)
