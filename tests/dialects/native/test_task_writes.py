"""Opening, claiming and finishing tasks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.server import Server


def test_everything_that_is_given_is_shown(api: httpx.Client, mark: str) -> None:
    body = {
        "title": "Check the invoice",
        "definition": f"Order-{mark}",
        "priority": 1,
        "candidate_users": ["bob"],
        "candidate_groups": ["finance"],
        "owner": "olga",
        "reviewers": ["rita"],
        "reviewer_groups": ["audit"],
        "due_at": "2031-02-03T04:05:06+01:00",
        "category": "Purchasing",
        "identification_key": f"PO-{mark}",
        "attributes": {"amount": 12.5},
        "payload": {"lines": [1, {"a": None}], "big": 12345678901234567890},
    }
    answer = api.post("/v1/tasks", json=body)
    assert answer.status_code == 201
    task = answer.json()
    assert answer.headers["location"].endswith(f"/v1/tasks/{task['id']}")
    assert (task["kind"], task["phase"], task["state"], task["outcome"]) == ("human", "ready", "ready", None)
    assert task["definition"]["key"] == f"Order-{mark}"
    assert (task["priority"], task["owner"], task["creator"]) == (1, "olga", "admin")
    assert task["due_at"] == "2031-02-03T03:05:06.000Z"
    assert {(who["role"], who["type"], who["name"]) for who in task["candidates"]} == {
        ("candidate", "user", "bob"),
        ("candidate", "group", "finance"),
        ("reviewer", "user", "rita"),
        ("reviewer", "group", "audit"),
    }
    assert task["attributes"] == {"category": "Purchasing", "identificationKey": f"PO-{mark}", "amount": 12.5}
    assert task["payload"] == body["payload"]
    assert api.get(f"/v1/tasks/{task['id']}").json() == task
    assert api.get(f"/v1/tasks/{task['uid']}").json() == task


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"title": ""}, "/title"),
        ({"title": "   "}, "/title"),
        ({"title": 7}, "/title"),
        ({"priority": 0}, "/priority"),
        ({"priority": 6}, "/priority"),
        ({"priority": "1"}, "/priority"),
        ({"kind": "label"}, "/kind"),
        ({"kind": "worker"}, "/queue"),
        ({"kind": "worker", "queue": "system:HTTP"}, "/queue"),
        ({"due_at": "tomorrow"}, "/due_at"),
        ({"candidate_users": "bob"}, "/candidate_users"),
        ({"candidate_groups": [""]}, "/candidate_groups/0"),
        ({"attributes": {"a": [1]}}, "/attributes/*"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_bad_task_is_refused_at_the_place(api: httpx.Client, change: dict[str, Any], pointer: str) -> None:
    answer = api.post("/v1/tasks", json={"title": "Fine", **change})
    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_refusal_says_what_would_have_been_taken(api: httpx.Client) -> None:
    wrong = api.post("/v1/tasks", json={"title": "x", "kind": "label"}).json()
    assert wrong["detail"] == "Expected one of agent, human, worker, got 'label' (at /kind)"
    unknown = api.post("/v1/tasks", json={"title": "x", "assigne": "bob"}).json()
    assert unknown["errors"] == [
        {"pointer": "/assigne", "code": "unknown", "detail": "There is no such member."}
    ]
    batch = api.post("/v1/tasks/batch", json={"tasks": [{"title": "x"}, {"title": "x", "assigne": "b"}]})
    assert [error["pointer"] for error in batch.json()["errors"]] == ["/tasks/1/assigne"]


def test_thousands_in_one_request(api: httpx.Client, mark: str) -> None:
    tasks = [{"title": f"{mark} {index}", "assignee": "admin"} for index in range(3000)]
    answer = api.post("/v1/tasks/batch", json={"tasks": tasks})
    assert answer.status_code == 201
    ids = [item["id"] for item in answer.json()["items"]]
    assert len(set(ids)) == 3000
    assert api.get(f"/v1/tasks/{ids[1234]}").json()["title"] == f"{mark} 1234"
    body = api.get("/v1/tasks", params={"filter": f"title ~ '{mark} '", "total": "true"}).json()
    assert body["total"] == 3000


def test_a_batch_is_all_or_nothing_and_names_every_fault(api: httpx.Client, mark: str) -> None:
    tasks = [
        {"title": f"{mark} good"},
        {"title": f"{mark} bad", "priority": 9},
        {"priority": 2},
        {"title": f"{mark} late", "due_at": "never"},
    ]
    answer = api.post("/v1/tasks/batch", json={"tasks": tasks})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/tasks/1/priority",
        "/tasks/2/title",
        "/tasks/3/due_at",
    ]
    blank = api.post("/v1/tasks/batch", json={"tasks": [{"title": f"{mark} good"}, {"title": " "}]})
    assert [error["pointer"] for error in blank.json()["errors"]] == ["/tasks/1/title"]
    assert api.get("/v1/tasks", params={"filter": f"title ~ {mark}"}).json()["items"] == []


@pytest.mark.parametrize("body", [{"tasks": []}, {"tasks": {}}, {}, {"tasks": [1]}, {"tasks": [None]}])
def test_a_malformed_batch_is_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    assert api.post("/v1/tasks/batch", json=body).status_code == 400


def test_a_batch_beyond_the_limit_is_too_large(api: httpx.Client) -> None:
    answer = api.post("/v1/tasks/batch", json={"tasks": [{"title": "x"}] * 10_001})
    assert (answer.status_code, answer.json()["reason"]) == (413, "batch_too_large")


def test_claim_and_complete(server: Server, mark: str) -> None:
    bob, carl = (server.user(f"{name}-{mark}", groups=[f"red-{mark}"]) for name in ("bob", "carl"))
    stranger = server.user(f"zed-{mark}")
    body = {"title": "Shared", "candidate_groups": [f"red-{mark}"]}
    task = server.as_admin.post("/v1/tasks", json=body).json()
    path = f"/v1/tasks/{task['id']}"
    assert stranger.client.post(f"{path}/claim").status_code == 404
    claimed = bob.client.post(f"{path}/claim")
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["assignee"]) == (
        200,
        "active",
        bob.name,
    )
    assert bob.client.post(f"{path}/claim").status_code == 200
    taken = carl.client.post(f"{path}/claim")
    assert (taken.status_code, taken.json()["reason"]) == (409, "claimed_by_other")
    assert carl.client.post(f"{path}/complete", json={}).status_code == 403
    done = bob.client.post(f"{path}/complete", json={"outcome": "APPROVE", "payload": {"amount": 3}})
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (200, "succeeded", "succeeded")
    assert done.json()["attributes"]["outcome"] == "APPROVE"
    assert done.json()["closed_at"] is not None
    again = bob.client.post(f"{path}/complete")
    assert (again.status_code, again.json()["reason"]) == (409, "task_closed")


def test_a_task_ends_with_an_outcome_that_its_definition_declares(api: httpx.Client, mark: str) -> None:
    for key, outcomes in (("Parcel", ["Ship", "Hold"]), ("Letter", ["APPROVE", "REJECT"])):
        definition = {"key": f"{key}-{mark}", "outcomes": outcomes}
        assert api.post("/v1/definitions", json=definition).status_code == 201
    letter = api.post("/v1/tasks", json={"title": "Letter", "definition": f"Letter-{mark}"}).json()
    assert api.post(f"/v1/tasks/{letter['id']}/complete", json={"outcome": "OK"}).status_code == 400
    body = {"title": "Parcel", "definition": f"Parcel-{mark}", "payload": {"size": 2}}
    path = f"/v1/tasks/{api.post('/v1/tasks', json=body).json()['id']}"
    for completion in ({"outcome": "BURN"}, {}):
        refused = api.post(f"{path}/complete", json=completion)
        assert (refused.status_code, refused.json()["reason"]) == (400, "unknown_outcome")
        assert "Ship or Hold" in refused.json()["detail"]
    waiting = api.get(path).json()
    assert (waiting["state"], waiting["result"]) == ("ready", None)
    done = api.post(f"{path}/complete", json={"outcome": "ship", "payload": {"by": "sea"}}).json()
    assert (done["attributes"]["outcome"], done["state"]) == ("Ship", "succeeded")
    assert (done["payload"], done["result"]) == ({"size": 2}, {"by": "sea"})


def test_a_reviewer_reads_but_does_not_act(server: Server, mark: str) -> None:
    rita = server.user(f"rita-{mark}")
    body = {"title": "Reviewed", "candidate_groups": ["nobody"], "reviewers": [rita.name]}
    task = server.as_admin.post("/v1/tasks", json=body).json()
    assert rita.client.get(f"/v1/tasks/{task['id']}").status_code == 200
    assert rita.client.post(f"/v1/tasks/{task['id']}/claim").status_code == 403


def test_opening_tasks_for_others_needs_a_grant(server: Server, mark: str) -> None:
    ana = server.user(f"ana-{mark}")
    body = {"title": "For somebody", "assignee": "admin"}
    assert ana.client.post("/v1/tasks", json=body).status_code == 403
    assert ana.client.post("/v1/tasks", json={"title": "Mine", "assignee": ana.name}).status_code == 201
    grant = {"subject": ana.name, "action": "create", "target_type": "kind", "target": "human"}
    assert server.as_admin.post("/v1/grants", json=grant).status_code == 201
    assert ana.client.post("/v1/tasks", json=body).status_code == 201


@pytest.mark.parametrize("reference", ["0", "12345678901234567890123", "nothing", "%00", "a%20b"])
def test_unknown_tasks_are_not_found(api: httpx.Client, reference: str) -> None:
    assert api.get(f"/v1/tasks/{reference}").status_code == 404


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 2000, b'{"title":"\\u0000"}']
)
def test_malformed_json_is_refused(api: httpx.Client, content: bytes) -> None:
    answer = api.post("/v1/tasks", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_without_a_credential_nothing_is_shown(server: Server) -> None:
    for path in ("/v1/tasks", "/v1/definitions", "/v1/me", "/v1/users", "/v1/grants"):
        answer = server.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert "Bearer" in answer.headers["www-authenticate"]
    assert server.get("/v1/tasks", headers={"Authorization": "Bearer wrong"}).status_code == 401
