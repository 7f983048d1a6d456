"""Rules on how a process hangs together: ids, flows, gateways, start events, boundary events."""

from __future__ import annotations

from taskyard.notations.bpmn.extensions import child, local, vendor
from taskyard.notations.bpmn.fault import Faults
from taskyard.notations.bpmn.walk import ACTIVITIES, EVENTS, Walk

_UNSUPPORTED = ("adHocSubProcess", "complexGateway")
_NO_SOURCE = ("endEvent",)
_NO_TARGET = ("startEvent", "boundaryEvent")


def check_structure(found: Walk, faults: Faults) -> None:
    """Report every broken rule of structure in a process."""
    for node in found.anonymous:
        faults.error("structure", f"Element '{local(node)}' needs an id", node)
    for element, node in found.of_type(*_UNSUPPORTED):
        faults.warning("structure", f"Ignoring unsupported activity type '{element.type}'", node)
    _check_flows(found, faults)
    _check_defaults(found, faults)
    for element, _node in found.of_type("exclusiveGateway"):
        _check_exclusive(found, element.id, element.default, faults)
    _check_event_gateways(found, faults)
    _check_starts(found, faults)
    _check_boundaries(found, faults)
    _check_loops(found, faults)


def _check_flows(found: Walk, faults: Faults) -> None:
    for flow in found.flows.values():
        node = found.nodes[flow.id]
        for end, word, banned in (
            (flow.source, "source", _NO_SOURCE),
            (flow.target, "destination", _NO_TARGET),
        ):
            element = found.elements.get(end)
            if element is None:
                faults.error("reference", f"Invalid {word} '{end}' of sequence flow '{flow.id}'", node, end)
            elif element.scope != flow.scope:
                text = f"Invalid {word} '{end}' of sequence flow '{flow.id}': it lies in another scope"
                faults.error("structure", text, node, end)
            elif element.type in banned:
                text = (
                    f"Invalid {word} '{end}' of sequence flow '{flow.id}': a {element.type} cannot have one"
                )
                faults.error("structure", text, node, end)
            elif found.nodes[end].get("triggeredByEvent") in ("true", "1"):
                side = "outgoing" if word == "source" else "incoming"
                faults.error("structure", f"Invalid {side} sequence flow of event subprocess", node, end)


def _check_defaults(found: Walk, faults: Faults) -> None:
    for element in found.elements.values():
        if element.default and element.default not in {flow.id for flow in found.outgoing(element.id)}:
            text = f"Invalid default flow '{element.default}' of element '{element.id}'"
            faults.error("reference", text, found.nodes[element.id], element.default)


def _check_exclusive(found: Walk, key: str, default: str | None, faults: Faults) -> None:
    flows, node = found.outgoing(key), found.nodes[key]
    title = f"Exclusive Gateway '{key}'"
    if not flows:
        faults.error("structure", f"{title} has no outgoing sequence flows.", node)
        return
    if len(flows) == 1:
        if flows[0].condition is not None:
            text = (
                f"{title} has only one outgoing sequence flow ('{flows[0].id}'). It cannot have a condition."
            )
            faults.error("structure", text, node, flows[0].id)
        return
    for flow in flows:
        if flow.id == default and flow.condition is not None:
            text = (
                f"{title} has outgoing sequence flow '{flow.id}' which is the default flow but has a "
                f"condition too."
            )
            faults.error("structure", text, node, flow.id)
        elif flow.id != default and flow.condition is None:
            text = (
                f"{title} has outgoing sequence flow '{flow.id}' without condition which is not the default "
                f"flow."
            )
            faults.warning("structure", text, node, flow.id)


def _check_event_gateways(found: Walk, faults: Faults) -> None:
    for gateway, node in found.of_type("eventBasedGateway"):
        flows = found.outgoing(gateway.id)
        if not flows:
            faults.error(
                "structure", f"Event based gateway '{gateway.id}' has no outgoing sequence flows.", node
            )
        for flow in flows:
            target = found.elements.get(flow.target)
            if target is not None and target.type != "intermediateCatchEvent":
                text = "Event based gateway can only be connected to elements of type intermediateCatchEvent"
                faults.error("structure", text, node, target.id)
            elif target is not None and target.event == "link":
                faults.error(
                    "structure", "A link event is not allowed after an event based gateway", node, target.id
                )


def _check_starts(found: Walk, faults: Faults) -> None:
    process = found.process.get("id")
    seen: set[str] = set()
    for event, node in found.of_type("startEvent"):
        if event.scope == process:
            if event.event in (None, "timer"):
                if process in seen:
                    text = (
                        "multiple none start events or timer start events not supported on process definition"
                    )
                    faults.error("structure", text, node)
                seen.add(process)
            elif event.event not in ("message", "signal", "conditional"):
                text = f"A process cannot start with a start event of type '{event.event}'"
                faults.error("structure", text, node)
            continue
        if event.scope in seen:
            faults.error("structure", "multiple start events not supported for subprocess", node, event.scope)
        seen.add(event.scope)
        by_event = found.nodes[event.scope].get("triggeredByEvent") in ("true", "1")
        if by_event and event.event is None:
            text = (
                "start event of event subprocess must be of type 'error', 'message', 'timer', 'signal', "
                "'compensation', "
                "'escalation' or 'conditional'"
            )
            faults.error("structure", text, node)
        elif by_event and event.event == "error" and not event.interrupting:
            faults.error("structure", "error start event of event subprocess must be interrupting", node)
        elif not by_event and event.event is not None:
            text = f"{event.event}EventDefinition is not allowed on start event within a subprocess"
            faults.error("structure", text, node)


def _check_boundaries(found: Walk, faults: Faults) -> None:
    for event, node in found.of_type("boundaryEvent"):
        host = found.elements.get(event.attached_to or "")
        if host is None or host.type not in ACTIVITIES or host.scope != event.scope:
            text = (
                "Invalid reference in boundary event. Make sure that the referenced activity is defined in "
                "the same "
                "scope as the boundary event"
            )
            faults.error("reference", text, node, event.attached_to or "")
        elif event.event is None:
            faults.error("structure", "Unsupported boundary event type", node)
        elif event.event == "cancel" and host.type != "transaction":
            text = "boundary event with cancelEventDefinition only supported on transaction subprocesses"
            faults.error("structure", text, node, host.id)


def _check_loops(found: Walk, faults: Faults) -> None:
    for element in found.elements.values():
        if element.loop is None or element.type in EVENTS:
            continue
        node = found.nodes[element.id]
        loop = child(node, "multiInstanceLoopCharacteristics")
        given = child(loop, "loopCardinality") is not None or child(loop, "loopDataInputRef") is not None
        if not given and vendor(loop, "collection") is None:
            text = "Either loopCardinality or loopDataInputRef/camunda:collection must be set"
            faults.error("structure", text, loop, element.id)
