"""Tasks over HTTP as workers see them: polls, results, leases, log lines."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import pytest
from tests.dialects.conductor.flows import node, register, shown, start, task


@pytest.fixture
def flow(api, unique) -> str:
    """A workflow of two steps of the same name."""
    first = node(f"{unique}_a", name=unique, inputParameters={"n": "${workflow.input.n}"})
    return register(api, unique, first, node(f"{unique}_b", name=unique))


def poll(api: httpx.Client, name: str, **params: Any) -> dict[str, Any]:
    """The task that a poll gives; fails when there is none."""
    answer = api.get(f"/tasks/poll/{name}", params={"workerid": "w1", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def result(polled: dict[str, Any], status: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    """A worker's word on a task that it polled."""
    ids = {name: polled[name] for name in ("workflowInstanceId", "taskId")}
    return {**ids, "status": status, "workerId": "w1", **more}


def test_a_poll_hands_out_a_task_with_all_that_a_worker_needs(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "responseTimeoutSeconds": 7, "retryCount": 2}])
    body = {
        "name": unique,
        "tasks": [node("step", name=unique, inputParameters={"n": "${workflow.input.n}"})],
    }
    assert api.post("/metadata/workflow", json=body).status_code == 200
    uid = start(api, unique, {"n": [1]}, correlationId="c7", priority=5)
    found = poll(api, unique)
    assert found["taskType"] == found["taskDefName"] == unique
    assert found["referenceTaskName"] == "step"
    assert found["status"] == "IN_PROGRESS"
    assert found["inputData"] == {"n": [1]}
    assert found["workflowInstanceId"] == uid
    assert found["workflowType"] == unique
    assert found["responseTimeoutSeconds"] == 7
    assert found["workerId"] == "w1"
    assert found["pollCount"] == 1
    assert found["startTime"] >= found["scheduledTime"] > 0
    assert (found["correlationId"], found["workflowPriority"], found["callbackAfterSeconds"]) == ("c7", 5, 0)
    assert found["workflowTask"]["taskDefinition"]["retryCount"] == 2


def test_no_task_is_204_for_a_poll_and_an_empty_array_for_a_batch(api, unique):
    one = api.get(f"/tasks/poll/{unique}")
    assert (one.status_code, one.content) == (204, b"")
    many = api.get(f"/tasks/poll/batch/{unique}", params={"workerid": "w", "timeout": 1})
    assert (many.status_code, many.json()) == (200, [])


def test_get_requests_may_carry_a_body(api, unique):
    answer = api.request("GET", f"/tasks/poll/batch/{unique}", params={"timeout": 1}, json={})
    assert (answer.status_code, answer.json()) == (200, [])


def test_a_batch_gives_no_more_than_asked_for_and_oldest_first(api, unique):
    register(api, unique, node("a", name=unique))
    started = [start(api, unique) for _ in range(5)]
    first = api.get(f"/tasks/poll/batch/{unique}", params={"count": 3}).json()
    rest = api.get(f"/tasks/poll/batch/{unique}", params={"count": 30}).json()
    assert [each["workflowInstanceId"] for each in first] == started[:3]
    assert [each["workflowInstanceId"] for each in rest] == started[3:]


def test_the_higher_priority_goes_first(api, unique):
    register(api, unique, node("a", name=unique))
    for priority in (0, 99, 5):
        start(api, unique, priority=priority)
    given = api.get(f"/tasks/poll/batch/{unique}", params={"count": 3}).json()
    assert [each["workflowPriority"] for each in given] == [99, 5, 0]


def test_a_long_poll_returns_as_soon_as_there_is_a_task(api, unique):
    register(api, unique, node("a", name=unique))
    timer = threading.Timer(0.3, lambda: start(api, unique))
    timer.start()
    began = time.monotonic()
    found = api.get(f"/tasks/poll/batch/{unique}", params={"timeout": 5000, "count": 2}).json()
    waited = time.monotonic() - began
    timer.join()
    assert len(found) == 1
    assert 0.2 < waited < 4


@pytest.mark.parametrize("timeout", [5001, "soon"])
def test_a_batch_may_wait_five_seconds_at_most(api, unique, timeout):
    answer = api.get(f"/tasks/poll/batch/{unique}", params={"timeout": timeout})
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_domains_are_apart(api, unique):
    api.get(f"/tasks/poll/{unique}", params={"domain": "blue"})
    register(api, unique, node("a", name=unique))
    start(api, unique, taskToDomain={unique: "blue"})
    assert api.get(f"/tasks/poll/{unique}").status_code == 204
    assert poll(api, unique, domain="blue")["domain"] == "blue"


def test_an_update_answers_the_bare_id_and_moves_the_workflow_on(api, flow):
    uid = start(api, flow, {"n": 1})
    polled = poll(api, flow)
    answer = api.post("/tasks", json=result(polled, outputData={"x": 1}, reasonForIncompletion=None))
    assert (answer.status_code, answer.text) == (200, polled["taskId"])
    assert answer.headers["content-type"].startswith("text/plain")
    done = task(shown(api, uid), f"{flow}_a")
    assert (done["status"], done["outputData"], done["workerId"]) == ("COMPLETED", {"x": 1}, "w1")
    assert done["endTime"] >= done["startTime"]
    assert poll(api, flow)["referenceTaskName"] == f"{flow}_b"


def test_update_v2_answers_the_next_task(api, flow):
    uid = start(api, flow, {"n": 1})
    first = poll(api, flow)
    answer = api.post("/tasks/update-v2", json=result(first))
    assert answer.status_code == 200
    second = answer.json()
    assert (second["referenceTaskName"], second["status"]) == (f"{flow}_b", "IN_PROGRESS")
    assert second["workflowInstanceId"] == uid
    last = api.post("/tasks/update-v2", json=result(second))
    assert (last.status_code, last.content) == (204, b"")
    assert shown(api, uid)["status"] == "COMPLETED"


def test_output_is_replaced_not_merged(api, flow):
    start(api, flow)
    polled = poll(api, flow)
    api.post("/tasks", json=result(polled, "IN_PROGRESS", outputData={"a": 1}))
    again = poll(api, flow)
    assert (again["outputData"], again["taskId"]) == ({"a": 1}, polled["taskId"])
    api.post("/tasks", json=result(again, outputData={"b": 2}))
    assert api.get(f"/tasks/{polled['taskId']}").json()["outputData"] == {"b": 2}


def test_in_progress_offers_the_task_again_after_so_many_seconds(api, flow):
    start(api, flow)
    polled = poll(api, flow)
    answer = api.post("/tasks", json=result(polled, "IN_PROGRESS", callbackAfterSeconds=1))
    assert answer.status_code == 200
    waiting = api.get(f"/tasks/{polled['taskId']}").json()
    assert (waiting["status"], waiting["callbackAfterSeconds"]) == ("SCHEDULED", 1)
    assert api.get(f"/tasks/poll/{flow}").status_code == 204
    again = api.get(f"/tasks/poll/batch/{flow}", params={"timeout": 3000}).json()
    assert [each["taskId"] for each in again] == [polled["taskId"]]
    assert again[0]["pollCount"] == 2


@pytest.mark.parametrize("path", ["/tasks", "/tasks/update-v2"])
def test_extending_a_lease_changes_nothing_else(api, flow, path):
    start(api, flow)
    polled = poll(api, flow)
    body = result(polled, "IN_PROGRESS", extendLease=True, outputData={"no": 1})
    answer = api.post(path, json=body)
    assert answer.status_code == (200 if path == "/tasks" else 204)
    now = api.get(f"/tasks/{polled['taskId']}").json()
    assert (now["status"], now["outputData"], now["pollCount"]) == ("IN_PROGRESS", {}, 1)
    assert now["updateTime"] >= polled["updateTime"]


def test_extended_leases_outlast_the_response_timeout(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "responseTimeoutSeconds": 1, "retryCount": 0}])
    api.post("/metadata/workflow", json={"name": unique, "tasks": [node("a", name=unique)]})
    uid = start(api, unique)
    polled = poll(api, unique)
    end = time.monotonic() + 2.2
    while time.monotonic() < end:
        api.post("/tasks", json=result(polled, "IN_PROGRESS", extendLease=True))
        time.sleep(0.3)
    api.post("/tasks", json=result(polled))
    assert shown(api, uid)["status"] == "COMPLETED"


def test_an_unanswered_task_times_out(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "responseTimeoutSeconds": 1, "retryCount": 0}])
    api.post("/metadata/workflow", json={"name": unique, "tasks": [node("a", name=unique)]})
    uid = start(api, unique)
    polled = poll(api, unique)
    time.sleep(1.8)
    assert task(shown(api, uid), "a")["status"] == "TIMED_OUT"
    late = api.post("/tasks", json=result(polled))
    assert (late.status_code, late.text) == (200, polled["taskId"])
    assert task(shown(api, uid), "a")["status"] == "TIMED_OUT"


def test_results_of_closed_tasks_are_passed_over(api, flow):
    start(api, flow)
    polled = poll(api, flow)
    api.post("/tasks", json=result(polled, outputData={"kept": True}))
    assert api.post("/tasks", json=result(polled, "FAILED", outputData={})).status_code == 200
    assert api.post("/tasks/update-v2", json=result(polled, "FAILED")).status_code in (200, 204)
    now = api.get(f"/tasks/{polled['taskId']}").json()
    assert (now["status"], now["outputData"]) == ("COMPLETED", {"kept": True})


@pytest.mark.parametrize("params", [{"workerid": "w" * 256}, {"domain": "d" * 256}])
def test_names_of_workers_and_domains_have_a_length(api, unique, params):
    for path in (f"/tasks/poll/{unique}", f"/tasks/poll/batch/{unique}"):
        answer = api.get(path, params=params)
        assert answer.status_code == 400
        assert [each["path"] for each in answer.json()["validationErrors"]] == list(params)
    assert api.get(f"/tasks/poll/{'x' * 256}").status_code == 400


def test_a_callback_may_be_far_away(api, flow):
    start(api, flow)
    polled = poll(api, flow)
    body = result(polled, "IN_PROGRESS", callbackAfterSeconds=2**62, workerId="w" * 9_000)
    assert api.post("/tasks", json=body).status_code == 200
    found = api.get(f"/tasks/{polled['taskId']}").json()
    assert (found["status"], len(found["workerId"])) == ("SCHEDULED", 255)
    assert api.get(f"/tasks/poll/{flow}").status_code == 204


def test_unknown_tasks(api):
    body = {"workflowInstanceId": "none", "taskId": "none", "status": "COMPLETED"}
    plain = api.post("/tasks", json=body)
    assert (plain.status_code, plain.json()["message"]) == (404, "No such task found by id: none")
    # A 404 here would make clients take the server for one without this operation.
    second = api.post("/tasks/update-v2", json=body)
    assert (second.status_code, second.json()["message"]) == (400, "No such task found by id: none")
    read = api.get("/tasks/none")
    assert (read.status_code, read.json()["message"]) == (404, "Task not found for taskId: none")


@pytest.mark.parametrize(
    "body, path",
    [
        ({"taskId": "t", "status": "COMPLETED"}, "updateTask.taskResult.workflowInstanceId"),
        ({"workflowInstanceId": "w", "status": "COMPLETED"}, "updateTask.taskResult.taskId"),
        ({"workflowInstanceId": "w", "taskId": "t"}, "updateTask.taskResult.status"),
        ({"workflowInstanceId": "w", "taskId": "t", "status": "DONE"}, "status"),
        ({"workflowInstanceId": "w", "taskId": "t", "status": "FAILED", "outputData": 1}, "outputData"),
    ],
)
def test_bad_results_are_refused_with_the_place(api, body, path):
    for url in ("/tasks", "/tasks/update-v2"):
        answer = api.post(url, json=body)
        assert answer.status_code == 400
        assert [each["path"] for each in answer.json()["validationErrors"]] == [path]


def test_reasons_are_cut(api, flow):
    start(api, flow)
    polled = poll(api, flow)
    api.post("/tasks", json=result(polled, "FAILED", reasonForIncompletion="x" * 600))
    assert api.get(f"/tasks/{polled['taskId']}").json()["reasonForIncompletion"] == "x" * 500


def test_cancelled_by_the_worker_ends_the_workflow(api, flow):
    uid = start(api, flow)
    api.post("/tasks", json=result(poll(api, flow), "CANCELED"))
    found = shown(api, uid)
    assert (found["status"], task(found, f"{flow}_a")["status"]) == ("TERMINATED", "CANCELED")


def test_log_lines_are_kept_as_they_are_sent(api, flow):
    start(api, flow)
    polled = poll(api, flow)
    one = polled["taskId"]
    assert api.get(f"/tasks/{one}/log").status_code == 204
    raw = {"content-type": "application/json", "accept": "text/plain"}
    assert api.post(f"/tasks/{one}/log", content=rb"hello \"log\ {", headers=raw).content == b""
    api.post("/tasks", json=result(polled, logs=[{"log": "with the result", "createdTime": 5}]))
    api.post(f"/tasks/{one}/log", content="größer".encode())
    lines = api.get(f"/tasks/{one}/log").json()
    assert {each["log"] for each in lines} == {rb"hello \"log\ {".decode(), "with the result", "größer"}
    assert {each["taskId"] for each in lines} == {one}
    assert [each["createdTime"] for each in lines] == sorted(each["createdTime"] for each in lines)
    assert min(each["createdTime"] for each in lines) == 5


def test_log_lines_of_unknown_tasks_are_refused(api):
    assert api.post("/tasks/none/log", content=b"x").status_code == 404
    assert api.get("/tasks/none/log").status_code == 404


def test_secrets_reach_the_worker_and_nobody_else(api, unique):
    assert api.put(f"/secrets/{unique}", content=b"s3cret").status_code == 200
    given = {"plain": f"${{workflow.secrets.{unique}}}", "inside": f"key=${{workflow.secrets.{unique}}}"}
    api.post("/metadata/taskdefs", json=[{"name": unique, "retryCount": 0, "runtimeMetadata": [unique]}])
    step = node("a", name=unique, inputParameters=given)
    assert api.post("/metadata/workflow", json={"name": unique, "tasks": [step]}).status_code == 200
    uid = start(api, unique)
    polled = poll(api, unique)
    assert polled["inputData"] == {"plain": "s3cret", "inside": "key=s3cret"}
    assert polled["runtimeMetadata"] == {unique: "s3cret"}
    assert task(shown(api, uid), "a")["inputData"] == given
    assert "s3cret" not in api.get(f"/tasks/{polled['taskId']}").text


def test_data_that_look_like_secrets_stay_as_they_are(api, unique):
    assert api.put(f"/secrets/{unique}", content=b"s3cret").status_code == 200
    step = node("a", name=unique, inputParameters={"text": "${workflow.input.text}"})
    register(api, unique, step)
    text = f"${{workflow.secrets.{unique}}}"
    uid = start(api, unique, {"text": text})
    assert poll(api, unique)["inputData"] == {"text": text}
    assert shown(api, uid)["tasks"][0]["status"] == "IN_PROGRESS"


def test_a_secret_that_cannot_be_had_does_not_lose_the_task(api, unique):
    step = node("a", name=unique, inputParameters={"key": f"${{workflow.secrets.{unique}none}}"})
    register(api, unique, step)
    start(api, unique)
    assert poll(api, unique)["inputData"] == {"key": None}


def test_a_task_outside_of_executions_is_worked_on_like_any_other(server, api, unique):
    made = server.as_admin.post(
        "/v1/tasks", json={"kind": "worker", "title": "alone", "queue": unique, "payload": {"n": 3}}
    )
    assert made.status_code == 201, made.text
    first = poll(api, unique)
    assert (first["taskType"], first["inputData"], first["status"]) == (unique, {"n": 3}, "IN_PROGRESS")
    assert api.get(f"/tasks/{first['taskId']}").json()["taskType"] == unique
    assert api.post(f"/tasks/{first['taskId']}/log", content=b"a line").status_code == 200
    assert [each["log"] for each in api.get(f"/tasks/{first['taskId']}/log").json()] == ["a line"]
    api.post("/tasks", json=result(first, "IN_PROGRESS"))
    again = poll(api, unique)
    assert again["taskId"] == first["taskId"]
    assert api.post("/tasks/update-v2", json=result(again, outputData={"x": 1})).status_code == 204
    done = api.get(f"/tasks/{first['taskId']}").json()
    assert (done["status"], done["outputData"]) == ("COMPLETED", {"x": 1})


def test_a_task_needs_the_permission_to_execute(server, connect, api, grant, unique):
    register(api, unique, node("a", name=unique))
    start(api, unique)
    user = server.user(unique)
    theirs = connect(user.token)
    refused = theirs.get(f"/tasks/poll/{unique}")
    assert refused.status_code == 403
    assert refused.json().get("error") not in ("INVALID_TOKEN", "EXPIRED_TOKEN")
    assert theirs.get("/tasks/queue/all").json().get(unique) is None
    grant(unique, "execute", "definition", f"worker:{unique}")
    polled = poll(theirs, unique)
    assert theirs.get(f"/tasks/{polled['taskId']}").json()["status"] == "IN_PROGRESS"
    assert theirs.post(f"/tasks/{polled['taskId']}/log", content=b"mine").status_code == 200
    assert len(theirs.get(f"/tasks/{polled['taskId']}/log").json()) == 1
    assert theirs.post("/tasks", json=result(polled)).status_code == 200
    other = connect(server.user(f"{unique}x").token)
    assert other.get(f"/tasks/{polled['taskId']}").status_code == 403
    assert other.post("/tasks", json=result(polled)).status_code == 403
    assert other.post(f"/tasks/{polled['taskId']}/log", content=b"no").status_code == 403


def test_callers_without_a_valid_token_are_told_which_word(connect):
    wrong = connect("no-such-token").get("/tasks/poll/batch/x")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "INVALID_TOKEN")
    none = connect().get("/tasks/poll/batch/x")
    assert none.status_code == 401
