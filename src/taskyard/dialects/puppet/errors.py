"""Problems in Puppet's clothes: `kind`, `msg`, `details` for the orchestrator and RBAC; Puppet's own API
under `/puppet/v3` has another JSON form, and its static files answer in plain text."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.puppet.wire import ErrorBody, FileServerError
from taskyard.http.message import Request, Response, json_response, text_response
from taskyard.model.problem import Problem, Rejected, rejected
from taskyard.notations.puppet.metadata import TaskFault

ORCHESTRATOR = "puppetlabs.orchestrator"
RBAC = "puppetlabs.rbac"
VALIDATION = f"{ORCHESTRATOR}/validation-error"
"""The documented kind. The Ruby client also knows `puppetlabs.validators/validation-error`, which older
servers sent; this is the one place to change it."""

KINDS: dict[str, str] = {
    "unknown_environment": f"{ORCHESTRATOR}/unknown-environment",
    "unknown_task": f"{ORCHESTRATOR}/unknown-task",
    "invalid_login": f"{RBAC}/user-unauthenticated",
    "expired_token": f"{RBAC}/token-expired",
    "revoked_token": f"{RBAC}/token-revoked",
    "schema_violation": f"{RBAC}/schema-violation",
}
"""Kinds by the reason of a problem."""

KINDS_BY_CODE: dict[str, str] = {
    "invalid": VALIDATION,
    "unauthenticated": f"{RBAC}/user-unauthenticated",
    "forbidden": f"{ORCHESTRATOR}/not-permitted",
    "not_found": f"{ORCHESTRATOR}/not-found",
    "method_not_allowed": f"{ORCHESTRATOR}/method-not-allowed",
    "not_acceptable": f"{ORCHESTRATOR}/not-acceptable",
    "conflict": f"{ORCHESTRATOR}/conflict",
    "too_large": f"{ORCHESTRATOR}/request-too-large",
    "unsupported_media_type": f"{ORCHESTRATOR}/unsupported-media-type",
    "unprocessable": VALIDATION,
    "too_many": f"{ORCHESTRATOR}/too-many-requests",
    "internal": f"{ORCHESTRATOR}/unknown-error",
    "not_served": f"{ORCHESTRATOR}/not-served",
    "unavailable": f"{ORCHESTRATOR}/unavailable",
}
"""Kinds by the code of a problem, where its reason has none. Clients map kinds they do not know to their
general error."""

ISSUES: dict[int, str] = {404: "RESOURCE_NOT_FOUND", 403: "FAILED_AUTHORIZATION", 401: "FAILED_AUTHORIZATION"}

UNAUTHENTICATED = "Route requires authentication"


def render_problem(problem: Problem, request: Request) -> Response:
    """The native error of whichever of the three APIs the path belongs to."""
    status = 400 if problem.code == "unprocessable" else problem.status
    message = _message(problem, request)
    headers = [("WWW-Authenticate", "X-Authentication")] if status == 401 else []
    if request.path.startswith("/puppet/v3/static_file_content"):
        response = text_response(message, status)
    elif request.path.startswith("/puppet/"):
        issue = ISSUES.get(status, "RUNTIME_ERROR")
        response = json_response(FileServerError(message=message, issue_kind=issue), status)
    else:
        response = json_response(
            ErrorBody(kind=_kind(problem), msg=message, details=_details(problem)), status
        )
    response.headers = [*response.headers, *headers]
    return response


def validation(message: str, field: str, value: str) -> Rejected:
    """400: a name is not legal."""
    return rejected("invalid", message, reason="invalid_name", details={field: value})


def unknown_environment(name: str) -> Rejected:
    """404, worded as documented."""
    return rejected(
        "not_found",
        f"Unknown environment {name}",
        reason="unknown_environment",
        details={"environment": name},
    )


def unknown_task(environment: str, task: str) -> Rejected:
    """404: no such task in that environment."""
    return rejected(
        "not_found",
        f"Unknown task {task}",
        reason="unknown_task",
        details={"environment": environment, "task": task},
    )


def invalid_task(fault: TaskFault) -> Rejected:
    """500 with the kind of the fault: the task exists, but cannot be run as it stands."""
    return rejected("internal", fault.message, reason="invalid_task", kind=fault.kind, details=fault.details)


def _kind(problem: Problem) -> str:
    return problem.context.get("kind") or KINDS.get(problem.reason) or KINDS_BY_CODE[problem.code]


def _message(problem: Problem, request: Request) -> str:
    if problem.code == "not_served" and request.operation is not None:
        return f"{request.operation.name} is not served: {request.operation.why or problem.detail}"
    if problem.reason == "no_credential":
        return UNAUTHENTICATED
    return problem.detail


def _details(problem: Problem) -> dict[str, Any]:
    details: dict[str, Any] = dict(problem.context.get("details") or {})
    for error in problem.errors:
        details.setdefault(error.pointer.lstrip("?/") or "body", error.detail)
    return details
