"""Listing tasks: filters against a rule written in Python, shorthands, order, pages, totals, visibility."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.server import Server

Item = dict[str, Any]
_marks = itertools.count(1)


class Shelf:
    """Twelve tasks in different states under a mark of their own."""

    def __init__(self, server: Server) -> None:
        self.api = server.as_admin
        self.mark = f"shelf{next(_marks)}"
        definition = {"key": f"{self.mark}-order", "tags": [{"key": "team", "value": self.mark}]}
        assert self.api.post("/v1/definitions", json=definition).status_code == 201
        tasks = [self._task(index) for index in range(12)]
        made = self.api.post("/v1/tasks/batch", json={"tasks": tasks})
        assert made.status_code == 201, made.text
        self.ids = [item["id"] for item in made.json()["items"]]
        for index in (1, 4, 7):
            assert self.api.post(f"/v1/tasks/{self.ids[index]}/claim").status_code == 200
        for index in (4, 7):
            done = self.api.post(f"/v1/tasks/{self.ids[index]}/complete", json={"outcome": "APPROVE"})
            assert done.status_code == 200
        self.items: list[Item] = [self.api.get(f"/v1/tasks/{task_id}").json() for task_id in self.ids]

    def _task(self, index: int) -> Item:
        task: Item = {
            "title": f"{self.mark} {'Invoice' if index % 2 else 'Letter'} {index}",
            "priority": index % 5 + 1,
            "candidate_groups": [f"{self.mark}-{'red' if index % 3 else 'blue'}"],
            "attributes": {"color": "green" if index < 6 else "yellow", "weight": index * 1.5},
        }
        if index % 4 == 0:
            task["definition"] = f"{self.mark}-order"
        if index % 5 == 0:
            task["due_at"] = f"2031-01-{index + 1:02d}T00:00:00Z"
        if index == 2:
            task["owner"] = f"{self.mark}-olga"
        return task

    def found(self, text: str, **params: str) -> list[int]:
        """The positions of the tasks that a filter shows, sorted."""
        marked = f"title ~ {self.mark}" + (f" and ({text})" if text else "")
        answer = self.api.get("/v1/tasks", params={"filter": marked, "limit": "100", **params})
        assert answer.status_code == 200, answer.text
        return sorted(self.ids.index(item["id"]) for item in answer.json()["items"])

    def expected(self, rule: Callable[[Item], bool]) -> list[int]:
        return [index for index, item in enumerate(self.items) if rule(item)]


@pytest.fixture(scope="module")
def shelf(server: Server) -> Shelf:
    return Shelf(server)


def _groups(item: Item) -> set[str]:
    return {candidate["name"].rpartition("-")[2] for candidate in item["candidates"]}


RULES: list[tuple[str, Callable[[Item], bool]]] = [
    ("", lambda item: True),
    ("kind = human", lambda item: True),
    ("kind != human", lambda item: False),
    ("kind in (agent, label)", lambda item: False),
    ("state = ready", lambda item: item["state"] == "ready"),
    ("state = active", lambda item: item["state"] == "active"),
    ("state = open", lambda item: item["phase"] != "closed"),
    ("state = closed", lambda item: item["phase"] == "closed"),
    ("state in (active, succeeded)", lambda item: item["state"] in ("active", "succeeded")),
    ("state not in (active, succeeded)", lambda item: item["state"] not in ("active", "succeeded")),
    ("state != open", lambda item: item["phase"] == "closed"),
    ("phase = closed", lambda item: item["phase"] == "closed"),
    ("outcome = succeeded", lambda item: item["outcome"] == "succeeded"),
    ("outcome != succeeded", lambda item: item["outcome"] != "succeeded"),
    ("outcome is null", lambda item: item["outcome"] is None),
    ("suspended = false", lambda item: True),
    ("assignee = admin", lambda item: item["assignee"] == "admin"),
    ("assignee != admin", lambda item: item["assignee"] != "admin"),
    ("assignee is not null", lambda item: item["assignee"] is not None),
    ("candidate = {mark}-red", lambda item: "red" in _groups(item)),
    ("candidate_group = {mark}-red", lambda item: "red" in _groups(item)),
    ("candidate_user = {mark}-red", lambda item: False),
    ("candidate != {mark}-red", lambda item: "red" not in _groups(item)),
    ("candidate in ({mark}-blue, nobody)", lambda item: "blue" in _groups(item)),
    ("candidate ~ BLU", lambda item: "blue" in _groups(item)),
    ("candidate is null", lambda item: False),
    ("reviewer is null", lambda item: True),
    ("owner = {mark}-olga", lambda item: item["owner"] is not None),
    ("owner is null", lambda item: item["owner"] is None),
    ("creator = admin", lambda item: True),
    ("priority = 1", lambda item: item["priority"] == 1),
    ("priority != 1", lambda item: item["priority"] != 1),
    ("priority >= 4", lambda item: item["priority"] >= 4),
    ("priority < 2 or priority > 4", lambda item: item["priority"] in (1, 5)),
    ("priority in (2, 3)", lambda item: item["priority"] in (2, 3)),
    ("definition = {mark}-order", lambda item: item["definition"] is not None),
    ("definition ~ ORDER", lambda item: item["definition"] is not None),
    ("definition is null", lambda item: item["definition"] is None),
    ("tag = team", lambda item: item["definition"] is not None),
    ("tag = team:{mark}", lambda item: item["definition"] is not None),
    ("tag = team:other", lambda item: False),
    ("tag.team = {mark}", lambda item: item["definition"] is not None),
    ("tag != team:{mark}", lambda item: item["definition"] is None),
    ("attribute.color = green", lambda item: item["attributes"]["color"] == "green"),
    ("attribute.color != green", lambda item: item["attributes"]["color"] != "green"),
    ("attribute.color ~ ELLO", lambda item: item["attributes"]["color"] == "yellow"),
    ("attribute.color in (green, red)", lambda item: item["attributes"]["color"] == "green"),
    ("attribute.weight = 3", lambda item: item["attributes"]["weight"] == 3),
    ("attribute.weight > 4.5", lambda item: item["attributes"]["weight"] > 4.5),
    ("attribute.nothing is null", lambda item: True),
    ("attribute.color is not null", lambda item: True),
    ("due is null", lambda item: item["due_at"] is None),
    ("due = 2031-01-06", lambda item: item["due_at"] == "2031-01-06T00:00:00.000Z"),
    ("due != 2031-01-06", lambda item: item["due_at"] != "2031-01-06T00:00:00.000Z"),
    ("due > 2031-01-01", lambda item: (item["due_at"] or "") > "2031-01-01T00:00:00.000Z"),
    (
        "due_at <= 2031-01-06T00:00:00Z",
        lambda item: "" < (item["due_at"] or "") <= "2031-01-06T00:00:00.000Z",
    ),
    ("created > now-1h and created <= now+1h", lambda item: True),
    ("closed is not null", lambda item: item["closed_at"] is not None),
    ("assigned < now-1d", lambda item: False),
    ("title ~ INVOICE", lambda item: "Invoice" in item["title"]),
    ("title !~ invoice", lambda item: "Invoice" not in item["title"]),
    ("title = '{mark} Letter 0'", lambda item: item["title"].endswith("Letter 0")),
    ("text ~ 'letter 1'", lambda item: "Letter 1" in item["title"]),
    (
        "not (state = ready or priority = 2)",
        lambda item: not (item["state"] == "ready" or item["priority"] == 2),
    ),
    (
        "not state = ready and (priority = 2 or title ~ letter)",
        lambda item: item["state"] != "ready" and (item["priority"] == 2 or "Letter" in item["title"]),
    ),
]


@pytest.mark.parametrize("text, rule", RULES, ids=[text or "everything" for text, _ in RULES])
def test_a_filter_shows_what_its_rule_says(shelf: Shelf, text: str, rule: Callable[[Item], bool]) -> None:
    assert shelf.found(text.replace("{mark}", shelf.mark)) == shelf.expected(rule)


def test_shorthands_join_the_filter(shelf: Shelf) -> None:
    closed = shelf.expected(lambda item: item["phase"] == "closed")
    assert shelf.found("", state="closed") == closed
    assert shelf.found("", state="active,succeeded", kind="human") == sorted([1, *closed])
    assert shelf.found("", q="INVOICE 1") == shelf.expected(lambda item: "Invoice 1" in item["title"])
    repeated = {"state": ["active", "succeeded"], "filter": f"title ~ {shelf.mark}", "total": "true"}
    assert shelf.api.get("/v1/tasks", params=repeated).json()["total"] == 3


@pytest.mark.parametrize(
    "order", ["", "-id", "priority", "-priority,title", "due", "-due_at,-created", "outcome,-id"]
)
def test_keyset_pages_concatenate_to_the_whole_in_order(shelf: Shelf, order: str) -> None:
    base = {"filter": f"title ~ {shelf.mark}", "order": order}
    whole = [
        item["id"] for item in shelf.api.get("/v1/tasks", params={**base, "limit": "100"}).json()["items"]
    ]
    assert sorted(whole) == sorted(shelf.ids)
    pages: list[int] = []
    after = ""
    while True:
        body = shelf.api.get("/v1/tasks", params={**base, "limit": "5", "after": after}).json()
        pages += [item["id"] for item in body["items"]]
        after = body["next"]
        if after is None:
            break
    assert pages == whole


def test_order_puts_absent_values_last(shelf: Shelf) -> None:
    for order in ("due", "-due"):
        params = {"filter": f"title ~ {shelf.mark}", "order": order}
        items = shelf.api.get("/v1/tasks", params=params).json()["items"]
        due = [item["due_at"] for item in items]
        assert due[:3] == sorted(filter(None, due), reverse=order.startswith("-"))
        assert set(due[3:]) == {None}


def test_totals_are_exact_or_absent(shelf: Shelf) -> None:
    params = {"filter": f"title ~ {shelf.mark}", "limit": "2"}
    assert "total" not in shelf.api.get("/v1/tasks", params=params).json()
    assert shelf.api.get("/v1/tasks", params={**params, "total": "true"}).json()["total"] == 12


def test_items_show_attributes_on_request(shelf: Shelf) -> None:
    params = {"filter": f"id = {shelf.ids[2]}"}
    assert "attributes" not in shelf.api.get("/v1/tasks", params=params).json()["items"][0]
    item = shelf.api.get("/v1/tasks", params={**params, "attributes": "true"}).json()["items"][0]
    assert item["attributes"] == {"color": "green", "weight": 3.0}


@pytest.mark.parametrize(
    "query, pointer",
    [
        ("limit=0", "?limit"),
        ("limit=1001", "?limit"),
        ("limit=many", "?limit"),
        ("total=perhaps", "?total"),
        ("order=color", "?order"),
        ("order=id,id", "?order"),
        ("colour=red", "?colour"),
        ("filter=colour%3Dred", "?filter"),
        ("filter=(", "?filter"),
        ("state=done", "?state"),
        ("kind=machine,human", "?kind"),
    ],
)
def test_bad_parameters_are_refused_by_name(api: httpx.Client, query: str, pointer: str) -> None:
    answer = api.get(f"/v1/tasks?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "cursor",
    ["x", "W10", "bnVsbA", "WyJhIiwyXQ", "WzEsOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "'; drop table tasks"],
)
def test_a_foreign_cursor_is_refused(api: httpx.Client, cursor: str) -> None:
    answer = api.get("/v1/tasks", params={"after": cursor})
    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_cursor")


def test_callers_see_what_concerns_them(server: Server, mark: str) -> None:
    bob = server.user(f"bob-{mark}", groups=[f"red-{mark}"])
    tasks = [
        {"title": "assigned", "assignee": bob.name},
        {"title": "offered", "candidate_groups": [f"red-{mark}"]},
        {"title": "owned", "owner": bob.name},
        {"title": "reviewed", "reviewers": [bob.name]},
        {"title": "foreign", "assignee": "admin"},
    ]
    assert server.as_admin.post("/v1/tasks/batch", json={"tasks": tasks}).status_code == 201
    body = bob.client.get("/v1/tasks?total=true").json()
    assert sorted(item["title"] for item in body["items"]) == ["assigned", "offered", "owned", "reviewed"]
    assert body["total"] == 4
    grant = {"subject": bob.name, "action": "read", "target_type": "kind", "target": "human"}
    assert server.as_admin.post("/v1/grants", json=grant).status_code == 201
    assert bob.client.get("/v1/tasks?total=true&limit=1").json()["total"] >= 5
