"""Starting a workflow and waiting for what comes of it: what ends the wait, and the four kinds of answers."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from tests.dialects.conductor.flows import node, register, report, shown, task


def execute(api: Any, name: str, version: int = 0, input: Any = None, **params: Any) -> Any:
    return api.post(
        f"/workflow/execute/{name}/{version}", json={"name": name, "input": input or {}}, params=params
    )


def instant(name: str) -> dict[str, Any]:
    """A node that is done at once."""
    return node(
        "s",
        "SWITCH",
        name=name,
        evaluatorType="value-param",
        expression="x",
        inputParameters={"x": "1"},
        decisionCases={"1": []},
        defaultCase=[],
    )


def test_the_answer_comes_when_the_workflow_has_ended(api, unique):
    register(api, unique, instant(unique), outputParameters={"n": "${workflow.input.n}"})
    answer = execute(api, unique, input={"n": 4}, requestId="r1")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    (only,) = found.pop("tasks")
    assert only["referenceTaskName"] == "s"
    assert found.pop("createTime") <= found.pop("updateTime")
    uid = found["workflowId"]
    assert found == {
        "responseType": "TARGET_WORKFLOW",
        "targetWorkflowId": uid,
        "targetWorkflowStatus": "COMPLETED",
        "workflowId": uid,
        "requestId": "r1",
        "status": "COMPLETED",
        "input": {"n": 4},
        "output": {"n": 4},
        "signalTimeout": False,
        "priority": 0,
        "variables": {},
        "createdBy": "admin",
    }


def test_it_comes_as_soon_as_a_worker_is_done(api, unique):
    register(api, unique, node("a", name=f"{unique}_a"))

    def work() -> None:
        deadline = time.monotonic() + 10
        while not (running := api.get(f"/workflow/running/{unique}").json()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)
        report(api, running[0], "a", output={"done": True})

    worker = threading.Thread(target=work)
    worker.start()
    began = time.monotonic()
    found = execute(api, unique, waitForSeconds=20).json()
    worker.join()
    assert (found["status"], found["output"]) == ("COMPLETED", {"done": True})
    assert time.monotonic() - began < 10


def test_a_task_that_was_waited_for(api, unique):
    register(api, unique, instant(unique), node("a", name=f"{unique}_a"))
    found = execute(api, unique, waitUntilTaskRef="zz, s", waitForSeconds=20).json()
    assert (found["status"], found["signalTimeout"]) == ("RUNNING", False)
    assert [each["referenceTaskName"] for each in found["tasks"]] == ["s", "a"]


@pytest.mark.parametrize("strategy", ["TARGET_WORKFLOW", "BLOCKING_WORKFLOW"])
def test_when_the_time_is_up_the_workflow_is_shown_as_it_is(api, unique, strategy):
    register(api, unique, node("a", name=f"{unique}_a"))
    began = time.monotonic()
    found = execute(api, unique, waitForSeconds=1, returnStrategy=strategy).json()
    assert 0.9 < time.monotonic() - began < 8
    assert (found["status"], found["signalTimeout"]) == ("RUNNING", True)
    assert found["responseType"] == strategy
    assert task(found, "a")["status"] == "SCHEDULED"


@pytest.mark.parametrize("strategy", ["BLOCKING_TASK", "BLOCKING_TASK_INPUT"])
def test_when_the_time_is_up_answers_about_tasks_are_empty(api, unique, strategy):
    register(api, unique, node("a", name=f"{unique}_a"))
    answer = execute(api, unique, waitForSeconds=0, returnStrategy=strategy)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_wait_blocks(api, unique):
    register(
        api,
        unique,
        instant(unique),
        node("w", "WAIT", name=unique, inputParameters={"q": "${workflow.input.q}"}),
    )
    found = execute(api, unique, input={"q": 1}, waitForSeconds=20).json()
    assert (found["status"], found["signalTimeout"]) == ("RUNNING", False)
    answer = execute(api, unique, input={"q": 1}, waitForSeconds=20, returnStrategy="BLOCKING_TASK")
    found = answer.json()
    held = task(shown(api, found["workflowId"]), "w")
    expected = {
        "responseType": "BLOCKING_TASK",
        "targetWorkflowId": found["workflowId"],
        "targetWorkflowStatus": "RUNNING",
        "taskType": "WAIT",
        "taskId": held["taskId"],
        "referenceTaskName": "w",
        "retryCount": 0,
        "taskDefName": unique,
        "workflowType": unique,
        "status": "IN_PROGRESS",
        "input": held["inputData"],
        "output": held["outputData"],
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found["input"]["q"] == 1


def test_a_wait_with_a_timer_does_not_block(api, unique):
    register(api, unique, node("w", "WAIT", name=unique, inputParameters={"duration": "600 seconds"}))
    assert execute(api, unique, waitForSeconds=1).json()["signalTimeout"] is True


def test_what_blocks_inside_a_sub_workflow(api, unique):
    inner = register(api, f"{unique}_in", node("w", "WAIT", name=unique))
    register(api, unique, node("sub", "SUB_WORKFLOW", name=unique, subWorkflowParam={"name": inner}))
    found = execute(api, unique, waitForSeconds=20, returnStrategy="BLOCKING_WORKFLOW").json()
    assert found["workflowId"] != found["targetWorkflowId"]
    assert shown(api, found["workflowId"])["workflowName"] == inner
    assert shown(api, found["workflowId"])["parentWorkflowId"] == found["targetWorkflowId"]
    assert task(found, "w")["status"] == "IN_PROGRESS"
    found = execute(api, unique, waitForSeconds=20, returnStrategy="TARGET_WORKFLOW").json()
    assert found["workflowId"] == found["targetWorkflowId"]
    assert task(found, "sub")["status"] == "IN_PROGRESS"
    found = execute(api, unique, waitForSeconds=20, returnStrategy="BLOCKING_TASK_INPUT").json()
    assert (found["referenceTaskName"], found["responseType"]) == ("w", "BLOCKING_TASK_INPUT")
    assert found["workflowType"] == inner


def test_where_nothing_blocks_the_answer_is_about_the_workflow(api, unique):
    register(api, unique, instant(unique))
    found = execute(api, unique, returnStrategy="BLOCKING_TASK").json()
    assert (found["status"], found["responseType"]) == ("COMPLETED", "BLOCKING_TASK")
    assert "taskId" not in found


def test_the_greatest_version_is_version_zero(api, unique):
    register(api, unique, instant(unique))
    register(api, unique, instant(unique), version=3)
    for version, expected in ((0, 3), (1, 1), (3, 3)):
        uid = execute(api, unique, version).json()["workflowId"]
        assert shown(api, uid)["workflowVersion"] == expected
    answer = execute(api, unique, 2)
    assert answer.json()["message"] == f"No such workflow found by name: {unique}, version: 2"
    assert api.post(f"/workflow/execute/{unique}/two", json={}).status_code == 400


@pytest.mark.parametrize(
    "params",
    [
        {"returnStrategy": "WHATEVER"},
        {"waitForSeconds": -1},
        {"waitForSeconds": "soon"},
        {"consistency": "MAYBE"},
    ],
)
def test_bad_parameters_start_nothing(api, unique, params):
    register(api, unique, node("a", name=f"{unique}_a"))
    answer = execute(api, unique, **params)
    assert answer.status_code == 400
    assert answer.json()["validationErrors"][0]["path"] in params
    assert api.get(f"/workflow/running/{unique}").json() == []


def test_a_workflow_as_an_api_answers_its_output(api, unique):
    register(api, unique, instant(unique), outputParameters={"n": "${workflow.input.n}"})
    register(api, unique, instant(unique), outputParameters={"two": "${workflow.input.n}"}, version=2)
    path = f"/workflow/execute/{unique}"
    answer = api.post(path, json={"n": [1]})
    assert (answer.status_code, answer.json()) == (200, {"two": [1]})
    assert shown(api, answer.headers["x-taskyard-execution"])["status"] == "COMPLETED"
    assert api.get(path, params={"n": "a", "version": 1}).json() == {"n": "a"}
    assert api.get(f"/workflow/execute/{unique}no").status_code == 404


def test_how_long_an_api_waits_is_said_in_headers(api, unique):
    register(api, unique, instant(unique), node("a", name=f"{unique}_a"))
    path = f"/workflow/execute/{unique}"
    assert api.post(path, json={}, headers={"waitForSeconds": "0"}).json() == {}
    assert api.post(path, json={}, headers={"waitUntilTaskRef": "s"}).json() == {}
    assert api.post(path, json={}, headers={"waitForSeconds": "soon"}).status_code == 400
