"""Published Camunda clients against a running server, each in its own process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.dialects.camunda7.models import fresh, process

SCRIPTS = Path(__file__).parent / "client"


def test_pycamunda(server: Any, pycamunda: Any, tmp_path: Path) -> None:
    key = fresh()
    (tmp_path / "a.bpmn").write_bytes(process(f"{key}a", name="A", versionTag="v7", historyTimeToLive="P3D"))
    (tmp_path / "b.bpmn").write_bytes(process(f"{key}b"))
    said = pycamunda.run(
        SCRIPTS / "drive_pycamunda.py",
        f"{server.url}/engine-rest",
        "admin",
        server.password,
        str(tmp_path),
        key,
    )
    told = json.loads(said)
    assert told.pop("xml").startswith("<?xml")
    assert "7.24.0" in told.pop("version")
    assert told.pop("zone").startswith("UTC")
    assert told == {
        "made": [f"{key}a", f"{key}b"],
        "found": [f"{key}b", f"{key}a"],
        "count": 2,
        "one": [f"{key}b", 1, None, None],
        "by_key": f"{key}a",
        "suspended": [f"{key}b"],
        "deployments": [True],
        "resources": ["a.bpmn", "b.bpmn"],
        "kept": 9,
        "missing": told["missing"],
    }
    assert told["missing"] != "no error"


def test_generic_camunda_client(server: Any, generic_camunda: Any, tmp_path: Path) -> None:
    key = fresh()
    file = tmp_path / "model.bpmn"
    file.write_bytes(process(key, historyTimeToLive="12"))
    said = generic_camunda.run(
        SCRIPTS / "drive_generic.py", f"{server.url}/engine-rest", "admin", server.password, str(file), key
    )
    assert json.loads(said) == {
        "made": [key],
        "found": [[key, 1, 12, True]],
        "count": 1,
        "one": True,
        "xml": len(file.read_text()),
        "listed": [True],
        "resources": 1,
        "again": [True, None],
        "refused": [400, "InvalidRequestException"],
        "left": 0,
        "engines": ["default"],
    }
