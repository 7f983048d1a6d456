"""Problems in Label Studio's envelope (reference: Django REST framework errors as its exception handler wraps
them)."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from taskyard.http.message import Request, Response, json_response
from taskyard.model.ids import uuid7
from taskyard.model.problem import FieldError, Problem, Rejected, rejected

R = TypeVar("R")

VERSION = "1.23.2"
"""The release of Label Studio whose answers these are; clients read it."""

NO_CREDENTIALS = "Authentication credentials were not provided."
NO_PERMISSION = "You do not have permission to perform this action."


class ErrorEnvelope(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The body of every error."""

    id: str | None = None
    status_code: int | None = None
    version: str | None = None
    detail: str
    exc_info: str | None = None
    validation_errors: dict[str, Any] | None = None


def render_problem(problem: Problem, request: Request) -> Response:
    """The native error. Client mistakes that the original answers 500 are 400 here, because its SDK repeats
    calls after a 500. What is not served is 404, as the original answers for paths of its Enterprise
    edition."""
    status = {"not_served": 404, "unprocessable": 400, "not_acceptable": 406}.get(
        problem.code, problem.status
    )
    body: dict[str, Any] = {
        "id": uuid7(request.app.clock.now()) if request.app is not None else request.request_id,
        "status_code": status,
        "version": VERSION,
        "detail": _detail(problem, request),
        "exc_info": None,
    }
    if problem.code in ("invalid", "unprocessable") and problem.reason != "bad_query":
        body["detail"] = "Validation error"
        body["validation_errors"] = _validation_errors(problem)
    headers = [("WWW-Authenticate", "Token")] if status == 401 else []
    return json_response(body, status, headers)


def _detail(problem: Problem, request: Request) -> str:
    if problem.code == "unauthenticated":
        return problem.detail if problem.reason == "invalid_token" else NO_CREDENTIALS
    if problem.code == "forbidden":
        return NO_PERMISSION
    if problem.code == "not_found" and problem.reason == "unknown_path":
        return "Not found."
    if problem.code == "method_not_allowed":
        return f'Method "{request.method}" not allowed.'
    return problem.detail


def _validation_errors(problem: Problem) -> dict[str, Any]:
    """Messages by field; those of no field under `non_field_errors`."""
    found: dict[str, Any] = {}
    for error in problem.errors or (FieldError(pointer="", detail=problem.detail),):
        name = error.pointer.lstrip("?/").split("/")[0] or "non_field_errors"
        if error.pointer.startswith("?") and error.code == "digits":
            found[name] = error.detail
            continue
        text = "This field is required." if error.code == "required" else error.detail
        found.setdefault(name, []).append(text)
    return found


def field_fault(field: str, detail: str, reason: str = "invalid_field") -> Rejected:
    """The refusal of one body field."""
    return Rejected(
        Problem(
            code="invalid",
            reason=reason,
            detail=detail,
            errors=(FieldError(pointer=f"/{field}", detail=detail),),
        )
    )


def digits_fault(name: str, value: str) -> Rejected:
    """The refusal of a query parameter that must be an integer, in the words of the original."""
    detail = f'Incorrect value in key "{name}" = "{value}". It should be digit string.'
    return Rejected(
        Problem(
            code="invalid",
            reason="invalid_parameters",
            detail=detail,
            errors=(FieldError(pointer=f"?{name}", detail=detail, code="digits", value=value),),
        )
    )


def not_found(model: str, **context: Any) -> Rejected:
    """No row of a model (`Project`, `Task`, `View`) fits, or the caller may not know of it."""
    return rejected(
        "not_found", f"No {model} matches the given query.", reason=f"unknown_{model.lower()}", **context
    )


def there(row: R | None, model: str) -> R:
    """The row, which may be gone again by the time that it is shown."""
    if row is None:
        raise not_found(model)
    return row


def invalid(errors: tuple[FieldError, ...]) -> Rejected:
    """The refusal of several fields or parameters at once."""
    return Rejected(Problem(code="invalid", reason="invalid_fields", detail=errors[0].detail, errors=errors))
