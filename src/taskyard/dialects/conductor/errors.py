"""Problems in Conductor's clothes: one JSON body for every refusal, whatever the client said it accepts."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from typing import Any

import msgspec

from taskyard.dialects.conductor.wire import ErrorBody, ValidationFault
from taskyard.http.message import Request, Response, json_response
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.notations.flowjson.member import Unreadable
from taskyard.notations.flowjson.violation import Violation

INSTANCE = platform.node() or "taskyard"
"""Names this server in error bodies."""

INVALID = "Validation failed, check below errors for detail."
STATUS = {"unprocessable": 400, "not_served": 501}
"""Where the native status is not the one the problem suggests."""

TOKEN_WORDS = {"invalid_token": "INVALID_TOKEN", "expired_token": "EXPIRED_TOKEN"}
"""Reasons that make clients fetch a new token and try once more; no other refusal may carry these words."""


def render_problem(problem: Problem, request: Request) -> Response:
    """The native error: status, and a body with `message`, plus `validationErrors` where members are at
    fault."""
    status = STATUS.get(problem.code, problem.status)
    faults = [_fault(error) for error in problem.errors] or None
    body = ErrorBody(
        status=status,
        message=_message(problem, request),
        instance=INSTANCE,
        retryable=problem.retryable and problem.code != "internal",
        error=_word(problem),
        validation_errors=faults,
    )
    headers = [("WWW-Authenticate", "Bearer")] if status == 401 else []
    return json_response(body, status, headers)


def violated(prefix: str, violations: Iterable[Violation]) -> Rejected:
    """A refusal for broken rules; `prefix` is put before their paths."""
    errors = tuple(
        FieldError(
            pointer=_joined(prefix, each.path),
            detail=each.message,
            code="rule",
            value=each.value,
        )
        for each in violations
    )
    return Rejected(Problem(code="invalid", detail=INVALID, reason="validation", errors=errors))


def _joined(prefix: str, path: str) -> str:
    return prefix + path if path.startswith("[") else f"{prefix}.{path}".rstrip(".")


def unreadable(fault: Unreadable) -> Rejected:
    """A refusal for a body that is not shaped as it must be."""
    detail = f"JSON parse error: {fault}"
    errors = (FieldError(pointer=fault.path, detail=fault.detail, value=fault.value),) if fault.path else ()
    return Rejected(Problem(code="invalid", detail=detail, reason="unreadable", errors=errors))


def _message(problem: Problem, request: Request) -> str:
    if problem.reason == "unknown_path":
        return f"No static resource {request.path.lstrip('/')}."
    if problem.code == "method_not_allowed":
        return f"Request method '{request.method}' is not supported"
    if problem.code == "not_served" and request.operation is not None:
        return f"{request.operation.name} is not served: {request.operation.why or problem.detail}"
    return problem.detail


def _word(problem: Problem) -> str | None:
    if problem.code != "unauthenticated":
        return None
    return TOKEN_WORDS.get(problem.reason, "UNAUTHENTICATED")


def _fault(error: FieldError) -> ValidationFault:
    return ValidationFault(
        path=error.pointer.lstrip("?/"), message=error.detail, invalid_value=_shown(error.value)
    )


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 200 else text[:197] + "..."
