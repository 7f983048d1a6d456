"""A2A's surface as data: the agent card, the JSON-RPC endpoint with each of its methods, and the HTTP+JSON
binding.

A method of JSON-RPC has no path of its own; its row has the endpoint's path with the method as its fragment,
which no request can have.
"""

from __future__ import annotations

from taskyard.dialects.a2a import card, methods
from taskyard.dialects.a2a.methods import METHODS, NO_EXTENDED_CARD, NO_PUSH, NO_STREAMS, NOT_YET
from taskyard.dialects.a2a.wire import AgentCard, CardParams, RpcFailure
from taskyard.http.operation import Operation, partial, refused, served

OLD_REST = "version 0.3 of the protocol is spoken over JSON-RPC only"

_REST: tuple[tuple[str, str, str, str], ...] = (
    ("POST", "/message:send", "SendMessage", NOT_YET),
    ("POST", "/message:stream", "SendStreamingMessage", NO_STREAMS),
    ("GET", "/tasks", "ListTasks", NOT_YET),
    ("GET", "/tasks/{id}", "GetTask", NOT_YET),
    ("POST", "/tasks/{id}:cancel", "CancelTask", NOT_YET),
    ("GET", "/tasks/{id}:subscribe", "SubscribeToTask", NO_STREAMS),
    ("POST", "/tasks/{id}:subscribe", "SubscribeToTaskByPost", NO_STREAMS),
    ("POST", "/tasks/{id}/pushNotificationConfigs", "CreateTaskPushNotificationConfig", NO_PUSH),
    ("GET", "/tasks/{id}/pushNotificationConfigs", "ListTaskPushNotificationConfigs", NO_PUSH),
    ("GET", "/tasks/{id}/pushNotificationConfigs/{configId}", "GetTaskPushNotificationConfig", NO_PUSH),
    ("DELETE", "/tasks/{id}/pushNotificationConfigs/{configId}", "DeleteTaskPushNotificationConfig", NO_PUSH),
    ("GET", "/extendedAgentCard", "GetExtendedAgentCard", NO_EXTENDED_CARD),
)

_OLD_REST: tuple[tuple[str, str], ...] = (
    ("POST", "/message:send"),
    ("POST", "/message:stream"),
    ("GET", "/tasks"),
    ("GET", "/tasks/{id}"),
    ("POST", "/tasks/{id}:cancel"),
    ("POST", "/tasks/{id}:subscribe"),
    ("POST", "/tasks/{id}/pushNotificationConfigs"),
    ("GET", "/tasks/{id}/pushNotificationConfigs"),
    ("GET", "/tasks/{id}/pushNotificationConfigs/{configId}"),
    ("DELETE", "/tasks/{id}/pushNotificationConfigs/{configId}"),
    ("GET", "/card"),
)


def _cards() -> tuple[Operation, ...]:
    return tuple(
        served(
            "GET",
            f"/.well-known/{file}",
            name,
            card.agent_card,
            params=CardParams,
            returns={200: AgentCard, 304: None},
            summary="The agent card",
            tag="Discovery",
            auth=False,
            absolute=True,
        )
        for file, name in (("agent-card.json", "AgentCard"), ("agent.json", "AgentCardOfVersion02"))
    )


def _endpoint() -> Operation:
    return partial(
        "POST",
        "",
        "JSONRPC",
        methods.call,
        "calls are read and checked; each method is refused in its own row",
        body=bytes,
        returns={200: RpcFailure},
        summary="The JSON-RPC endpoint of versions 1.0 and 0.3",
        tag="JSON-RPC",
    )


OPERATIONS: tuple[Operation, ...] = (
    *_cards(),
    _endpoint(),
    *(
        refused(
            "POST",
            f"#{method.name}",
            method.name,
            method.why,
            returns={200: RpcFailure},
            tag=f"JSON-RPC {method.version}",
        )
        for method in METHODS
    ),
    *(
        refused(method, f"/rest{path}", f"rest.{name}", why, tag="HTTP+JSON 1.0")
        for method, path, name, why in _REST
    ),
    *(
        refused(method, f"/rest/v1{path}", f"rest.v03.{method.lower()}{path}", OLD_REST, tag="HTTP+JSON 0.3")
        for method, path in _OLD_REST
    ),
)
