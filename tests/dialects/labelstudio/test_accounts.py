"""Credentials, tokens, users, organization, version."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server import Server

RECORDED = Path(__file__).parents[2] / "data" / "label-studio" / "recorded"


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Token {token}"},
        {"Authorization": "Token  {token}"},
        {"Authorization": "Bearer {token}"},
        {"X-API-Key": "{token}"},
    ],
)
def test_every_credential_header_of_the_original(server: Server, headers: dict[str, str]) -> None:
    filled = {name: value.format(token=server.token) for name, value in headers.items()}
    assert server.get("/api/current-user/whoami", headers=filled).json()["username"] == "admin"


@pytest.mark.parametrize(
    "headers, detail",
    [
        ({}, "Authentication credentials were not provided."),
        ({"Authorization": "Token wrong"}, "Invalid token."),
        ({"X-API-Key": "wrong"}, "Invalid token."),
        ({"Authorization": "Bearer garbage"}, "Authentication credentials were not provided."),
        ({"Authorization": "Bearer a.b.c"}, "Authentication credentials were not provided."),
    ],
)
def test_bad_credentials(server: Server, headers: dict[str, str], detail: str) -> None:
    answer = server.get("/api/projects/", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, detail)
    assert answer.headers["www-authenticate"] == "Token"


def test_who_am_i_has_the_recorded_shape(ls: httpx.Client) -> None:
    recorded = json.loads((RECORDED / "whoami.json").read_text())
    mine = ls.get("/api/current-user/whoami/").json()
    assert set(mine) == set(recorded)
    assert "projects.create" in mine["permissions"]


def test_personal_access_tokens(server: Server) -> None:
    client = server.user("ls-token-owner").client
    made = client.post("/api/token/", json={})
    assert made.status_code == 201
    token = made.json()["token"]
    assert claims(token)["token_type"] == "refresh"
    assert isinstance(claims(token)["user_id"], str)
    again = client.post("/api/token/", json={})
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "You already have a valid token. Please revoke it before creating a new one.",
    )
    assert client.get("/api/token/").json() == [{"token": token.rpartition(".")[0]}]
    access = server.post("/api/token/refresh", json={"refresh": token}).json()["access"]
    assert claims(access)["exp"] - claims(access)["iat"] == 300
    as_owner = {"Authorization": f"Bearer {access}"}
    assert server.get("/api/current-user/whoami", headers=as_owner).json()["username"] == "ls-token-owner"
    for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": f"Token {token}"}):
        assert server.get("/api/projects/", headers=headers).status_code == 401
    rotated = client.post("/api/token/rotate/", json={"refresh": token}).json()["refresh"]
    assert rotated != token
    refused = server.post("/api/token/refresh/", json={"refresh": token})
    assert (refused.status_code, refused.json()["detail"]) == (401, "Token is invalid")
    assert client.post("/api/token/blacklist/", json={"refresh": rotated}).status_code == 204
    assert client.post("/api/token/blacklist/", json={"refresh": rotated}).status_code == 404
    assert server.post("/api/token/refresh", json={"refresh": rotated}).status_code == 401
    assert client.get("/api/token/").json() == []


def test_a_forged_token_opens_nothing(server: Server) -> None:
    client = server.user("ls-forged").client
    token = client.post("/api/token/", json={}).json()["token"]
    head, _, signature = token.split(".")
    body = claims(token) | {"name": "admin", "user_id": "1", "token_type": "access"}
    forged = base64.urlsafe_b64encode(json.dumps(body).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for text in (f"{head}.{forged}.{signature}", f"{none}.{forged}.", f"{head}.{forged}."):
        assert server.get("/api/projects/", headers={"Authorization": f"Bearer {text}"}).status_code == 401
        assert server.post("/api/token/refresh", json={"refresh": text}).status_code == 401


def test_the_legacy_key_can_be_shown_and_reset(server: Server) -> None:
    owner = server.user("ls-legacy")
    headers = {"Authorization": f"Token {owner.token}"}
    assert server.get("/api/current-user/token", headers=headers).json() == {"token": owner.token}
    first = server.post("/api/current-user/reset-token/", headers=headers)
    assert first.status_code == 201
    key = first.json()["token"]
    second = server.post("/api/current-user/reset-token/", headers=headers).json()["token"]
    assert server.get("/api/projects/", headers={"Authorization": f"Token {key}"}).status_code == 401
    assert server.get("/api/projects/", headers={"Authorization": f"Token {second}"}).status_code == 200


def test_users(server: Server, ls: httpx.Client) -> None:
    body = {"email": "ls-new@example.com", "first_name": "Ada", "last_name": "King"}
    made = ls.post("/api/users/", json=body)
    assert made.status_code == 201
    user = made.json()
    assert (user["username"], user["email"], user["initials"]) == (
        "ls-new@example.com",
        "ls-new@example.com",
        "AK",
    )
    again = ls.post("/api/users/", json=body)
    assert again.json()["validation_errors"] == {"email": ["user with this email address already exists."]}
    assert ls.get(f"/api/users/{user['id']}/").json() == user
    changed = ls.patch(f"/api/users/{user['id']}/", json={"first_name": "Augusta"}).json()
    assert (changed["first_name"], changed["last_name"]) == ("Augusta", "King")
    assert user["id"] in [entry["id"] for entry in ls.get("/api/users/").json()]
    plain = server.user("ls-plain").client
    assert [entry["username"] for entry in plain.get("/api/users/").json()] == ["ls-plain"]
    assert plain.get(f"/api/users/{user['id']}/").status_code == 404
    assert plain.post("/api/users/", json={"email": "x@example.com"}).status_code == 403
    assert ls.delete(f"/api/users/{user['id']}/").status_code == 204
    assert ls.get(f"/api/users/{user['id']}/").status_code == 404
    assert ls.post("/api/users/", json={"email": "nonsense"}).json()["validation_errors"] == {
        "email": ["Enter a valid email address."]
    }


def test_there_is_one_organization(ls: httpx.Client) -> None:
    assert [entry["id"] for entry in ls.get("/api/organizations/").json()] == [1]
    assert ls.get("/api/organizations/1/").json()["title"] == "Taskyard"
    assert ls.get("/api/organizations/2/").status_code == 404
    page = ls.get("/api/organizations/1/memberships", params={"page_size": 1}).json()
    assert page["count"] >= 1
    assert page["results"][0]["user"]["username"] == "admin"


def test_version_and_health_need_no_credential(server: Server) -> None:
    version = server.get("/api/version/").json()
    recorded = json.loads((RECORDED / "version.json").read_text())
    assert (version["release"], version["edition"]) == (recorded["release"], "Community")
    for key in ("label-studio-os-package", "backend"):
        assert set(version[key]) == set(recorded[key])
    assert server.get("/health/").json() == {"status": "UP"}


def test_what_is_not_served_says_so(ls: httpx.Client) -> None:
    answer = ls.get("/api/webhooks/")
    assert answer.status_code == 404
    assert "webhooks" in answer.json()["detail"]
    assert answer.headers["x-taskyard-problem"]
    unknown = ls.get("/api/no-such-thing/")
    assert unknown.status_code == 404
    assert set(unknown.json()) >= {"id", "status_code", "version", "detail"}
