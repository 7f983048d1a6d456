"""The kernel: one raw ASGI application for every dialect.

A request is routed, authenticated, decoded, handled and answered; whatever goes wrong is answered in the
words of the dialect that owns the path. Everything that can be built before the first request is.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

from taskyard.config import Settings
from taskyard.http import collision
from taskyard.http.access_log import AccessLog
from taskyard.http.body import BodyDecoder
from taskyard.http.delivery import Send, deliver_stream, opened, response_start
from taskyard.http.intake import (
    Disconnected,
    Receive,
    Scope,
    base_url,
    drained,
    is_safe_id,
    read_body,
)
from taskyard.http.message import Headers, Request, Response
from taskyard.http.operation import Dialect, Operation
from taskyard.http.params import ParamsDecoder, checked_pairs
from taskyard.http.problem import problem_response
from taskyard.http.router import Found, Route, Router
from taskyard.http.system import system_dialect
from taskyard.model.problem import Problem, Rejected
from taskyard.telemetry import REFUSED, UNEXPECTED, OperationMeter, log, operation_meters

NO_CREDENTIAL = Problem(code="unauthenticated", reason="no_credential", detail="A credential is needed.")


class Page(Protocol):
    """The web page: an ASGI application for the paths that it claims and no dialect serves."""

    def claims(self, path: str) -> bool: ...

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]: ...


class Endpoint:
    """An operation with its decoders and its meter, shared by all of its routes. The decoders are made once,
    by the first request: there are some hundred of them, and a start should not wait for all."""

    __slots__ = (
        "_authenticate",
        "_body",
        "_handler",
        "_params",
        "_ready",
        "dialect",
        "limit",
        "meter",
        "operation",
        "reads_body",
    )

    def __init__(self, dialect: Dialect, operation: Operation, settings: Settings) -> None:
        self.dialect = dialect
        self.operation = operation
        self.meter = OperationMeter(dialect.name, operation.name)
        self._authenticate = dialect.authenticate
        self._handler = operation.handler or self._refuse
        self.reads_body = operation.body is not None and operation.handler is not None
        self.limit = operation.max_body or (
            settings.max_upload if operation.body is bytes else settings.max_body
        )
        self._params: ParamsDecoder | None = None
        self._body: BodyDecoder | None = None
        self._ready = False

    def _prepare(self) -> None:
        operation = self.operation
        if operation.params is not None and operation.handler is not None:
            self._params = ParamsDecoder(
                operation.params, refuse_unknown=self.dialect.unknown_params == "refuse"
            )
        if operation.body is not None and operation.body is not bytes:
            self._body = BodyDecoder(operation.body, operation.body_media)
        self._ready = True

    async def answer(self, request: Request, receive: Receive) -> Response:
        """The response of a request that was routed here. Raises `Rejected`, `Disconnected`, or anything."""
        app = request.app
        if self.operation.auth:
            principal = await self._authenticate(request) or app.anonymous
            if principal is None:
                raise Rejected(NO_CREDENTIAL)
        else:
            try:
                principal = await self._authenticate(request) or app.anonymous
            except Rejected:
                principal = app.anonymous
        request.principal = principal
        request.receive = receive
        if not self._ready:
            self._prepare()
        params = self._params
        if params is not None:
            if request.query_string:
                request.pairs = checked_pairs(request.query_string, app.settings)
            params = params.decode_pairs(request.pairs)
        body: Any = None
        if self.reads_body:
            body = request.body = await read_body(receive, request.headers, self.limit)
            request.unread = False
            if self._body is not None:
                body = self._body.decode(body, request.headers.get("content-type"), app.settings)
        response = await self._handler(request, params, body)
        return response if isinstance(response.body, bytes) else await opened(response)

    async def _refuse(self, request: Request, params: Any, body: Any) -> Response:
        """Stands where an operation that is not served has no handler."""
        operation = self.operation
        REFUSED.labels(self.dialect.name, operation.name).inc()
        raise Rejected(
            Problem(
                code="not_served",
                reason="not_served",
                detail=f"{operation.method} {operation.path} is not served: {operation.why}",
                context={"operation": operation.name, "why": operation.why},
            )
        )


class Kernel:
    """Serves the dialects on one port.

    `page` answers what no dialect serves. `startup` and `shutdown` run with the server's lifespan, in order;
    without hooks the lifespan is still acknowledged.
    """

    def __init__(
        self,
        dialects: Sequence[Dialect],
        app: Any,
        settings: Settings,
        *,
        page: Page | None = None,
        startup: Sequence[Callable[[], Awaitable[Any]]] = (),
        shutdown: Sequence[Callable[[], Awaitable[Any]]] = (),
    ) -> None:
        self.app = app
        self.settings = settings
        self.page = page
        self.startup = startup
        self.shutdown = shutdown
        self.dialects = tuple(dialects)
        self.router = Router((*self.dialects, system_dialect(self.dialects, app)))
        self._prefix = settings.path_prefix.rstrip("/")
        self._log = AccessLog(settings.log_requests and settings.log_level in ("debug", "info"), app.clock)
        self._ids = f"{os.urandom(6).hex()}-"
        self._count = itertools.count(1)
        self._strays = OperationMeter("none", "none")
        endpoints: dict[int, Endpoint] = {}
        for route in self.router.routes:
            key = id(route.operation)
            if key not in endpoints:
                endpoints[key] = Endpoint(route.dialect, route.operation, settings)
            route.endpoint = endpoints[key]
        operation_meters([*(endpoint.meter for endpoint in endpoints.values()), self._strays])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._live(receive, send)
            return
        started = perf_counter()
        method: str = scope["method"]
        path: str = scope["raw_path"].decode("latin-1") if scope.get("raw_path") else scope["path"]
        if self._prefix and path.startswith(self._prefix + "/"):
            path = path[len(self._prefix) :]
        found = self.router.match(method, path)
        if self._is_page(path, found):
            await self.page({**scope, "path": path}, receive, send)  # type: ignore[misc]
            return
        request = self._request(scope, method, path)
        endpoint: Endpoint | None = None
        extra: tuple[tuple[bytes, bytes], ...] = ()
        try:
            route = self._route(request, found)
            endpoint = route.endpoint if route is not None else None
            response = (
                await endpoint.answer(request, receive) if endpoint is not None else self._options(path)
            )
        except Rejected as rejection:
            dialect = endpoint.dialect if endpoint is not None else self._owner(path, request.headers)
            response, extra = self._refusal(rejection.problem, request, dialect)
        except Disconnected:
            return
        except Exception as fault:
            dialect = endpoint.dialect if endpoint is not None else None
            response, extra = self._failure(fault, request, dialect)
        head = method == "HEAD"
        if request.unread and not await drained(receive, request.headers):
            extra = (*extra, (b"connection", b"close"))
        try:
            start = response_start(response, request.request_id, extra)
            if isinstance(response.body, bytes):
                await send(start)
                await send({"type": "http.response.body", "body": b"" if head else response.body})
            else:
                await deliver_stream(start, response, send, receive, head=head)
        finally:
            self._account(request, response.status, endpoint, perf_counter() - started)

    def _is_page(self, path: str, found: Found | None) -> bool:
        """The page has this path, and no dialect has it for itself."""
        if found is not None and not found[0][0].operation.fallback:
            return False
        return self.page is not None and self.page.claims(path)

    def _request(self, scope: Scope, method: str, path: str) -> Request:
        headers = Headers(scope["headers"])
        raw = headers.raw
        number = f"{self._ids}{next(self._count):x}"
        if b"x-request-id" in raw and is_safe_id(headers["x-request-id"]):
            number = headers["x-request-id"]
        request = Request(
            self.app,
            method,
            path,
            scope["query_string"].decode("latin-1"),
            headers,
            b"",
            self._base_url,
            number,
        )
        if b"content-length" in raw or b"transfer-encoding" in raw:
            request.unread = True
        return request

    def _base_url(self, request: Request) -> str:
        return base_url(request.headers, self.settings)

    def _route(self, request: Request, found: Found | None) -> Route | None:
        """The route of a request, its operation and path parameters noted; None for OPTIONS of a known path.

        Raises `Rejected` with `not_found` or `method_not_allowed`.
        """
        path = request.path
        if found is None and request.method == "HEAD":
            found = self.router.match("GET", path)
        if found is None:
            allowed = self.router.allowed(path)
            if not allowed:
                raise Rejected(
                    Problem(
                        code="not_found",
                        reason="unknown_path",
                        detail=f"There is no path {path}.",
                        context={"path": path},
                    )
                )
            if request.method == "OPTIONS":
                return None
            raise Rejected(
                Problem(
                    code="method_not_allowed",
                    reason="method_not_allowed",
                    detail=f"{request.method} is not allowed here; {', '.join(allowed)} is.",
                    context={"method": request.method, "allow": allowed, "path": path},
                )
            )
        routes, values = found
        route = routes[0] if len(routes) == 1 else self._chosen(routes, request)
        request.operation = route.operation
        if route.names:
            request.path_params = dict(zip(route.names, values, strict=True))
        depth = route.mount_depth
        request.mount = "/".join(path.split("/")[: depth + 1]) if depth else route.mount
        return route

    def _chosen(self, routes: tuple[Route, ...], request: Request) -> Route:
        names = [route.dialect.name for route in routes]
        if routes[0].shape not in collision.COLLISIONS:
            for route in routes:
                if route.dialect.collides is not None and route.dialect.collides(request):
                    return route
        return routes[names.index(collision.winner(routes[0].shape, names, request.headers, request.path))]

    def _owner(self, path: str, headers: Mapping[str, str]) -> Dialect | None:
        """The dialect in whose words a path without a route is refused."""
        owners = self.router.owners(path)
        if not owners:
            return None
        dialects = {dialect.name: dialect for dialect, _ in owners}
        prefix = "/".join(path.split("/")[: owners[0][1] + 1])
        return dialects[collision.winner(prefix, list(dialects), headers, path)]

    def _options(self, path: str) -> Response:
        return Response(status=204, headers=[("allow", ", ".join(self.router.allowed(path)))])

    def _refusal(
        self, problem: Problem, request: Request, dialect: Dialect | None
    ) -> tuple[Response, tuple[tuple[bytes, bytes], ...]]:
        """The native error for a problem, and the headers that the kernel adds to it."""
        try:
            response = (dialect.render_problem if dialect is not None else problem_response)(problem, request)
        except Exception as fault:
            return self._failure(fault, request, None)
        word = (problem.reason or problem.code).encode("ascii", "replace")
        extra: tuple[tuple[bytes, bytes], ...] = ((b"x-taskyard-problem", word),)
        if problem.code == "method_not_allowed":
            extra = (*extra, (b"allow", ", ".join(problem.context["allow"]).encode("ascii", "replace")))
        return response, extra

    def _failure(
        self, fault: Exception, request: Request, dialect: Dialect | None
    ) -> tuple[Response, tuple[tuple[bytes, bytes], ...]]:
        """A fault of ours: told in full to the log, and to the client only that it happened."""
        name = dialect.name if dialect is not None else "none"
        UNEXPECTED.labels(name).inc()
        log.error(
            "unexpected_error",
            request_id=request.request_id,
            method=request.method,
            path=request.path,
            dialect=name,
            exc_info=fault,
        )
        problem = Problem(
            code="internal",
            reason="internal",
            detail=f"The server failed. Its log has request {request.request_id}.",
            retryable=True,
        )
        return self._refusal(problem, request, dialect)

    def _account(self, request: Request, status: int, endpoint: Endpoint | None, seconds: float) -> None:
        meter = endpoint.meter if endpoint is not None else self._strays
        meter.add(status, seconds)
        if self._log.enabled:
            self._log.note(request, status, seconds, meter)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            kind = message["type"]
            try:
                for hook in self.startup if kind == "lifespan.startup" else self.shutdown:
                    await hook()
            except Exception as fault:
                log.error(f"{kind}.failed", exc_info=fault)
                await send({"type": f"{kind}.failed", "message": str(fault)})
                return
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
