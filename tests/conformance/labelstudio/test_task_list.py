"""The Python SDK (label-studio-sdk 2.1.2) lists 12,345 tasks to the end, as each role."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

TASKS = 12_345


@pytest.fixture(scope="module")
def report(server: Any, label_studio_sdk: Any) -> dict[str, Any]:
    """What the SDK saw."""
    suffix = f"sdk{os.getpid()}"
    roles = {role: server.user(f"{role.lower()}-{suffix}").token for role in ("RE", "AN")}
    script = Path(__file__).parent / "client" / "task_list.py"
    printed = label_studio_sdk.run(
        script,
        server.url,
        server.token,
        json.dumps({"AD": server.token, **roles}),
        str(TASKS),
        suffix,
        timeout=280,
    )
    return json.loads(printed.splitlines()[-1])


@pytest.mark.parametrize("role", ["AD", "RE", "AN"])
def test_iterates_to_the_end(report: dict[str, Any], role: str) -> None:
    assert report["roles"][role] == {
        "tasks": TASKS,
        "different": TASKS,
        "in order": True,
        "own annotation": True,
        "other annotation": role != "AN",
        "predictions": TASKS // 2,
    }


def test_filters_order_views_and_fields(report: dict[str, Any]) -> None:
    assert report["filtered"] is True
    assert report["named"] == [0, None]
    assert report["view"] == 150
    assert report["one"] is True
    assert report["everywhere"] is True


def test_refusals_are_the_sdks_own_errors(report: dict[str, Any]) -> None:
    assert (report["missing"], report["anonymous"]) == (404, 401)
