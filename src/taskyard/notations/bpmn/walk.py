"""Walks the flow nodes and sequence flows of a process, scope by scope."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from taskyard.notations.bpmn.document import Node
from taskyard.notations.bpmn.extensions import child, children, local, text_of, vendor_attributes
from taskyard.notations.bpmn.process import Element, Flow

SCOPES = ("subProcess", "transaction", "adHocSubProcess")
TASKS = (
    "task",
    "userTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "manualTask",
    "scriptTask",
    "businessRuleTask",
)
ACTIVITIES = (*TASKS, *SCOPES, "callActivity")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
NODES = frozenset((*ACTIVITIES, *GATEWAYS, *EVENTS))

_REFERENCES = ("messageRef", "signalRef", "errorRef", "escalationRef", "activityRef")


class Walk(msgspec.Struct):
    """Everything found in one process: flow nodes and flows with the XML they came from, by id and in XML
    order."""

    process: Node
    elements: dict[str, Element]
    flows: dict[str, Flow]
    nodes: dict[str, Node]
    anonymous: list[Node]
    leaving: dict[str, list[Flow]]

    def outgoing(self, element: str) -> list[Flow]:
        """The sequence flows that leave an element, in XML order."""
        return self.leaving.get(element, [])

    def of_type(self, *types: str) -> Iterator[tuple[Element, Node]]:
        """Elements of the types with their XML."""
        for element in self.elements.values():
            if element.type in types:
                yield element, self.nodes[element.id]


def walk(process: Node) -> Walk:
    """Collect the flow nodes and sequence flows of a process and of the subprocesses in it."""
    found = Walk(process, {}, {}, {}, [], {})
    _scope(process, found)
    return found


def _scope(scope: Node, found: Walk) -> None:
    scope_id = scope.get("id") or ""
    for node in children(scope):
        kind = local(node)
        if kind == "sequenceFlow":
            _flow(node, scope_id, found)
        elif kind in NODES:
            if node.get("id") is None:
                found.anonymous.append(node)
                continue
            found.elements[node.get("id")] = _element(node, kind, scope_id)
            found.nodes[node.get("id")] = node
            if kind in SCOPES:
                _scope(node, found)


def _flow(node: Node, scope_id: str, found: Walk) -> None:
    source, target = node.get("sourceRef") or "", node.get("targetRef") or ""
    key = node.get("id") or f"{source}->{target}"
    condition = child(node, "conditionExpression")
    found.nodes[key] = node
    flow = Flow(
        id=key,
        source=source,
        target=target,
        scope=scope_id,
        name=node.get("name"),
        condition=text_of(condition) if condition is not None else None,
    )
    found.flows[key] = flow
    found.leaving.setdefault(source, []).append(flow)


def event_definitions(node: Node) -> list[Node]:
    """The event definitions directly inside an event."""
    return [c for c in children(node) if local(c).endswith("EventDefinition")]


def _element(node: Node, kind: str, scope_id: str) -> Element:
    definitions = event_definitions(node) if kind in EVENTS else []
    definition = definitions[0] if definitions else None
    ref = node.get("calledElement") if kind == "callActivity" else node.get("messageRef")
    if definition is not None:
        ref = next(
            (definition.get(name) for name in _REFERENCES if definition.get(name)), definition.get("name")
        )
    interrupting = node.get("cancelActivity" if kind == "boundaryEvent" else "isInterrupting", "true")
    return Element(
        id=node.get("id"),
        type=kind,
        scope=scope_id,
        name=node.get("name"),
        event=local(definition).removesuffix("EventDefinition") if definition is not None else None,
        ref=ref,
        attached_to=node.get("attachedToRef", "").rpartition(":")[2] or None,
        interrupting=interrupting.strip() in ("true", "1"),
        default=node.get("default"),
        loop=_loop(node),
        extensions=vendor_attributes(node),
    )


def _loop(node: Node) -> str | None:
    loop = child(node, "multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    return "sequential" if loop.get("isSequential", "false").strip() in ("true", "1") else "parallel"
