"""The task list as shell scripts call it: real curl, out of process. No server of the vendor takes part."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any, NamedTuple

import pytest
from tests.server import Server

JSON = ("-H", "Content-Type: application/json")


class Desk(NamedTuple):
    """One server with the people and tasks of the recipes; `numbers[1]` is the number of task 1, and so on."""

    base: str
    people: dict[str, str]
    numbers: dict[int, int]

    def curl(self, user: str | None, path: str, *arguments: str) -> tuple[int, str]:
        """Status and body that curl shows for a user with the password pw."""
        command = ["curl", "-s", "-w", "\n%{http_code}", *arguments]
        if user is not None:
            command += ["-u", f"{self.people[user]}:pw"]
        done = subprocess.run(
            [*command, self.base + path], capture_output=True, text=True, timeout=60, check=True
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def shown(self, user: str, query: str) -> list[int]:
        """Which of the tasks 1 to 5 a list shows, in its order."""
        by_number = {number: index for index, number in self.numbers.items()}
        items = json.loads(self.curl(user, f"/tasks{query}")[1])["items"]
        return [by_number[item["number"]] for item in items if item["number"] in by_number]

    def put(self, user: str, index: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        arguments = ("-X", "PUT", *JSON, "-d", json.dumps(body))
        status, text = self.curl(user, f"/tasks/{self.numbers[index]}", *arguments)
        return status, json.loads(text)

    def post(self, path: str, body: dict[str, Any]) -> int:
        status, text = self.curl("ana", path, *JSON, "-d", json.dumps(body))
        assert status == 201, text
        return json.loads(text)["number"]


_marks = iter(range(1, 1000))


@pytest.fixture
def desk(server: Server) -> Desk:
    """Task 1 → bob; 2 → finance; 3 → finance, acquired by carl; 4 → bob, approved; 5: a to-do of bob, priority 1."""
    assert shutil.which("curl"), "curl is needed: apt-get install curl"
    mark = f"c{next(_marks)}"
    people = {word: f"{word}-{mark}" for word in ("ana", "bob", "carl", "mia", "root")}
    finance = f"finance-{mark}"
    server.user(people["mia"], "pw")
    server.user(people["ana"], "pw")
    server.user(people["bob"], "pw", manager=people["mia"], groups=[finance])
    server.user(people["carl"], "pw", groups=[finance])
    server.user(people["root"], "pw", roles=["admin"])
    grant = {"subject": people["ana"], "action": "create", "target_type": "kind", "target": "human"}
    assert server.as_admin.post("/v1/grants", json=grant).status_code == 201
    made = Desk(f"{server.url}/bpm/api/4.0", people, {})
    bob = [{"id": people["bob"], "type": "user"}]
    group = [{"id": finance, "type": "group"}]
    made.numbers[1] = made.post("/tasks", {"title": "One", "assignees": bob})
    made.numbers[2] = made.post("/tasks", {"title": "Two", "assignees": group})
    made.numbers[3] = made.post("/tasks", {"title": "Three", "assignees": group})
    made.numbers[4] = made.post("/tasks", {"title": "Four", "assignees": bob})
    todo = {"title": "Five", "priority": "1", "dueDate": "2031-07-26 11:58:59", "assignees": bob}
    made.numbers[5] = made.post("/tasks/todoTask", todo)
    assert made.put("carl", 3, {"action": {"id": "ACQUIRE"}})[0] == 200
    assert made.put("bob", 4, {"action": {"id": "APPROVE", "type": "Custom"}})[0] == 200
    return made


def test_lists_by_assignment(desk: Desk) -> None:
    assert sorted(desk.shown("bob", "")) == [1, 2, 5]
    assert sorted(desk.shown("bob", "?assignment=MY")) == [1, 5]
    assert desk.shown("bob", "?assignment=GROUP") == [2]
    assert sorted(desk.shown("bob", "?assignment=MY_AND_GROUP_ALL")) == [1, 2, 3, 5]
    assert sorted(desk.shown("mia", "?assignment=REPORTEES")) == [1, 5]
    assert desk.shown("bob", "?assignment=PREVIOUS&status=COMPLETED") == [4]


def test_completed_needs_the_right_assignment(desk: Desk) -> None:
    assert desk.curl("bob", "/tasks?status=COMPLETED")[0] == 400
    query = f"?assignment=ADMIN&status=ASSIGNED&status=COMPLETED&limit=0&createdBy={desk.people['ana']}"
    status, text = desk.curl("root", f"/tasks{query}")
    body = json.loads(text)
    assert (status, body["count"], body["hasMore"], body["totalResults"]) == (200, 5, False, 5)


def test_pages(desk: Desk) -> None:
    status, text = desk.curl("bob", "/tasks?limit=2&orderBy=priority:asc")
    body = json.loads(text)
    assert (status, body["items"][0]["number"], body["hasMore"]) == (206, desk.numbers[5], True)
    status, text = desk.curl("bob", "/tasks?limit=2&offset=2")
    body = json.loads(text)
    assert (status, body["count"], body["hasMore"]) == (200, 1, False)
    status, text = desk.curl("bob", "/tasks?offset=-5&limit=-1")
    body = json.loads(text)
    assert (status, body["count"], body["offset"], body["limit"]) == (200, 3, 0, 0)


def test_fields_and_flags(desk: Desk) -> None:
    item = json.loads(desk.curl("bob", "/tasks?fields=priority,tasknumber")[1])["items"][0]
    assert sorted(item["metadata"]) == ["priority", "tasknumber"]
    body = json.loads(desk.curl("bob", "/tasks?pattern=ToDo&priority=1&totalResults=false")[1])
    assert ("totalResults" in body, body["totalResult"], body["count"]) == (False, False, 1)


def test_what_other_clients_send_besides_is_ignored(desk: Desk) -> None:
    assert desk.curl("bob", "/tasks?onlyData=true&nonsense=1")[0] == 200


def test_anonymous_callers_read_the_word(desk: Desk) -> None:
    assert desk.curl(None, "/tasks") == (401, "Unauthorized")


def test_acquire_and_approve(desk: Desk) -> None:
    status, task = desk.put("bob", 2, {"action": {"id": "ACQUIRE"}})
    assert (status, task["state"]) == (200, "ASSIGNED")
    assert 2 not in desk.shown("carl", "")
    comment = {"commentStr": "ok", "commentScope": "TASK"}
    status, task = desk.put("bob", 2, {"action": {"id": "APPROVE"}, "comment": comment})
    assert (status, task["state"], task["outcome"], task["status"]["state"]) == (
        200,
        "COMPLETED",
        "APPROVE",
        "completed",
    )
