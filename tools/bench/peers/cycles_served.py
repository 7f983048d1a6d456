"""The rivals of cycles.py behind requests, as cycle.lua sends them. Run as `python cycles_served.py PORT WAY DATABASE`.

Runs in the environment of the peers.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any
from urllib.parse import parse_qs

import msgspec
from cycles import PAYLOAD, WAYS, Way
from granian import Granian


class Served:
    """The same commands as requests: POST /api/workflow/NAME, GET /api/tasks/poll/NAME, POST /api/tasks."""

    def __init__(self) -> None:
        self.way: Way | None = None
        self.opening = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        async with self.opening:
            if self.way is None:
                way = WAYS[os.environ["BENCH_WAY"]]()
                await way.open(os.environ["BENCH_DATABASE"])
                self.way = way
        status, content = await self.answer(self.way, scope, receive)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def answer(self, way: Way, scope: Any, receive: Any) -> tuple[int, bytes]:
        path = scope["path"]
        if path.startswith("/api/workflow/"):
            queue = path.rpartition("/")[2] + ".0"
            return 200, b"%d" % await way.create(queue, (await _body(receive)).decode())
        if path == "/api/tasks":
            told = msgspec.json.decode(await _body(receive))
            output = msgspec.json.encode(told["outputData"]).decode()
            await way.complete(int(told["taskId"]), told["workerId"], output)
            return 200, told["taskId"].encode()
        worker = parse_qs(scope["query_string"].decode())["workerid"][0]
        job = await way.lease(path.rpartition("/")[2], worker)
        if job is None:
            return 204, b""
        return 200, msgspec.json.encode({"taskId": str(job), "workflowInstanceId": "", "payload": PAYLOAD})


async def _body(receive: Any) -> bytes:
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body"):
            return content


app = Served()

if __name__ == "__main__":
    os.environ["BENCH_WAY"], os.environ["BENCH_DATABASE"] = sys.argv[2:]
    Granian(
        "cycles_served:app",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface="asgi",
        workers=1,
        loop="uvloop",
        websockets=False,
        log_enabled=False,
    ).serve()
