"""The Python client (conductor-python 2.0.0) against a running server: what its metadata, schema and authorization
clients see."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data" / "conductor"
REQUIREMENTS = ("conductor-python==2.0.0",)
SECONDS = 120


@pytest.fixture(scope="module")
def report(server: Any, client_venv: Any, clean_environment: dict[str, str]) -> dict[str, Any]:
    """What the client saw, by scene."""
    python = client_venv("conductor", REQUIREMENTS)
    environment = clean_environment | {
        "CONDUCTOR_SERVER_URL": f"{server.url}/api",
        "CONDUCTOR_AUTH_KEY": "admin",
        "CONDUCTOR_AUTH_SECRET": server.token,
    }
    done = subprocess.run(
        [str(python), str(HERE / "client" / "metadata.py"), f"sdk{os.getpid()}", str(DATA)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


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


def test_workflows_written_as_code_register_and_say_that_they_do_not_run(report):
    assert report["code_workflow"] == {"tasks": ["greet_ref"], "start": 501}


def test_schemas(report):
    assert report["schemas"] == {"data": {"type": "object"}, "listed": True, "gone": 404, "all gone": 404}


def test_tokens(report):
    assert report["tokens"]["who"] == "admin"
    assert report["tokens"]["wrong secret"] == 401


def test_the_whole_corpus_registers(report):
    assert report["real_files"] == {"registered": 21, "differing": []}
