"""The worker in the README, as it stands there, under the unmodified Python client."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_worker_of_the_tour_works(
    server: Any, conductor_python: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "greet.py"
    script.write_text(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0])
    monkeypatch.setenv("CONDUCTOR_SERVER_URL", f"{server.url}/api")
    monkeypatch.setenv("CONDUCTOR_AUTH_KEY", "admin")
    monkeypatch.setenv("CONDUCTOR_AUTH_SECRET", server.token)
    monkeypatch.setenv("CONDUCTOR_WORKER_ISOLATION", "thread")  # so that ending it ends all of it
    task = {
        "name": "greet",
        "taskReferenceName": "hello",
        "inputParameters": {"who": "${workflow.input.who}"},
    }
    document = {"name": "readme_greeting", "version": 1, "schemaVersion": 2, "tasks": [task]}
    server.as_admin.put("/api/metadata/workflow", json=[document]).raise_for_status()
    worker = conductor_python.start(script)
    try:
        body = {"definition": "readme_greeting", "input": {"who": "Grace"}}
        made = server.as_admin.post("/v1/executions", json=body).json()
        deadline = time.monotonic() + 60
        while made["phase"] != "closed" and time.monotonic() < deadline:
            assert worker.poll() is None, worker.communicate()
            time.sleep(0.2)
            made = server.as_admin.get(f"/v1/executions/{made['id']}").json()
        assert made["records"]["items"][0]["output"] == {"said": "Hello, Grace."}
    finally:
        worker.terminate()
        worker.communicate(timeout=20)
