"""What goes out: responses as ASGI messages, whole or as streams that end when the client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from taskyard.http.intake import Receive
from taskyard.http.message import Response

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

NOSNIFF = (b"x-content-type-options", b"nosniff")
"""On every response: no browser may take an answer for something else than it says."""

NO_STORE = (b"cache-control", b"no-store")
"""Unless a response says otherwise: most are for one caller, whose credential header caches do not know."""

CHUNK = 64 * 1024
LIVE = ("text/event-stream",)
"""Media types whose pieces are sent at once; the pieces of other streams are gathered."""

_encoded: dict[str, bytes] = {}


def response_start(
    response: Response, request_id: str, extra: tuple[tuple[bytes, bytes], ...] = ()
) -> dict[str, Any]:
    """The first ASGI message of a response: status and headers, with `content-length` where the body is known."""
    headers = [NOSNIFF, (b"x-request-id", request_id.encode("latin-1")), *extra]
    if response.media_type is not None:
        headers.append((b"content-type", _bytes(response.media_type)))
    own = [(_bytes(name.lower()), _clean(value)) for name, value in response.headers]
    headers += own
    if all(name != NO_STORE[0] for name, _ in own):
        headers.append(NO_STORE)
    body = response.body
    if isinstance(body, bytes) and response.status >= 200 and response.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(body)))
    return {"type": "http.response.start", "status": response.status, "headers": headers}


async def deliver_stream(
    start: dict[str, Any], response: Response, send: Send, receive: Receive, *, head: bool
) -> None:
    """Send a streamed response; for HEAD the body stays here. A stream that fails after its start breaks the
    connection, so that no client takes a part for the whole."""
    body = response.body
    assert not isinstance(body, bytes)
    if head:
        await _close(body)
        await send(start)
        await send({"type": "http.response.body", "body": b""})
        return
    await _stream(start, body, response.media_type in LIVE, send, receive)


async def opened(response: Response) -> Response:
    """A streamed response with the first piece drawn, so that a fault shows before the status is
    sent."""
    body = response.body
    assert not isinstance(body, bytes)
    try:
        first = await anext(body)
    except StopAsyncIteration:
        response.body = b""
        return response
    response.body = _resumed(first, body)
    return response


async def _resumed(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield first
        async for piece in rest:
            yield piece
    finally:
        await _close(rest)


async def _stream(
    start: dict[str, Any], body: AsyncIterator[bytes], live: bool, send: Send, receive: Receive
) -> None:
    pump = asyncio.ensure_future(_pump(start, body, live, send))
    gone = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((pump, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not pump.done():
            pump.cancel()
        await asyncio.gather(pump, gone, return_exceptions=True)
        await _close(body)
    if not pump.cancelled():
        pump.result()


async def _pump(start: dict[str, Any], body: AsyncIterator[bytes], live: bool, send: Send) -> None:
    await send(start)
    held: list[bytes] = []
    size = 0
    async for piece in body:
        held.append(piece)
        size += len(piece)
        if live or size >= CHUNK:
            await send({"type": "http.response.body", "body": b"".join(held), "more_body": True})
            held.clear()
            size = 0
            await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b"".join(held), "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _close(body: AsyncIterator[bytes]) -> None:
    close = getattr(body, "aclose", None)
    if close is not None:
        await close()


def _bytes(text: str) -> bytes:
    """Header names and media types repeat: their bytes are kept."""
    found = _encoded.get(text)
    if found is None:
        found = text.encode("latin-1")
        if len(_encoded) < 1_000:
            _encoded[text] = found
    return found


def _clean(value: str) -> bytes:
    """A header value that cannot end its line."""
    raw = value.encode("latin-1", "replace")
    if b"\r" in raw or b"\n" in raw or b"\0" in raw:
        raw = raw.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b" ")
    return raw
