"""What is refused, who is let in, and what else is answered in Camunda's own form."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.dialects.camunda7.models import (
    DEFINITION,
    DEPLOYMENT,
    deploy,
    deployed,
    failure,
    fresh,
    listed,
    process,
)

from taskyard.dialects.camunda7 import DIALECT

REFUSED = [operation for operation in DIALECT.operations if operation.verdict == "refused"]
EXPECTED = {
    "POST /process-definition/key/{key}/start",
    "POST /process-instance",
    "GET /task",
    "POST /task/{id}/complete",
    "POST /external-task/fetchAndLock",
    "POST /message",
    "POST /signal",
    "GET /job",
    "GET /history/process-instance",
    "GET /user",
    "POST /decision-definition/key/{key}/evaluate",
    "GET /batch",
    "POST /migration/execute",
    "GET /filter",
    "GET /metrics/{metrics-name}/sum",
}


def test_every_operation_of_the_api_has_a_row() -> None:
    rows = {f"{operation.method} {operation.path}" for operation in DIALECT.operations}
    assert len(rows) == len(DIALECT.operations)
    assert len({operation.path for operation in DIALECT.operations}) >= 305
    assert len({operation.name for operation in DIALECT.operations}) == len(rows)
    assert rows >= EXPECTED
    assert all(operation.why for operation in DIALECT.operations if operation.verdict != "served")


@pytest.mark.parametrize("operation", REFUSED, ids=lambda operation: operation.name)
def test_a_refused_operation_says_so(server: Any, operation: Any) -> None:
    path = operation.path.replace("{rest...}", "x/y")
    while "{" in path:
        before, _, after = path.partition("{")
        path = f"{before}x{after.partition('}')[2]}"
    answer = server.as_admin.request(operation.method, f"/engine-rest{path}")
    assert answer.status_code == 501
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["type"] == "RestException"
    assert operation.why in body["message"]
    assert body["code"] is None


def test_an_unknown_path(server: Any) -> None:
    for path in ("/engine-rest/nothing", "/engine-rest/process-definition/a/b/c/d", "/engine-rest/"):
        failure(server.as_admin.get(path), 404, "NotFoundException", "HTTP 404 Not Found")


def test_a_method_that_a_path_does_not_have(server: Any) -> None:
    answer = server.as_admin.post(DEFINITION, json={})
    failure(answer, 405, "NotAllowedException", "HTTP 405 Method Not Allowed")
    assert "GET" in answer.headers["allow"]


def test_engines(server: Any) -> None:
    assert server.get("/engine-rest/engine").json() == [{"name": "default"}]
    assert server.as_admin.get("/engine-rest/version").json() == {"version": "7.24.0"}
    assert server.as_admin.get("/engine-rest/engine/default/version").json() == {"version": "7.24.0"}
    answer = server.as_admin.get("/engine-rest/engine/other/process-definition")
    failure(answer, 404, "InvalidRequestException", "Process engine other not available")


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def test_credentials(server: Any) -> None:
    user = server.user(fresh("user"), password="a secret of ten")
    for headers in (
        basic("admin", server.password),
        basic("admin", server.token),
        basic(user.name, "a secret of ten"),
        {"Authorization": f"Bearer {server.token}"},
    ):
        assert server.get(DEFINITION, params={"maxResults": 1}, headers=headers).status_code == 200
    for headers in (
        {},
        basic("admin", "wrong"),
        basic("nobody", "wrong"),
        basic(user.name, server.token),
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic !!!"},
    ):
        answer = server.get(DEFINITION, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["www-authenticate"] == 'Basic realm="default"'


def grant(server: Any, user: Any, action: str, kind: str, target: str) -> None:
    body = {"subject": user.name, "action": action, "target_type": kind, "target": target}
    answer = server.as_admin.post("/v1/grants", json=body)
    assert answer.status_code in (200, 201), answer.text


def test_a_caller_sees_what_the_caller_may_read(server: Any) -> None:
    mine, other = fresh(), fresh()
    made = deployed(server.as_admin, {"a.bpmn": process(mine), "b.bpmn": process(other)})
    user = server.user(fresh("user"))
    auth = basic(user.name, user.token)

    def seen() -> list[str]:
        answer = server.get(DEFINITION, params={"keysIn": f"{mine},{other}"}, headers=auth)
        return [item["key"] for item in answer.json()]

    assert seen() == []
    (definition,) = listed(server.as_admin, key=mine)
    for path in (
        f"{DEFINITION}/{definition['id']}",
        f"{DEFINITION}/key/{mine}/xml",
        f"{DEPLOYMENT}/{made['id']}",
    ):
        assert server.get(path, headers=auth).status_code == 404
    grant(server, user, "read", "definition", f"process:{mine}")
    assert seen() == [mine]
    assert server.get(f"{DEFINITION}/key/{mine}/xml", headers=auth).status_code == 200
    assert server.get(f"{DEFINITION}/key/{other}/xml", headers=auth).status_code == 404
    assert server.get(f"{DEPLOYMENT}/{made['id']}", headers=auth).status_code == 200
    params = {"keysIn": f"{mine},{other}", "startablePermissionCheck": "true"}
    assert server.get(DEFINITION, params=params, headers=auth).json() == []
    grant(server, user, "execute", "definition", f"process:{mine}")
    assert [item["key"] for item in server.get(DEFINITION, params=params, headers=auth).json()] == [mine]


def test_changes_need_a_grant(server: Any) -> None:
    key = fresh()
    made = deployed(server.as_admin, {"a.bpmn": process(key)})
    user = server.user(fresh("user"))
    grant(server, user, "read", "definition", f"process:{key}")
    auth = basic(user.name, user.token)
    suspend = {"suspended": True}
    answers = [
        server.put(f"{DEFINITION}/key/{key}/suspended", json=suspend, headers=auth),
        server.put(f"{DEFINITION}/suspended", json=suspend | {"processDefinitionKey": key}, headers=auth),
        server.put(
            f"{DEFINITION}/key/{key}/history-time-to-live", json={"historyTimeToLive": 1}, headers=auth
        ),
        server.delete(f"{DEFINITION}/key/{key}", headers=auth),
        server.delete(f"{DEPLOYMENT}/{made['id']}", headers=auth),
        server.post(f"{DEPLOYMENT}/create", files={"a": ("a.bpmn", process(key))}, headers=auth),
        server.post(f"{DEPLOYMENT}/create", files={"a": ("a.txt", b"x")}, headers=auth),
    ]
    for answer in answers:
        assert answer.status_code == 403, answer.text
        body = answer.json()
        assert body["type"] == "AuthorizationException"
        assert body["userId"] == user.name
        assert body["missingAuthorizations"][0]["resourceName"] == "ProcessDefinition"
    (left,) = listed(server.as_admin, key=key)
    assert (left["suspended"], left["historyTimeToLive"], left["version"]) == (False, None, 1)


def test_who_deploys_may_go_on(server: Any) -> None:
    key = fresh()
    user = server.user(fresh("user"))
    grant(server, user, "create", "kind", "process")
    auth = basic(user.name, user.token)
    made = server.post(f"{DEPLOYMENT}/create", files={"a": ("a.bpmn", process(key))}, headers=auth)
    assert made.status_code == 200
    assert server.get(f"{DEFINITION}/key/{key}", headers=auth).status_code == 200
    answer = server.put(f"{DEFINITION}/key/{key}/suspended", json={"suspended": True}, headers=auth)
    assert answer.status_code == 204
    assert server.delete(f"{DEPLOYMENT}/{made.json()['id']}", headers=auth).status_code == 204


def test_a_hundred_megabytes_are_refused(server: Any) -> None:
    answer = deploy(server.as_admin, {"a.bin": b"x" * 100_000_000}, deployment_name="huge")
    assert answer.status_code == 413
    assert answer.json()["type"] == "InvalidRequestException"
