"""A project with people of every role and tasks of many sorts, and what its list must say, worked out by hand."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import httpx
from tests.dialects.labelstudio.conftest import TEXT_CONFIG
from tests.server import Server, User

PARENTS = 48
_numbers = itertools.count(1)


class Person(NamedTuple):
    """A member of the project: the user, their number, and a client that speaks as Label Studio's do."""

    user: User
    id: int
    ls: httpx.Client


class Corpus(NamedTuple):
    """`tasks` are the tasks as the admin sees them, by their place in the project."""

    project: int
    ls: httpx.Client
    reviewer: Person
    anna: Person
    bert: Person
    stranger: Person
    tasks: list[dict[str, Any]]


def choice(word: str) -> list[dict[str, Any]]:
    """The answer that picks one word."""
    return [{"from_name": "sentiment", "to_name": "text", "type": "choices", "value": {"choices": [word]}}]


def person(server: Server, ls: httpx.Client, name: str) -> Person:
    """A user with a token; a number makes the name unique."""
    name = f"{name}-{next(_numbers)}"
    user = server.user(name, first_name=name.capitalize(), email=f"{name}@example.com")
    client = server.client(headers={"Authorization": f"Token {user.token}"})
    number = client.get("/api/current-user/whoami").json()["id"]
    return Person(user, number, client)


def task(place: int) -> dict[str, Any]:
    """The task to import at a place: every second has an annotation, every third a prediction."""
    data: dict[str, Any] = {"text": f"Line {place} of the Book", "rank": place, "source": f"s{place % 5}"}
    if place % 4 == 0:
        data["optional"] = "" if place % 8 == 0 else f"Value {place}"
    if place % 6 == 0:
        data["tags"] = ["red", f"t{place}"]
    value: dict[str, Any] = {"data": data, "meta": {"place": place}}
    if place % 3 == 0:
        value["predictions"] = [
            {"result": choice("Negative"), "score": place / 100, "model_version": f"model-{place % 2}"}
        ]
    return value


def build(server: Server, ls: httpx.Client, name: str) -> Corpus:
    """Make the people, the project and its tasks; answers, a skip, drafts, a review and comments come over the API."""
    made = ls.post("/api/projects/", json={"title": f"Corpus {name}", "label_config": TEXT_CONFIG})
    project = made.json()["id"]
    reviewer, anna, bert = (person(server, ls, f"{who}-{name}") for who in ("rosa", "anna", "bert"))
    stranger = person(server, ls, f"stranger-{name}")
    for who, role in ((reviewer, "RE"), (anna, "AN"), (bert, "AN")):
        joined = ls.post(f"/api/projects/{project}/members/", json={"user": who.id, "role": role})
        assert joined.status_code == 201, joined.text
    imported = ls.post(
        f"/api/projects/{project}/import?return_task_ids=true", json=[task(n) for n in range(PARENTS)]
    )
    assert imported.status_code == 201, imported.text
    ids = imported.json()["task_ids"]
    for place in range(0, PARENTS, 2):
        author = anna if place % 4 == 0 else bert
        answer = {"result": choice("Positive" if place % 8 == 0 else "Negative"), "lead_time": place / 2}
        if place == 10:
            answer["was_cancelled"] = True
        given = author.ls.post(f"/api/tasks/{ids[place]}/annotations/", json=answer)
        assert given.status_code == 201, given.text
        if place == 4:
            review = {"annotation": given.json()["id"], "accepted": True, "comment": "Well done"}
            assert reviewer.ls.post("/api/annotation-reviews/", json=review).status_code == 201
        if place == 6:
            review = {"annotation": given.json()["id"], "accepted": False}
            assert reviewer.ls.post("/api/annotation-reviews/", json=review).status_code == 201
        if place == 8:
            remark = {"annotation": given.json()["id"], "text": "Is 100% of it Right?"}
            assert bert.ls.post("/api/comments/", json=remark).status_code == 400
            assert anna.ls.post("/api/comments/", json=remark).status_code == 201
    draft = {"result": choice("Positive"), "lead_time": 1.5}
    assert anna.ls.post(f"/api/tasks/{ids[1]}/drafts", json=draft).status_code == 201
    listed = ls.get("/api/tasks/", params={"project": project, "fields": "all", "page_size": PARENTS})
    assert listed.status_code == 200, listed.text
    return Corpus(project, ls, reviewer, anna, bert, stranger, listed.json()["tasks"])
