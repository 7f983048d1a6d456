"""Creating tasks."""

from __future__ import annotations

import pytest
from tests.dialects.oraclebpm.conftest import Office


def test_created_tasks_answer_with_their_place(empty_office: Office) -> None:
    body = {
        "title": "Review",
        "assignees": [{"id": empty_office.name("bob"), "type": "user"}],
        "payload": {"amount": 3},
    }
    answer = empty_office.call("ana", "POST", "/tasks", json=body)
    assert answer.status_code == 201
    task = answer.json()
    assert answer.headers["location"] == f"{empty_office.server.url}/bpm/api/4.0/tasks/{task['number']}"
    assert (task["title"], task["state"], task["priority"]) == ("Review", "ASSIGNED", 3)
    native = empty_office.server.as_admin.get(f"/v1/tasks/{task['number']}").json()
    assert native["payload"] == {"amount": 3}
    assert native["creator"] == empty_office.name("ana")


def test_a_todo_is_marked_as_one(empty_office: Office) -> None:
    number = empty_office.create(
        "Call",
        "bob",
        path="/tasks/todoTask",
        priority="1",
        startDate="2026-05-26 11:58:59",
        dueDate="2031-07-26 11:58:59",
    )
    task = empty_office.call("bob", "GET", f"/tasks/{number}").json()
    assert (task["pattern"], task["percentageComplete"], task["priority"]) == ("ToDo", 0, 1)
    assert task["dueDate"] == "2031-07-26 11:58:59"


def test_a_role_is_a_group(empty_office: Office) -> None:
    body = {"title": "For the role", "assignees": [{"id": empty_office.name("finance"), "type": "role"}]}
    number = empty_office.call("ana", "POST", "/tasks", json=body).json()["number"]
    assert empty_office.numbers("bob", "assignment=GROUP") == [number]


def test_creating_for_others_needs_the_grant(empty_office: Office) -> None:
    office = empty_office
    body = {"title": "Work", "assignees": [{"id": office.name("carl"), "type": "user"}]}
    answer = office.call("bob", "POST", "/tasks", json=body)
    assert answer.status_code == 403
    assert answer.json()["Type"] == "403"
    own = {"title": "Mine", "assignees": [{"id": office.name("bob"), "type": "user"}]}
    assert office.call("bob", "POST", "/tasks/todoTask", json=own).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": None},
        {"title": 5},
        {"assignees": []},
        {"assignees": [{"id": "x", "type": "position"}]},
        {"assignees": [{"type": "user"}]},
        {"priority": 0},
        {"priority": "high"},
        {"dueDate": "soon"},
        {"startDate": "2026-02-30"},
        {"payload": [1]},
        {"payload": "text"},
        {"pattern": "Parallel"},
        {"ownerUser": "a", "ownerRole": "b"},
        {"taskDefId": "a", "taskDefinitionName": "b"},
        {"unknown": 1},
    ],
)
def test_a_bad_body_creates_nothing(office: Office, change: dict[str, object]) -> None:
    before = office.call("ana", "GET", "/tasks?assignment=CREATOR&limit=1").json()["totalResults"]
    body = {"title": "Fine", "assignees": [{"id": office.name("bob"), "type": "user"}], **change}
    answer = office.call("ana", "POST", "/tasks", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["Type"] == "400"
    assert office.call("ana", "GET", "/tasks?assignment=CREATOR&limit=1").json()["totalResults"] == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"title": "\\u0000"}', b"\xff"])
def test_malformed_bodies_are_refused(office: Office, content: bytes) -> None:
    client = office.people["ana"].client
    headers = {"Content-Type": "application/json"}
    assert client.post("/bpm/api/4.0/tasks", content=content, headers=headers).status_code == 400


def test_other_media_types_are_refused(office: Office) -> None:
    client = office.people["ana"].client
    answer = client.post("/bpm/api/4.0/tasks", content=b"<a/>", headers={"Content-Type": "application/xml"})
    assert (answer.status_code, answer.json()["Type"]) == (415, "415")
