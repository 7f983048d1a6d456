"""The nouns of the command line against a running server: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_serve import taskyard
from tests.server import TOKEN, Server


def run(server: Server, *words: str, token: str = TOKEN) -> Any:
    """Run a command against the server; its JSON."""
    done = taskyard(*words, TASKYARD_URL=server.url, TASKYARD_TOKEN=token)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def test_people_from_nothing_to_a_working_token(server: Server) -> None:
    run(server, "group", "put", "cli-crew", "--display-name", "Crew")
    made = run(
        server, "user", "put", "cli-ulla", "--password", "long enough", "--group", "cli-crew", "-o", "json"
    )
    assert made["groups"] == ["cli-crew"]
    changed = run(server, "user", "put", "cli-ulla", "--display-name", "Ulla", "-o", "json")
    assert (changed["display_name"], changed["groups"]) == ("Ulla", ["cli-crew"])
    issued = run(server, "token", "issue", "cli-ulla", "--label", "laptop", "-o", "json")
    assert server.client(issued["token"]).get("/v1/me").json()["name"] == "cli-ulla"
    listed = run(server, "token", "list", "cli-ulla", "-o", "json")
    assert [row["label"] for row in listed] == ["laptop"]
    assert "token" not in listed[0]
    run(server, "token", "revoke", "cli-ulla", str(issued["id"]))
    assert server.client(issued["token"]).get("/v1/me").status_code == 401
    run(server, "user", "delete", "cli-ulla", "--yes")
    assert "cli-ulla" not in {row["name"] for row in run(server, "user", "list", "-o", "json")}


def test_members_and_grants(server: Server) -> None:
    run(server, "group", "put", "cli-readers")
    run(server, "user", "put", "cli-rita", "--password", "long enough")
    run(server, "group", "add", "cli-readers", "cli-rita")
    assert run(server, "group", "show", "cli-readers", "-o", "json")["members"] == [
        {"type": "user", "name": "cli-rita"}
    ]
    grant = run(server, "grant", "add", "cli-readers", "read", "kind", "worker", "--to-group", "-o", "json")
    listed = run(server, "grant", "list", "--subject", "cli-readers", "-o", "json")
    assert [row["id"] for row in listed] == [grant["id"]]
    run(server, "grant", "remove", str(grant["id"]))
    assert run(server, "grant", "list", "--subject", "cli-readers", "-o", "json") == []
    run(server, "group", "remove", "cli-readers", "cli-rita")
    assert run(server, "group", "show", "cli-readers", "-o", "json")["members"] == []


def test_lists_follow_pages_and_filters(server: Server) -> None:
    tasks = [
        {"title": f"cli page {number}", "assignee": "admin", "priority": 1 + number % 5}
        for number in range(30)
    ]
    assert server.as_admin.post("/v1/tasks/batch", json={"tasks": tasks}).status_code in (200, 201)
    found = run(server, "task", "list", "-q", "cli page", "-o", "json")
    assert len(found) == 30
    urgent = run(server, "task", "list", "--filter", 'priority = 1 and title ~ "cli page"', "-o", "json")
    assert len(urgent) == 6
    lines = taskyard(
        "task",
        "list",
        "-q",
        "cli page",
        "--limit",
        "3",
        "-o",
        "jsonl",
        TASKYARD_URL=server.url,
        TASKYARD_TOKEN=TOKEN,
    ).stdout.splitlines()
    assert [json.loads(line)["title"][:8] for line in lines] == ["cli page"] * 3
    assert run(server, "task", "show", str(found[0]["id"]), "-o", "json")["title"].startswith("cli page")
    assert run(server, "task", "list", "-q", "no such thing at all", "-o", "json") == []


@pytest.mark.parametrize(
    ("words", "token", "code"),
    [
        (("task", "show", "999999999"), TOKEN, 3),
        (("user", "show", "nobody-of-that-name"), TOKEN, 3),
        (("task", "list"), "wrong", 4),
        (("task", "list", "--filter", "priority ==== 1"), TOKEN, 2),
        (("task", "list", "--nonsense"), TOKEN, 2),
        (("dialect", "coverage", "esperanto"), TOKEN, 3),
        (("no-such-noun",), TOKEN, 2),
    ],
)
def test_exit_codes(server: Server, words: tuple[str, ...], token: str, code: int) -> None:
    done = taskyard(*words, TASKYARD_URL=server.url, TASKYARD_TOKEN=token)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.strip()


def test_a_duplicate_is_a_conflict_and_a_dead_server_an_error(server: Server) -> None:
    body = {"name": "cli-twice", "password": "long enough"}
    assert server.as_admin.post("/v1/users", json=body).status_code == 201
    assert server.as_admin.post("/v1/users", json=body).status_code == 409
    done = taskyard("task", "list", TASKYARD_URL="http://127.0.0.1:9", TASKYARD_TOKEN="x")
    assert done.returncode == 1
    assert "TASKYARD_URL" in done.stderr


def test_coverage_counts_every_row() -> None:
    done = taskyard("dialect", "coverage", "-o", "json")
    rows = json.loads(done.stdout)
    assert [row["dialect"] for row in rows] == [
        "conductor",
        "camunda7",
        "puppet",
        "oraclebpm",
        "labelstudio",
        "a2a",
        "native",
    ]
    for row in rows:
        assert row["served"] + row["partial"] + row["refused"] == row["operations"]
        assert row["served"] > 0
        listed = json.loads(taskyard("dialect", "coverage", row["dialect"], "-o", "json").stdout)
        assert len(listed) == row["operations"]
        assert all(item["why"] for item in listed if item["verdict"] != "served")


def test_doctor_finds_nothing_wrong_with_a_running_server(server: Server) -> None:
    words = ["doctor", "-o", "json", "--data", str(server.data)]
    if server.database_url:
        words += ["--database-url", server.database_url]
    done = taskyard(*words)
    assert done.returncode == 0, done.stdout
    assert all(row["ok"] for row in json.loads(done.stdout))


def test_doctor_names_a_missing_database(tmp_path: Path) -> None:
    done = taskyard("doctor", "--data", str(tmp_path))
    assert done.returncode == 3
    assert "taskyard serve" in done.stderr
