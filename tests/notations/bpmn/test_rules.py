"""Each rule of BPMN reading, on the smallest document that breaks it."""

from __future__ import annotations

import pytest

from taskyard.notations.bpmn import Fault, Reading, history_days, read_bpmn

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:activiti="http://activiti.org/bpmn"'
    ' xmlns:operaton="http://operaton.org/schema/1.0/bpmn"'
    ' targetNamespace="http://example.org/orders">\n'
)
TASK = '<startEvent id="s"/><userTask id="t"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>'


def read(inside: str, *, attributes: str = "", around: str = "", ttl_required: bool = False) -> Reading:
    process = f'<process id="p" isExecutable="true" {attributes}>\n{inside}\n</process>'
    return read_bpmn(f"{HEAD}{around}{process}\n</definitions>".encode(), ttl_required=ttl_required)


def only(reading: Reading) -> Fault:
    assert len(reading.errors) == 1, [fault.message for fault in reading.errors]
    assert reading.processes == ()
    return reading.errors[0]


@pytest.mark.parametrize("vendor", ["camunda", "activiti", "operaton"])
def test_the_three_vendor_namespaces_are_one(vendor: str) -> None:
    attributes = (
        f'name="Order" {vendor}:versionTag="v1" {vendor}:historyTimeToLive="P30D" {vendor}:isStartableInTasklist="false" '
        f'{vendor}:candidateStarterUsers="ann, bob" {vendor}:candidateStarterGroups="sales"'
    )
    process = read("<documentation>What it does</documentation>" + TASK, attributes=attributes).processes[0]
    assert process.version_tag == "v1"
    assert process.history_days == 30
    assert process.startable is False
    assert process.starter_users == ("ann", "bob")
    assert process.starter_groups == ("sales",)
    assert process.category == "http://example.org/orders"
    assert process.description == "What it does"


def test_potential_starters_are_candidates_too() -> None:
    starters = (
        "<extensionElements><camunda:potentialStarter><resourceAssignmentExpression><formalExpression>"
        "group(sales), user(kim), service</formalExpression></resourceAssignmentExpression>"
        "</camunda:potentialStarter></extensionElements>"
    )
    process = read(starters + TASK).processes[0]
    assert process.starter_users == ("kim",)
    assert process.starter_groups == ("sales", "service")


@pytest.mark.parametrize(
    ("value", "days"), [("30", 30), ("P5D", 5), ("0", 0), ("P1W", None), ("-1", None), ("x", None)]
)
def test_history_days(value: str, days: int | None) -> None:
    assert history_days(value) == days


def test_a_wrong_history_time_to_live_is_refused() -> None:
    fault = only(read(TASK, attributes='camunda:historyTimeToLive="soon"'))
    assert "Cannot parse historyTimeToLive" in fault.message


def test_history_time_to_live_is_demanded_only_when_switched_on() -> None:
    assert read(TASK).errors == ()
    assert "History Time To Live (TTL) cannot be null" in only(read(TASK, ttl_required=True)).message


@pytest.mark.parametrize("flag", ["", 'isExecutable="false"'])
def test_a_process_that_is_not_executable_is_ignored_and_not_checked(flag: str) -> None:
    inside = f'<process id="p" {flag}><serviceTask id="t" camunda:class="com.example.Thing"/></process>'
    reading = read_bpmn(f"{HEAD}{inside}</definitions>".encode())
    assert reading.processes == ()
    assert reading.ignored == ("p",)
    assert reading.errors == ()


def test_two_processes_in_one_document() -> None:
    reading = read(TASK, around='<process id="q" isExecutable="true"><startEvent id="s2"/></process>')
    assert [process.key for process in reading.processes] == ["q", "p"]


JAVA = [
    ('<serviceTask id="t" {v}:class="com.example.Pay"/>', "com.example.Pay"),
    ('<serviceTask id="t" {v}:delegateExpression="#{{pay}}"/>', "#{pay}"),
    ('<serviceTask id="t" {v}:expression="${{payer.pay(order)}}"/>', "payer.pay"),
    ('<sendTask id="t" {v}:type="mail"/>', "mail"),
    ('<userTask id="t" {v}:assignee="${{rota.next()}}"/>', "rota.next"),
    (
        '<userTask id="t"><extensionElements><{v}:taskListener event="create" class="com.example.L"/>'
        "</extensionElements></userTask>",
        "com.example.L",
    ),
    (
        '<userTask id="t"><extensionElements><{v}:executionListener event="start" delegateExpression="${{l}}"/>'
        "</extensionElements></userTask>",
        "${l}",
    ),
    (
        '<serviceTask id="t"><extensionElements><{v}:connector><{v}:connectorId>http-connector</{v}:connectorId>'
        "</{v}:connector></extensionElements></serviceTask>",
        "http-connector",
    ),
    ('<callActivity id="t" calledElement="x" {v}:variableMappingClass="com.example.M"/>', "com.example.M"),
]


@pytest.mark.parametrize("vendor", ["camunda", "activiti", "operaton"])
@pytest.mark.parametrize(("inside", "named"), JAVA)
def test_java_is_refused_by_name(inside: str, named: str, vendor: str) -> None:
    fault = only(read(inside.format(v=vendor)))
    assert fault.reason == "java"
    assert f"'{named}'" in fault.message
    assert fault.element == "t"
    assert fault.line == 4


@pytest.mark.parametrize(
    "expression",
    [
        "${order.total > 100}",
        "${name.startsWith('A') and items.size() > 0}",
        "${execution.getVariable('x')}",
        "${dateTime().plusWeeks(1).toDate()}",
        "${order.prop('id').value()}",
        "${'mailer.send(x)'}",
        "plain mailer.send(x)",
    ],
)
def test_expressions_without_beans_are_accepted(expression: str) -> None:
    assert read(f'<serviceTask id="t" camunda:expression="{expression.replace(">", "&gt;")}"/>').errors == ()


STRUCTURE = [
    ('<userTask id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="nope"/>', "Invalid destination 'nope'", "f"),
    ('<userTask id="t"/><sequenceFlow id="f" sourceRef="nope" targetRef="t"/>', "Invalid source 'nope'", "f"),
    ('<startEvent id="s"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="e" targetRef="s"/>', "endEvent", "f"),
    (
        '<subProcess id="sub"><userTask id="in"/></subProcess><userTask id="t"/>'
        '<sequenceFlow id="f" sourceRef="t" targetRef="in"/>',
        "another scope",
        "f",
    ),
    ('<startEvent id="a"/><startEvent id="b"/>', "multiple none start events", "b"),
    ('<exclusiveGateway id="g"/>', "has no outgoing sequence flows", "g"),
    (
        '<exclusiveGateway id="g"/><userTask id="t"/><sequenceFlow id="f" sourceRef="g" targetRef="t">'
        "<conditionExpression>${a}</conditionExpression></sequenceFlow>",
        "has only one outgoing sequence flow",
        "g",
    ),
    (
        '<exclusiveGateway id="g" default="f"/><userTask id="t"/><sequenceFlow id="f" sourceRef="g" targetRef="t">'
        '<conditionExpression>${a}</conditionExpression></sequenceFlow><sequenceFlow id="h" sourceRef="g" targetRef="t">'
        "<conditionExpression>${b}</conditionExpression></sequenceFlow>",
        "default flow but has a condition",
        "g",
    ),
    ('<userTask id="t" default="nope"/>', "Invalid default flow 'nope'", "t"),
    ('<boundaryEvent id="b" attachedToRef="nope"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
     "</timerEventDefinition></boundaryEvent>", "Invalid reference in boundary event", "b"),
    ('<intermediateCatchEvent id="c"><timerEventDefinition/></intermediateCatchEvent>', "Timer needs configuration", "c"),
    ('<intermediateCatchEvent id="c"><messageEventDefinition/></intermediateCatchEvent>', "'messageRef' is required", "c"),
    (
        '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
        "no message with id 'm' found",
        "c",
    ),
    (
        '<intermediateThrowEvent id="c"><signalEventDefinition signalRef="x"/></intermediateThrowEvent>',
        "Could not find signal with id 'x'",
        "c",
    ),
    ('<intermediateCatchEvent id="c"/>', "Unsupported intermediate catch event type", "c"),
    ('<serviceTask id="t"/>', "is mandatory on serviceTask", "t"),
    ('<serviceTask id="t" camunda:type="external"/>', "must specify a 'topic'", "t"),
    ('<serviceTask id="t" camunda:type="queue"/>', "Invalid usage of type attribute", "t"),
    ('<callActivity id="t"/>', "Missing attribute 'calledElement'", "t"),
    ('<userTask id="t"><multiInstanceLoopCharacteristics/></userTask>', "Either loopCardinality", "t"),
    (
        '<eventBasedGateway id="g"/><userTask id="t"/><sequenceFlow id="f" sourceRef="g" targetRef="t"/>',
        "Event based gateway can only be connected",
        "g",
    ),
    ('<subProcess id="u" triggeredByEvent="true"><startEvent id="x"/></subProcess>', "event subprocess must be", "x"),
    ('<intermediateThrowEvent id="c"><linkEventDefinition name="L"/></intermediateThrowEvent>', "No link catch", "c"),
    ('<association id="a" sourceRef="x" targetRef="y"/>', "Invalid reference sourceRef", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "message", "element"), STRUCTURE)
def test_broken_structure_names_the_element_and_the_line(inside: str, message: str, element: str) -> None:
    reading = read(inside)
    fault = reading.errors[0]
    assert message in fault.message
    assert element in fault.elements
    assert fault.line == 4
    assert (fault.column or 0) >= 1
    assert reading.processes == ()


def test_an_ambiguous_gateway_is_a_warning() -> None:
    inside = (
        '<exclusiveGateway id="g"/><userTask id="t"/><sequenceFlow id="a" sourceRef="g" targetRef="t"/>'
        '<sequenceFlow id="b" sourceRef="g" targetRef="t"/>'
    )
    reading = read(inside)
    assert [process.key for process in reading.processes] == ["p"]
    assert {fault.elements for fault in reading.warnings} == {("g", "a"), ("g", "b")}


def test_all_errors_are_reported_at_once() -> None:
    reading = read('<serviceTask id="a"/>\n<serviceTask id="b"/>\n<exclusiveGateway id="c"/>')
    assert sorted(fault.element or "" for fault in reading.errors) == ["a", "b", "c"]
    assert sorted(fault.line or 0 for fault in reading.errors) == [4, 5, 6]


def test_references_may_carry_a_prefix() -> None:
    around = '<message id="m" name="paid"/>'
    inside = '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="x:m" xmlns:x="http://example.org/orders"/>'
    assert read(inside + "</intermediateCatchEvent>", around=around).errors == ()
