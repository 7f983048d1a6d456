"""The floor: a raw ASGI application on the product's own server, which answers `/{n}` with n fixed bytes.

Run as `python -m tools.bench.floor PORT`.
"""

from __future__ import annotations

import asyncio
import sys
from functools import cache
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server


@cache
def body(size: int) -> bytes:
    return b'{"filler":"' + b"x" * max(0, size - 13) + b'"}'


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    content = body(int(scope["path"][1:] or 0))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def serve(port: int) -> None:
    server = Server(
        application,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=512,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1])))
