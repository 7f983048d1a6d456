"""Problems in A2A's clothes: a JSON-RPC error on the endpoint of that binding, the HTTP+JSON form
elsewhere."""

from __future__ import annotations

from typing import Any, NamedTuple

from taskyard.dialects.a2a.wire import ErrorInfo, RestError, RestFailure, RpcError, RpcFailure
from taskyard.http.message import Request, Response, json_response
from taskyard.model.problem import Problem, Rejected, rejected

RPC_PATH = "/a2a"


class Fault(NamedTuple):
    """An error of the protocol: its JSON-RPC code, HTTP status, status word and reason."""

    code: int
    status: int
    word: str
    reason: str


FAULTS: dict[str, Fault] = {
    "task_not_found": Fault(-32001, 404, "NOT_FOUND", "TASK_NOT_FOUND"),
    "unsupported_operation": Fault(-32004, 400, "UNIMPLEMENTED", "UNSUPPORTED_OPERATION"),
    "content_type": Fault(-32005, 415, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED"),
    "version": Fault(-32009, 400, "UNIMPLEMENTED", "VERSION_NOT_SUPPORTED"),
    "parse": Fault(-32700, 400, "INVALID_ARGUMENT", "PARSE_ERROR"),
    "envelope": Fault(-32600, 400, "INVALID_ARGUMENT", "INVALID_REQUEST"),
    "method": Fault(-32601, 404, "UNIMPLEMENTED", "METHOD_NOT_FOUND"),
    "params": Fault(-32602, 400, "INVALID_ARGUMENT", "INVALID_PARAMS"),
    "internal": Fault(-32603, 500, "INTERNAL", "INTERNAL_ERROR"),
    "unauthenticated": Fault(-32600, 401, "UNAUTHENTICATED", "UNAUTHENTICATED"),
    "forbidden": Fault(-32600, 403, "PERMISSION_DENIED", "PERMISSION_DENIED"),
    "not_found": Fault(-32601, 404, "NOT_FOUND", "NOT_FOUND"),
    "method_not_allowed": Fault(-32600, 405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"),
    "not_acceptable": Fault(-32600, 406, "INVALID_ARGUMENT", "NOT_ACCEPTABLE"),
    "conflict": Fault(-32600, 409, "ABORTED", "CONFLICT"),
    "too_large": Fault(-32600, 413, "RESOURCE_EXHAUSTED", "TOO_LARGE"),
    "too_many": Fault(-32600, 429, "RESOURCE_EXHAUSTED", "TOO_MANY_REQUESTS"),
    "unavailable": Fault(-32603, 503, "UNAVAILABLE", "UNAVAILABLE"),
}
"""Every error by our word for it."""

BY_REASON: dict[str, str] = {
    "malformed_json": "parse",
    "too_deep": "parse",
    "missing_body": "envelope",
    "invalid_body": "params",
}
BY_CODE: dict[str, str] = {
    "invalid": "params",
    "unprocessable": "params",
    "not_served": "unsupported_operation",
    "unsupported_media_type": "content_type",
}
"""Our words for problems whose reason or code is not a word of the table."""

KEPT_STATUSES = (401, 403, 404, 405, 413, 429, 503)
"""Statuses that the JSON-RPC endpoint gives although its errors travel with 200: they come before any
dispatch."""

CHALLENGE: tuple[str, str] = ("WWW-Authenticate", 'Bearer realm="taskyard"')


def render_problem(problem: Problem, request: Request) -> Response:
    """The native error."""
    word, message = _fault(problem, request)
    fault = FAULTS[word]
    headers = [CHALLENGE] if fault.status == 401 else []
    info = ErrorInfo(reason=fault.reason, metadata=_metadata(problem))
    if is_rpc(request.path):
        legacy = problem.context.get("legacy", False)
        error = RpcError(code=fault.code, message=message, data=[] if legacy else [info])
        dispatched = problem.context.get("dispatched", False) or fault.status not in KEPT_STATUSES
        body = RpcFailure(id=problem.context.get("rpc_id"), error=error)
        return json_response(body, 200 if dispatched else fault.status, headers)
    rest = RestError(code=fault.status, status=fault.word, message=message, details=[info])
    return json_response(RestFailure(error=rest), fault.status, headers)


def is_rpc(path: str) -> bool:
    """Whether a path is the endpoint of the JSON-RPC binding."""
    return path.rstrip("/") == RPC_PATH


def rpc_fault(word: str, message: str, rpc_id: Any = None, legacy: bool = False, **metadata: str) -> Rejected:
    """A refusal of a JSON-RPC request that was read so far; `word` is a key of `FAULTS`."""
    return rejected(
        "invalid", message, reason=word, rpc_id=rpc_id, legacy=legacy, metadata=metadata, dispatched=True
    )


def asked_version(request: Request) -> str:
    """The protocol version of a request: header `A2A-Version`, else the query parameter of that name; ""
    without."""
    header = request.headers.get("a2a-version", "").strip()
    if header:
        return header
    for part in request.query_string.split("&"):
        name, _, value = part.partition("=")
        if name.lower() == "a2a-version":
            return value.strip()
    return ""


def is_version(text: str, wanted: str) -> bool:
    """Whether a version is the wanted one; a patch number does not matter."""
    return text == wanted or text.startswith(wanted + ".")


def _fault(problem: Problem, request: Request) -> tuple[str, str]:
    if problem.code == "not_served" and request.operation is not None:
        version = asked_version(request)
        if version and not is_version(version, "1.0"):
            return "version", f"Version {version!r} of the protocol is not supported; 1.0 is."
        return "unsupported_operation", unsupported(request.operation.name, request.operation.why)
    if problem.reason in FAULTS:
        return problem.reason, problem.detail
    word = BY_REASON.get(problem.reason) or BY_CODE.get(problem.code) or problem.code
    return word, problem.detail


def unsupported(name: str, why: str) -> str:
    """What a refused operation says."""
    return f"{name} is not served: {why}"


def _metadata(problem: Problem) -> dict[str, str]:
    found = {error.pointer.lstrip("?/") or "body": error.detail for error in problem.errors}
    return {**found, **problem.context.get("metadata", {})}
