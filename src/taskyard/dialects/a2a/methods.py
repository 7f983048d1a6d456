"""JSON-RPC methods as data, and the handler that reads a call as far as its method.

The methods of the two versions have different names, so the name tells the version; the header `A2A-Version`
must not contradict it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from taskyard.dialects.a2a.errors import asked_version, is_version, rpc_fault, unsupported
from taskyard.http.message import Request, Response

NOT_YET = "agents cannot give work to this server yet"
NO_STREAMS = "the agent card declares no streaming"
NO_PUSH = "the agent card declares no push notifications"
NO_EXTENDED_CARD = "the agent card declares no extended card"


class Method(NamedTuple):
    """One method: its name, the version of the protocol it belongs to, and why it is refused."""

    name: str
    version: str
    why: str


METHODS: tuple[Method, ...] = (
    Method("SendMessage", "1.0", NOT_YET),
    Method("SendStreamingMessage", "1.0", NO_STREAMS),
    Method("GetTask", "1.0", NOT_YET),
    Method("ListTasks", "1.0", NOT_YET),
    Method("CancelTask", "1.0", NOT_YET),
    Method("SubscribeToTask", "1.0", NO_STREAMS),
    Method("CreateTaskPushNotificationConfig", "1.0", NO_PUSH),
    Method("GetTaskPushNotificationConfig", "1.0", NO_PUSH),
    Method("ListTaskPushNotificationConfigs", "1.0", NO_PUSH),
    Method("DeleteTaskPushNotificationConfig", "1.0", NO_PUSH),
    Method("GetExtendedAgentCard", "1.0", NO_EXTENDED_CARD),
    Method("message/send", "0.3", NOT_YET),
    Method("message/stream", "0.3", NO_STREAMS),
    Method("tasks/get", "0.3", NOT_YET),
    Method("tasks/cancel", "0.3", NOT_YET),
    Method("tasks/resubscribe", "0.3", NO_STREAMS),
    Method("tasks/pushNotificationConfig/set", "0.3", NO_PUSH),
    Method("tasks/pushNotificationConfig/get", "0.3", NO_PUSH),
    Method("tasks/pushNotificationConfig/list", "0.3", NO_PUSH),
    Method("tasks/pushNotificationConfig/delete", "0.3", NO_PUSH),
    Method("agent/getAuthenticatedExtendedCard", "0.3", NO_EXTENDED_CARD),
)
BY_NAME = {method.name: method for method in METHODS}


async def call(request: Request, params: None, body: bytes) -> Response:
    """Read one call: its text, its envelope, its method, its parameters, its version; then refuse the
    method."""
    check_media(request)
    envelope = _envelope(body)
    rpc_id = envelope.get("id")
    name = envelope["method"]
    method = BY_NAME.get(name)
    if method is None:
        raise rpc_fault("method", f"There is no method {name!r}.", rpc_id)
    legacy = method.version == "0.3"
    if not isinstance(envelope.get("params", {}), dict):
        raise rpc_fault("params", "The parameters must be an object.", rpc_id, legacy)
    version = asked_version(request)
    known = is_version(version, "1.0") or is_version(version, "0.3")
    if version and (not known or (not legacy and not is_version(version, "1.0"))):
        message = f"Version {version!r} of the protocol does not have {name}; 1.0 and 0.3 are supported."
        raise rpc_fault("version", message, rpc_id, legacy)
    raise rpc_fault("unsupported_operation", unsupported(name, method.why), rpc_id, legacy)


def check_media(request: Request) -> None:
    """Raise the protocol's own fault for a body that does not say it is JSON."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        raise rpc_fault("content_type", f"The body is {media}; JSON-RPC takes application/json.")


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        envelope = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise rpc_fault("parse", f"The body is not JSON: {error}") from None
    if isinstance(envelope, list):
        raise rpc_fault("envelope", "Batches are not supported.")
    if not isinstance(envelope, dict):
        raise rpc_fault("envelope", "A call must be an object.")
    rpc_id = envelope.get("id")
    if isinstance(rpc_id, bool) or not isinstance(rpc_id, str | int | None):
        raise rpc_fault("envelope", "The id must be a string, an integer or null.")
    if isinstance(rpc_id, int) and not -(2**63) <= rpc_id < 2**63:
        raise rpc_fault("envelope", "The id is out of range.")
    if envelope.get("jsonrpc") != "2.0":
        raise rpc_fault("envelope", 'The member jsonrpc must be "2.0".', rpc_id)
    if not isinstance(envelope.get("method"), str):
        raise rpc_fault("envelope", "The method must be a string.", rpc_id)
    return envelope
