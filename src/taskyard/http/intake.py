"""What comes in: headers, addresses and bodies of raw ASGI requests, within limits."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from taskyard.config import Settings
from taskyard.model.problem import Problem, Rejected

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

DRAINED = 256 * 1024
"""How much of an unwanted body is read away before the connection is given up instead."""

PATIENCE = 60
"""Seconds to wait for the next piece of a body."""

_HOST = re.compile(r"^[A-Za-z0-9._~\-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._:/+=\-]{1,128}$")


class Disconnected(Exception):
    """The client left before its request was whole."""


def base_url(headers: Mapping[str, str], settings: Settings) -> str:
    """Scheme and authority as the client sees them, with the proxy's path prefix, without a trailing slash."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = headers.get("host", "")
    if not _HOST.match(host):
        host = f"{settings.host}:{settings.port}"
    return f"http://{host}{settings.path_prefix.rstrip('/')}"


def is_safe_id(value: str) -> bool:
    """A request id that can be repeated in headers and logs."""
    return _REQUEST_ID.match(value) is not None


def declared_length(headers: Mapping[str, str]) -> int:
    """`Content-Length`, 0 without one; chunked bodies are counted while they are read."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


async def drained(receive: Receive, headers: Mapping[str, str]) -> bool:
    """Read away a body that nobody wanted, so that its connection can serve on; False when that is too much."""
    if declared_length(headers) > DRAINED:
        return False
    size = 0
    while size <= DRAINED:
        try:
            async with asyncio.timeout(PATIENCE):
                message = await receive()
        except TimeoutError:
            return False
        if message["type"] != "http.request":
            return False
        if not message.get("more_body", False):
            return True
        size += len(message.get("body", b""))
    return False


async def read_body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """The whole body. Raises `Rejected` (`too_large`) as soon as it is known to exceed `limit` bytes, and
    `Disconnected`."""
    length = declared_length(headers)
    if length > limit:
        raise too_large(limit)
    if not length and "transfer-encoding" not in headers:
        return b""
    chunks: list[bytes] = []
    size = 0
    while True:
        try:
            async with asyncio.timeout(PATIENCE):
                message = await receive()
        except TimeoutError:
            raise too_slow() from None
        if message["type"] != "http.request":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        if not message.get("more_body", False):
            return b"".join((*chunks, chunk)) if chunks else bytes(chunk)
        chunks.append(chunk)


def too_large(limit: int) -> Rejected:
    return Rejected(
        Problem(
            code="too_large",
            reason="body_too_large",
            detail=f"The request body is larger than {limit} bytes.",
            context={"limit": limit},
        )
    )


def too_slow() -> Rejected:
    detail = f"No more of the request body came for {PATIENCE} seconds."
    return Rejected(Problem(code="invalid", reason="body_too_slow", detail=detail, retryable=True))
