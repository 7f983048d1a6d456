"""Native JSON becomes documents and comes back: defaults, nulls, conversions, and real definitions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taskyard.model.flow import SchemaDef, TaskDef, WorkflowDef
from taskyard.notations.flowjson.member import (
    MAX_NESTING,
    Unreadable,
    member_name,
    read_document,
    write_document,
)
from taskyard.notations.flowjson.task_rule import task_violations
from taskyard.notations.flowjson.workflow_rule import workflow_violations

DATA = Path(__file__).parents[2] / "data" / "conductor"


def real_definitions() -> list[Any]:
    found = []
    for path in sorted(DATA.glob("*.json")):
        content = json.loads(path.read_text())
        for place, raw in enumerate(content if isinstance(content, list) else [content]):
            raw = raw.get("workflowDef", raw)
            found.append(
                pytest.param(raw, WorkflowDef if "tasks" in raw else TaskDef, id=f"{path.stem}-{place}")
            )
    return found


def holds(sent: Any, back: Any) -> bool:
    """Everything that was sent, but for nulls, is in what came back."""
    if isinstance(sent, dict):
        return all(value is None or (key in back and holds(value, back[key])) for key, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(back) and all(map(holds, sent, back))
    return sent == back


def test_every_file_of_the_corpus_is_read():
    assert len({param.id.rsplit("-", 1)[0] for param in real_definitions()}) == 12


@pytest.mark.parametrize("raw, cls", real_definitions())
def test_real_definitions_come_back_equal(raw, cls):
    document = read_document(cls, raw)
    assert holds(raw, {"createTime": 0, "updateTime": 0} | write_document(document))
    assert read_document(cls, write_document(document)) == document


@pytest.mark.parametrize("raw, cls", real_definitions())
def test_real_definitions_survive_storage(raw, cls):
    document = read_document(cls, raw)
    assert msgspec.json.decode(msgspec.json.encode(document), type=cls) == document


@pytest.mark.parametrize("raw, cls", real_definitions())
def test_real_definitions_are_accepted(raw, cls):
    document = read_document(cls, raw)
    assert (workflow_violations(document) if cls is WorkflowDef else task_violations(document)) == []


def test_what_is_stored_is_not_the_wire_form():
    stored = msgspec.json.decode(msgspec.json.encode(TaskDef(name="resize")))
    assert stored["document"] == "flow.task/1"
    assert stored["retry_count"] == 3
    assert "retryCount" not in stored


def test_task_defaults_are_the_servers():
    assert write_document(read_document(TaskDef, {"name": "greet", "enforceSchema": False})) == {
        "name": "greet",
        "createTime": 0,
        "updateTime": 0,
        "retryCount": 3,
        "timeoutSeconds": 0,
        "inputKeys": [],
        "outputKeys": [],
        "timeoutPolicy": "TIME_OUT_WF",
        "retryLogic": "FIXED",
        "retryDelaySeconds": 60,
        "responseTimeoutSeconds": 3600,
        "inputTemplate": {},
        "rateLimitPerFrequency": 0,
        "rateLimitFrequencyInSeconds": 1,
        "backoffScaleFactor": 1,
        "backoffJitterMs": 0,
        "maxRetryDelaySeconds": 0,
        "totalTimeoutSeconds": 0,
        "taskStatusListenerEnabled": True,
        "enforceSchema": False,
        "runtimeMetadata": [],
    }


def test_workflow_defaults_are_the_servers():
    raw = {"name": "flow", "tasks": [{"name": "a", "taskReferenceName": "a"}]}
    back = write_document(read_document(WorkflowDef, raw))
    assert {
        key: back[key]
        for key in ("version", "schemaVersion", "restartable", "enforceSchema", "timeoutPolicy")
    } == {
        "version": 1,
        "schemaVersion": 2,
        "restartable": True,
        "enforceSchema": True,
        "timeoutPolicy": "ALERT_ONLY",
    }
    assert back["tasks"][0] == {
        "name": "a",
        "taskReferenceName": "a",
        "inputParameters": {},
        "type": "SIMPLE",
        "decisionCases": {},
        "defaultCase": [],
        "forkTasks": [],
        "startDelay": 0,
        "joinOn": [],
        "optional": False,
        "permissive": False,
        "defaultExclusiveJoinTask": [],
        "asyncComplete": False,
        "loopOver": [],
        "onStateChange": {},
    }


@pytest.mark.parametrize(
    "member, expected",
    [
        ("retryCount", 0),
        ("responseTimeoutSeconds", 0),
        ("taskStatusListenerEnabled", False),
        ("rateLimitFrequencyInSeconds", 1),
        ("backoffScaleFactor", 1),
        ("inputKeys", []),
        ("inputTemplate", {}),
        ("timeoutPolicy", "TIME_OUT_WF"),
    ],
)
def test_null_is_zero_for_primitives_and_the_default_for_objects(member, expected):
    assert write_document(read_document(TaskDef, {"name": "a", member: None}))[member] == expected


@pytest.mark.parametrize(
    "member", ["description", "concurrentExecLimit", "pollTimeoutSeconds", "inputSchema"]
)
def test_null_members_are_left_out(member):
    assert member not in write_document(read_document(TaskDef, {"name": "a", member: None}))


@pytest.mark.parametrize(
    "raw, field, expected",
    [
        ({"retryCount": "5"}, "retry_count", 5),
        ({"retryCount": 5.0}, "retry_count", 5),
        ({"enforceSchema": "true"}, "enforce_schema", True),
        ({"enforceSchema": 1}, "enforce_schema", True),
        ({"description": 7}, "description", "7"),
        ({"description": False}, "description", "false"),
        ({"nobodyKnows": [1]}, "retry_count", 3),
    ],
)
def test_scalars_are_converted_as_the_server_does(raw, field, expected):
    assert getattr(read_document(TaskDef, raw), field) == expected


@pytest.mark.parametrize(
    "raw, path",
    [
        ({"retryCount": "many"}, "retryCount"),
        ({"retryCount": True}, "retryCount"),
        ({"retryCount": 2**31}, "retryCount"),
        ({"timeoutSeconds": 2**63}, "timeoutSeconds"),
        ({"timeoutSeconds": float("inf")}, "timeoutSeconds"),
        ({"timeoutPolicy": "SOMETIMES"}, "timeoutPolicy"),
        ({"timeoutPolicy": ["RETRY"]}, "timeoutPolicy"),
        ({"inputKeys": {}}, "inputKeys"),
        ({"inputKeys": ["a", []]}, "inputKeys[1]"),
        ({"inputTemplate": []}, "inputTemplate"),
        ({"inputSchema": {"name": "s", "type": "YAML"}}, "inputSchema.type"),
        ({"name": {}}, "name"),
        ([], ""),
        (None, ""),
    ],
)
def test_wrong_shapes_name_the_member(raw, path):
    with pytest.raises(Unreadable) as caught:
        read_document(TaskDef, raw)
    assert caught.value.path == path


def test_faults_in_nested_nodes_are_placed():
    raw = {"name": "f", "tasks": [{"type": "FORK_JOIN", "forkTasks": [[{"startDelay": "soon"}]]}]}
    with pytest.raises(Unreadable) as caught:
        read_document(WorkflowDef, raw)
    assert caught.value.path == "tasks[0].forkTasks[0][0].startDelay"


def test_nesting_has_a_limit():
    node: dict[str, Any] = {"name": "a", "taskReferenceName": "a"}
    for _ in range(MAX_NESTING + 1):
        node = {"name": "a", "type": "DO_WHILE", "loopOver": [node]}
    with pytest.raises(Unreadable, match="levels deep"):
        read_document(WorkflowDef, {"name": "f", "tasks": [node]})


def test_free_maps_keep_their_nulls():
    raw = {"name": "a", "inputTemplate": {"x": None, "y": [None, {"z": None}]}}
    assert write_document(read_document(TaskDef, raw))["inputTemplate"] == raw["inputTemplate"]


def test_a_sub_workflow_may_be_inline_or_an_expression():
    def node(definition: Any) -> dict[str, Any]:
        return {"name": "a", "taskReferenceName": "a", "subWorkflowParam": {"workflowDefinition": definition}}

    for definition in ("${x.output.flow}", {"name": "inner", "tasks": []}):
        document = read_document(WorkflowDef, {"name": "f", "tasks": [node(definition)]})
        back = write_document(document)["tasks"][0]["subWorkflowParam"]["workflowDefinition"]
        assert holds(definition, back)
        assert msgspec.json.decode(msgspec.json.encode(document), type=WorkflowDef) == document


@pytest.mark.parametrize(
    "field, name",
    [("execution_name_space", "executionNameSpace"), ("ttl_in_second", "ttlInSecond"), ("name", "name")],
)
def test_member_names(field, name):
    assert member_name(field) == name


def test_a_schema_may_be_a_bare_name_and_version():
    assert write_document(read_document(SchemaDef, {"name": "order", "version": 2})) == {
        "name": "order",
        "version": 2,
        "createTime": 0,
        "updateTime": 0,
    }
