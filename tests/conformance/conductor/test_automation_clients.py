"""The Python client (conductor-python 2.0.0): its scheduler, secret and event clients against a running server."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent / "client" / "automation.py"


@pytest.fixture(scope="module")
def seen(server: Any, conductor_python: Any) -> dict[str, Any]:
    """What the clients saw."""
    word = f"auto{os.getpid()}"
    printed = conductor_python.run(SCRIPT, f"{server.url}/api", server.token, word)
    return json.loads(printed.splitlines()[-1])


def test_the_scheduler_client(seen):
    assert seen["schedules"] == {
        "state": "EXECUTED",
        "paused": True,
        "resumed": True,
        "tags": [["team", "a"]],
        "listed": True,
        "apart": [86_400_000, 86_400_000],
        "gone": 404,
    }


def test_the_secret_client(seen):
    assert seen["secrets"] == {
        "value": "a value",
        "exists": True,
        "named": True,
        "granted": True,
        "gone": 404,
    }


def test_the_event_client(seen):
    assert len(seen["events"]["names"]) == 1
    assert seen["events"]["off"] == 0


def test_a_workflow_is_tried_out(seen):
    assert seen["trial"] == {"status": "COMPLETED", "output": {"n": 4}, "tasks": ["FAILED", "COMPLETED"]}
