"""Definitions of every kind in one list."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.server import Server


def _make(api: httpx.Client, key: str, **members: Any) -> dict[str, Any]:
    answer = api.post("/v1/definitions", json={"key": key, **members})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_definition_is_shown_as_it_was_made(api: httpx.Client, mark: str) -> None:
    made = _make(
        api,
        f"{mark}-order",
        name="Order",
        description="Approve an order",
        category="Purchasing",
        outcomes=["SHIP", "HOLD"],
        owner="olga",
        tags=[{"key": "team", "value": "a"}, {"key": "team", "value": "b"}],
    )
    assert (made["kind"], made["key"], made["name"], made["version"]) == (
        "human",
        f"{mark}-order",
        "Order",
        1,
    )
    assert made["tags"] == [{"key": "team", "value": "a"}, {"key": "team", "value": "b"}]
    assert (made["owner"], made["suspended"]) == ("olga", False)
    assert made["document"]["outcomes"] == ["SHIP", "HOLD"]
    assert api.get(f"/v1/definitions/{made['uid']}").json() == made
    assert api.get(f"/v1/definitions/{made['id']}").json() == made
    item = api.get("/v1/definitions", params={"filter": f"key = {mark}-order"}).json()["items"][0]
    assert item == {name: value for name, value in made.items() if name != "document"}


def test_a_definition_is_made_once(api: httpx.Client, mark: str) -> None:
    _make(api, mark)
    answer = api.post("/v1/definitions", json={"key": mark})
    assert (answer.status_code, answer.json()["reason"]) == (409, "definition_exists")


@pytest.mark.parametrize(
    "text, keys",
    [
        ("kind = human", ["a", "b", "c"]),
        ("kind = worker", []),
        ("key = {mark}-a", ["a"]),
        ("definition ~ -B", ["b"]),
        ("name = 'Name b'", ["b"]),
        ("name is null", ["c"]),
        ("description ~ about", ["a"]),
        ("text ~ 'NAME B'", ["b"]),
        ("tag = color", ["a", "b"]),
        ("tag = color:red", ["a"]),
        ("tag.color in (red, blue)", ["a", "b"]),
        ("tag is null", ["c"]),
        ("state = active", ["a", "b", "c"]),
        ("state = suspended or key = {mark}-c", ["c"]),
        ("suspended = true", []),
        ("owner = olga", ["b"]),
        ("creator = admin", ["a", "b", "c"]),
        ("version = 1", ["a", "b", "c"]),
        ("created > now-1h", ["a", "b", "c"]),
        ("updated < now-1h", []),
        ("not (tag = color or key = {mark}-x)", ["c"]),
    ],
)
def test_filters(api: httpx.Client, mark: str, text: str, keys: list[str]) -> None:
    _make(api, f"{mark}-a", name="Name a", description="All about a", tags=[{"key": "color", "value": "red"}])
    _make(api, f"{mark}-b", name="Name b", owner="olga", tags=[{"key": "color", "value": "blue"}])
    _make(api, f"{mark}-c")
    marked = f"key ~ {mark}- and ({text.replace('{mark}', mark)})"
    answer = api.get("/v1/definitions", params={"filter": marked, "total": "true"})
    assert answer.status_code == 200, answer.text
    assert [item["key"].rpartition("-")[2] for item in answer.json()["items"]] == keys
    assert answer.json()["total"] == len(keys)


def test_pages_concatenate(api: httpx.Client, mark: str) -> None:
    for index in range(7):
        _make(api, f"{mark}-{index}")
    found: list[str] = []
    after = ""
    while True:
        params = {"q": f"{mark}-", "limit": "3", "order": "-key", "after": after}
        body = api.get("/v1/definitions", params=params).json()
        found += [item["key"] for item in body["items"]]
        after = body["next"]
        if after is None:
            break
    assert found == [f"{mark}-{index}" for index in reversed(range(7))]


def test_callers_see_their_own_and_what_was_granted(server: Server, mark: str) -> None:
    ana = server.user(f"ana-{mark}")
    first, second, third = (_make(server.as_admin, f"{mark}-{word}") for word in ("own", "granted", "hidden"))
    _make(server.as_admin, f"{mark}-owned", owner=ana.name)
    grant = {
        "subject": ana.name,
        "action": "read",
        "target_type": "definition",
        "target": f"human:{second['key']}",
    }
    assert server.as_admin.post("/v1/grants", json=grant).status_code == 201
    shown = ana.client.get("/v1/definitions?total=true").json()
    assert sorted(item["key"] for item in shown["items"]) == [f"{mark}-granted", f"{mark}-owned"]
    assert shown["total"] == 2
    assert ana.client.get(f"/v1/definitions/{second['uid']}").status_code == 200
    for hidden in (first, third):
        assert ana.client.get(f"/v1/definitions/{hidden['uid']}").status_code == 404


def test_creating_needs_a_grant(server: Server, mark: str) -> None:
    ana = server.user(f"ana-{mark}")
    assert ana.client.post("/v1/definitions", json={"key": mark}).status_code == 403
    grant = {"subject": ana.name, "action": "create", "target_type": "kind", "target": "human"}
    assert server.as_admin.post("/v1/grants", json=grant).status_code == 201
    assert ana.client.post("/v1/definitions", json={"key": mark}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": ""},
        {"key": "k", "kind": "worker"},
        {"key": "k", "outcomes": []},
        {"key": "k", "outcomes": ["A", "A"]},
        {"key": "k", "outcomes": ["A,B"]},
        {"key": "k", "tags": [{"value": "x"}]},
        {"key": "k", "version": 3},
    ],
)
def test_bad_bodies_are_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    answer = api.post("/v1/definitions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("reference", ["0", "no-such", "01a1fbb3-0000-7000-8000-000000000000"])
def test_unknown_definitions_are_not_found(api: httpx.Client, reference: str) -> None:
    assert api.get(f"/v1/definitions/{reference}").status_code == 404
