"""A small dialect of the tests' own, served by the real kernel in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

from taskyard.app.application import Application
from taskyard.config import Settings
from taskyard.http.auth import basic, bearer
from taskyard.http.forms import parse_form, parse_multipart
from taskyard.http.kernel import Kernel
from taskyard.http.message import Request, Response, empty_response, json_response, text_response
from taskyard.http.operation import Dialect, refused, served
from taskyard.model.principal import Principal
from taskyard.model.problem import Problem, rejected
from taskyard.model.time import SystemClock
from taskyard.store.store import Store, StoreSettings

ANA = Principal(id=1, uid="u", name="ana")


class Params(msgspec.Struct, kw_only=True, rename="camel"):
    text: str | None = None
    page_size: int = 10
    ratio: float | None = None
    deep: bool = False
    name: list[str] = []
    number: list[int] = []


class Inner(msgspec.Struct):
    names: list[str]


class Body(msgspec.Struct):
    title: str
    inner: Inner | None = None
    free: Any = None


async def authenticate(request: Request) -> Principal | None:
    if (pair := basic(request)) is not None and pair != ("ana", "pä:ss"):
        raise rejected("unauthenticated", "Wrong password.", reason="wrong_password")
    token = bearer(request)
    if token is not None and token != "good":
        raise rejected("unauthenticated", "Wrong token.", reason="wrong_token")
    return ANA if token or pair else None


def render_problem(problem: Problem, request: Request) -> Response:
    faults = [[error.pointer, error.code] for error in problem.errors]
    return json_response({"oops": problem.reason, "faults": faults, "detail": problem.detail}, problem.status)


async def echo(request: Request, params: Any, body: Any) -> Response:
    return json_response(
        {
            "path": request.path_params,
            "params": params,
            "body": body,
            "caller": request.principal.name if request.principal else None,
            "mount": request.mount,
            "base": request.base_url,
        }
    )


async def size(request: Request, params: None, body: bytes) -> Response:
    return text_response(str(len(body)))


async def form(request: Request, params: None, body: bytes) -> Response:
    return json_response(parse_form(request))


async def upload(request: Request, params: None, body: bytes) -> Response:
    parts = parse_multipart(request)
    return json_response([[p.name, p.filename, p.media_type, p.content.decode("latin-1")] for p in parts])


async def fault(request: Request, params: None, body: None) -> Response:
    raise RuntimeError("a secret of the inside")


async def empty(request: Request, params: None, body: None) -> Response:
    return empty_response()


async def injected(request: Request, params: None, body: None) -> Response:
    return Response(headers=[("x-name", "a\r\nset-cookie: b=c")])


async def stream(request: Request, params: None, body: None) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(int(request.path_params["count"])):
            yield f"{number}\n".encode()

    return Response(body=pieces(), media_type="text/plain")


async def broken_stream(request: Request, params: None, body: None) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        raise rejected("conflict", "Not now.", reason="not_now")
        yield b""

    return Response(body=pieces())


closed = asyncio.Event()


async def endless(request: Request, params: None, body: None) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
                await asyncio.sleep(0)
        finally:
            closed.set()

    return Response(body=pieces(), media_type="text/event-stream")


PROBE = Dialect(
    name="probe",
    title="Probe",
    version="1",
    mounts=("/probe", "/probe/engine/{engine}"),
    authenticate=authenticate,
    render_problem=render_problem,
    operations=(
        served("GET", "/things/{id}", "getThing", echo, params=Params),
        served("GET", "/things/count", "countThings", echo),
        served("DELETE", "/things/{id}", "deleteThing", empty),
        served("POST", "/things", "createThing", echo, body=Body),
        served("POST", "/things/maybe", "maybeThing", echo, body=Body | None),
        served("POST", "/things/{id}:cancel", "cancelThing", echo),
        served("GET", "/files/{path...}", "getFile", echo),
        served("GET", "/open", "open", echo, auth=False),
        served("POST", "/raw", "raw", size, body=bytes),
        served("POST", "/small", "small", size, body=bytes, max_body=10),
        served("POST", "/form", "form", form, body=bytes),
        served("POST", "/upload", "upload", upload, body=bytes),
        served("GET", "/fault", "fault", fault),
        served("GET", "/empty", "empty", empty),
        served("GET", "/injected", "injected", injected),
        served("GET", "/stream/{count}", "stream", stream),
        served("GET", "/broken", "broken", broken_stream),
        served("GET", "/endless", "endless", endless),
        refused("POST", "/later", "later", "it comes later"),
    ),
)

STRICT = msgspec.structs.replace(
    PROBE,
    name="strict",
    mounts=("/strict",),
    slash=True,
    unknown_params="refuse",
    operations=(served("GET", "/things/", "list", echo, params=Params),),
)


def kernel(tmp: Path, *dialects: Dialect, **settings: Any) -> Kernel:
    """A kernel over an application whose database stays closed."""
    chosen = Settings(data=str(tmp), log_requests=False, **settings)
    app = Application(chosen, Store(StoreSettings(path=tmp / "unused.db"), SystemClock()), SystemClock())
    return Kernel(dialects or (PROBE, STRICT), app, chosen)


class Client:
    """Sends requests to a kernel in this process; `good` credentials unless told otherwise."""

    def __init__(self, application: Kernel) -> None:
        self.application = application

    def __call__(self, method: str, path: str, *, token: str | None = "good", **rest: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        headers |= rest.pop("headers", {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.application)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://probe.test") as client:
                return await client.request(method, path, headers=headers, **rest)

        return asyncio.run(send())
