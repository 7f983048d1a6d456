"""Problems in Camunda's clothes: `{"type", "message", "code"}` with the exception names that clients match
on."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.camunda7.wire import Failure, ParseFailure, ParseFault, ParseReport
from taskyard.http.message import Request, Response, json_response
from taskyard.model.problem import Problem, Rejected, rejected

INVALID = "InvalidRequestException"
REST = "RestException"
REALM = ("WWW-Authenticate", 'Basic realm="default"')

_TYPES = {
    "invalid": INVALID,
    "forbidden": "AuthorizationException",
    "not_found": INVALID,
    "method_not_allowed": "NotAllowedException",
    "not_acceptable": "NotAcceptableException",
    "conflict": "OptimisticLockingException",
    "too_large": INVALID,
    "unsupported_media_type": "NotSupportedException",
    "unprocessable": INVALID,
    "not_served": REST,
    "internal": "ProcessEngineException",
}
"""The exception name of a canonical problem that did not bring its own."""

_JAX_RS = {
    "method_not_allowed": "HTTP 405 Method Not Allowed",
    "not_acceptable": "HTTP 406 Not Acceptable",
    "unsupported_media_type": "HTTP 415 Unsupported Media Type",
}
"""Messages of the framework under Camunda's REST API."""


_INTEGERS = ("version", "ver", "firstResult", "maxResults")
_ENUMERATIONS = ("sortBy", "sortOrder")


def unfit_parameter(name: str, value: Any, java: str | None = None) -> str:
    """Camunda's words for a query parameter that has not the type it should have."""
    text = f"Cannot set query parameter '{name}' to value '{value}'"
    if java is None and name in _ENUMERATIONS:
        return text
    java = java or ("java.lang.Integer" if name in _INTEGERS else "java.lang.Boolean")
    return f"{text}: Cannot convert value {value} to java type {java}"


def refusal(
    code: str, message: str, exception: str = INVALID, *, reason: str = "", **context: Any
) -> Rejected:
    """A `Rejected` that renders with this exception name and message; raise it."""
    return rejected(code, message, reason=reason, exception=exception, **context)


def render_problem(problem: Problem, request: Request) -> Response:
    """The native error of a problem."""
    if problem.code == "unauthenticated":
        return Response(status=401, headers=[REALM])
    if problem.reason == "unreadable_processes":
        return json_response(parse_failure(problem.context["files"]), 400)
    if problem.reason == "unknown_path":
        return json_response(Failure(type="NotFoundException", message="HTTP 404 Not Found"), 404)
    if problem.code == "forbidden":
        return json_response(_forbidden(problem, request), 403)
    name = problem.context.get("exception") or _TYPES.get(problem.code, REST)
    message = _JAX_RS.get(problem.code, problem.detail)
    if problem.reason in ("invalid_body", "malformed_json", "missing_body", "too_deep"):
        message = ""
    elif problem.reason == "invalid_parameters" and problem.errors:
        message = unfit_parameter(problem.errors[0].pointer[1:], problem.errors[0].value)
    code = 1 if name == "OptimisticLockingException" else problem.context.get("number")
    headers = [("Retry-After", "1")] if problem.code in ("unavailable", "too_many") else []
    status = problem.context.get("status", problem.status)
    return json_response(Failure(type=name, message=message, code=code), status, headers)


def _forbidden(problem: Problem, request: Request) -> dict[str, Any]:
    """The body of an authorization error names the user and what was missing."""
    user = request.principal.name if request.principal else None
    action = str(problem.context.get("action", "read")).upper()
    key = problem.context.get("key")
    where = f"resource '{key}'" if key else "resources"
    message = (
        f"The user with id '{user}' does not have '{action}' permission on {where} of type "
        f"'ProcessDefinition'."
    )
    missing = {"permissionName": action, "resourceName": "ProcessDefinition", "resourceId": key}
    return {
        "type": "AuthorizationException",
        "message": message,
        "code": None,
        "userId": user,
        "missingAuthorizations": [missing],
    }


def parse_failure(files: dict[str, Any]) -> ParseFailure:
    """The error of a deployment whose files cannot be read: `files` maps names to (errors, warnings)."""
    lines: list[str] = []
    details: dict[str, ParseReport] = {}
    for name, (errors, warnings) in files.items():
        details[name] = ParseReport(
            errors=[_fault(f) for f in errors], warnings=[_fault(f) for f in warnings]
        )
        for fault in errors:
            place = f" | line {fault.line}" if fault.line else ""
            place += f" | column {fault.column}" if fault.column else ""
            lines.append(f"\n* {fault.message} | resource {name}{place}")
    message = "ENGINE-09005 Could not parse BPMN process. Errors: " + "".join(lines)
    return ParseFailure(type="ParseException", message=message, details=details, code=0)


def _fault(fault: Any) -> ParseFault:
    return ParseFault(
        message=fault.message,
        line=fault.line or 0,
        column=fault.column or 0,
        mainElementId=fault.element,
        elementIds=list(fault.elements),
    )
