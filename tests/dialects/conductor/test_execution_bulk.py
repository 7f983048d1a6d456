"""Operations on many executions: each stands or falls on its own."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.dialects.conductor.flows import node, register, report, shown, start


@pytest.fixture
def flow(api, unique) -> str:
    return register(api, unique, node("a", name=f"{unique}_a"))


def bulk(api: Any, method: str, path: str, ids: Any, **params: Any) -> dict[str, Any]:
    answer = api.request(method, f"/workflow/bulk/{path}", json=ids, params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.pop("message") == "Bulk Request has been processed."
    return body


def test_pause_and_resume(api, flow):
    one, two = start(api, flow), start(api, flow)
    missing = {"no": "No such workflow found by id: no"}
    found = bulk(api, "PUT", "pause", [one, "no", two])
    assert found == {"bulkErrorResults": missing, "bulkSuccessfulResults": [one, two]}
    assert {shown(api, each)["status"] for each in (one, two)} == {"PAUSED"}
    assert bulk(api, "PUT", "resume", [one])["bulkSuccessfulResults"] == [one]
    found = bulk(api, "PUT", "resume", [one, two])
    assert found["bulkSuccessfulResults"] == [two]
    message = f"The workflow {one} is not PAUSED so cannot resume. Current status is RUNNING"
    assert found["bulkErrorResults"] == {one: message}


def test_terminate_and_run_again(api, flow):
    uids = [start(api, flow) for _ in range(3)]
    found = bulk(api, "POST", "terminate", uids, reason="stop")
    assert found == {"bulkErrorResults": {}, "bulkSuccessfulResults": uids}
    assert {shown(api, each)["reasonForIncompletion"] for each in uids} == {"stop"}
    params = {"useLatestDefinitions": "true"}
    assert bulk(api, "POST", "restart", uids[:1], **params)["bulkSuccessfulResults"] == uids[:1]
    assert shown(api, uids[0])["status"] == "RUNNING"
    assert bulk(api, "POST", "retry", uids[1:])["bulkSuccessfulResults"] == uids[1:]
    assert shown(api, uids[2])["status"] == "RUNNING"
    assert uids[1] in bulk(api, "POST", "retry", [uids[1]])["bulkErrorResults"]


@pytest.mark.parametrize("path", ["remove", "terminate-remove"])
def test_remove(api, flow, path):
    one, two = start(api, flow), start(api, flow)
    found = bulk(api, "DELETE", path, [one, two], archiveWorkflow="false")
    assert found["bulkSuccessfulResults"] == [one, two]
    assert api.get(f"/workflow/{one}").status_code == 404


def test_search_answers_the_executions_in_the_order_asked(api, flow):
    one, two = start(api, flow), start(api, flow)
    report(api, one, "a")
    found = bulk(api, "POST", "search", [two, "no", one])
    assert [each["workflowId"] for each in found["bulkSuccessfulResults"]] == [two, one]
    assert [len(each["tasks"]) for each in found["bulkSuccessfulResults"]] == [1, 1]
    assert found["bulkErrorResults"] == {"no": "No such workflow found by id: no"}
    found = bulk(api, "POST", "search", [one], includeTasks="false")
    assert found["bulkSuccessfulResults"][0]["tasks"] == []


def test_small_and_wide_executions_side_by_side(api, unique):
    width = 620
    refs = [f"b{place}" for place in range(width)]
    fork = node("fork", "FORK_JOIN", forkTasks=[[node(each, name=f"{unique}_a")] for each in refs])
    register(api, f"{unique}_wide", fork, node("join", "JOIN", joinOn=refs))
    register(api, unique, node("a", name=f"{unique}_a"))
    names = [unique, f"{unique}_wide", unique, unique, f"{unique}_wide"]
    ids = [start(api, name, correlationId=unique) for name in names]
    deadline = time.monotonic() + 30
    while {api.get(f"/workflow/{ids[at]}/tasks").json()["totalHits"] for at in (1, 4)} != {width + 2}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    sizes = [1, width + 2, 1, 1, width + 2]
    found = bulk(api, "POST", "search", ids)["bulkSuccessfulResults"]
    assert [each["workflowId"] for each in found] == ids
    assert [len(each["tasks"]) for each in found] == sizes
    batch = {"correlationIds": [unique, "none"], "workflowNames": [unique, f"{unique}_wide"]}
    params = {"includeTasks": "true"}
    many = api.post("/workflow/correlated/batch", json=batch, params=params).json()
    assert [len(each["tasks"]) for each in many[unique]] == sizes
    assert many["none"] == []


def test_what_the_caller_may_not_operate_is_not_found(api, flow, server, unique, connect):
    outsider = server.user(f"{unique}o")
    uid = start(api, flow)
    found = bulk(connect(outsider.token), "POST", "terminate", [uid])
    assert found["bulkSuccessfulResults"] == []
    assert uid in found["bulkErrorResults"]
    assert shown(api, uid)["status"] == "RUNNING"


@pytest.mark.parametrize("ids", [[], {}, "x", [1], [None], [["x"]], ["x"] * 1001])
def test_bad_lists_are_refused(api, ids):
    answer = api.put("/workflow/bulk/pause", json=ids)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_thousand_is_the_most(api):
    ids = [f"x{place}" for place in range(1000)]
    assert len(bulk(api, "PUT", "pause", ids)["bulkErrorResults"]) == 1000
    answer = api.put("/workflow/bulk/pause", json=[*ids, "more"])
    text = "Cannot process more than 1000 workflows. Please use multiple requests."
    assert answer.json()["validationErrors"][0]["message"] == text
