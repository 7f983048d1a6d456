"""Operations as data: every operation of a native API is a row, served, partial or refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from taskyard.http.message import Request, Response
from taskyard.model.principal import Principal
from taskyard.model.problem import Problem

Handler = Callable[..., Awaitable[Response]]


class Operation(msgspec.Struct, kw_only=True, frozen=True):
    """One row of a dialect's operation table.

    `path` is relative to each of the dialect's mounts (absolute for a `root_mount` dialect or with
    `absolute`), with `{name}` for one segment, `pre{name}post` for a segment with fixed ends (`{id}:cancel`)
    and `{name...}` for the rest; `handler(request, params, body)` gets `params` as an instance of the
    `params` struct (None without one) and `body` decoded as the `body` type (None without one; `bytes` leaves
    it raw). `returns` maps each documented status to the type of its body (None: no body, `bytes`: not JSON,
    `str`: text). Statuses of the dialect's errors that every operation shares need no mention. `auth` False
    serves anonymous callers too. `verdict` is served, partial or refused; `why` says what is missing. A
    `fallback` answers only paths that no dialect's mount holds. `body_shown` is the type that the OpenAPI
    document gives for the body, where `body` is looser because the handler checks the members itself.
    """

    method: str
    path: str
    name: str
    verdict: str
    why: str = ""
    summary: str = ""
    tag: str = ""
    handler: Handler | None = None
    params: type | None = None
    body: Any = None
    body_media: tuple[str, ...] = ("application/json",)
    returns: dict[int, Any] = {}
    auth: bool = True
    max_body: int | None = None
    absolute: bool = False
    fallback: bool = False
    body_shown: Any = None


def served(method: str, path: str, name: str, handler: Handler, **rest: Any) -> Operation:
    """An operation that does all its API documents."""
    return Operation(method=method, path=path, name=name, verdict="served", handler=handler, **rest)


def partial(method: str, path: str, name: str, handler: Handler, why: str, **rest: Any) -> Operation:
    """An operation that serves the documented use but for `why`, and says so when asked for the rest."""
    return Operation(method=method, path=path, name=name, verdict="partial", why=why, handler=handler, **rest)


def refused(method: str, path: str, name: str, why: str, **rest: Any) -> Operation:
    """An operation that answers with its API's own "not served" error."""
    return Operation(method=method, path=path, name=name, verdict="refused", why=why, **rest)


class Connect(msgspec.Struct, frozen=True):
    """How to point an existing client at this server. `{url}`, `{token}` and `{password}` are filled in when
    shown."""

    title: str
    command: str


class Dialect(msgspec.Struct, kw_only=True, frozen=True):
    """One wire API: where it is mounted and how it speaks.

    `authenticate(request) -> Principal | None` reads the API's credential headers (awaitable); it raises
    `Rejected` for a credential that is there but wrong, and answers None when there is none.
    `render_problem(problem, request)` gives the native error; it also gets kernel problems (`not_found` with
    reason `unknown_path`, `method_not_allowed`, `not_served`, `too_large`, `invalid` with `errors` whose
    pointers are `?name` for query parameters and `/member` for body members). `slash` serves every path with
    and without a trailing slash. `unknown_params` is `ignore` or `refuse`. A mount may hold `{name}`
    segments. With `root_mount` the paths of the operations are absolute and `mounts` only tell whose unknown
    paths are answered in this dialect's words. `collides` is asked when two dialects claim the same method
    and path: it says whether this request is meant for this dialect.
    """

    name: str
    title: str
    version: str
    mounts: tuple[str, ...]
    operations: tuple[Operation, ...]
    authenticate: Callable[[Request], Awaitable[Principal | None]]
    render_problem: Callable[[Problem, Request], Response]
    slash: bool = False
    unknown_params: str = "ignore"
    collides: Callable[[Request], bool] | None = None
    error_statuses: dict[int, Any] = {}
    security_schemes: dict[str, Any] = {}
    connect: tuple[Connect, ...] = ()
    description: str = ""
    root_mount: bool = False
