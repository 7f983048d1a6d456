"""A request as handlers see it, and the response they give."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from taskyard.http.params import parse_query
from taskyard.model.principal import Principal

JSON = "application/json"
_encoder = msgspec.json.Encoder()


class Response(msgspec.Struct, kw_only=True):
    """What goes on the wire. `body` is bytes, or an async iterator of bytes for a stream without known
    length."""

    status: int = 200
    body: bytes | AsyncIterator[bytes] = b""
    media_type: str | None = None
    headers: list[tuple[str, str]] = []


class Headers(Mapping[str, str]):
    """The headers of a request by lower-case name, decoded when they are asked for.

    Repeated headers are joined by a comma (`cookie`: by a semicolon). `raw` is what was sent, as bytes.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self.raw = dict(raw)
        if len(self.raw) != len(raw):
            self.raw = {}
            for name, value in raw:
                glue = b"; " if name == b"cookie" else b", "
                self.raw[name] = self.raw[name] + glue + value if name in self.raw else value

    def __getitem__(self, name: str) -> str:
        return self.raw[name.encode("latin-1")].decode("latin-1")

    def get(self, name: str, default: Any = None) -> Any:
        value = self.raw.get(name.encode("latin-1"))
        return value.decode("latin-1") if value is not None else default

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.encode("latin-1") in self.raw

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self.raw)

    def __len__(self) -> int:
        return len(self.raw)


class Request:
    """One HTTP request after routing and authentication.

    `path_params` are percent-decoded; `base_url` is scheme and authority as the client sees them (no trailing
    slash); `mount` is the mount prefix that matched (`/bpm/api/3.0`); `body` is the whole payload within the
    limit; `app` is the application (`taskyard.app.application.Application`).
    """

    __slots__ = (
        "_base_url",
        "_pairs",
        "app",
        "body",
        "headers",
        "method",
        "mount",
        "operation",
        "path",
        "path_params",
        "principal",
        "query_string",
        "receive",
        "request_id",
        "unread",
    )

    def __init__(
        self,
        app: Any,
        method: str,
        path: str,
        query_string: str,
        headers: Mapping[str, str],
        body: bytes,
        base_url: str | Callable[[Request], str],
        request_id: str,
        mount: str = "",
        operation: Any = None,
        path_params: dict[str, str] | None = None,
        principal: Principal | None = None,
        unread: bool = False,
    ) -> None:
        self.app = app
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self._base_url = base_url
        self.request_id = request_id
        self.mount = mount
        self.operation = operation
        self.path_params = {} if path_params is None else path_params
        self.principal = principal
        self.unread = unread
        self.receive: Callable[[], Awaitable[Any]] | None = None
        """What comes from the client after its request: that it has left."""
        self._pairs: list[tuple[str, str]] | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The decoded names and values of the query string, in order. Parsed once."""
        if self._pairs is None:
            self._pairs = parse_query(self.query_string) if self.query_string else []
        return self._pairs

    @pairs.setter
    def pairs(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    @property
    def base_url(self) -> str:
        """Scheme and authority as the client sees them, without a trailing slash; worked out when asked
        for."""
        if not isinstance(self._base_url, str):
            self._base_url = self._base_url(self)
        return self._base_url

    @property
    def caller(self) -> Principal:
        """The authenticated principal; only for operations that demand one."""
        if self.principal is None:
            raise RuntimeError("operation without authentication asked for its caller")
        return self.principal


def json_response(value: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Response:
    """A JSON response; structs are encoded as they are declared."""
    return Response(status=status, body=_encoder.encode(value), media_type=JSON, headers=headers or [])


def text_response(text: str, status: int = 200, media_type: str = "text/plain; charset=utf-8") -> Response:
    return Response(status=status, body=text.encode(), media_type=media_type)


def empty_response(status: int = 204) -> Response:
    return Response(status=status)
