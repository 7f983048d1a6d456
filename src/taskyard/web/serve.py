"""Serves the built page: one document for all of its routes, and assets whose names carry a hash.

The bundle holds relative addresses only, so it works at the root and under any path prefix that a proxy adds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, PlainTextResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DIST = Path(__file__).parent / "dist"

ROUTES = frozenset({"/", "/tasks", "/executions", "/incidents", "/definitions", "/reference"})
"""Paths that answer with the document; which view it shows is decided in the browser."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy of the document: nothing inline, nothing from elsewhere, no framing."""

_SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"


class Page:
    """An ASGI application for the paths it `claims`. The files are listed once, when it is made."""

    def __init__(self, dist: Path = DIST) -> None:
        index = dist / "index.html"
        if not index.is_file():
            raise FileNotFoundError(f"The web page is not built: {index} is missing. Run tools/build_page.")
        self._files = {
            f"/{path.relative_to(dist).as_posix()}": path for path in dist.rglob("*") if path.is_file()
        }
        self._files.update(dict.fromkeys(ROUTES, index))

    def claims(self, path: str) -> bool:
        """Whether `path` (without any prefix) is the page's own."""
        return path in self._files or path.startswith("/assets/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD with the file, 304 when the client has it, 404 and 405 otherwise."""
        response = self._respond(scope)
        headers = MutableHeaders(raw=response.raw_headers)
        for name, value in _SECURITY.items():
            headers.setdefault(name, value)
        await response(scope, receive, send)

    def _respond(self, scope: Scope) -> Response:
        path = scope["path"]
        file = self._files.get(path)
        if file is None or not file.is_file():
            return PlainTextResponse("There is no such file.\n", 404, {"cache-control": "no-store"})
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET and HEAD.\n", 405, {"allow": "GET, HEAD"})
        keep = _FOREVER if path.startswith("/assets/") else _REVALIDATE
        response = FileResponse(file, stat_result=file.stat(), headers={"cache-control": keep})
        known = Headers(scope=scope).get("if-none-match", "")
        etag = response.headers["etag"]
        if etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
            return Response(status_code=304, headers={"etag": etag, "cache-control": keep})
        return response
