"""Credentials: where a token may stand, what is said about a bad one, logins, and `permitted`."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.dialects.puppet.conftest import Site
from tests.server import Server

from taskyard.dialects.puppet.tokens import LONGEST_SECONDS, lifetime_seconds
from taskyard.model.problem import Rejected

TASKS = "/orchestrator/v1/tasks"
LOGIN = "/rbac-api/v1/auth/token"


def login(server: Server, **body: Any):
    return server.post(LOGIN, json={"login": "admin", "password": server.password, **body})


def grant(server: Server, subject: str, action: str, target_type: str, target: str) -> None:
    body = {"subject": subject, "action": action, "target_type": target_type, "target": target}
    made = server.as_admin.post("/v1/grants", json=body)
    assert made.status_code in (200, 201), made.text


@pytest.mark.parametrize("where", ["header", "query", "bearer"])
def test_a_token_may_stand_in_three_places(service: Site, where: str):
    token = service.server.token
    headers = {"header": {"X-Authentication": token}, "bearer": {"Authorization": f"Bearer {token}"}}.get(
        where, {}
    )
    params = {"environment": service.name} | ({"token": token} if where == "query" else {})
    assert service.server.get(TASKS, params=params, headers=headers).status_code == 200


@pytest.mark.parametrize("path", [TASKS, f"{TASKS}/a/init", "/orchestrator/v1/jobs", "/orchestrator"])
def test_without_a_token_nothing_is_said(puppet_server: Server, path: str):
    answer = puppet_server.get(path)
    assert answer.status_code == 401
    assert answer.json()["kind"] == "puppetlabs.rbac/user-unauthenticated"
    assert answer.json()["msg"] == "Route requires authentication"


def test_an_unknown_token_is_refused(puppet_server: Server):
    answer = puppet_server.get(TASKS, headers={"X-Authentication": "f" * 40})
    assert answer.status_code == 401
    assert answer.json()["kind"] == "puppetlabs.rbac/user-unauthenticated"


def test_an_expired_token_says_so(puppet_server: Server):
    token = login(puppet_server, lifetime="1s").json()["token"]
    headers = {"X-Authentication": token}
    assert puppet_server.get("/orchestrator", headers=headers).status_code == 200
    deadline = time.monotonic() + 10
    while (answer := puppet_server.get("/orchestrator", headers=headers)).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer.status_code == 401
    assert answer.json()["kind"] == "puppetlabs.rbac/token-expired"
    assert answer.json()["msg"] == "The provided token has expired."


def test_a_revoked_token_says_so(puppet_server: Server):
    name = f"revoked_{time.monotonic_ns()}"
    user = puppet_server.user(name)
    listed = puppet_server.as_admin.get(f"/v1/users/{name}/tokens").json()
    items = listed["items"] if isinstance(listed, dict) else listed
    gone = puppet_server.as_admin.delete(f"/v1/users/{name}/tokens/{items[0]['id']}")
    assert gone.status_code in (200, 204), gone.text
    deadline = time.monotonic() + 10
    while (answer := puppet_server.get(TASKS, headers={"X-Authentication": user.token})).status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer.json()["kind"] == "puppetlabs.rbac/token-revoked"
    assert answer.json()["msg"] == "Authentication token has been revoked."


def test_a_login_gives_a_token_that_works(service: Site):
    answer = login(service.server, lifetime="30m", description="for a test", client="x", label="y")
    assert answer.status_code == 200
    assert list(answer.json()) == ["token"]
    assert service.ask(TASKS, answer.json()["token"]).status_code == 200


@pytest.mark.parametrize("body", [{"login": "nobody"}, {"password": "wrong"}, {"login": "", "password": ""}])
def test_a_wrong_login_and_a_wrong_password_are_answered_alike(puppet_server: Server, body: dict[str, str]):
    answer = login(puppet_server, **body)
    assert answer.status_code == 401
    assert answer.json()["kind"] == "puppetlabs.rbac/user-unauthenticated"
    assert "token" not in answer.json()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"login":"admin"}', b'{"login":1,"password":"x"}', b'"text"', b"null"]
)
def test_a_login_that_cannot_be_read_is_a_bad_request(puppet_server: Server, content: bytes):
    answer = puppet_server.post(LOGIN, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"kind", "msg", "details"}


def test_a_login_needs_no_content_type(puppet_server: Server):
    content = b'{"login":"admin","password":"%s"}' % puppet_server.password.encode()
    assert puppet_server.post(LOGIN, content=content).status_code == 200
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert puppet_server.post(LOGIN, content=content, headers=form).status_code == 200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h", 3600), ("30m", 1800), ("2d", 172800), ("1y", 31536000), ("45s", 45), ("60", 60)],
)
def test_lifetimes_are_a_number_and_a_unit(text: str, seconds: int):
    assert lifetime_seconds(text) == seconds


@pytest.mark.parametrize("text", ["0", "0h", "999999999y"])
def test_zero_and_too_long_are_ten_years(text: str):
    assert lifetime_seconds(text) == LONGEST_SECONDS


@pytest.mark.parametrize("text", ["", "h", "1w", "-1h", "1.5h", "1h30m", "9" * 30])
def test_other_lifetimes_are_refused(text: str):
    with pytest.raises(Rejected):
        lifetime_seconds(text)


def test_a_bad_lifetime_is_a_bad_request(puppet_server: Server):
    answer = login(puppet_server, lifetime="soon")
    assert answer.status_code == 400
    assert answer.json()["kind"] == "puppetlabs.rbac/schema-violation"
    assert answer.json()["details"] == {"lifetime": "soon"}


def test_permitted_says_which_tasks_the_caller_may_run(service: Site):
    user = service.server.user(f"runner_{service.name}")

    def permitted() -> list[str]:
        return [item["name"] for item in service.tasks(user.token) if item["permitted"]]

    assert permitted() == []
    assert len(service.tasks(user.token)) == 3
    grant(service.server, user.name, "read", "kind", "node")
    assert permitted() == []
    grant(service.server, user.name, "execute", "definition", "node:service::linux")
    assert permitted() == ["service::linux"]
    assert service.task("service", "linux", user.token)["permitted"] is True
    assert service.task("service", "init", user.token)["permitted"] is False
    grant(service.server, user.name, "manage", "kind", "node")
    assert permitted() == ["service", "service::linux", "service::windows"]
