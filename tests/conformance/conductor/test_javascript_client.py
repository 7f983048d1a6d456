"""The JavaScript client (@io-orkes/conductor-javascript 4.0.0) against a running server: definitions, executions, tasks and
workers; and one queue that it shares with the Python client."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "client"
SHARED = 120


@pytest.fixture(scope="module")
def report(server: Any, conductor_javascript: Any) -> dict[str, Any]:
    """What the client saw, by scene."""
    script = HERE / "javascript.cjs"
    printed = conductor_javascript.run(script, f"{server.url}/api", server.token, f"js{os.getpid()}")
    return json.loads(printed.splitlines()[-1])


def test_definitions(report):
    seen = report["definitions"]
    assert seen.pop("gone").endswith(f"No such taskType found by name: js{os.getpid()}_def")
    assert seen == {
        "task": ["first", 3600],
        "changed": "second",
        "listed": True,
        "tags": [["team", "red"]],
        "latest": 2,
        "first": "one",
        "versions": 2,
        "left": 1,
    }


def test_executions(report):
    seen = report["executions"]
    assert "No such workflow found by id" in seen.pop("deleted")
    assert seen == {
        "id": True,
        "status": "RUNNING",
        "paused": "PAUSED",
        "byName": True,
        "variables": {"v": 7},
        "done": ["COMPLETED", {"said": "done"}],
        "search": [1, True],
        "blocked": ["BLOCKING_TASK", "first"],
        "next": "second",
        "failed": "FAILED",
        "retried": "RUNNING",
        "restarted": 1,
        "correlated": 1,
    }


def test_tasks_by_hand(report):
    assert report["byHand"] == {
        "size": {f"js{os.getpid()}_hand": 1},
        "log": [r'"said \"hello\""'],  # this client sends lines as JSON; they are kept as they come
        "search": [True],
        "got": ["COMPLETED", "COMPLETED"],
    }


def test_workers(report):
    seen = report["working"]
    assert (seen["open"], seen["many"], seen["worker"]) == (0, True, "node")
    assert seen["plain"] == ["COMPLETED", ["COMPLETED"], {"doubled": 42}]
    assert seen["flaky"] == ["COMPLETED", ["FAILED", "COMPLETED"], {"attempt": 1}]
    assert seen["hopeless"][:2] == ["FAILED", ["FAILED_WITH_TERMINAL_ERROR"]]
    assert seen["patient"] == ["COMPLETED", ["COMPLETED"], {"polls": 2}]
    assert seen["slow"] == ["COMPLETED", ["COMPLETED"], {"still": "here"}]


def test_clients_of_two_languages_share_a_queue(server, conductor_python, conductor_javascript):
    name = f"shared{os.getpid()}"
    api = server.client(headers={"X-Authorization": server.token})
    workers = [
        conductor_python.start(HERE / "share.py", f"{server.url}/api", server.token, name),
        conductor_javascript.start(HERE / "share.cjs", f"{server.url}/api", server.token, name),
    ]
    try:
        for worker in workers:
            assert worker.stdout.readline() == "polling\n"
        api.post("/api/metadata/taskdefs", json=[{"name": name, "retryCount": 0}])
        step = {
            "name": name,
            "taskReferenceName": "one",
            "inputParameters": {"number": "${workflow.input.n}"},
        }
        api.post("/api/metadata/workflow", json={"name": name, "tasks": [step]})
        for number in range(SHARED):
            assert api.post(f"/api/workflow/{name}", json={"n": number}).status_code == 200
        tasks = finished(api, name)
    finally:
        for worker in workers:
            end(worker)
    assert sorted(task["outputData"]["square"] for task in tasks) == [n * n for n in range(SHARED)]
    assert {task["pollCount"] for task in tasks} == {1}
    languages = Counter(task["outputData"]["language"] for task in tasks)
    assert languages.keys() == {"python", "javascript"}
    assert min(languages.values()) > SHARED // 20
    pollers = api.get("/api/tasks/queue/polldata", params={"taskType": name}).json()
    assert {each["workerId"] for each in pollers} == {"snake", "script"}


def finished(api: Any, name: str) -> list[dict[str, Any]]:
    """The tasks of that name when all are completed."""
    deadline = time.monotonic() + 60
    query = {"query": f"taskType={name} AND status=COMPLETED", "size": SHARED * 2}
    while True:
        found = api.get("/api/tasks/search-v2", params=query).json()
        if found["totalHits"] >= SHARED:
            return found["results"]
        assert time.monotonic() < deadline, f"{found['totalHits']} of {SHARED} are completed"
        time.sleep(0.2)


def end(worker: subprocess.Popen[str]) -> None:
    worker.terminate()
    try:
        worker.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.communicate()
