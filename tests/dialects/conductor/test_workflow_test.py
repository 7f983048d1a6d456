"""POST /workflow/test: the real engine with mocks, and nothing that reaches outside."""

from __future__ import annotations

from typing import Any

import pytest


def task(reference: str, type: str = "SIMPLE", **more: Any) -> dict[str, Any]:
    return {"name": reference, "taskReferenceName": reference, "type": type} | more


def request(name: str, *tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    document = {"name": name, "version": 1, "schemaVersion": 2, "tasks": list(tasks)}
    return {"name": name, "workflowDef": document} | more


def run(api: Any, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/workflow/test", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def statuses(workflow: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["referenceTaskName"], each["status"]) for each in workflow["tasks"]]


def test_mocks_drive_it_to_its_end(api, unique):
    tasks = (
        task("first"),
        task("second", inputParameters={"n": "${first.output.n}"}),
    )
    mocks = {"first": [{"output": {"n": 4}}], "second": [{"output": {"done": True}}]}
    found = run(api, request(unique, *tasks, taskRefToMockOutput=mocks))
    assert (found["status"], found["output"]) == ("COMPLETED", {"done": True})
    assert statuses(found) == [("first", "COMPLETED"), ("second", "COMPLETED")]
    assert found["tasks"][1]["inputData"] == {"n": 4}


def test_a_registered_definition_by_name(api, unique):
    api.post("/metadata/workflow", json=request(unique, task("only"))["workflowDef"])
    found = run(api, {"name": unique, "taskRefToMockOutput": {"only": [{"output": {"a": 1}}]}})
    assert (found["status"], found["workflowName"]) == ("COMPLETED", unique)


def test_a_failed_mock_is_tried_again_without_waiting(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "retryCount": 2, "retryDelaySeconds": 600}])
    mocks = {"work": [{"status": "FAILED"}, {"status": "COMPLETED", "output": {"n": 2}}]}
    found = run(api, request(unique, task("work") | {"name": unique}, taskRefToMockOutput=mocks))
    assert found["status"] == "COMPLETED"
    assert statuses(found) == [("work", "FAILED"), ("work", "COMPLETED")]


def test_a_terminal_failure_fails_the_workflow(api, unique):
    mocks = {"work": [{"status": "FAILED_WITH_TERMINAL_ERROR"}]}
    found = run(api, request(unique, task("work"), taskRefToMockOutput=mocks))
    assert found["status"] == "FAILED"


def test_it_stops_where_a_task_has_no_mock(api, unique):
    found = run(api, request(unique, task("first"), task("second"), taskRefToMockOutput={"first": [{}]}))
    assert found["status"] == "RUNNING"
    assert statuses(found) == [("first", "COMPLETED"), ("second", "SCHEDULED")]


@pytest.mark.parametrize(
    "node",
    [
        task(
            "out", "HTTP", inputParameters={"http_request": {"uri": "http://127.0.0.1:1/", "method": "GET"}}
        ),
        task("out", "WAIT", inputParameters={"duration": "10 days"}),
        task("out", "HUMAN"),
        task("out", "EVENT", sink="conductor:x"),
        task("out", "START_WORKFLOW", inputParameters={"startWorkflow": {"name": "none"}}),
    ],
    ids=lambda node: node["type"],
)
def test_what_reaches_outside_takes_a_mock(api, unique, node):
    found = run(api, request(unique, node, taskRefToMockOutput={"out": [{"output": {"n": 1}}]}))
    assert found["status"] == "COMPLETED"
    (record,) = found["tasks"]
    assert (record["taskType"], record["outputData"]) == (node["type"], {"n": 1})


def test_operators_run_as_always(api, unique):
    switch = task(
        "switch",
        "SWITCH",
        evaluatorType="value-param",
        expression="way",
        inputParameters={"way": "${first.output.way}"},
        decisionCases={"left": [task("left")], "right": [task("right")]},
    )
    mocks = {"first": [{"output": {"way": "right"}}], "right": [{"output": {"seen": True}}]}
    found = run(api, request(unique, task("first"), switch, taskRefToMockOutput=mocks))
    assert found["status"] == "COMPLETED"
    assert [each["referenceTaskName"] for each in found["tasks"]] == ["first", "switch", "right"]


def test_sub_workflows_have_mocks_of_their_own(api, unique):
    child = request(f"{unique}-child", task("inner"))["workflowDef"]
    sub = task("sub", "SUB_WORKFLOW", subWorkflowParam={"name": child["name"], "workflowDefinition": child})
    mocks = {"taskRefToMockOutput": {"inner": [{"output": {"deep": 1}}]}}
    found = run(api, request(unique, sub, taskRefToMockOutput={}, subWorkflowTestRequest={"sub": mocks}))
    assert found["status"] == "COMPLETED"
    assert found["tasks"][0]["outputData"]["deep"] == 1


def test_times_that_mocks_say_they_took(api, unique):
    mocks = {"work": [{"executionTime": 5000, "queueWaitTime": 2000}]}
    (record,) = run(api, request(unique, task("work"), taskRefToMockOutput=mocks))["tasks"]
    assert record["endTime"] - record["startTime"] == 5000
    assert record["startTime"] - record["scheduledTime"] == 2000


def test_nothing_is_left_of_it(api, unique):
    found = run(api, request(unique, task("work"), taskRefToMockOutput={}))
    assert found["status"] == "RUNNING"
    assert api.get(f"/workflow/{found['workflowId']}").status_code == 404
    assert api.get("/workflow/search", params={"query": f"workflowType = {unique}"}).json()["totalHits"] == 0
    assert api.get("/tasks/poll/work").status_code == 204


def test_who_may(server, connect, grant, unique):
    user = server.user(f"{unique}user")
    client = connect(user.token)
    body = request(unique, task("work"), taskRefToMockOutput={"work": [{}]})
    assert client.post("/workflow/test", json=body).status_code == 403
    grant(user.name, "execute", "definition", f"workflow:{unique}")
    assert client.post("/workflow/test", json=body).json()["status"] == "COMPLETED"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x", "taskRefToMockOutput": {"a": {}}},
        {"name": "x", "taskRefToMockOutput": {"a": [{"status": "PERHAPS"}]}},
    ],
)
def test_requests_that_are_refused(api, body):
    assert api.post("/workflow/test", json=body).status_code == 400
