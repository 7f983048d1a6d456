"""A small office: who works there, and the tasks on their desks."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import httpx
import pytest
from tests.server import Server, User

MOUNT = "/bpm/api/4.0"
_counter = itertools.count(1)


class Office(NamedTuple):
    """ana creates, bob and carl are in finance, mia manages bob, root is admin; names carry `mark` so that
    offices on one server do not meet. `tasks` maps a short word to the number of a task."""

    server: Server
    mark: str
    people: dict[str, User]
    tasks: dict[str, int]

    def name(self, word: str) -> str:
        """The user or group name of this office for a short word."""
        return f"{word}-{self.mark}"

    def call(self, who: str, method: str, path: str, **rest: Any) -> httpx.Response:
        return self.people[who].client.request(method, MOUNT + path, **rest)

    def create(self, title: str, *assignees: str, who: str = "ana", **members: Any) -> int:
        """Create a task; `@word` assigns to a group. Its number."""
        people = [
            {"id": self.name(word.removeprefix("@")), "type": "group" if word.startswith("@") else "user"}
            for word in assignees
        ]
        path = members.pop("path", "/tasks")
        answer = self.call(who, "POST", path, json={"title": title, "assignees": people, **members})
        assert answer.status_code == 201, answer.text
        return answer.json()["number"]

    def act(self, who: str, number: int, action: str, **members: Any) -> httpx.Response:
        return self.call(who, "PUT", f"/tasks/{number}", json={"action": {"id": action}, **members})

    def numbers(self, who: str, query: str = "") -> list[int]:
        """The numbers that a list shows, in its order."""
        answer = self.call(who, "GET", f"/tasks?{query}")
        assert answer.status_code in (200, 206), answer.text
        return [item["number"] for item in answer.json()["items"]]

    def words(self, who: str, query: str = "") -> list[str]:
        """The short words of the tasks that a list shows, sorted."""
        by_number = {number: word for word, number in self.tasks.items()}
        return sorted(by_number[number] for number in self.numbers(who, query) if number in by_number)


def open_office(server: Server) -> Office:
    """Hire everybody, and put no task on any desk."""
    mark = f"o{next(_counter)}"
    people: dict[str, User] = {}
    office = Office(server, mark, people, {})
    finance = office.name("finance")
    people["mia"] = server.user(office.name("mia"), "pw")
    people["ana"] = server.user(office.name("ana"), "pw")
    people["bob"] = server.user(office.name("bob"), "pw", manager=office.name("mia"), groups=[finance])
    people["carl"] = server.user(office.name("carl"), "pw", groups=[finance])
    people["root"] = server.user(office.name("root"), "pw", roles=["admin"])
    grant = {"subject": office.name("ana"), "action": "create", "target_type": "kind", "target": "human"}
    assert server.as_admin.post("/v1/grants", json=grant).status_code == 201
    return office


@pytest.fixture
def empty_office(server: Server) -> Office:
    """An office of the test's own."""
    return open_office(server)


@pytest.fixture(scope="session")
def office(server: Server) -> Office:
    """One office for tests that only read: one → bob, two → finance, three → finance but taken by carl, four
    → bob and approved, five: a to-do of bob."""
    made = open_office(server)
    made.tasks["one"] = made.create(
        "Approve order 100%",
        "bob",
        taskDefinitionName=made.name("Order"),
        identificationKey=f"PO-{made.mark}",
        category="Purchasing",
        applicationContext="fscm",
        ecid="ecid-1",
        taskNameSpace="http://orders",
        ownerUser=made.name("mia"),
        priority=2,
        dueDate="2031-05-05T12:00:00Z",
    )
    made.tasks["two"] = made.create("Check invoice", "@finance", reviewers=[{"id": made.name("ana")}])
    made.tasks["three"] = made.create("Pay invoice", "@finance", ownerRole=made.name("finance"), priority="4")
    made.tasks["four"] = made.create("Sign letter", "bob")
    made.tasks["five"] = made.create(
        "Call back", "bob", path="/tasks/todoTask", priority="1", dueDate="2031-06-06 11:58:59"
    )
    assert made.act("carl", made.tasks["three"], "ACQUIRE").status_code == 200
    assert made.act("bob", made.tasks["four"], "APPROVE").status_code == 200
    return made
