"""Work that is only worth doing while the client is there to get it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from taskyard.http.intake import Disconnected, Receive, drained
from taskyard.http.message import Request

T = TypeVar("T")


async def while_present(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`. When the client leaves first, `work` is cancelled and `Disconnected` raised, so that nothing
    is handed to somebody who is gone. A body that nobody has read is passed by first: a reading that is broken off may
    take a piece of it along."""
    if request.receive is None:
        return await work
    if request.unread:
        request.unread = not await drained(request.receive, request.headers)
        if request.unread:
            return await work
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_left(request.receive))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Disconnected
    finally:
        gone.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
