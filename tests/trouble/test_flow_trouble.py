"""Workflows that do harm: the execution fails or is ended, everything else goes on."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.dialects.conductor.flows import node, register, shown, start, task
from tests.server import Server

MEGABYTE = 1024 * 1024
PATIENCE = 30.0


@pytest.fixture
def api(server: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=f"{server.url}/api", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"harm_{uuid.uuid4().hex[:10]}"


def ended(api: httpx.Client, uid: str) -> dict[str, Any]:
    """The execution when it is closed."""
    deadline = time.monotonic() + PATIENCE
    while (found := shown(api, uid))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "it does not end"
        time.sleep(0.1)
    return found


def report(api: httpx.Client, uid: str, reference: str, **members: Any) -> httpx.Response:
    found = task(shown(api, uid), reference)
    result = {"workflowInstanceId": uid, "taskId": found["taskId"], "status": "COMPLETED", **members}
    return api.post("/tasks", json=result)


def test_a_loop_that_never_ends_lets_others_through_and_can_be_ended(api: httpx.Client, name: str) -> None:
    loop = node(
        "round",
        "DO_WHILE",
        loopCondition="true",
        loopOver=[node("count", "SET_VARIABLE", inputParameters={"n": "${round.output.iteration}"})],
    )
    endless = start(api, register(api, name, loop))
    quick = register(api, f"{name}_quick", node(f"{name}_work"))
    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        uid = start(api, quick)
        assert report(api, uid, f"{name}_work").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    assert shown(api, uid)["status"] == "COMPLETED"
    assert slowest < 5
    before = task(api.get(f"/workflow/{endless}").json(), "round")["outputData"]["iteration"]
    time.sleep(0.5)
    assert task(shown(api, endless), "round")["outputData"]["iteration"] > before
    assert api.delete(f"/workflow/{endless}", params={"reason": "enough"}).status_code == 200
    found = shown(api, endless)
    assert (found["status"], found["reasonForIncompletion"]) == ("TERMINATED", "enough")
    rounds = len(found["tasks"])
    time.sleep(0.5)
    assert len(shown(api, endless)["tasks"]) == rounds
    assert api.delete(f"/workflow/{endless}/remove").status_code == 200


def test_five_megabytes_of_output_are_kept(api: httpx.Client, name: str) -> None:
    worker = f"{name}_big"
    uid = start(
        api,
        register(api, name, node(worker), outputParameters={"word": f"${{{worker}.output.word}}"}),
    )
    assert (
        report(api, uid, worker, outputData={"text": "x" * 5 * MEGABYTE, "word": "kept"}).status_code == 200
    )
    found = ended(api, uid)
    assert found["status"] == "COMPLETED"
    assert found["output"] == {"word": "kept"}
    assert len(task(found, worker)["outputData"]["text"]) == 5 * MEGABYTE


def test_more_output_than_is_taken_fails_the_task(api: httpx.Client, name: str) -> None:
    worker = f"{name}_huge"
    uid = start(api, register(api, name, node(worker)))
    assert report(api, uid, worker, outputData={"text": "x" * 9 * MEGABYTE}).status_code == 200
    found = ended(api, uid)
    assert found["status"] == "FAILED"
    assert task(found, worker)["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "larger than" in task(found, worker)["reasonForIncompletion"]
    assert task(found, worker)["outputData"] == {}


def test_a_workflow_that_is_its_own_child_fails(api: httpx.Client, name: str) -> None:
    itself = node("child", "SUB_WORKFLOW", subWorkflowParam={"name": name, "version": 1})
    uid = start(api, register(api, name, itself))
    assert ended(api, uid)["status"] == "FAILED"


def test_an_expression_that_never_returns_fails_its_task_only(api: httpx.Client, name: str) -> None:
    forever = node(
        "forever", "INLINE", inputParameters={"evaluatorType": "javascript", "expression": "while (true) {}"}
    )
    behind = register(api, name, node(f"{name}_first"), forever)
    uid = start(api, behind)
    assert report(api, uid, f"{name}_first").status_code == 200
    assert ended(api, uid)["status"] == "FAILED"


def test_tasks_that_are_unknown_foreign_or_closed(server: Server, api: httpx.Client, name: str) -> None:
    worker = f"{name}_work"
    uid = start(api, register(api, name, node(worker), node(f"{name}_next")))
    unknown = {"workflowInstanceId": uid, "taskId": str(uuid.uuid4()), "status": "COMPLETED"}
    answer = api.post("/tasks", json=unknown)
    assert answer.status_code == 404
    assert unknown["taskId"] in answer.json()["message"]

    other = start(api, name)
    foreign = {
        "workflowInstanceId": other,
        "taskId": task(shown(api, uid), worker)["taskId"],
        "status": "COMPLETED",
    }
    answer = api.post("/tasks", json=foreign)
    assert answer.status_code == 404
    assert foreign["taskId"] in answer.json()["message"]
    assert {task(shown(api, each), worker)["status"] for each in (uid, other)} == {"SCHEDULED"}

    stranger = server.user(f"{name}_stranger")
    found = task(shown(api, uid), worker)
    result = {"workflowInstanceId": uid, "taskId": found["taskId"], "status": "COMPLETED"}
    assert stranger.client.post("/api/tasks", json=result).status_code in (403, 404)
    assert task(shown(api, uid), worker)["status"] == "SCHEDULED"

    assert report(api, uid, worker, outputData={"n": 1}).status_code == 200
    assert api.post("/tasks", json={**result, "outputData": {"n": 2}, "status": "FAILED"}).status_code == 200
    closed = task(shown(api, uid), worker)
    assert (closed["status"], closed["outputData"]) == ("COMPLETED", {"n": 1})
