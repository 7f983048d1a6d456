"""Rules on event definitions: what they refer to, and what they need to be complete."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from taskyard.notations.bpmn.document import Document, Node
from taskyard.notations.bpmn.extensions import child, children, local, tag, text_of
from taskyard.notations.bpmn.fault import Faults
from taskyard.notations.bpmn.process import Element
from taskyard.notations.bpmn.walk import EVENTS, Walk, event_definitions


class Catalogue(msgspec.Struct, frozen=True):
    """What a document declares beside its processes, by id: messages, signals, errors, escalations (their
    XML)."""

    messages: dict[str, Node]
    signals: dict[str, Node]
    errors: dict[str, Node]
    escalations: dict[str, Node]


def catalogue(root: Node) -> Catalogue:
    """Read the declarations below `definitions`."""

    def by_id(name: str) -> dict[str, Node]:
        return {node.get("id"): node for node in root.iterchildren(tag(name)) if node.get("id")}

    return Catalogue(by_id("message"), by_id("signal"), by_id("error"), by_id("escalation"))


def check_events(found: Walk, declared: Catalogue, faults: Faults) -> None:
    """Report every event of a process that refers to nothing or lacks what it needs."""
    for event, node in found.of_type(*EVENTS):
        definitions = event_definitions(node)
        if event.type == "intermediateCatchEvent" and not definitions:
            faults.error("structure", "Unsupported intermediate catch event type", node)
        for definition in definitions:
            rule = _RULES.get(local(definition))
            if rule is not None:
                rule(event, definition, declared, faults)
    _check_receive_tasks(found, declared, faults)
    _check_compensation(found, faults)
    _check_links(found, faults)


def _unqualified(name: str) -> str:
    """References are qualified names; declarations are known by their local id."""
    return name.rsplit(":", 1)[-1]


def _catches(event: Element) -> bool:
    return event.type in ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def _message(event: Element, definition: Node, declared: Catalogue, faults: Faults) -> None:
    if not _catches(event):
        return
    ref = definition.get("messageRef")
    if not ref:
        faults.error("attribute", "attribute 'messageRef' is required", definition, event.id)
    else:
        _message_named(ref, definition, event.id, declared, faults)


def _message_named(ref: str, node: Node, element: str, declared: Catalogue, faults: Faults) -> None:
    message = declared.messages.get(_unqualified(ref))
    if message is None:
        text = f"Invalid 'messageRef': no message with id '{ref}' found."
        faults.error("reference", text, node, element)
    elif not (message.get("name") or "").strip():
        text = "Cannot have a message event subscription with an empty or missing name"
        faults.error("attribute", text, node, element)


def _signal(event: Element, definition: Node, declared: Catalogue, faults: Faults) -> None:
    ref = definition.get("signalRef")
    if not ref:
        text = "signalEventDefinition does not have required property 'signalRef'"
        faults.error("attribute", text, definition, event.id)
        return
    signal = declared.signals.get(_unqualified(ref))
    if signal is None:
        faults.error("reference", f"Could not find signal with id '{ref}'", definition, event.id)
    elif not (signal.get("name") or "").strip():
        faults.error("attribute", f"signal with id '{ref}' has no name", definition, event.id)


def _error(event: Element, definition: Node, declared: Catalogue, faults: Faults) -> None:
    ref = definition.get("errorRef")
    if event.type == "boundaryEvent" and not event.interrupting:
        faults.error("structure", "error boundary event must be interrupting", definition, event.id)
    if event.type == "endEvent" and not ref:
        faults.error(
            "attribute", "'errorRef' attribute is mandatory on error end event", definition, event.id
        )
    elif ref and event.type == "endEvent":
        declaration = declared.errors.get(_unqualified(ref))
        if declaration is not None and not declaration.get("errorCode"):
            text = "'errorCode' is mandatory on errors referenced by throwing error event definitions"
            faults.error("attribute", text, definition, event.id)


def _escalation(event: Element, definition: Node, declared: Catalogue, faults: Faults) -> None:
    ref = definition.get("escalationRef")
    if ref and _unqualified(ref) not in declared.escalations:
        faults.error("reference", f"could not find escalation with id '{ref}'", definition, event.id)
    elif not ref and not _catches(event):
        text = "escalationEventDefinition does not have required attribute 'escalationRef'"
        faults.error("attribute", text, definition, event.id)


def _timer(event: Element, definition: Node, declared: Catalogue, faults: Faults) -> None:
    given = [node for node in children(definition, "timeDate", "timeDuration", "timeCycle") if text_of(node)]
    if not given:
        text = "Timer needs configuration (either timeDate, timeCycle or timeDuration is needed)."
        faults.error("attribute", text, definition, event.id)


def _conditional(event: Element, definition: Node, declared: Catalogue, faults: Faults) -> None:
    condition = child(definition, "condition")
    if condition is None or not text_of(condition):
        text = "Conditional event must contain an expression for evaluation."
        faults.error("attribute", text, definition, event.id)


_RULES: dict[str, Callable[[Element, Node, Catalogue, Faults], None]] = {
    "messageEventDefinition": _message,
    "signalEventDefinition": _signal,
    "errorEventDefinition": _error,
    "escalationEventDefinition": _escalation,
    "timerEventDefinition": _timer,
    "conditionalEventDefinition": _conditional,
}


def _check_receive_tasks(found: Walk, declared: Catalogue, faults: Faults) -> None:
    for task, node in found.of_type("receiveTask"):
        if task.ref:
            _message_named(task.ref, node, task.id, declared, faults)


def _check_compensation(found: Walk, faults: Faults) -> None:
    for event, node in found.of_type("intermediateThrowEvent", "endEvent"):
        if event.event == "compensate" and event.ref and event.ref not in found.elements:
            text = f"Invalid attribute value for 'activityRef': no activity with id '{event.ref}'"
            faults.error("reference", text, node, event.ref)


def _check_links(found: Walk, faults: Faults) -> None:
    targets: dict[tuple[str, str | None], str] = {}
    for event, node in found.of_type("intermediateCatchEvent"):
        if event.event == "link":
            if (event.scope, event.ref) in targets:
                text = (
                    "Multiple Intermediate Catch Events with the same link event name "
                    f"('{event.ref}') are not allowed."
                )
                faults.error("duplicate", text, node, targets[event.scope, event.ref])
            targets[event.scope, event.ref] = event.id
    for event, node in found.of_type("intermediateThrowEvent"):
        if event.event == "link" and (event.scope, event.ref) not in targets:
            text = (
                f"No link catch event with name '{event.ref}' in the scope of link throw event '{event.id}'"
            )
            faults.error("reference", text, node)


def check_associations(process: Node, document: Document, faults: Faults) -> None:
    """Report associations of a process that point at nothing."""
    for node in process.iter(tag("association")):
        for name in ("sourceRef", "targetRef"):
            ref = node.get(name, "")
            if _unqualified(ref) not in document.ids and ref not in document.ids:
                faults.error("reference", f"Invalid reference {name} '{ref}' of association element", node)
