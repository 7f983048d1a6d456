"""HTTP tasks of workflows on a running server: who makes the request, with what, and what follows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from tests.dialects.conductor.flows import shown, start
from tests.server import Server

ENDED = ("COMPLETED", "FAILED", "TERMINATED", "TIMED_OUT")


class Site(BaseHTTPRequestHandler):
    """Counts the requests of each path; `/third` is well from the third on."""

    seen: dict[str, int] = {}
    keys: list[str | None] = []

    def do_GET(self) -> None:
        count = self.seen[self.path] = self.seen.get(self.path, 0) + 1
        self.keys.append(self.headers.get("x-key"))
        self.send_response(500 if self.path.startswith("/third") and count < 3 else 200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"count": count}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server whose HTTP tasks may ask this machine."""
    url = request.getfixturevalue("postgres").create() if request.param == "postgres" else None
    server = Server(tmp_path_factory.mktemp("asking"), url, (), http_task_allow_private="true")
    server.start()
    headers = {"X-Authorization": server.token}
    with httpx.Client(base_url=f"{server.url}/api", headers=headers, timeout=30) as client:
        yield client
    server.stop()


def run(own: httpx.Client, name: str, kind: str, **input: Any) -> dict[str, Any]:
    """A workflow of that one task, when it has ended."""
    node = {"name": name, "taskReferenceName": name, "type": kind, "inputParameters": input}
    body = {"name": f"{name}_flow", "version": 1, "schemaVersion": 2, "tasks": [node]}
    answer = own.put("/metadata/workflow", json=[body])
    assert answer.status_code == 200, answer.text
    uid = start(own, body["name"])
    for _ in range(1500):
        found = shown(own, uid)
        if found["status"] in ENDED:
            return found
        time.sleep(0.02)
    raise AssertionError(found["tasks"])


def test_a_failed_request_is_made_again_as_its_task_definition_says(
    own: httpx.Client, site: str, unique: str
) -> None:
    definition = {"name": f"{unique}_call", "retryCount": 5, "retryDelaySeconds": 0}
    assert own.post("/metadata/taskdefs", json=[definition]).status_code == 200
    found = run(own, f"{unique}_call", "HTTP", uri=f"{site}/third/{unique}")
    assert found["status"] == "COMPLETED"
    assert [each["status"] for each in found["tasks"]] == ["FAILED", "FAILED", "COMPLETED"]
    assert found["tasks"][0]["reasonForIncompletion"] == '{"count":1}'
    assert found["output"]["response"]["body"] == {"count": 3}


def test_a_request_is_repeated_until_its_condition_is_true(own: httpx.Client, site: str, unique: str) -> None:
    request = {
        "uri": f"{site}/poll/{unique}",
        "terminationCondition": "(function(){ return $.output.response.body.count >= 3; })();",
        "pollingInterval": 1,
    }
    found = run(own, f"{unique}_poll", "HTTP_POLL", http_request=request)
    assert found["status"] == "COMPLETED"
    assert len(found["tasks"]) == 1
    assert found["tasks"][0]["outputData"]["response"]["body"] == {"count": 3}


def test_secrets_are_in_the_request_and_nowhere_else(own: httpx.Client, site: str, unique: str) -> None:
    stored = own.put(f"/secrets/{unique}", content=json.dumps("hush-hush"))
    assert stored.status_code == 200, stored.text
    headers = {"X-Key": f"${{workflow.secrets.{unique}}}"}
    found = run(own, f"{unique}_secret", "HTTP", uri=f"{site}/secret/{unique}", headers=headers)
    assert found["status"] == "COMPLETED"
    assert "hush-hush" in (Site.keys[-1] or "")
    assert "hush-hush" not in json.dumps(found)
