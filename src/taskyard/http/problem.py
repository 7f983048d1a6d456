"""RFC 9457 problem documents: the errors of the native API and of paths that belong to no dialect."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.http.message import Request, Response
from taskyard.model.problem import Problem

MEDIA_TYPE = "application/problem+json"

TITLES = {
    "invalid": "The input is not valid",
    "unauthenticated": "A credential is needed",
    "forbidden": "The caller may not do this",
    "not_found": "There is no such thing",
    "method_not_allowed": "The method is not allowed here",
    "not_acceptable": "No acceptable representation",
    "conflict": "The state does not allow this",
    "too_large": "The request is too large",
    "unsupported_media_type": "The media type is not taken",
    "unprocessable": "The input cannot be processed",
    "too_many": "Too many requests",
    "internal": "The server failed",
    "not_served": "The operation is not served",
    "unavailable": "The server cannot answer now",
}
"""What each canonical problem code says in one line."""

_encoder = msgspec.json.Encoder(enc_hook=str)


class ProblemError(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One fault: `pointer` is a JSON pointer into the body, or `?name` for a query parameter."""

    pointer: str
    code: str
    detail: str


class ProblemDocument(msgspec.Struct, kw_only=True):
    """An RFC 9457 problem with our members. `instance` is the request id; `type` names a page of the
    documentation."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    reason: str | None = None
    errors: list[ProblemError] = []
    hint: str | None = None
    retryable: bool = False


def problem_document(problem: Problem, request: Request) -> ProblemDocument:
    return ProblemDocument(
        type=f"{request.base_url}/docs/problems#{problem.code}",
        title=TITLES[problem.code],
        status=problem.status,
        detail=problem.detail,
        instance=f"urn:request:{request.request_id}",
        code=problem.code,
        reason=problem.reason or None,
        errors=[ProblemError(pointer=e.pointer, code=e.code, detail=e.detail) for e in problem.errors],
        hint=problem.hint or None,
        retryable=problem.retryable,
    )


def problem_response(problem: Problem, request: Request) -> Response:
    """The problem as the native API answers it."""
    headers: list[tuple[str, str]] = []
    if problem.code == "unauthenticated":
        headers.append(("www-authenticate", 'Bearer realm="taskyard"'))
    body: dict[str, Any] = {
        name: value
        for name, value in msgspec.to_builtins(problem_document(problem, request)).items()
        if value is not None and value != []
    }
    return Response(status=problem.status, body=_encoder.encode(body), media_type=MEDIA_TYPE, headers=headers)
