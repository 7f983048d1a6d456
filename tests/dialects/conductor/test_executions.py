"""Starting executions and reading them over HTTP."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from tests.dialects.conductor.flows import node, register, report, shown, start, task


@pytest.fixture
def flow(api, unique) -> str:
    """A workflow of one step."""
    return register(api, unique, node(f"{unique}_a", inputParameters={"n": "${workflow.input.n}"}))


def test_a_start_answers_the_bare_id(api, flow):
    answer = api.post("/workflow", json={"name": flow, "input": {"n": 1}}, headers={"accept": "text/plain"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert shown(api, answer.text)["workflowId"] == answer.text


def test_an_execution_shows_all_its_members(api, flow):
    before = int(time.time() * 1000)
    uid = start(
        api,
        flow,
        {"n": {"deep": [1, None]}},
        correlationId="order 7",
        priority=7,
        taskToDomain={"*": "blue"},
        createdBy="ann",
    )
    found = shown(api, uid)
    assert before - 1000 <= found["createTime"] <= found["updateTime"]
    definition = found.pop("workflowDefinition")
    (only,) = found.pop("tasks")
    for moment in ("createTime", "updateTime", "startTime"):
        found.pop(moment)
    assert found == {
        "status": "RUNNING",
        "endTime": 0,
        "workflowId": uid,
        "input": {"n": {"deep": [1, None]}},
        "output": {},
        "taskToDomain": {"*": "blue"},
        "failedReferenceTaskNames": [],
        "failedTaskNames": [],
        "priority": 7,
        "variables": {},
        "lastRetriedTime": 0,
        "history": [],
        "rateLimited": False,
        "workflowName": flow,
        "workflowVersion": 1,
        "createdBy": "ann",
        "correlationId": "order 7",
    }
    assert definition["name"] == flow
    assert definition["tasks"][0]["taskDefinition"]["name"] == only["taskDefName"]


def test_a_task_shows_all_its_members(api, flow):
    uid = start(api, flow, {"n": 5}, correlationId="c", priority=3)
    (only,) = shown(api, uid)["tasks"]
    name = f"{flow}_a"
    assert only.pop("workflowTask")["taskDefinition"] == only.pop("taskDefinition")
    moment = only.pop("scheduledTime")
    assert moment > 0
    assert only.pop("updateTime") == moment
    assert only.pop("firstStartTime") in (0, moment)
    assert only.pop("taskId")
    assert only == {
        "taskType": name,
        "status": "SCHEDULED",
        "inputData": {"n": 5},
        "referenceTaskName": name,
        "retryCount": 0,
        "seq": 1,
        "pollCount": 0,
        "taskDefName": name,
        "startTime": 0,
        "endTime": 0,
        "startDelayInSeconds": 0,
        "retried": False,
        "executed": False,
        "callbackFromWorker": True,
        "responseTimeoutSeconds": 3600,
        "workflowInstanceId": uid,
        "workflowType": flow,
        "callbackAfterSeconds": 0,
        "outputData": {},
        "rateLimitPerFrequency": 0,
        "rateLimitFrequencyInSeconds": 1,
        "workflowPriority": 3,
        "iteration": 0,
        "subworkflowChanged": False,
        "queueWaitTime": 0,
        "loopOverTask": False,
        "correlationId": "c",
    }


def test_operators_show_their_types(api, unique):
    register(
        api,
        unique,
        node(
            "fork",
            "FORK_JOIN",
            forkTasks=[[node("left", name=f"{unique}_x")], [node("right", name=f"{unique}_x")]],
        ),
        node("join", "JOIN", joinOn=["left", "right"]),
    )
    api.post("/metadata/taskdefs", json=[{"name": f"{unique}_x"}])
    found = shown(api, start(api, unique))["tasks"]
    assert [(each["seq"], each["referenceTaskName"], each["taskType"]) for each in found] == [
        (1, "fork", "FORK"),
        (2, "left", f"{unique}_x"),
        (3, "right", f"{unique}_x"),
        (4, "join", "JOIN"),
    ]


def test_the_tasks_may_be_left_out(api, flow):
    uid = start(api, flow)
    assert api.get(f"/workflow/{uid}", params={"includeTasks": "false"}).json()["tasks"] == []


def test_a_closed_execution_keeps_what_it_came_to(api, flow):
    uid = start(api, flow, {"n": 1})
    report(api, uid, f"{flow}_a", output={"sum": 3})
    found = shown(api, uid)
    assert found["status"] == "COMPLETED"
    assert found["output"] == {"sum": 3}
    assert found["endTime"] >= found["startTime"] > 0
    (only,) = found["tasks"]
    assert (only["status"], only["outputData"], only["executed"]) == ("COMPLETED", {"sum": 3}, True)
    assert only["endTime"] > 0


def test_a_failure_names_what_failed(api, flow):
    uid = start(api, flow)
    report(api, uid, f"{flow}_a", "FAILED")
    found = shown(api, uid)
    only = found["tasks"][0]
    assert found["status"] == "FAILED"
    assert found["failedReferenceTaskNames"] == [f"{flow}_a"]
    assert found["failedTaskNames"] == [f"{flow}_a"]
    reason = f"Task {only['taskId']} failed with status: FAILED and reason: 'told so'"
    assert found["reasonForIncompletion"] == reason
    assert only["reasonForIncompletion"] == "told so"


def test_a_definition_may_come_with_the_start(api, unique):
    inline = {
        "name": unique,
        "tasks": [
            node(
                "a",
                "SWITCH",
                evaluatorType="value-param",
                expression="x",
                inputParameters={"x": "1"},
                decisionCases={"1": []},
                defaultCase=[],
            )
        ],
    }
    answer = api.post("/workflow", json={"name": unique, "workflowDef": inline})
    assert answer.status_code == 200, answer.text
    found = shown(api, answer.text)
    assert (found["workflowName"], found["workflowVersion"], found["status"]) == (unique, 1, "COMPLETED")
    assert api.get(f"/metadata/workflow/{unique}").status_code == 404


def test_an_inline_definition_keeps_to_the_rules(api, unique):
    answer = api.post("/workflow", json={"name": unique, "workflowDef": {"name": unique, "tasks": []}})
    body = answer.json()
    assert answer.status_code == 400
    assert body["validationErrors"][0]["path"].startswith("startWorkflow.startWorkflowRequest.workflowDef")


def test_a_start_by_name_takes_the_body_as_input(api, flow):
    params = {"version": 1, "correlationId": "c9", "priority": 4}
    answer = api.post(f"/workflow/{flow}", json={"n": 2}, params=params)
    found = shown(api, answer.text)
    assert (found["input"], found["correlationId"], found["priority"]) == ({"n": 2}, "c9", 4)
    assert shown(api, api.post(f"/workflow/{flow}").text)["input"] == {}


def test_starts_take_the_version_that_they_name(api, unique):
    register(api, unique, node(f"{unique}_a"))
    register(api, unique, node(f"{unique}_b"), version=2)
    assert shown(api, start(api, unique))["workflowVersion"] == 2
    assert shown(api, start(api, unique, version=1))["workflowVersion"] == 1
    assert task(shown(api, start(api, unique, version=1)), f"{unique}_a")


def test_later_definitions_do_not_touch_what_runs(api, flow):
    uid = start(api, flow)
    register(api, flow, node("other", name=f"{flow}_a"), description="new")
    found = shown(api, uid)
    assert "description" not in found["workflowDefinition"]
    assert found["workflowDefinition"]["tasks"][0]["taskReferenceName"] == f"{flow}_a"


@pytest.mark.parametrize(
    "body, path, message",
    [
        ({}, "name", "Workflow name cannot be null or empty"),
        ({"name": "x", "priority": 100}, "priority", "priority: 100 should be maximum 99"),
        ({"name": "x", "priority": -1}, "priority", "priority: -1 should be minimum 0"),
    ],
)
def test_bad_starts_name_the_member(api, body, path, message):
    answer = api.post("/workflow", json=body)
    assert answer.status_code == 400
    (fault,) = answer.json()["validationErrors"]
    assert fault["path"] == f"startWorkflow.startWorkflowRequest.{path}"
    assert fault["message"] == message


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        {"name": "x", "input": [1]},
        {"name": "x", "version": "two"},
        {"name": "x", "idempotencyStrategy": "MAYBE"},
        {"name": "x", "externalInputPayloadStoragePath": "there"},
    ],
)
def test_bad_bodies_start_nothing(api, body):
    answer = api.post("/workflow", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_keys_are_bounded(api, flow):
    long = "x" * 501
    for member in ("correlationId", "idempotencyKey"):
        answer = api.post("/workflow", json={"name": flow, member: long})
        assert answer.status_code == 400
        assert answer.json()["validationErrors"][0]["path"].endswith(member)
    assert api.post(f"/workflow/{flow}", json={}, params={"correlationId": long}).status_code == 400
    assert api.post(f"/workflow/{flow}", json={}, headers={"x-idempotency-key": long}).status_code == 400
    assert api.post(f"/workflow/{flow}", json={}, params={"correlationId": "\u00e9" * 500}).status_code == 200
    assert api.get(f"/workflow/running/{flow}").json()[1:] == []


def test_lists_of_correlations_are_bounded(api, flow):
    many = [str(place) for place in range(1001)]
    assert api.post(f"/workflow/{flow}/correlated", json=many).status_code == 400
    assert len(api.post(f"/workflow/{flow}/correlated", json=many[1:]).json()) == 1000
    batch = {"correlationIds": many, "workflowNames": [flow]}
    assert api.post("/workflow/correlated/batch", json=batch).status_code == 400


def test_unknown_workflows_cannot_be_started(api, flow, unique):
    answer = api.post("/workflow", json={"name": unique + "no"}, headers={"accept": "text/plain"})
    assert answer.status_code == 404
    assert answer.json()["message"] == f"No such workflow found by name: {unique}no, version: null"
    answer = api.post(f"/workflow/{flow}", params={"version": 9}, json={})
    assert answer.status_code == 404
    assert answer.json()["message"] == f"No such workflow found by name: {flow}, version: 9"


@pytest.mark.parametrize("path", ["", "/tasks", "/status"])
def test_unknown_executions_are_not_found(api, path):
    answer = api.get(f"/workflow/no-such-id{path}")
    assert answer.status_code == 404
    assert answer.json()["message"] == "No such workflow found by id: no-such-id"


def test_idempotency_keys(api, flow):
    first = start(api, flow, idempotencyKey="k", idempotencyStrategy="FAIL")
    again = {"name": flow, "idempotencyKey": "k"}
    assert api.post("/workflow", json=again | {"idempotencyStrategy": "FAIL"}).status_code == 409
    assert api.post("/workflow", json=again | {"idempotencyStrategy": "FAIL_ON_RUNNING"}).status_code == 409
    answer = api.post("/workflow", json=again | {"idempotencyStrategy": "RETURN_EXISTING"})
    assert answer.text == first
    assert shown(api, first)["idempotencyKey"] == "k"
    headers = {"x-idempotency-key": "k", "x-on-conflict": "RETURN_EXISTING"}
    assert api.post(f"/workflow/{flow}", json={}, headers=headers).text == first
    report(api, first, f"{flow}_a")
    answer = api.post("/workflow", json=again | {"idempotencyStrategy": "FAIL_ON_RUNNING"})
    assert answer.text != first


def test_a_strategy_without_a_key_means_nothing(api, flow):
    first = start(api, flow, idempotencyStrategy="FAIL")
    assert start(api, flow, idempotencyStrategy="FAIL") != first


def test_pages_of_tasks(api, unique):
    branches = [[node(f"b{place}", name=f"{unique}_x")] for place in range(5)]
    api.post("/metadata/taskdefs", json=[{"name": f"{unique}_x", "retryCount": 0}])
    refs = [f"b{place}" for place in range(5)]
    register(api, unique, node("fork", "FORK_JOIN", forkTasks=branches), node("join", "JOIN", joinOn=refs))
    uid = start(api, unique)

    def page(**params: Any) -> tuple[int, list[str]]:
        body = api.get(f"/workflow/{uid}/tasks", params=params).json()
        return body["totalHits"], [each["referenceTaskName"] for each in body["results"]]

    assert page() == (7, ["fork", *refs, "join"])
    assert page(start=2, count=2) == (7, ["b1", "b2"])
    assert page(count=0)[1] == []
    assert page(status="COMPLETED") == (1, ["fork"])
    assert page(status=["COMPLETED", "IN_PROGRESS"]) == (2, ["fork", "join"])
    assert page(status="TIMED_OUT") == (0, [])
    assert api.get(f"/workflow/{uid}/tasks", params={"status": "DONE"}).status_code == 400
    assert api.get(f"/workflow/{uid}/tasks", params={"start": -1}).status_code == 400


def test_a_wide_execution_is_whole_and_in_order(api, unique):
    width = 1_100
    api.post("/metadata/taskdefs", json=[{"name": f"{unique}_x"}])
    branches = [[node(f"b{place}", name=f"{unique}_x")] for place in range(width)]
    refs = [f"b{place}" for place in range(width)]
    register(api, unique, node("fork", "FORK_JOIN", forkTasks=branches), node("join", "JOIN", joinOn=refs))
    uid = start(api, unique)
    deadline = time.monotonic() + 30
    while len(found := shown(api, uid)["tasks"]) < width + 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [each["referenceTaskName"] for each in found] == ["fork", *refs, "join"]
    assert [each["seq"] for each in found] == list(range(1, width + 3))


def test_the_status_in_short(api, flow):
    uid = start(api, flow, correlationId="c")
    path = f"/workflow/{uid}/status"
    assert api.get(path).json() == {"workflowId": uid, "correlationId": "c", "status": "RUNNING"}
    report(api, uid, f"{flow}_a", output={"x": 1})
    everything = {"includeOutput": "true", "includeVariables": "true"}
    assert api.get(path, params=everything).json() == {
        "workflowId": uid,
        "correlationId": "c",
        "status": "COMPLETED",
        "output": {"x": 1},
        "variables": {},
    }


def test_running_executions_by_name_and_version(api, flow):
    first, second = start(api, flow), start(api, flow)
    created = shown(api, first)["createTime"]
    report(api, second, f"{flow}_a")
    path = f"/workflow/running/{flow}"
    assert api.get(path).json() == [first]
    assert api.get(path, params={"version": 2}).json() == []
    span = {"startTime": created - 1000, "endTime": created + 60_000}
    assert sorted(api.get(path, params=span).json()) == sorted([first, second])
    assert api.get(path, params={"startTime": 1, "endTime": 2}).json() == []


def test_executions_by_correlation(api, flow):
    one, two = start(api, flow, correlationId="c1"), start(api, flow, correlationId="c1")
    other = start(api, flow, correlationId="c2")
    report(api, two, f"{flow}_a")

    def ids(found: list[dict[str, Any]]) -> list[str]:
        return [each["workflowId"] for each in found]

    path = f"/workflow/{flow}/correlated"
    found = api.get(f"{path}/c1").json()
    assert ids(found) == [one]
    assert found[0]["tasks"] == []
    found = api.get(f"{path}/c1", params={"includeClosed": True, "includeTasks": True}).json()
    assert ids(found) == [one, two]
    assert all(len(each["tasks"]) == 1 for each in found)
    assert api.get(f"{path}/none").json() == []
    many = api.post(path, json=["c1", "c2", "c3"]).json()
    assert {name: ids(found) for name, found in many.items()} == {"c1": [one], "c2": [other], "c3": []}
    batch = {"correlationIds": ["c1", "c2"], "workflowNames": [flow, "no-such"]}
    params = {"includeClosed": True}
    many = api.post("/workflow/correlated/batch", json=batch, params=params).json()
    assert {name: ids(found) for name, found in many.items()} == {"c1": [one, two], "c2": [other]}


def test_who_may_see_what(api, flow, unique, server, connect, grant):
    outsider, reader, runner = (server.user(f"{unique}{who}") for who in ("o", "r", "x"))
    grant(reader.name, "read", "definition", f"workflow:{flow}")
    grant(runner.name, "execute", "definition", f"workflow:{flow}")
    uid = start(api, flow, correlationId=unique)

    def client(user: Any) -> httpx.Client:
        return connect(user.token)

    assert client(outsider).get(f"/workflow/{uid}").status_code == 403
    assert client(outsider).get(f"/workflow/running/{flow}").json() == []
    assert client(outsider).get(f"/workflow/{flow}/correlated/{unique}").json() == []
    assert client(outsider).post(f"/workflow/{flow}", json={}).status_code == 403
    assert client(reader).get(f"/workflow/{uid}").status_code == 200
    assert client(reader).get(f"/workflow/running/{flow}").json() == [uid]
    assert client(reader).post(f"/workflow/{flow}", json={}).status_code == 403
    assert client(reader).put(f"/workflow/{uid}/pause").status_code == 403
    assert client(runner).post(f"/workflow/{flow}", json={}).status_code == 200
    assert client(runner).get(f"/workflow/{uid}").status_code == 200


def test_external_storage_is_refused_with_its_reason(api):
    answer = api.get("/workflow/externalstoragelocation")
    assert answer.status_code == 501
    assert "kept in the database" in answer.json()["message"]
