"""Tasks on disk are node definitions of the native API: they come, change and go with the code."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.dialects.puppet.conftest import Site

PATIENCE_SECONDS = 15


def definitions(site: Site, prefix: str) -> dict[str, dict[str, Any]]:
    """The node definitions whose key starts so, by key."""
    answer = site.server.as_admin.get("/v1/definitions", params={"kind": "node", "limit": "1000"})
    assert answer.status_code == 200, answer.text
    return {item["key"]: item for item in answer.json()["items"] if item["key"].startswith(prefix)}


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_tasks_come_and_change_and_go(site: Site):
    module = f"m_{site.name}"
    site.write(f"modules/{module}/tasks/init.json", {"description": "First", "parameters": {}})
    site.write(f"modules/{module}/tasks/init.sh")
    site.write(f"modules/{module}/tasks/other.sh")
    eventually(lambda: sorted(definitions(site, module)) == [module, f"{module}::other"])
    found = definitions(site, module)[module]
    assert (found["kind"], found["name"], found["description"]) == ("node", module, "First")
    assert found["version"] == 1
    site.write(f"modules/{module}/tasks/init.json", {"description": "Second"})
    eventually(lambda: definitions(site, module)[module]["description"] == "Second")
    assert definitions(site, module)[module]["version"] == 2
    assert definitions(site, module)[f"{module}::other"]["version"] == 1
    gone = site.directory / "modules" / module / "tasks/other.sh"
    gone.unlink()
    eventually(lambda: definitions(site, module)[f"{module}::other"]["suspended"] is True)
    site.write(f"modules/{module}/tasks/other.sh")
    eventually(lambda: definitions(site, module)[f"{module}::other"]["suspended"] is False)
