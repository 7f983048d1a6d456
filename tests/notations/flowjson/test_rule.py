"""What is refused, with which words, and where the fault is said to be."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.model.flow import SchemaDef, TaskDef, WorkflowDef
from taskyard.model.wait_time import parse_duration, parse_moment
from taskyard.notations.flowjson.member import read_document
from taskyard.notations.flowjson.task_rule import schema_violations, task_violations
from taskyard.notations.flowjson.workflow_rule import templated_names, workflow_violations


def task_faults(**members: Any) -> list[tuple[str, str]]:
    found = task_violations(read_document(TaskDef, {"name": "x"} | members))
    return [(each.path, each.message) for each in found]


def node(type: str = "SIMPLE", name: str = "n", ref: str = "r", **members: Any) -> dict[str, Any]:
    return {"name": name, "taskReferenceName": ref, "type": type} | members


def faults(*nodes: dict[str, Any], templates: Any = None, **members: Any) -> list[tuple[str, str]]:
    raw = {"name": "flow", "tasks": list(nodes)} | members
    found = workflow_violations(read_document(WorkflowDef, raw), templates)
    return [(each.path, each.message) for each in found]


@pytest.mark.parametrize(
    "members, path, message",
    [
        ({"name": ""}, "name", "TaskDef name cannot be null or empty"),
        ({"name": None}, "name", "TaskDef name cannot be null or empty"),
        ({"name": "a\x00b"}, "name", "name cannot contain control characters"),
        ({"name": "n" * 256}, "name", "name cannot be longer than 255 characters"),
        ({"retryCount": -1}, "retryCount", "TaskDef retryCount: 0 must be >= 0"),
        (
            {"responseTimeoutSeconds": 0},
            "responseTimeoutSeconds",
            "TaskDef responseTimeoutSeconds: 0 should be minimum 1 second",
        ),
        ({"pollTimeoutSeconds": -1}, "pollTimeoutSeconds", "TaskDef pollTimeoutSeconds: 0 must be >= 0"),
        (
            {"backoffScaleFactor": 0},
            "backoffScaleFactor",
            "Backoff scale factor. Applicable for LINEAR_BACKOFF",
        ),
        ({"ownerEmail": "nobody"}, "ownerEmail", "ownerEmail should be valid email address"),
        (
            {"timeoutSeconds": 60},
            "",
            "TaskDef: x responseTimeoutSeconds: 3600 must be less than timeoutSeconds: 60",
        ),
        (
            {"timeoutSeconds": 60, "responseTimeoutSeconds": 60, "totalTimeoutSeconds": 59},
            "",
            "TaskDef: x timeoutSeconds: 60 must be less than or equal to totalTimeoutSeconds: 59",
        ),
    ],
)
def test_task_rules(members, path, message):
    assert task_faults(**members) == [(path, message)]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"timeoutSeconds": 3600},
        {"timeoutSeconds": 60, "responseTimeoutSeconds": 60, "totalTimeoutSeconds": 60},
        {"totalTimeoutSeconds": 5},
        {"ownerEmail": "a@b.c"},
        {"ownerEmail": ""},
        {"concurrentExecLimit": 0},
    ],
)
def test_good_task_definitions(members):
    assert task_faults(**members) == []


def test_every_fault_is_reported_at_once():
    assert len(task_faults(name="", retryCount=-1, backoffScaleFactor=0)) == 3


def test_schema_rules():
    assert [each.path for each in schema_violations(SchemaDef())] == ["name", "type"]
    assert schema_violations(SchemaDef(name="order", type="JSON")) == []


def test_workflow_members():
    found = faults(schemaVersion=1, name="", timeoutSeconds=-1, ownerEmail="x")
    assert found == [
        ("name", "WorkflowDef name cannot be null or empty"),
        ("tasks", "WorkflowTask list cannot be empty"),
        ("schemaVersion", "workflowDef schemaVersion: 2 is only supported"),
        ("timeoutSeconds", "workflowDef timeoutSeconds: 0 must be >= 0"),
        ("ownerEmail", "ownerEmail should be valid email address"),
    ]


def test_strict_names_are_optional():
    flow = read_document(WorkflowDef, {"name": "a.b", "tasks": [node()]})
    assert workflow_violations(flow) == []
    assert "Invalid name 'a.b'" in workflow_violations(flow, strict_name=True)[0].message


def test_nodes_need_a_name_and_a_reference_name():
    assert faults(node(name="", ref=""), node(ref="s", startDelay=-1, retryCount=-1)) == [
        ("tasks[0].name", "WorkflowTask name cannot be empty or null"),
        ("tasks[0].taskReferenceName", "WorkflowTask taskReferenceName name cannot be empty or null"),
        ("tasks[1].startDelay", "startDelay: 0 must be >= 0"),
        ("tasks[1].retryCount", "retryCount: 0 must be >= 0"),
    ]


def test_reference_names_are_unique_at_any_depth():
    inner = node(
        "FORK_JOIN", ref="fork", forkTasks=[[node(ref="same")], [node("DO_WHILE", ref="same", items="x")]]
    )
    assert (
        "",
        "taskReferenceName: same should be unique across tasks for a given workflowDefinition: flow",
    ) in (faults(inner))


def required(field: str, type: str) -> str:
    return f"{field} field is required for taskType: {type} taskName: n"


@pytest.mark.parametrize(
    "type, members, message",
    [
        ("EVENT", {}, required("sink", "EVENT")),
        ("DECISION", {"decisionCases": {"a": []}}, required("caseValueParam or caseExpression", "DECISION")),
        ("SWITCH", {"decisionCases": {"a": []}}, required("evaluatorType", "SWITCH")),
        (
            "SWITCH",
            {"decisionCases": {"a": []}, "evaluatorType": "value-param"},
            required("expression", "SWITCH"),
        ),
        (
            "SWITCH",
            {"evaluatorType": "value-param", "expression": "x"},
            "decisionCases should have atleast one task for taskType: SWITCH taskName: n",
        ),
        ("DO_WHILE", {"loopOver": [node(ref="a")]}, required("loopCondition", "DO_WHILE")),
        ("DO_WHILE", {"loopCondition": "true"}, required("loopOver", "DO_WHILE")),
        ("DYNAMIC", {}, required("dynamicTaskNameParam", "DYNAMIC")),
        ("FORK_JOIN", {}, "forkTasks should have atleast one task for taskType: FORK_JOIN taskName: n"),
        (
            "FORK_JOIN_DYNAMIC",
            {"dynamicForkTasksParam": "x"},
            required("dynamicForkTasksInputParamName", "FORK_JOIN_DYNAMIC"),
        ),
        ("SUB_WORKFLOW", {}, required("subWorkflowParam", "SUB_WORKFLOW")),
        ("SUB_WORKFLOW", {"subWorkflowParam": {}}, "SubWorkflowParams name cannot be null or empty"),
        ("HTTP", {}, required("inputParameters.http_request", "HTTP")),
        ("KAFKA_PUBLISH", {}, required("inputParameters.kafka_request", "KAFKA_PUBLISH")),
        ("JSON_JQ_TRANSFORM", {}, required("inputParameters.queryExpression", "JSON_JQ_TRANSFORM")),
        (
            "TERMINATE",
            {"inputParameters": {"terminationStatus": "COMPLETED"}, "optional": True},
            "terminate task cannot be optional, taskName: n",
        ),
        (
            "TERMINATE",
            {},
            "terminate task must have an terminationStatus parameter and must be set to COMPLETED, FAILED or "
            "TERMINATED, taskName: n",
        ),
        (
            "WAIT",
            {"inputParameters": {"duration": "1 s", "until": "2030-01-01"}},
            "Both 'duration' and 'until' specified. Please provide only one input",
        ),
    ],
)
def test_what_each_type_needs(type, members, message):
    assert faults(node(type, **members)) == [("tasks[0]", message)]


@pytest.mark.parametrize(
    "type, members",
    [
        ("EVENT", {"sink": "conductor"}),
        ("DECISION", {"caseExpression": "$.x", "decisionCases": {"a": []}}),
        ("DO_WHILE", {"items": "${workflow.input.list}", "loopOver": [node(ref="a")]}),
        ("FORK_JOIN_DYNAMIC", {"dynamicForkJoinTasksParam": "x"}),
        ("FORK_JOIN_DYNAMIC", {"dynamicForkTasksParam": "x", "dynamicForkTasksInputParamName": "y"}),
        ("FORK_JOIN_DYNAMIC", {"inputParameters": {"forkTaskName": "x", "forkTaskInputs": []}}),
        ("SUB_WORKFLOW", {"subWorkflowParam": {"workflowDefinition": "${workflow.input.flow}"}}),
        ("HTTP", {"inputParameters": {"uri": "http://a"}}),
        ("HTTP", {"taskDefinition": {"name": "n", "inputTemplate": {"http_request": {}}}}),
        ("TERMINATE", {"inputParameters": {"terminationStatus": "${workflow.input.status}"}}),
        ("WAIT", {"inputParameters": {"duration": "2h 30m"}}),
        ("WAIT", {"inputParameters": {"until": "${workflow.input.when}"}}),
        ("WAIT", {}),
        ("ANYTHING_ELSE", {}),
    ],
)
def test_complete_nodes(type, members):
    assert faults(node(type, **members)) == []


@pytest.mark.parametrize("input", [{"duration": "soon"}, {"until": "31.12.2030"}, {"until": "2030-02-31"}])
def test_unreadable_waits(input):
    ((path, message),) = faults(node("WAIT", inputParameters=input))
    assert path == "tasks[0]"
    assert message.startswith("Unable to parse the time to wait")


def test_a_registered_template_completes_a_node():
    raw = node("HTTP", name="call")
    assert templated_names(read_document(WorkflowDef, {"name": "f", "tasks": [raw]})) == {"call"}
    assert faults(raw, templates={"call": frozenset({"http_request"})}) == []
    assert faults(raw, templates={"call": frozenset({"other"})}) != []


def test_references_must_lead_somewhere():
    first = node(ref="a", inputParameters={"deep": [{"x": "${nowhere.output.y} and ${workflow.input.z}"}]})
    assert faults(first) == [
        (
            "",
            "taskReferenceName: nowhere for given task: n input value: deep of input parameter: "
            "${nowhere.output.y} and ${workflow.input.z} is not defined in workflow definition.",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "${CPEWF_TASK_ID}",
        "$${literal.x}",
        "${workflow.input.a}",
        "${b.output['x']}",
        "${b['output'].x}",
        "plain",
        "${}",
    ],
)
def test_references_that_are_fine(text):
    assert faults(node(ref="a", inputParameters={"p": text}), node(ref="b")) == []


def test_inline_definitions_are_checked_where_they_stand():
    raw = node(
        "SUB_WORKFLOW",
        subWorkflowParam={"workflowDefinition": {"name": "inner", "tasks": [node(type="EVENT")]}},
        taskDefinition={"name": "n", "retryCount": -1},
    )
    assert [path for path, _ in faults(raw)] == [
        "tasks[0].taskDefinition.retryCount",
        "tasks[0].subWorkflowParam.workflowDefinition.tasks[0]",
    ]


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("1 days 2 hours 3 minutes 4 seconds", 93784),
        ("1d2h3m4s", 93784),
        ("90 sec", 90),
        ("2 hr", 7200),
        ("5 mins", 300),
    ],
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds * 1000


@pytest.mark.parametrize("text", ["", "4", "one day", "1s 1d", "-1s"])
def test_not_durations(text):
    with pytest.raises(ValueError):
        parse_duration(text)


def test_moments():
    assert parse_moment("2030-05-01")[0].isoformat() == "2030-05-01T00:00:00+00:00"
    assert parse_moment("2030-05-01 12:30 Europe/Berlin")[1] == "Europe/Berlin"
