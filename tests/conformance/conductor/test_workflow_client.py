"""The Python client (conductor-python 2.0.0) against a running server: what its workflow and bulk clients see of
executions."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def report(server: Any, conductor_python: Any) -> dict[str, Any]:
    """What the client saw, by scene."""
    script = HERE / "client" / "executions.py"
    printed = conductor_python.run(script, f"{server.url}/api", server.token, f"wfc{os.getpid()}")
    return json.loads(printed.splitlines()[-1])


def test_a_whole_life(report):
    seen = report["life"]
    assert seen.pop("first")[0::2] == ["RUNNING", 5, {"n": 1}]
    assert seen == {
        "quoted": False,
        "last": ["COMPLETED", {"x": [1, None]}, ["COMPLETED", "COMPLETED"]],
        "short": ["COMPLETED", {"x": [1, None]}, {}],
        "without tasks": "COMPLETED",
        "by name": True,
    }


def test_running_it_again(report):
    assert report["again"] == {
        "paused": "PAUSED",
        "failed": "FAILED",
        "retried": ["RUNNING", 1],
        "terminated": ["TERMINATED", "enough"],
        "restarted": "RUNNING",
        "rerun": [True, {"n": 9}],
        "skipped": ["COMPLETED", {"s": "it's"}],
        "deleted": 404,
    }


def test_refusals(report):
    assert report["refusals"] == {
        "resume": 500,
        "restart": 409,
        "retry": 404,
        "unknown": 404,
        "unknown name": 404,
        "same key": 409,
        "existing": True,
    }


def test_waiting(report):
    seen = report["waiting"]
    assert seen["run"] == ["RUNNING", "r", "WAIT"]
    for strategy in ("TARGET_WORKFLOW", "BLOCKING_WORKFLOW", "BLOCKING_TASK", "BLOCKING_TASK_INPUT"):
        assert seen[strategy][:2] == [strategy, "RUNNING"]
    assert seen["BLOCKING_TASK"][2] == seen["BLOCKING_TASK_INPUT"][2] == "WAIT"
    assert seen["state"] == ["COMPLETED", {"o": 1}, {"v": 2}]
    assert seen["variables"] == {"a": 1}
    assert seen["message"] == 36


def test_many(report):
    assert report["many"] == {
        "paused": [True, ["no"]],
        "resumed": True,
        "ended": True,
        "correlated": [2, 3],
        "running": True,
        "as api": {},
        "reset": None,
        "jump": None,
        "jumped": "SCHEDULED",
    }
