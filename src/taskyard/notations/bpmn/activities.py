"""Rules on activities: every one that the server must do needs to say how."""

from __future__ import annotations

from taskyard.notations.bpmn.document import Node
from taskyard.notations.bpmn.extensions import vendor, vendor_elements
from taskyard.notations.bpmn.fault import Faults
from taskyard.notations.bpmn.process import Element
from taskyard.notations.bpmn.walk import Walk, event_definitions

_WAYS = ("class", "delegateExpression", "expression", "type")


def check_activities(found: Walk, faults: Faults) -> None:
    """Report service-like tasks without an implementation, and calls of nothing."""
    for task, node in found.of_type("serviceTask", "sendTask", "businessRuleTask"):
        if task.type == "businessRuleTask" and vendor(node, "decisionRef"):
            continue
        _check_implementation(task, node, faults)
    for event, node in found.of_type("intermediateThrowEvent", "endEvent"):
        for definition in event_definitions(node):
            if event.event == "message" and any(vendor(definition, way) is not None for way in _WAYS):
                _check_implementation(event, definition, faults)
    for call, node in found.of_type("callActivity"):
        if not call.ref and not vendor(node, "caseRef"):
            faults.error("attribute", "Missing attribute 'calledElement' or 'caseRef'", node)
        elif vendor(node, "caseRef"):
            faults.error("attribute", "Call activity names a case; cases (CMMN) are not served", node)


def _check_implementation(task: Element, node: Node, faults: Faults) -> None:
    given = [way for way in _WAYS if vendor(node, way) is not None]
    if vendor_elements(node, "connector"):
        return
    if not given:
        text = (
            "One of the attributes 'class', 'delegateExpression', 'type', or 'expression' is mandatory on "
            f"{task.type}."
        )
        faults.error("attribute", text, node, task.id)
        return
    kind = vendor(node, "type")
    if kind == "external" and not (vendor(node, "topic") or "").strip():
        text = "External tasks must specify a 'topic' attribute in the camunda namespace"
        faults.error("attribute", text, node, task.id)
    elif kind is not None and kind not in ("external", "mail", "shell"):
        faults.error("attribute", f"Invalid usage of type attribute on {task.type}: '{kind}'", node, task.id)
