"""A server that is told to serve otherwise: open to all, with fewer dialects, behind a proxy, with other limits."""

from __future__ import annotations

import pytest
from tests.conftest import Spawn

LISTS = [
    "/api/metadata/taskdefs",
    "/engine-rest/process-definition",
    "/bpm/api/4.0/tasks",
    "/api/tasks/",
    "/v1/tasks",
]


def test_without_authentication_everybody_is_admin_and_a_wrong_credential_is_still_wrong(
    spawn: Spawn,
) -> None:
    server = spawn("--no-auth")
    for path in LISTS:
        assert server.get(path).status_code == 200, path
    assert server.get("/v1/me").json()["name"] == "admin"
    assert server.client("wrong").get("/v1/me").status_code == 401


def test_a_dialect_that_is_off_is_not_there(spawn: Spawn) -> None:
    server = spawn(dialects="native,conductor")
    assert server.as_admin.get("/v1/tasks").status_code == 200
    gone = server.as_admin.get("/engine-rest/version")
    assert (gone.status_code, gone.json()["reason"]) == (404, "unknown_path")
    assert gone.headers["content-type"] == "application/problem+json"
    assert server.get("/openapi/camunda7.json").status_code == 404
    left = server.get("/api/tasks/")
    assert (left.status_code, left.headers["x-taskyard-problem"]) == (404, "unknown_path")
    assert "instance" in left.json() or "message" in left.json()


def test_behind_a_proxy_links_are_those_of_the_proxy(spawn: Spawn) -> None:
    server = spawn(public_url="https://tasks.example/yard", path_prefix="/yard")
    document = server.get("/yard/openapi/native.json").json()
    assert document["servers"] == [{"url": "https://tasks.example/yard"}]
    assert server.get("/yard/nothing").json()["type"] == "https://tasks.example/yard/docs/problems#not_found"
    assert server.get("/openapi/native.json").status_code == 200


def test_limits_are_settings(spawn: Spawn) -> None:
    server = spawn(max_body="1000", max_depth="5", max_query="100", max_parameters="3")
    ask = server.as_admin
    title = "x" * 1_000
    assert ask.post("/v1/tasks", json={"title": title}).json()["reason"] == "body_too_large"
    assert ask.post("/v1/tasks", json={"title": "x", "payload": [[[[[1]]]]]}).json()["reason"] == "too_deep"
    assert ask.get("/v1/tasks", params={"q": "x" * 100}).json()["reason"] == "query_too_long"
    assert ask.get("/v1/tasks?q=a&q=a&q=a&q=a").json()["reason"] == "too_many_parameters"


def test_requests_are_not_logged_where_nobody_wants_that(spawn: Spawn) -> None:
    server = spawn(log_requests="false")
    server.get("/v1/tasks", headers={"x-request-id": "unwanted-1"})
    server.stop()
    assert "unwanted-1" not in server.tail()


def test_no_authentication_is_refused_beyond_the_loopback(spawn: Spawn) -> None:
    with pytest.raises(AssertionError, match="--no-auth"):
        spawn("--no-auth", "--host", "0.0.0.0")
