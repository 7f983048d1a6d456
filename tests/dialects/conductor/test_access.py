"""Who sees and may change what: grants, roles, owners and tags, on lists and on single definitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

ACCESS = ("READ", "CREATE", "UPDATE", "EXECUTE", "DELETE")


@pytest.fixture
def world(api, unique) -> dict[str, str]:
    """Three definitions; the last two carry a tag of this test."""
    names = {letter: f"{unique}-{letter}" for letter in "abc"}
    tags = {"a": [], "b": [{"key": "team", "value": unique}], "c": [{"key": "team", "value": unique}]}
    api.post("/metadata/taskdefs", json=[{"name": names[letter], "tags": tags[letter]} for letter in "abc"])
    return names


def seen(client: Any, prefix: str, access: str | None = None) -> str:
    """The letters of the world that a caller sees."""
    answer = client.get("/metadata/taskdefs", params={"access": access} if access else {})
    assert answer.status_code == 200, answer.text
    return "".join(each["name"][-1] for each in answer.json() if each["name"].startswith(f"{prefix}-"))


def test_without_a_grant_nothing_is_seen(server, connect, world, unique):
    nobody = connect(server.user(f"{unique}nobody").token)
    assert seen(nobody, unique) == ""
    answer = nobody.get(f"/metadata/taskdefs/{world['a']}")
    assert answer.status_code == 403
    assert "error" not in answer.json()


@pytest.mark.parametrize(
    "action, expected",
    [
        ("read", "READ"),
        ("create", "READ CREATE"),
        ("update", "READ CREATE UPDATE"),
        ("execute", "READ EXECUTE"),
        ("delete", "READ DELETE"),
        ("manage", "READ CREATE UPDATE EXECUTE DELETE"),
    ],
)
def test_access_shows_what_the_caller_may_do(server, connect, grant, world, unique, action, expected):
    user = server.user(f"{unique}{action}")
    grant(user.name, action, "definition", f"worker:{world['a']}")
    client = connect(user.token)
    assert {access for access in ACCESS if seen(client, unique, access) == "a"} == set(expected.split())
    assert seen(client, unique) == "a"


def test_a_grant_on_a_tag(server, connect, grant, world, unique):
    user = server.user(f"{unique}tagged")
    grant(user.name, "execute", "tag", f"team:{unique}")
    client = connect(user.token)
    assert seen(client, unique, "EXECUTE") == "bc"
    assert seen(client, unique, "READ") == "bc"
    assert seen(client, unique, "DELETE") == ""


def test_a_grant_by_group(server, connect, grant, world, unique):
    server.as_admin.post("/v1/groups", json={"name": f"{unique}crew"})
    user = server.user(f"{unique}member", groups=[f"{unique}crew"])
    grant(f"{unique}crew", "update", "definition", f"worker:{world['c']}", group=True)
    assert seen(connect(user.token), unique, "UPDATE") == "c"


def test_a_filter_and_a_grant_join(server, connect, grant, world, unique):
    user = server.user(f"{unique}joined")
    grant(user.name, "read", "definition", f"worker:{world['a']}")
    grant(user.name, "read", "definition", f"worker:{world['b']}")
    answer = connect(user.token).get("/metadata/taskdefs", params={"tagKey": "team", "tagValue": unique})
    assert [each["name"] for each in answer.json()] == [world["b"]]


@pytest.mark.parametrize(
    "role, expected",
    [
        ("admin", "READ CREATE UPDATE EXECUTE DELETE"),
        ("conductor.admin", "READ CREATE UPDATE EXECUTE DELETE"),
        ("conductor.metadata_manager", "READ CREATE UPDATE EXECUTE DELETE"),
        ("conductor.workflow_manager", "READ EXECUTE"),
        ("conductor.read_only", "READ"),
    ],
)
def test_roles(server, connect, world, unique, role, expected):
    client = connect(server.user(f"{unique}{role}", roles=[role]).token)
    assert {access for access in ACCESS if seen(client, unique, access) == "abc"} == set(expected.split())


def test_owners_see_and_change_their_own(server, connect, grant, unique):
    maker = server.user(f"{unique}maker")
    grant(maker.name, "create", "kind", "worker")
    client = connect(maker.token)
    assert client.post("/metadata/taskdefs", json=[{"name": f"{unique}-a"}]).status_code == 200
    for access in ACCESS:
        assert "a" in seen(client, unique, access)
    assert client.put("/metadata/taskdefs", json={"name": f"{unique}-a", "retryCount": 1}).status_code == 200
    assert client.delete(f"/metadata/taskdefs/{unique}-a").status_code == 200


def test_the_owner_named_by_email_owns(server, connect, api, unique):
    email = f"{unique}@example.org"
    created = server.as_admin.post(
        "/v1/users", json={"name": f"{unique}owner", "email": email, "password": "long enough 1"}
    )
    assert created.status_code in (200, 201), created.text
    token = server.as_admin.post(f"/v1/users/{unique}owner/tokens", json={}).json()["token"]
    api.post("/metadata/taskdefs", json=[{"name": f"{unique}-a", "ownerEmail": email}])
    client = connect(token)
    assert seen(client, unique, "UPDATE") == "a"
    body = {"name": f"{unique}-a", "ownerEmail": email, "description": "mine"}
    assert client.put("/metadata/taskdefs", json=body).status_code == 200


@pytest.mark.parametrize(
    "method, path, body",
    [
        ("POST", "/metadata/taskdefs", [{"name": "NAME"}]),
        ("PUT", "/metadata/taskdefs", {"name": "NAME"}),
        ("DELETE", "/metadata/taskdefs/NAME", None),
        ("POST", "/metadata/task/NAME/tags", {"key": "a", "value": "b"}),
        ("PUT", "/metadata/task/NAME/tags", [{"key": "a", "value": "b"}]),
        ("POST", "/schema", {"name": "NAME", "type": "JSON"}),
        ("POST", "/metadata/workflow", {"name": "NAME", "tasks": [{"name": "a", "taskReferenceName": "a"}]}),
    ],
)
def test_reading_is_not_changing(server, connect, grant, api, world, unique, method, path, body):
    user = server.user(f"{unique}reader")
    grant(user.name, "read", "kind", "worker")
    name = world["a"]
    body = json.loads(json.dumps(body).replace("NAME", name))
    before = api.get(f"/metadata/taskdefs/{name}", params={"metadata": True}).json()
    answer = connect(user.token).request(method, path.replace("NAME", name), json=body)
    assert answer.status_code == 403, answer.text
    assert answer.json()["status"] == 403
    assert "error" not in answer.json()
    assert api.get(f"/metadata/taskdefs/{name}", params={"metadata": True}).json() == before


def test_no_credential(connect):
    answer = connect(None).get("/metadata/taskdefs")
    assert answer.status_code == 401
    assert answer.json()["error"] not in ("INVALID_TOKEN", "EXPIRED_TOKEN")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "'; --", "é"])
def test_a_wrong_token_asks_for_a_new_one(server, token):
    answer = server.get("/api/metadata/taskdefs", headers={"X-Authorization": token.encode()})
    assert answer.status_code == 401
    assert answer.json()["error"] == "INVALID_TOKEN"


def test_bearer_is_taken_too(server):
    answer = server.get("/api/metadata/taskdefs", headers={"Authorization": f"Bearer {server.token}"})
    assert answer.status_code == 200
