"""Trading credentials for a token, and who the caller is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_key_and_secret_give_a_token(server, connect):
    answer = server.post("/api/token", json={"keyId": "admin", "keySecret": server.token})
    assert answer.status_code == 200
    token = answer.json()["token"]
    claims = claims_of(token)
    assert claims["sub"] == "admin"
    assert claims["exp"] > claims["iat"]
    assert connect(token).get("/metadata/taskdefs").status_code == 200
    assert server.get("/v1/definitions", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_password_serves_as_secret(server):
    user = server.user("conductor-key", password="a long password")
    answer = server.post("/api/token", json={"keyId": user.name, "keySecret": "a long password"})
    assert answer.status_code == 200


def test_email_and_password(server, unique):
    email = f"{unique}@example.org"
    body = {"name": unique, "email": email, "password": "a long password"}
    assert server.as_admin.post("/v1/users", json=body).status_code in (200, 201)
    answer = server.post("/api/token", json={"email": email, "password": "a long password"})
    assert claims_of(answer.json()["token"])["sub"] == unique


@pytest.mark.parametrize(
    "body, status",
    [
        ({"keyId": "admin", "keySecret": "wrong"}, 401),
        ({"keyId": "nobody-at-all", "keySecret": "wrong"}, 401),
        ({"email": "admin@nowhere", "password": "wrong"}, 401),
        ({"keyId": "admin"}, 400),
        ({}, 400),
        ([], 400),
        ({"keyId": {}, "keySecret": "x"}, 400),
        ({"keyId": "admin", "keySecret": "x", "expiration": "soon"}, 400),
    ],
)
def test_wrong_credentials(server, body, status):
    answer = server.post("/api/token", json=body)
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_a_token_may_never_expire(server):
    body = {"keyId": "admin", "keySecret": server.token, "expiration": -1}
    assert "exp" not in claims_of(server.post("/api/token", json=body).json()["token"])


def test_an_expired_token_says_so(server):
    body = {"keyId": "admin", "keySecret": server.token, "expiration": 0}
    token = server.post("/api/token", json=body).json()["token"]
    answer = server.get("/api/metadata/taskdefs", headers={"X-Authorization": token})
    assert answer.status_code == 401
    assert answer.json()["error"] == "EXPIRED_TOKEN"


def test_user_info(server, connect, unique):
    server.as_admin.post("/v1/groups", json={"name": f"{unique}crew"})
    user = server.user(unique, groups=[f"{unique}crew"], roles=["conductor.workflow_manager"])
    info = connect(user.token).get("/token/userInfo").json()
    assert (info["id"], info["groups"]) == (unique, [{"id": f"{unique}crew", "description": ""}])
    assert info["roles"] == [
        {"name": "WORKFLOW_MANAGER", "permissions": [{"name": "READ"}, {"name": "EXECUTE"}]}
    ]
    assert info["uuid"]
    assert "claims" not in info
    assert (
        connect(user.token).get("/token/userInfo", params={"claims": True}).json()["claims"]["sub"] == unique
    )


def test_user_info_needs_a_credential(server):
    assert server.get("/api/token/userInfo").status_code == 401


@pytest.mark.parametrize("path", ["/api/health", "/health"])
def test_health_needs_none(server, path):
    answer = server.get(path)
    assert answer.status_code == 200
    assert answer.json()["healthy"] is True


def test_version_is_plain_text(connect, server):
    answer = server.get("/api/version", headers={"X-Authorization": server.token})
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.count(".") == 2


def test_an_open_server_has_no_tokens(spawn):
    running = spawn("--no-auth")
    answer = running.post("/api/token", json={"keyId": "a", "keySecret": "b"})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert running.get("/api/metadata/taskdefs").json() == []
    assert running.post("/api/metadata/taskdefs", json=[{"name": "open"}]).status_code == 200
    assert running.get("/api/metadata/taskdefs").json()[0]["createdBy"] == "admin"
