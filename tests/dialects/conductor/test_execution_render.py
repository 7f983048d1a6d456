"""Rows of executions and their records as Conductor's JSON: what is left out, what is worked out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from taskyard.app.execution_records import ExecutionView, Node, Record, RunDefinition
from taskyard.dialects.conductor.execution_render import (
    iso,
    status_of,
    task_record,
    task_summary,
    workflow_record,
    workflow_summary,
)
from taskyard.engine.flow.extra import Extra
from taskyard.engine.flow.notes import Notes
from taskyard.engine.flow.plan import FlowSnapshot, NamedTask
from taskyard.model.execution import ElementInstance, Execution, ExecutionDocument
from taskyard.model.flow import TaskDef, WorkflowDef, WorkflowTask

NOW = 1_000_000


def execution(**members: Any) -> Execution:
    given = {"id": 1, "uid": "w-1", "key": "flow", "version": 2, "created_at": 1_000, "updated_at": 2_000}
    return Execution(**{**given, **members})


def record(element: dict[str, Any] | None = None, node: Node | None = None, **members: Any) -> Record:
    given = {
        "id": 7,
        "uid": "t-7",
        "execution_id": 1,
        "element": "a",
        "kind": "SIMPLE",
        "name": "work",
        "native_state": "SCHEDULED",
        "created_at": 5_000,
        "updated_at": 5_000,
        "seq": 1,
    }
    row = ElementInstance(**{**given, **(element or {})})
    return Record(element=row, execution=execution(), node=node, **members)


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize(
    "members, status",
    [
        ({}, "RUNNING"),
        ({"suspended": True}, "PAUSED"),
        ({"outcome": "succeeded", "phase": "closed"}, "COMPLETED"),
        ({"outcome": "failed", "phase": "closed"}, "FAILED"),
        ({"outcome": "expired", "phase": "closed"}, "TIMED_OUT"),
        ({"outcome": "cancelled", "phase": "closed"}, "TERMINATED"),
        ({"phase": "scheduled"}, "RUNNING"),
    ],
)
def test_statuses(members, status):
    assert status_of(execution(**members)) == status


@pytest.mark.parametrize(
    "kind, shown, named",
    [
        ("SIMPLE", "work", "work"),
        ("FORK_JOIN", "FORK", "FORK"),
        ("FORK_JOIN_DYNAMIC", "FORK", "FORK"),
        ("JOIN", "JOIN", "JOIN"),
        ("SWITCH", "SWITCH", "SWITCH"),
        ("HTTP", "HTTP", "work"),
        ("MY_TYPE", "MY_TYPE", "work"),
    ],
)
def test_types_and_names(kind, shown, named):
    found = task_record(record({"kind": kind}), NOW)
    assert (found.task_type, found.task_def_name) == (shown, named)


def test_members_without_a_value_are_left_out():
    found = plain(task_record(record(), NOW))
    assert None not in found.values()
    absent = {"correlationId", "retriedTaskId", "reasonForIncompletion", "workerId", "workflowTask"}
    absent |= {"taskDefinition", "domain", "subWorkflowId", "parentTaskId", "executionMetadata"}
    assert not absent & found.keys()
    assert (found["startTime"], found["endTime"], found["retryCount"]) == (0, 0, 0)
    assert (found["inputData"], found["outputData"]) == ({}, {})


def test_the_node_carries_the_task_definition_that_counts():
    registered, inline = TaskDef(name="work", response_timeout_seconds=9), TaskDef(name="own")
    task = WorkflowTask(name="work", task_reference_name="a", start_delay=4)
    found = plain(task_record(record(node=Node(task, registered)), NOW))
    assert found["workflowTask"]["taskDefinition"]["name"] == "work"
    assert found["responseTimeoutSeconds"] == 9
    assert found["startDelayInSeconds"] == 4
    task = WorkflowTask(name="work", task_reference_name="a", task_definition=inline)
    found = plain(task_record(record(node=Node(task, registered)), NOW))
    assert found["taskDefinition"]["name"] == found["workflowTask"]["taskDefinition"]["name"] == "own"


def test_attempts_passes_and_children_point_at_their_tasks():
    loop = record(
        {"suffix": "__2", "iteration": 2, "attempt": 1, "holder": "h", "polls": 3, "reason": "r"},
        previous="t-6",
        parent="t-1",
        child="w-2",
        extra=Extra(domain="blue", metadata={"executionStartTime": 1}),
        input='{"a":1.50}',
        output='{"b":[]}',
    )
    found = plain(task_record(loop, NOW))
    expected = {
        "referenceTaskName": "a__2",
        "iteration": 2,
        "loopOverTask": True,
        "retryCount": 1,
        "retriedTaskId": "t-6",
        "parentTaskId": "t-1",
        "subWorkflowId": "w-2",
        "workerId": "h",
        "pollCount": 3,
        "reasonForIncompletion": "r",
        "domain": "blue",
        "executionMetadata": {"executionStartTime": 1},
        "inputData": {"a": 1.5},
        "outputData": {"b": []},
    }
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    "element, extra, wait, callback",
    [
        ({}, Extra(), 0, 0),
        ({"started_at": 5_800, "native_state": "IN_PROGRESS"}, Extra(delay=9_000), 800, 0),
        ({}, Extra(delay=9_000), 0, 9),
        ({"started_at": 5_800, "updated_at": 990_000}, Extra(callback=4), 6_000, 4),
        ({"started_at": 5_800, "updated_at": 999_000}, Extra(callback=4), 0, 4),
    ],
)
def test_how_long_a_task_waited(element, extra, wait, callback):
    found = task_record(record(element, extra=extra), NOW)
    assert (found.queue_wait_time, found.callback_after_seconds) == (wait, callback)


@pytest.mark.parametrize(
    "outcome, retried, executed",
    [(None, False, False), ("succeeded", False, True), ("skipped", False, True), ("failed", True, False)],
)
def test_executed(outcome, retried, executed):
    assert task_record(record({"outcome": outcome, "retried": retried}), NOW).executed is executed


def view(**members: Any) -> ExecutionView:
    inner = WorkflowTask(name="work", task_reference_name="in")
    tasks = [WorkflowTask(name="s", task_reference_name="s", type="SWITCH", decision_cases={"x": [inner]})]
    snapshot = FlowSnapshot(
        workflow=WorkflowDef(name="flow", version=2, owner_app="app", tasks=tasks),
        tasks={"work": NamedTask(id=1, definition=TaskDef(name="work"))},
    )
    given = {
        "execution": execution(),
        "document": ExecutionDocument(execution_id=1, input='{"i":1}', output='{"o":2}'),
        "notes": Notes(),
        "definition": RunDefinition(msgspec.json.encode(snapshot).decode()),
    }
    return ExecutionView(**{**given, **members})


def test_the_definition_has_task_definitions_at_every_depth():
    found = plain(workflow_record(view(), []))["workflowDefinition"]
    assert found["tasks"][0]["decisionCases"]["x"][0]["taskDefinition"]["name"] == "work"
    assert "taskDefinition" not in found["tasks"][0]


def everything():
    return view(
        execution=execution(
            outcome="failed",
            phase="closed",
            closed_at=9_000,
            reason="why",
            correlation="c",
            idempotency_key="k",
            limit_key="l",
            priority=4,
            creator="ann",
        ),
        notes=Notes(
            task_to_domain={"*": "d"},
            event="e",
            failed_references=["a", "b"],
            failed_tasks=["work"],
            origin="w-0",
            retried_at=8_000,
            updated_by="bob",
        ),
        variables={"x": "[1]", 'q"': "null"},
        parent="w-9",
        parent_task="t-9",
    )


def test_an_execution_with_everything():
    whole = everything()
    found = plain(workflow_record(whole, []))
    found.pop("workflowDefinition")
    assert found == {
        "createTime": 1_000,
        "updateTime": 2_000,
        "startTime": 1_000,
        "endTime": 9_000,
        "status": "FAILED",
        "workflowId": "w-1",
        "workflowName": "flow",
        "workflowVersion": 2,
        "input": {"i": 1},
        "output": {"o": 2},
        "taskToDomain": {"*": "d"},
        "failedReferenceTaskNames": ["a", "b"],
        "failedTaskNames": ["work"],
        "priority": 4,
        "variables": {"x": [1], 'q"': None},
        "lastRetriedTime": 8_000,
        "history": [],
        "rateLimited": False,
        "tasks": [],
        "ownerApp": "app",
        "createdBy": "ann",
        "updatedBy": "bob",
        "parentWorkflowId": "w-9",
        "parentWorkflowTaskId": "t-9",
        "correlationId": "c",
        "reRunFromWorkflowId": "w-0",
        "reasonForIncompletion": "why",
        "event": "e",
        "idempotencyKey": "k",
        "rateLimitKey": "l",
    }


def test_summaries_hold_text():
    found = plain(workflow_summary(view(), NOW))
    assert found["startTime"] == "1970-01-01T00:00:01.000Z"
    assert "endTime" not in found
    assert (found["input"], found["output"]) == ('{"i":1}', '{"o":2}')
    assert (found["inputSize"], found["outputSize"]) == (7, 7)
    assert found["executionTime"] == NOW - 1_000
    found = plain(task_summary(record({"started_at": 6_000, "closed_at": 6_500}, input='{"n":1}'), NOW))
    assert (found["executionTime"], found["queueWaitTime"]) == (500, 1_000)
    assert (found["input"], found["output"]) == ('{"n":1}', "{}")
    assert found["endTime"] == "1970-01-01T00:00:06.500Z"


def test_moments_are_utc_with_milliseconds():
    assert iso(1_795_235_135_068) == "2026-11-21T04:25:35.068Z"
