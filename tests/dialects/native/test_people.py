"""Users, groups, grants, tokens and sessions."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.server import Server


def test_a_user_is_shown_as_made(api: httpx.Client, mark: str) -> None:
    for name in ("red", "blue"):
        assert api.post("/v1/groups", json={"name": f"{name}-{mark}"}).status_code == 201
    assert api.post("/v1/users", json={"name": f"mia-{mark}"}).status_code == 201
    body = {
        "name": f"bob-{mark}",
        "password": "secret",
        "display_name": "Bob Lee",
        "first_name": "Bob",
        "last_name": "Lee",
        "email": "bob@example.org",
        "manager": f"mia-{mark}",
        "groups": [f"red-{mark}", f"blue-{mark}"],
        "roles": ["labelstudio.reviewer"],
    }
    made = api.post("/v1/users", json=body)
    assert made.status_code == 201
    user = made.json()
    assert {**body, **user} == {**user, "password": "secret"} | {"groups": sorted(body["groups"])}
    assert (user["kind"], user["active"]) == ("user", True)
    assert "password" not in made.text
    assert api.get(f"/v1/users/bob-{mark}").json() == user


def test_a_user_changes_member_by_member(api: httpx.Client, mark: str) -> None:
    assert api.post("/v1/groups", json={"name": f"red-{mark}"}).status_code == 201
    assert api.post("/v1/users", json={"name": f"mia-{mark}"}).status_code == 201
    path = f"/v1/users/bob-{mark}"
    made = api.post(
        "/v1/users", json={"name": f"bob-{mark}", "email": "a@b", "manager": f"mia-{mark}"}
    ).json()
    changed = api.patch(path, json={"display_name": "Bob", "groups": [f"red-{mark}"]}).json()
    assert {
        **made,
        "display_name": "Bob",
        "groups": [f"red-{mark}"],
        "updated_at": changed["updated_at"],
    } == changed
    cleared = api.patch(path, json={"manager": None, "groups": [], "roles": ["admin"]}).json()
    assert (cleared["manager"], cleared["groups"], cleared["roles"], cleared["email"]) == (
        None,
        [],
        ["admin"],
        "a@b",
    )
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " padded "},
        {"name": "*"},
        {"name": "x", "password": ""},
        {"name": "x", "groups": "red"},
        {"name": "x", "roles": ["a,b"]},
        {"name": "x", "kind": "robot"},
        {"name": "x", "admin": True},
        {"name": "x" * 300},
    ],
)
def test_bad_users_are_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    answer = api.post("/v1/users", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_people_must_exist_to_be_named(api: httpx.Client, mark: str) -> None:
    unknown_group = api.post("/v1/users", json={"name": f"bob-{mark}", "groups": [f"none-{mark}"]})
    assert (unknown_group.status_code, unknown_group.json()["reason"]) == (404, "unknown_group")
    unknown_manager = api.post("/v1/users", json={"name": f"bob-{mark}", "manager": f"none-{mark}"})
    assert unknown_manager.status_code == 404
    assert api.get(f"/v1/users/bob-{mark}").status_code == 404


def test_managers_form_no_circle(api: httpx.Client, mark: str) -> None:
    assert api.post("/v1/users", json={"name": f"a-{mark}"}).status_code == 201
    assert api.post("/v1/users", json={"name": f"b-{mark}", "manager": f"a-{mark}"}).status_code == 201
    answer = api.patch(f"/v1/users/a-{mark}", json={"manager": f"b-{mark}"})
    assert (answer.status_code, answer.json()["reason"]) == (400, "manager_cycle")


def test_groups_hold_users_and_groups(api: httpx.Client, mark: str) -> None:
    assert api.post("/v1/users", json={"name": f"bob-{mark}"}).status_code == 201
    inner = api.post("/v1/groups", json={"name": f"inner-{mark}", "members": [f"bob-{mark}"]})
    assert inner.json()["members"] == [{"type": "user", "name": f"bob-{mark}"}]
    outer = api.post(
        "/v1/groups", json={"name": f"outer-{mark}", "groups": [f"inner-{mark}"], "display_name": "Outer"}
    )
    assert outer.json()["members"] == [{"type": "group", "name": f"inner-{mark}"}]
    assert api.get(f"/v1/groups/outer-{mark}").json() == outer.json()
    path = f"/v1/groups/outer-{mark}/members"
    assert api.post(path, json={"name": f"bob-{mark}"}).status_code == 204
    assert api.post(path, json={"name": f"bob-{mark}"}).status_code == 204
    assert len(api.get(f"/v1/groups/outer-{mark}").json()["members"]) == 2
    assert api.delete(f"{path}/inner-{mark}?type=group").status_code == 204
    assert api.get(f"/v1/groups/outer-{mark}").json()["members"] == [{"type": "user", "name": f"bob-{mark}"}]
    circle = api.post(f"/v1/groups/inner-{mark}/members", json={"type": "group", "name": f"inner-{mark}"})
    assert (circle.status_code, circle.json()["reason"]) == (400, "group_cycle")
    renamed = api.patch(f"/v1/groups/outer-{mark}", json={"display_name": "New", "members": []})
    assert (renamed.json()["display_name"], renamed.json()["members"]) == ("New", [])
    assert api.delete(f"/v1/groups/outer-{mark}").status_code == 204
    assert api.get(f"/v1/groups/outer-{mark}").status_code == 404
    assert api.post("/v1/groups", json={"name": f"inner-{mark}"}).status_code == 409


def test_lists_page_by_name(api: httpx.Client, mark: str) -> None:
    names = [f"{mark}-{index}" for index in range(5)]
    for name in names:
        assert api.post("/v1/users", json={"name": name}).status_code == 201
        assert api.post("/v1/groups", json={"name": name}).status_code == 201
    for path in ("/v1/users", "/v1/groups"):
        found: list[str] = []
        after = ""
        while True:
            params = {"q": f"{mark}-", "limit": "2", "total": "true", "after": after}
            body = api.get(path, params=params).json()
            assert body["total"] == 5
            found += [item["name"] for item in body["items"]]
            after = body["next"]
            if after is None:
                break
        assert found == names


def test_a_token_is_shown_once_and_works_until_revoked(server: Server, mark: str) -> None:
    api = server.as_admin
    path = f"/v1/users/bob-{mark}/tokens"
    assert api.post("/v1/users", json={"name": f"bob-{mark}"}).status_code == 201
    issued = api.post(path, json={"label": "laptop", "expires_at": "2031-01-01"})
    assert issued.status_code == 201
    token = issued.json()
    assert (token["label"], token["expires_at"]) == ("laptop", "2031-01-01T00:00:00.000Z")
    bob = server.client(token["token"])
    assert bob.get("/v1/me").json()["name"] == f"bob-{mark}"
    listed = bob.get(path)
    assert [item["id"] for item in listed.json()["items"]] == [token["id"]]
    assert token["token"] not in listed.text
    own = bob.post(path)
    assert own.status_code == 201
    assert bob.delete(f"{path}/{own.json()['id']}").status_code == 204
    assert api.delete(f"{path}/{token['id']}").status_code == 204
    assert bob.get("/v1/me").status_code == 401
    assert api.get(path).json()["items"][0]["revoked_at"] is not None
    for wrong in ("0", "x", "99999999999999999999"):
        assert api.delete(f"{path}/{wrong}").status_code == 404


@pytest.mark.parametrize("expiry", ["yesterday", "2020-01-01", ""])
def test_a_token_expires_in_the_future(api: httpx.Client, expiry: str) -> None:
    answer = api.post("/v1/users/admin/tokens", json={"expires_at": expiry})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/expires_at")


def test_nobody_handles_the_tokens_of_others(server: Server, mark: str) -> None:
    bob, carl = server.user(f"bob-{mark}"), server.user(f"carl-{mark}")
    path = f"/v1/users/{carl.name}/tokens"
    carls = carl.client.get(path).json()["items"][0]["id"]
    assert bob.client.get(path).status_code == 403
    assert bob.client.post(path).status_code == 403
    assert bob.client.delete(f"{path}/{carls}").status_code == 403
    assert bob.client.delete(f"/v1/users/{bob.name}/tokens/{carls}").status_code == 404
    assert carl.client.get("/v1/me").status_code == 200


def test_grants(server: Server, mark: str) -> None:
    api = server.as_admin
    bob = server.user(f"bob-{mark}", groups=[f"red-{mark}"])
    body = {
        "subject_type": "group",
        "subject": f"red-{mark}",
        "action": "update",
        "target_type": "definition",
        "target": f"worker:{mark}",
    }
    made = api.post("/v1/grants", json=body)
    assert made.status_code == 201
    assert {**made.json(), **body} == made.json()
    assert api.post("/v1/grants", json=body).json()["id"] == made.json()["id"]
    listed = api.get("/v1/grants", params={"subject": f"red-{mark}", "total": "true"}).json()
    assert ([item["id"] for item in listed["items"]], listed["total"]) == ([made.json()["id"]], 1)
    assert api.get("/v1/grants", params={"target": f"worker:{mark}"}).json()["items"] == listed["items"]
    assert bob.client.get("/v1/grants").status_code == 403
    assert bob.client.post("/v1/grants", json=body).status_code == 403
    assert bob.client.delete(f"/v1/grants/{made.json()['id']}").status_code == 403
    assert api.delete(f"/v1/grants/{made.json()['id']}").status_code == 204
    assert api.delete(f"/v1/grants/{made.json()['id']}").status_code == 404
    assert api.delete("/v1/grants/x").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"action": "fly"}, {"target_type": "world"}, {"subject_type": "robot"}, {"subject": ""}, {"role": "x"}],
)
def test_bad_grants_are_refused(api: httpx.Client, change: dict[str, str]) -> None:
    body = {"subject": "admin", "action": "read", "target_type": "any", **change}
    assert api.post("/v1/grants", json=body).status_code == 400


def test_a_session_signs_in(server: Server, mark: str) -> None:
    server.user(f"bob-{mark}", "pass word")
    answer = server.post("/v1/session", json={"username": f"bob-{mark}", "password": "pass word"})
    assert answer.status_code == 200
    assert answer.json()["user"] == f"bob-{mark}"
    me = server.client(answer.json()["token"]).get("/v1/me").json()
    assert (me["name"], me["admin"], me["reports"]) == (f"bob-{mark}", False, [])
    for wrong in (
        {"username": f"bob-{mark}", "password": "x"},
        {"username": "nobody", "password": "pass word"},
    ):
        refused = server.post("/v1/session", json=wrong)
        assert (refused.status_code, refused.json()["reason"]) == (401, "bad_credentials")


def test_a_session_ends_when_it_is_closed(server: Server, mark: str) -> None:
    bob = server.user(f"bob-{mark}", "pass word")
    opened = server.post("/v1/session", json={"username": bob.name, "password": "pass word"}).json()
    client = server.client(opened["token"])
    assert client.delete("/v1/session").status_code == 204
    assert client.get("/v1/me").status_code == 401
    assert bob.client.get("/v1/me").status_code == 200
    by_password = server.basic(bob.name, "pass word").delete("/v1/session")
    assert (by_password.status_code, by_password.json()["reason"]) == (400, "no_session")


def test_an_inactive_user_is_locked_out(server: Server, mark: str) -> None:
    bob = server.user(f"bob-{mark}")
    assert server.as_admin.patch(f"/v1/users/{bob.name}", json={"active": False}).status_code == 200
    assert bob.client.get("/v1/me").status_code == 401
    assert server.basic(bob.name, bob.password).get("/v1/me").status_code == 401


def test_a_new_password_replaces_the_old(server: Server, mark: str) -> None:
    bob = server.user(f"bob-{mark}", "first")
    assert server.basic(bob.name, "first").get("/v1/me").status_code == 200
    assert server.as_admin.patch(f"/v1/users/{bob.name}", json={"password": "second"}).status_code == 200
    assert server.basic(bob.name, "first").get("/v1/me").status_code == 401
    assert server.basic(bob.name, "second").get("/v1/me").status_code == 200


def test_writing_people_needs_an_admin(server: Server, mark: str) -> None:
    bob = server.user(f"bob-{mark}")
    calls = [
        ("POST", "/v1/users", {"name": f"x-{mark}"}),
        ("PATCH", f"/v1/users/{bob.name}", {"roles": ["admin"]}),
        ("DELETE", "/v1/users/admin", None),
        ("POST", "/v1/groups", {"name": f"x-{mark}"}),
        ("GET", "/v1/groups", None),
        ("GET", "/v1/users/admin", None),
    ]
    for method, path, body in calls:
        answer = bob.client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_admin")
    assert [item["name"] for item in bob.client.get("/v1/users").json()["items"]] == [bob.name]


def test_me_tells_groups_through_groups_and_reports(server: Server, mark: str) -> None:
    mia = server.user(f"mia-{mark}", groups=[f"inner-{mark}"])
    outer = {"name": f"outer-{mark}", "groups": [f"inner-{mark}"]}
    assert server.as_admin.post("/v1/groups", json=outer).status_code == 201
    bob = server.user(f"bob-{mark}", manager=mia.name)
    carl = server.user(f"carl-{mark}", manager=bob.name)
    me = mia.client.get("/v1/me").json()
    assert me["groups"] == [f"inner-{mark}"]
    assert me["all_groups"] == [f"inner-{mark}", f"outer-{mark}"]
    assert me["reports"] == [bob.name, carl.name]
