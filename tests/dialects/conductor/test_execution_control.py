"""Operations on executions over HTTP: pause, terminate, run again, skip, remove, variables, state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.dialects.conductor.flows import node, register, report, shown, start, task


@pytest.fixture
def flow(api, unique) -> str:
    """A workflow of two steps, `a` and `b`."""
    return register(
        api,
        unique,
        node("a", name=f"{unique}_a"),
        node(
            "b",
            name=f"{unique}_b",
            inputParameters={"n": "${workflow.input.n}", "v": "${workflow.variables.v}"},
        ),
    )


def refused(answer: Any, status: int, message: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["message"] == message


def test_a_paused_execution_schedules_nothing_until_it_is_resumed(api, flow):
    uid = start(api, flow)
    assert api.put(f"/workflow/{uid}/pause").status_code == 200
    assert shown(api, uid)["status"] == "PAUSED"
    assert api.put(f"/workflow/{uid}/pause").status_code == 200
    report(api, uid, "a")
    found = shown(api, uid)
    assert (found["status"], len(found["tasks"])) == ("PAUSED", 1)
    answer = api.put(f"/workflow/{uid}/resume", json={})
    assert (answer.status_code, answer.content) == (200, b"")
    found = shown(api, uid)
    assert found["status"] == "RUNNING"
    assert task(found, "b")["status"] == "SCHEDULED"


def test_what_cannot_be_paused_or_resumed(api, flow):
    uid = start(api, flow)
    message = f"The workflow {uid} is not PAUSED so cannot resume. Current status is RUNNING"
    refused(api.put(f"/workflow/{uid}/resume"), 500, message)
    api.delete(f"/workflow/{uid}")
    message = f"Workflow {flow}.1/{uid} has ended, status cannot be updated."
    refused(api.put(f"/workflow/{uid}/pause"), 409, message)


def test_terminate(api, flow):
    uid = start(api, flow)
    assert api.delete(f"/workflow/{uid}", params={"reason": "enough"}).status_code == 200
    found = shown(api, uid)
    assert (found["status"], found["reasonForIncompletion"]) == ("TERMINATED", "enough")
    assert task(found, "a")["status"] == "CANCELED"
    assert api.delete(f"/workflow/{uid}").status_code == 200


def test_what_completed_cannot_be_terminated(api, flow):
    uid = start(api, flow)
    report(api, uid, "a")
    report(api, uid, "b")
    refused(api.delete(f"/workflow/{uid}"), 409, "Cannot terminate a COMPLETED workflow.")


@pytest.mark.parametrize("path", ["remove", "terminate-remove"])
def test_what_is_removed_is_gone(api, flow, path):
    uid = start(api, flow)
    assert api.delete(f"/workflow/{uid}/{path}", params={"archiveWorkflow": "false"}).status_code == 200
    assert api.get(f"/workflow/{uid}").status_code == 404
    assert api.get(f"/workflow/running/{flow}").json() == []
    assert api.delete(f"/workflow/{uid}/{path}").status_code == 404


def test_restart(api, flow):
    uid = start(api, flow, {"n": 3})
    answer = api.post(f"/workflow/{uid}/restart")
    message = f"Workflow: {flow}.1/{uid}.RUNNING is not in terminal state, unable to restart."
    refused(answer, 409, message)
    report(api, uid, "a", "FAILED")
    answer = api.post(f"/workflow/{uid}/restart", json={})
    assert (answer.status_code, answer.content) == (204, b"")
    found = shown(api, uid)
    assert (found["status"], found["input"], found["endTime"]) == ("RUNNING", {"n": 3}, 0)
    assert "reasonForIncompletion" not in found
    (only,) = found["tasks"]
    assert (only["referenceTaskName"], only["status"], only["seq"]) == ("a", "SCHEDULED", 1)


def test_restart_with_the_latest_definition(api, flow):
    uid = start(api, flow)
    report(api, uid, "a", "FAILED")
    register(api, flow, node("c", name=f"{flow}_c"), version=2)
    params = {"useLatestDefinitions": "true"}
    assert api.post(f"/workflow/{uid}/restart", params=params).status_code == 204
    found = shown(api, uid)
    assert found["workflowVersion"] == 2
    assert task(found, "c")


def test_what_is_not_restartable(api, unique):
    register(api, unique, node("a", name=f"{unique}_a"), restartable=False)
    uid = start(api, unique)
    report(api, uid, "a")
    message = f"Workflow: {unique}.1/{uid}.COMPLETED is non-restartable"
    refused(api.post(f"/workflow/{uid}/restart"), 404, message)


def test_retry(api, flow):
    uid = start(api, flow)
    refused(api.post(f"/workflow/{uid}/retry"), 404, "Workflow is still running.  status=RUNNING")
    report(api, uid, "a", "FAILED")
    answer = api.post(f"/workflow/{uid}/retry", json={})
    assert (answer.status_code, answer.content) == (204, b"")
    found = shown(api, uid)
    assert found["status"] == "RUNNING"
    first, second = found["tasks"]
    assert (first["status"], first["retried"]) == ("FAILED", True)
    assert (second["status"], second["retryCount"]) == ("SCHEDULED", 1)
    assert second["retriedTaskId"] == first["taskId"]
    assert found["lastRetriedTime"] > 0
    report(api, uid, "a")
    report(api, uid, "b")
    assert shown(api, uid)["status"] == "COMPLETED"
    message = (
        "There are no retryable tasks! Use restart if you want to attempt entire workflow execution again."
    )
    refused(api.post(f"/workflow/{uid}/retry"), 409, message)


def test_rerun_from_the_start_with_other_input(api, flow):
    uid = start(api, flow, {"n": 1})
    assert api.post(f"/workflow/{uid}/rerun", json={}).status_code == 409
    report(api, uid, "a", "FAILED")
    body = {"workflowInput": {"n": 2}, "correlationId": "again"}
    answer = api.post(f"/workflow/{uid}/rerun", json=body)
    assert (answer.status_code, answer.text) == (200, uid)
    assert answer.headers["content-type"].startswith("text/plain")
    found = shown(api, uid)
    assert (found["input"], found["correlationId"], len(found["tasks"])) == ({"n": 2}, "again", 1)


def test_rerun_from_a_task(api, flow):
    uid = start(api, flow)
    report(api, uid, "a")
    report(api, uid, "b", "FAILED")
    first = task(shown(api, uid), "a")
    refused(api.post(f"/workflow/{uid}/rerun", json={"reRunFromTaskId": "no"}), 400, "Task no not found")
    body = {"reRunFromTaskId": first["taskId"], "taskInput": {"z": 1}}
    assert api.post(f"/workflow/{uid}/rerun", json=body).text == uid
    (only,) = shown(api, uid)["tasks"]
    assert only["taskId"] == first["taskId"]
    assert (only["status"], only["inputData"]) == ("SCHEDULED", {"z": 1})


def test_skip(api, flow):
    uid = start(api, flow)
    body = {"taskInput": {"i": 1}, "taskOutput": {"o": 2}}
    assert api.put(f"/workflow/{uid}/skiptask/b", json=body).status_code == 200
    report(api, uid, "a")
    found = shown(api, uid)
    skipped = task(found, "b")
    assert found["status"] == "COMPLETED"
    assert (skipped["status"], skipped["inputData"], skipped["outputData"]) == ("SKIPPED", {"i": 1}, {"o": 2})


@pytest.mark.parametrize("write", [str, json.dumps])
def test_clients_that_say_what_to_skip_in_a_parameter(api, flow, write):
    uid = start(api, flow)
    wanted = write({"taskInput": {"i": True}, "taskOutput": {"o": "it's"}})
    answer = api.put(f"/workflow/{uid}/skiptask/b", json={}, params={"skipTaskRequest": wanted})
    assert answer.status_code == 200, answer.text
    report(api, uid, "a")
    skipped = task(shown(api, uid), "b")
    assert (skipped["inputData"], skipped["outputData"]) == ({"i": True}, {"o": "it's"})


@pytest.mark.parametrize(
    "text", ["x", "[1]", "{'a'", "{'taskInput': 1}", "__import__('os')", "(" * 500, "{'taskInput': 1j}"]
)
def test_bad_parameters_skip_nothing(api, flow, text):
    uid = start(api, flow)
    answer = api.put(f"/workflow/{uid}/skiptask/b", params={"skipTaskRequest": text})
    assert answer.status_code == 400


def test_what_cannot_be_skipped(api, flow):
    uid = start(api, flow)
    path = f"/workflow/{uid}/skiptask"
    refused(
        api.put(f"{path}/zz", json={}),
        500,
        f"The task referenced by zz does not exist in the WorkflowDefinition {flow}",
    )
    refused(
        api.put(f"{path}/a", json={}),
        500,
        "The task referenced a has already been processed, cannot be skipped",
    )
    api.delete(f"/workflow/{uid}")
    message = f"The workflow {uid} is not running so the task referenced by b cannot be skipped"
    refused(api.put(f"{path}/b"), 500, message)


def test_callbacks_are_reset(api, flow):
    uid = start(api, flow)
    found = task(shown(api, uid), "a")
    body = {"workflowInstanceId": uid, "taskId": found["taskId"], "status": "IN_PROGRESS"}
    assert api.post("/tasks", json=body | {"callbackAfterSeconds": 600}).status_code == 200
    assert task(shown(api, uid), "a")["callbackAfterSeconds"] == 600
    assert api.get(f"/tasks/poll/{flow}_a").status_code == 204
    assert api.post(f"/workflow/{uid}/resetcallbacks").status_code == 204
    assert task(shown(api, uid), "a")["callbackAfterSeconds"] == 0
    assert api.get(f"/tasks/poll/{flow}_a").json()["taskId"] == found["taskId"]
    api.delete(f"/workflow/{uid}")
    message = "Workflow is in terminal state. Status = TERMINATED"
    refused(api.post(f"/workflow/{uid}/resetcallbacks"), 409, message)


def test_decide_changes_nothing_that_is_right(api, flow):
    uid = start(api, flow)
    before = shown(api, uid)["tasks"]
    assert api.put(f"/workflow/decide/{uid}").status_code == 200
    assert [each["taskId"] for each in shown(api, uid)["tasks"]] == [each["taskId"] for each in before]


def test_variables_are_merged(api, flow):
    uid = start(api, flow)
    api.post(f"/workflow/{uid}/variables", json={"v": 1, "w": {"x": []}})
    found = api.post(f"/workflow/{uid}/variables", json={"v": 2}).json()
    assert found["workflowId"] == uid
    assert found["variables"] == {"v": 2, "w": {"x": []}}
    report(api, uid, "a")
    assert task(shown(api, uid), "b")["inputData"]["v"] == 2


def test_state_is_changed_at_once(api, flow):
    uid = start(api, flow)
    body = {
        "taskReferenceName": "a",
        "taskResult": {"status": "COMPLETED", "outputData": {"o": 1}},
        "variables": {"v": 5},
    }
    params = {"waitUntilTaskRef": "a", "requestId": "r", "waitForSeconds": 5}
    answer = api.post(f"/workflow/{uid}/state", json=body, params=params)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["workflowId"], found["requestId"], found["variables"]) == (uid, "r", {"v": 5})
    assert (task(found, "a")["outputData"], task(found, "b")["inputData"]["v"]) == ({"o": 1}, 5)
    bad = {"taskReferenceName": "a", "taskResult": {"status": "DONE"}}
    assert api.post(f"/workflow/{uid}/state", json=bad).status_code == 400


def test_jump(api, unique):
    register(api, unique, *(node(each, name=f"{unique}_{each}") for each in "abc"))
    uid = start(api, unique)
    assert api.post(f"/workflow/{uid}/jump/c", json={}).status_code == 200
    found = shown(api, uid)
    assert task(found, "c")["status"] == "SCHEDULED"
    assert task(found, "a")["status"] in ("SKIPPED", "CANCELED")
    report(api, uid, "c")
    assert shown(api, uid)["status"] == "COMPLETED"
    uid = start(api, unique)
    path = f"/workflow/{uid}/jump/%7BtaskReferenceName%7D"
    assert api.post(path, json={}, params={"taskReferenceName": "b"}).status_code == 200
    assert task(shown(api, uid), "b")["status"] == "SCHEDULED"


def test_upgrade(api, flow):
    uid = start(api, flow)
    nodes = [node("a", name=f"{flow}_a"), node("n", name=f"{flow}_n"), node("b", name=f"{flow}_b")]
    register(api, flow, *nodes, version=2)
    answer = api.post(f"/workflow/{uid}/upgrade", json={"name": flow, "version": 2})
    assert answer.status_code == 200, answer.text
    assert shown(api, uid)["workflowVersion"] == 2
    report(api, uid, "a")
    assert task(shown(api, uid), "n")["status"] == "SCHEDULED"


def test_messages_get_an_id(api, flow):
    uid = start(api, flow)
    answer = api.post(f"/workflow/{uid}/messages", json={"m": 1})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.text) == 36


ONE = [
    ("DELETE", ""),
    ("DELETE", "/remove"),
    ("PUT", "/pause"),
    ("PUT", "/resume"),
    ("POST", "/restart"),
    ("POST", "/retry"),
    ("POST", "/rerun"),
    ("POST", "/resetcallbacks"),
    ("PUT", "/skiptask/a"),
    ("POST", "/variables"),
    ("POST", "/state"),
    ("POST", "/messages"),
    ("POST", "/upgrade"),
    ("POST", "/jump/a"),
]


@pytest.mark.parametrize("method, path", ONE)
def test_unknown_executions_are_not_found(api, method, path):
    answer = api.request(method, f"/workflow/no-such-id{path}", json={})
    refused(answer, 404, "No such workflow found by id: no-such-id")
    assert api.put("/workflow/decide/no-such-id").status_code == 404


@pytest.mark.parametrize("method, path", ONE)
def test_operating_takes_the_right_to_execute(api, flow, server, unique, connect, grant, method, path):
    reader = server.user(f"{unique}r")
    grant(reader.name, "read", "definition", f"workflow:{flow}")
    uid = start(api, flow)
    answer = connect(reader.token).request(method, f"/workflow/{uid}{path}", json={})
    assert answer.status_code == 403
    assert shown(api, uid)["status"] == "RUNNING"
