"""`taskyard execution` and `taskyard incident` against a running server."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.test_nouns import run
from tests.cli.test_serve import taskyard
from tests.server import TOKEN, Server


@pytest.fixture
def workflow(server: Server) -> str:
    """A registered workflow that waits for somebody."""
    name = "cli-waiting"
    node = {"name": "wait", "taskReferenceName": "wait", "type": "WAIT"}
    document = {"name": name, "version": 1, "schemaVersion": 2, "tasks": [node]}
    server.as_admin.post("/api/metadata/workflow", params={"overwrite": True}, json=document)
    return name


def test_from_start_to_end(server: Server, workflow: str) -> None:
    made = run(server, "execution", "start", workflow, "--input", '{"a": 1}', "--correlation", "cli-1")
    assert (made["state"], made["input"], made["correlation"]) == ("active", {"a": 1}, "cli-1")
    number = str(made["id"])
    assert run(server, "execution", "pause", number)["state"] == "suspended"
    assert run(server, "execution", "resume", number)["state"] == "active"
    ended = run(server, "execution", "terminate", number, "--reason", "enough", "--yes")
    assert (ended["state"], ended["reason"]) == ("cancelled", "enough")
    assert run(server, "execution", "restart", number, "--yes")["state"] == "active"
    assert run(server, "execution", "show", made["uid"])["uid"] == made["uid"]


def test_input_from_a_file(server: Server, workflow: str, tmp_path: Path) -> None:
    given = tmp_path / "input.json"
    given.write_text('{"from": "file"}')
    assert run(server, "execution", "start", workflow, "--input", f"@{given}")["input"] == {"from": "file"}


def test_lists(server: Server, workflow: str) -> None:
    made = run(server, "execution", "start", workflow, "--correlation", "cli-listed")
    found = run(server, "execution", "list", "-q", "cli-listed")
    assert [each["id"] for each in found] == [made["id"]]
    assert run(server, "execution", "list", "--state", "failed", "-q", "cli-listed") == []
    assert isinstance(run(server, "incident", "list"), list)


def test_endings(server: Server, workflow: str) -> None:
    def code(*words: str) -> int:
        return taskyard(*words, TASKYARD_URL=server.url, TASKYARD_TOKEN=TOKEN).returncode

    assert code("execution", "show", "999999999") == 3
    assert code("execution", "start", "there-is-none") == 3
    assert code("execution", "start", workflow, "--input", "[1]") == 2
    assert code("execution", "start", workflow, "--input", "@there-is-none.json") == 2
    number = str(run(server, "execution", "start", workflow)["id"])
    assert code("execution", "resume", number) == 5
    assert code("execution", "terminate", number) == 1, "nobody said yes"
    assert code("incident", "resolve", "999999999") == 3


def test_tables_on_a_terminal(server: Server, workflow: str) -> None:
    made = run(server, "execution", "start", workflow)
    master, slave = pty.openpty()
    environment = {**os.environ, "TASKYARD_URL": server.url, "TASKYARD_TOKEN": TOKEN, "COLUMNS": "200"}
    command = [sys.executable, "-m", "taskyard", "execution", "show", str(made["id"])]
    with subprocess.Popen(command, stdout=slave, env=environment) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        assert process.wait() == 0
    os.close(master)
    text = seen.decode()
    assert "Records" in text
    assert made["uid"] in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
