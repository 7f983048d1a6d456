"""The Python client (conductor-python 2.0.0) against a running server: what its metadata, schema and authorization
clients see."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data" / "conductor"


@pytest.fixture(scope="module")
def report(server: Any, conductor_python: Any) -> dict[str, Any]:
    """What the client saw, by scene."""
    script = HERE / "client" / "metadata.py"
    printed = conductor_python.run(script, f"{server.url}/api", server.token, f"sdk{os.getpid()}", str(DATA))
    return json.loads(printed.splitlines()[-1])


def test_task_definitions(report):
    assert report["tasks"] == {
        "put of an unknown one": 404,
        "defaults": [3, 3600, "TIME_OUT_WF"],
        "changed": "changed",
        "listed": True,
        "get of a removed one": 404,
        "bad": 400,
    }


def test_task_tags(report):
    assert report["task_tags"] == {
        "added": [["team", "blue"], ["team", "red"]],
        "taken off": [["team", "red"]],
        "replaced": [["a", "1"], ["b", "2"]],
    }


def test_workflow_definitions(report):
    assert report["workflows"] == {
        "again": 409,
        "latest": 2,
        "first": "step",
        "listed": [1, 2],
        "after removal": 1,
        "gone": 404,
    }


def test_workflow_tags_and_rate_limits(report):
    assert report["workflow_tags"] == {
        "added": [["team", "blue"]],
        "no limit": None,
        "limit": "5",
        "new limit": "7",
        "lifted": None,
        "left": [],
    }


def test_workflows_written_as_code_register_and_start(report):
    assert report["code_workflow"] == {"tasks": ["greet_ref"], "started": {"a": 1}}


def test_schemas(report):
    assert report["schemas"] == {"data": {"type": "object"}, "listed": True, "gone": 404, "all gone": 404}


def test_tokens(report):
    assert report["tokens"]["who"] == "admin"
    assert report["tokens"]["wrong secret"] == 401


def test_the_whole_corpus_registers(report):
    assert report["real_files"] == {"registered": 21, "differing": []}
