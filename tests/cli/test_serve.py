"""The contract of `taskyard serve`: flags, presets, the one-process rule, draining, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server import PASSWORD, TOKEN, Server


def taskyard(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TASKYARD_")}
    return subprocess.run(
        [sys.executable, "-m", "taskyard", *words],
        env=kept | environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_no_auth_is_refused_beyond_loopback(tmp_path: Path) -> None:
    done = taskyard("serve", "--no-auth", "--host", "0.0.0.0", "--port", "0", cwd=tmp_path)
    assert done.returncode == 2
    assert "--no-auth" in done.stderr
    assert "127.0.0.1" in done.stderr


def test_a_second_process_on_one_sqlite_file_is_refused(spawn: Any, tmp_path: Path) -> None:
    spawn(data=tmp_path / "shared")
    done = taskyard("serve", "--port", "0", "--data", str(tmp_path / "shared"), cwd=tmp_path)
    assert done.returncode == 1
    assert "PostgreSQL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_in_a_sentence(spawn: Any, tmp_path: Path) -> None:
    port = spawn().url.rpartition(":")[2]
    done = taskyard("serve", "--port", port, cwd=tmp_path)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr


def test_an_unreachable_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    done = taskyard("serve", "--port", "0", "--database-url", url, cwd=tmp_path)
    assert done.returncode == 1
    assert "PostgreSQL cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("DATABASE_URL", "mysql://root:secret@127.0.0.1/db", "database_url: only postgresql://"),
        ("PORT", "99999", "port: expected int <= 65535"),
        ("PORT", "http", "port: expected int"),
        ("LOG_LEVEL", "loud", "log_level: one of debug, error, info, warning"),
        ("ADMIN_TOKEN_FILE", "absent/token", "TASKYARD_ADMIN_TOKEN_FILE: absent/token cannot be read"),
    ],
)
def test_a_bad_setting_is_named_with_what_it_takes(tmp_path: Path, name: str, value: str, words: str) -> None:
    done = taskyard("serve", cwd=tmp_path, **{f"TASKYARD_{name}": value})
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_settings_name_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "taskyard.toml").write_text("prot = 8000\n")
    done = taskyard("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean port?" in done.stderr
    done = taskyard("serve", cwd=tmp_path / "..", TASKYARD_DATABASEURL="x")
    assert done.returncode == 2
    assert "database_url" in done.stderr


def test_flag_beats_environment_beats_file(tmp_path: Path) -> None:
    (tmp_path / "taskyard.toml").write_text('host = "127.0.0.2"\nport = 1\ndata = "from-file"\n')
    done = taskyard("config", "show", "-o", "json", cwd=tmp_path, TASKYARD_PORT="2")
    values = {row["name"]: (row["value"], row["origin"]) for row in __import__("json").loads(done.stdout)}
    assert values["host"] == ("127.0.0.2", "taskyard.toml")
    assert values["port"] == (2, "environment")
    assert values["data"][0] == "from-file"
    assert values["demo"] == (False, "default")


def test_secrets_are_read_from_files_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-very-secret-token\n")
    done = taskyard(
        "config", "show", "-o", "json", cwd=tmp_path, TASKYARD_ADMIN_TOKEN_FILE=str(tmp_path / "token")
    )
    assert "a-very-secret-token" not in done.stdout
    assert "(hidden)" in done.stdout


def test_first_start_shows_the_admin_once(tmp_path: Path) -> None:
    words = ("serve", "--port", "0", "--data", str(tmp_path / "data"))
    first = run_for(words, tmp_path)
    assert "password" in first
    assert "token" in first
    second = run_for(words, tmp_path)
    assert "First start" not in second


def test_preset_secrets_are_not_repeated(server: Server) -> None:
    shown = server.log.read_text()
    assert "First start" in shown
    assert TOKEN not in shown
    assert PASSWORD not in shown


def run_for(words: tuple[str, ...], cwd: Path, seconds: float = 20) -> str:
    """What a server prints from its start until it was asked to stop."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TASKYARD_")}
    with (cwd / "out").open("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "taskyard", *words], env=kept, cwd=cwd, stdout=out, stderr=out
        )
        deadline = time.monotonic() + seconds
        while "Try it:" not in (cwd / "out").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        assert process.wait(20) == 0
        return (cwd / "out").read_text()


def test_presets_hold_in_every_credential_header(server: Server) -> None:
    url = server.url
    with httpx.Client(base_url=url) as client:
        assert client.get("/v1/me", headers={"Authorization": f"Bearer {TOKEN}"}).json()["name"] == "admin"
        calls = [
            ("/api/metadata/taskdefs", {"X-Authorization": TOKEN}, None),
            ("/orchestrator/v1", {"X-Authentication": TOKEN}, None),
            ("/api/current-user/whoami", {"Authorization": f"Token {TOKEN}"}, None),
            ("/bpm/api/4.0/tasks", {"Authorization": f"Bearer {TOKEN}"}, None),
            ("/bpm/api/4.0/tasks", {}, ("admin", PASSWORD)),
            ("/engine-rest/process-definition", {}, ("admin", PASSWORD)),
            ("/engine-rest/process-definition", {}, ("admin", TOKEN)),
        ]
        for path, headers, basic in calls:
            answer = client.get(path, headers=headers, auth=httpx.BasicAuth(*basic) if basic else None)
            assert answer.status_code in (200, 206), (path, answer.text)
            refused = client.get(path)
            assert refused.status_code == 401, (path, refused.text)
        made = client.post("/api/token", json={"keyId": "admin", "keySecret": TOKEN})
        assert made.status_code == 200
        session = client.get("/api/metadata/taskdefs", headers={"X-Authorization": made.json()["token"]})
        assert session.status_code == 200


def test_no_auth_makes_everybody_admin_on_loopback(spawn: Any) -> None:
    server = spawn("--no-auth")
    for path in (
        "/v1/me",
        "/api/metadata/taskdefs",
        "/engine-rest/process-definition",
        "/bpm/api/4.0/tasks",
        "/orchestrator/v1",
        "/api/current-user/whoami",
    ):
        assert server.anonymous.get(path).status_code == 200, path
    assert server.anonymous.get("/v1/me").json()["name"] == "admin"


def test_sigterm_drains_and_ends_with_zero(spawn: Any) -> None:
    server = spawn()
    for number in range(20):
        made = server.as_admin.post("/v1/tasks", json={"title": f"t{number}", "assignee": "admin"})
        assert made.status_code in (200, 201)
    assert server.stop() == 0
    server.start()
    assert server.as_admin.get("/v1/tasks?total=true").json()["total"] == 20


def test_demo_fills_all_worlds(spawn: Any) -> None:
    server = spawn("--demo")
    deadline = time.monotonic() + 60
    while "Demo data is in" not in server.tail() and time.monotonic() < deadline:
        assert "demo stopped" not in server.tail(), server.tail()
        time.sleep(0.2)
    found = server.as_admin.get("/v1/definitions?limit=200").json()["items"]
    assert {item["kind"] for item in found} >= {"worker", "workflow", "process", "project", "human", "node"}
    assert server.as_admin.get("/v1/tasks?kind=label&total=true").json()["total"] == 12
    ana = server.basic("ana", "harbour-and-pine")
    assert ana.get("/bpm/api/4.0/tasks").json()["count"] >= 2


def test_demo_runs_workflows(spawn: Any) -> None:
    server = spawn("--demo")
    deadline = time.monotonic() + 60
    while "Demo data is in" not in server.tail() and time.monotonic() < deadline:
        assert "demo stopped" not in server.tail(), server.tail()
        time.sleep(0.2)
    found = server.as_admin.get("/v1/executions?limit=200").json()["items"]
    states = {(each["definition"]["key"], each["state"]) for each in found}
    assert states >= {
        ("fulfil_order", "succeeded"),
        ("fulfil_order", "active"),
        ("fulfil_order", "suspended"),
        ("fulfil_order", "failed"),
        ("fulfil_order", "cancelled"),
        ("refund_order", "failed"),
        ("apologise", "active"),
        ("approve_purchase", "active"),
        ("ask_for_opinion", "active"),
        ("count_stock", "active"),
    }
    van = next(each for each in found if each["correlation"] == "PO_145003")
    mia = server.basic("mia", "harbour-and-pine")
    inbox = mia.get("/v1/tasks?state=open&q=van").json()["items"]
    assert [task["title"] for task in inbox] == ["Approve the purchase of a delivery van"]
    done = mia.post(f"/v1/tasks/{inbox[0]['id']}/complete", json={"payload": {"approved": False}})
    assert done.status_code == 200
    after = server.as_admin.get(f"/v1/executions/{van['id']}").json()
    assert [wait.get("queue") for wait in after["waits"]] == ["notify_customer"]
    assert server.stop() == 0
    server.start()
    assert server.as_admin.get("/v1/executions?total=true").json()["total"] == len(found)
