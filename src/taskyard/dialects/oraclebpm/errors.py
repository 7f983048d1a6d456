"""Problems in this API's clothes."""

from __future__ import annotations

import re

import msgspec

from taskyard.dialects.oraclebpm.wire import ErrorBody
from taskyard.http.message import JSON, Request, Response
from taskyard.model.problem import Problem

TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Payload too large",
    415: "Unsupported media type",
    422: "Bad request",
    429: "Too many requests",
    500: "Internal Server Error",
    501: "Not implemented",
    503: "Service unavailable",
}

CHALLENGE: tuple[str, str] = ("www-authenticate", 'Basic realm="taskyard", Bearer')

_encode = msgspec.json.Encoder().encode
_QUALITY = re.compile(r";\s*q=([0-9.]+)")


def render_problem(problem: Problem, request: Request) -> Response:
    """The native error.

    A 401 is the plain word `Unauthorized` unless the caller takes nothing but JSON, since clients compare the
    whole body with it.
    """
    status = 412 if problem.reason == "task_changed" else problem.status
    headers: list[tuple[str, str]] = [CHALLENGE] if status == 401 else []
    if status == 401 and not _only_json(request.headers.get("accept", "")):
        return Response(
            status=401, body=b"Unauthorized", media_type="text/plain; charset=utf-8", headers=headers
        )
    detail = _detail(problem)
    body = ErrorBody(
        type="about:blank",
        title=TITLES[status],
        status=status,
        detail=detail,
        errorCode=f"BPM-{status}-{_word(problem)}",
        Type=str(status),
        Message=detail,
    )
    return Response(status=status, body=_encode(body), media_type=JSON, headers=headers)


def _word(problem: Problem) -> str:
    """The last part of the error code: the parameter that is wrong, else the reason."""
    if problem.code == "invalid" and len(problem.errors) == 1 and problem.errors[0].pointer.startswith("?"):
        return problem.errors[0].pointer[1:].upper() or "QUERY"
    return re.sub(r"[^A-Z0-9]+", "_", (problem.reason or problem.code).upper())


def _detail(problem: Problem) -> str:
    if problem.reason == "unknown_path":
        return f"no such resource: {problem.context.get('path', '')}"
    return problem.detail


def _only_json(accept: str) -> bool:
    """The caller names JSON and nothing that admits text."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    return bool(kinds) and all(kind == JSON or kind.endswith("+json") for kind in kinds)


def excludes_json(accept: str) -> bool:
    """The caller says that JSON will not do (`application/json;q=0`)."""
    for part in accept.split(","):
        kind, _, rest = part.partition(";")
        quality = _QUALITY.search(f";{rest}")
        if kind.strip().lower() == JSON and quality is not None and _is_zero(quality[1]):
            return True
    return False


def _is_zero(text: str) -> bool:
    return not text.strip("0.")
