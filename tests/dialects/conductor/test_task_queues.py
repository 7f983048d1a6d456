"""Queues, poll data and everything that ends a wait from outside, over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.dialects.conductor.flows import node, register, shown, start, task


@pytest.fixture
def queue(api, unique) -> str:
    """The name of tasks of which two wait and one is handed out."""
    register(api, unique, node("a", name=unique))
    for _ in range(3):
        start(api, unique)
    assert api.get(f"/tasks/poll/{unique}", params={"workerid": "w1"}).status_code == 200
    return unique


def test_sizes(api, queue):
    both = api.get("/tasks/queue/sizes", params={"taskType": [queue, f"{queue}_none"]}).json()
    assert both == {queue: 2, f"{queue}_none": 0}
    assert api.get("/tasks/queue/size", params={"taskType": queue}).json() == 2
    assert api.get("/tasks/queue/size", params={"taskType": queue, "domain": "blue"}).json() == 0
    assert api.get("/tasks/queue/all").json()[queue] == 2
    assert api.get("/tasks/queue/all/verbose").json()[queue] == {"a": {"size": 2, "uacked": 1}}


def test_queues_of_domains_have_names_of_their_own(api, unique):
    api.get(f"/tasks/poll/{unique}", params={"domain": "blue"})
    register(api, unique, node("a", name=unique))
    start(api, unique, taskToDomain={"*": "blue"})
    assert api.get("/tasks/queue/all").json()[f"blue:{unique}"] == 1
    assert api.get("/tasks/queue/sizes", params={"taskType": unique}).json() == {unique: 0}
    assert api.get("/tasks/queue/size", params={"taskType": unique, "domain": "blue"}).json() == 1


def test_poll_data_tell_every_poll_empty_ones_too(api, unique):
    before = int(time.time() * 1000) - 1000
    api.get(f"/tasks/poll/{unique}", params={"workerid": "w1"})
    api.get(f"/tasks/poll/batch/{unique}", params={"workerid": "w2", "domain": "blue", "timeout": 1})
    found = api.get("/tasks/queue/polldata", params={"taskType": unique}).json()
    moments = {each["workerId"]: each.pop("lastPollTime") for each in found}
    assert sorted(found, key=lambda each: each["workerId"]) == [
        {"queueName": unique, "workerId": "w1"},
        {"queueName": unique, "workerId": "w2", "domain": "blue"},
    ]
    assert min(moments.values()) > before
    everywhere = api.get("/tasks/queue/polldata/all").json()
    assert {each["workerId"] for each in everywhere if each["queueName"] == unique} == {"w1", "w2"}


def test_requeue_answers_a_number_as_text(api, queue):
    answer = api.post(f"/tasks/queue/requeue/{queue}", json={})
    assert answer.status_code == 200
    assert answer.text.isdigit()
    assert answer.headers["content-type"].startswith("text/plain")
    assert api.get("/tasks/queue/size", params={"taskType": queue}).json() == 2


@pytest.fixture
def waiting(api, unique) -> dict[str, Any]:
    """An execution at the first of two waits, after which a worker has work."""
    register(
        api,
        unique,
        node("first", "WAIT"),
        node("second", "WAIT"),
        node("work", name=f"{unique}_work"),
    )
    return {"uid": start(api, unique), "name": unique}


def test_by_reference_answers_the_id_and_merges(api, waiting):
    uid = waiting["uid"]
    first = task(shown(api, uid), "first")
    some = api.post(f"/tasks/{uid}/first/IN_PROGRESS", json={"a": 1}, params={"workerid": "w9"})
    assert (some.status_code, some.text) == (200, first["taskId"])
    assert task(shown(api, uid), "first")["status"] == "IN_PROGRESS"
    done = api.post(f"/tasks/{uid}/first/COMPLETED", json={"b": 2})
    assert done.text == first["taskId"]
    assert task(shown(api, uid), "first")["outputData"] == {"a": 1, "b": 2}
    nothing = api.post(f"/tasks/{uid}/first/COMPLETED", json={})
    assert (nothing.status_code, nothing.text) == (200, "")
    assert task(shown(api, uid), "second")["status"] == "IN_PROGRESS"


def test_by_reference_with_the_execution_as_the_answer(api, waiting):
    uid = waiting["uid"]
    answer = api.post(f"/tasks/{uid}/first/COMPLETED/sync", json={"a": 1})
    assert answer.status_code == 200
    found = answer.json()
    assert found["workflowId"] == uid
    assert [each["referenceTaskName"] for each in found["tasks"]] == ["first", "second"]


def test_by_reference_of_unknown_executions_and_with_unknown_statuses(api, waiting):
    assert api.post("/tasks/none/first/COMPLETED", json={}).status_code == 404
    bad = api.post(f"/tasks/{waiting['uid']}/first/DONE", json={})
    assert bad.status_code == 400
    assert "DONE" in bad.json()["message"]


def test_a_loop_task_is_found_without_its_number(api, unique):
    loop = node("loop", "DO_WHILE", loopCondition="false", loopOver=[node("inner", "WAIT")])
    register(api, unique, loop)
    uid = start(api, unique)
    assert api.post(f"/tasks/{uid}/inner/COMPLETED", json={"x": 1}).text
    assert task(shown(api, uid), "inner__1")["outputData"] == {"x": 1}


def test_a_signal_ends_what_blocks(api, waiting):
    uid = waiting["uid"]
    answer = api.post(f"/tasks/{uid}/COMPLETED/signal", json={"from": "outside"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert task(shown(api, uid), "first")["outputData"] == {"from": "outside"}
    assert task(shown(api, uid), "second")["status"] == "IN_PROGRESS"


def test_a_signal_that_waits_answers_what_blocks_next(api, waiting):
    uid = waiting["uid"]
    whole = api.post(f"/tasks/{uid}/COMPLETED/signal/sync", json={}).json()
    assert (whole["responseType"], whole["targetWorkflowId"]) == ("TARGET_WORKFLOW", uid)
    assert whole["targetWorkflowStatus"] == "RUNNING"
    assert [each["referenceTaskName"] for each in whole["tasks"]] == ["first", "second"]
    late = api.post(
        f"/tasks/{uid}/COMPLETED/signal/sync",
        json={},
        params={"timeoutMillis": 300, "returnStrategy": "TARGET_WORKFLOW"},
    ).json()
    assert late["signalTimeout"] is True
    nothing = api.post(f"/tasks/{uid}/COMPLETED/signal/sync", json={})
    assert nothing.status_code == 404
    assert nothing.json()["message"]


def test_a_signal_answers_about_the_blocking_task(api, waiting):
    answer = api.post(
        f"/tasks/{waiting['uid']}/COMPLETED/signal/sync", json={}, params={"returnStrategy": "BLOCKING_TASK"}
    ).json()
    assert (answer["responseType"], answer["referenceTaskName"]) == ("BLOCKING_TASK", "second")


def test_waits_are_ended_through_the_old_paths(api, waiting):
    uid = waiting["uid"]
    assert api.post(f"/queue/update/{uid}/first/COMPLETED", json={"a": 1}).status_code == 200
    second = task(shown(api, uid), "second")
    by_id = api.post(f"/queue/update/{uid}/task/{second['taskId']}/COMPLETED", json={"b": 2})
    assert (by_id.status_code, by_id.content) == (200, b"")
    found = shown(api, uid)
    assert [task(found, each)["outputData"] for each in ("first", "second")] == [{"a": 1}, {"b": 2}]
    assert api.post(f"/queue/update/{uid}/first/COMPLETED", json={}).status_code == 404
    assert api.post(f"/queue/update/{uid}/task/none/COMPLETED", json={}).status_code == 404


def test_no_queue_of_events_stands_between(api):
    assert api.get("/queue/size").json() == {}
    assert api.get("/queue").json() == api.get("/queue/").json() == {}
