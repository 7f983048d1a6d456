"""SQLite on a disk without room: writes are refused in the words of each API, reads go on, and nothing is half
written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Spawn
from tests.server import Server
from tests.trouble.disk import Disk
from tests.trouble.doctor import healthy
from tests.trouble.native_error import refused

LARGE = "x" * 4_000
CONFIG = '<View><Text name="text" value="$text"/></View>'
PROCESS = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
    '<process id="{key}" isExecutable="true"><startEvent id="start"/></process></definitions>'
)
LISTS = (
    "/api/metadata/taskdefs",
    "/engine-rest/process-definition",
    "/engine-rest/deployment",
    "/bpm/api/4.0/tasks?assignment=ALL",
    "/api/tasks/",
    "/v1/tasks?total=true",
    "/v1/definitions?total=true",
)

Write = Callable[[httpx.Client, str, int], httpx.Response]


def conductor(client: httpx.Client, mark: str, size: int) -> httpx.Response:
    defs = [
        {"name": f"{mark}_{n}", "ownerEmail": "a@b.example", "inputTemplate": {"x": LARGE}}
        for n in range(size)
    ]
    return client.post("/api/metadata/taskdefs", json=defs)


def camunda(client: httpx.Client, mark: str, size: int) -> httpx.Response:
    files = [("a", (f"{mark}.bpmn", PROCESS.format(key=mark).encode()))]
    files += [("b", (f"{mark}.txt", (LARGE * size).encode()))]
    return client.post("/engine-rest/deployment/create", files=files)


def oracle(client: httpx.Client, mark: str, size: int) -> httpx.Response:
    body = {"title": mark, "assignees": [{"id": "admin", "type": "user"}], "payload": {"x": LARGE * size}}
    return client.post("/bpm/api/4.0/tasks", json=body)


def labelstudio(client: httpx.Client, mark: str, size: int) -> httpx.Response:
    (project,) = (p["id"] for p in client.get("/api/projects/").json()["results"] if p["title"] == "Disk")
    body = [{"text": f"{mark} {n} {LARGE}"} for n in range(size)]
    return client.post(f"/api/projects/{project}/import", json=body)


def native(client: httpx.Client, mark: str, size: int) -> httpx.Response:
    body = {"tasks": [{"title": f"{mark} {n}", "payload": {"x": LARGE}} for n in range(size)]}
    return client.post("/v1/tasks/batch", json=body)


WRITES: dict[str, Write] = {
    "conductor": conductor,
    "camunda7": camunda,
    "oraclebpm": oracle,
    "labelstudio": labelstudio,
    "native": native,
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk")
    yield made
    made.close()


@pytest.fixture
def small(disk: Disk, spawn: Spawn) -> Iterator[Server]:
    """A server whose data lies on the small disk."""
    server = spawn(data=disk.path)
    yield server
    server.stop()


def shown(client: httpx.Client) -> dict[str, Any]:
    """What every list shows."""
    answers = {path: client.get(path) for path in LISTS}
    assert {answer.status_code for answer in answers.values()} <= {200, 206}, answers
    return {path: answer.json() for path, answer in answers.items()}


def test_a_full_disk_refuses_writes_and_nothing_else(small: Server, disk: Disk) -> None:
    client = small.as_admin
    assert client.post("/api/projects/", json={"title": "Disk", "label_config": CONFIG}).status_code == 201
    for name, write in WRITES.items():
        assert write(client, f"before{name}", 2).status_code in (200, 201), name
    before = shown(client)
    disk.fill(small)
    for name, write in WRITES.items():
        body = refused(write(client, f"during{name}", 1_500), 503)
        assert "nothing was changed" in str(body), name
    assert shown(client) == before
    assert small.get("/healthz").status_code == 200
    assert small.get("/readyz").status_code == 200
    healthy(small)
    disk.free(small)
    for name, write in WRITES.items():
        assert write(client, f"after{name}", 2).status_code in (200, 201), name
    after = shown(client)
    assert all(after[path] != before[path] for path in LISTS)
    assert "during" not in str(after)
    small.stop()
    small.start()
    assert shown(small.as_admin) == after
    healthy(small)


def test_a_recorded_import_waits_for_room(small: Server, disk: Disk) -> None:
    """What was recorded while there was room is done when there is room again, without a restart."""
    client = small.as_admin
    made = client.post("/api/projects/", json={"title": "Disk", "label_config": CONFIG}).json()["id"]
    body = [{"text": f"{n} " + "y" * 1_000} for n in range(3_000)]
    path = f"/api/projects/{made}/import?async=true"
    started = client.post(path, json=body)
    assert started.status_code == 201
    disk.fill(small)
    time.sleep(1)
    assert client.get(f"/api/projects/{made}/").json()["task_number"] in (0, 3_000)
    disk.free(small)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = client.get(f"/api/projects/{made}/imports/{started.json()['import']}/").json()
        if state["status"] == "completed":
            break
        assert state["status"] in ("created", "in_progress"), state
        time.sleep(0.2)
    assert client.get(f"/api/projects/{made}/").json()["task_number"] == 3_000
    healthy(small)
