"""What the server says about itself and its API."""

from __future__ import annotations

from openapi_spec_validator import validate
from tests.server import Server

import taskyard
from taskyard.dialects.native import DIALECT


def test_the_overview_lists_what_is_mounted(server: Server) -> None:
    body = server.get("/v1/server").json()
    assert (body["name"], body["version"]) == ("Taskyard", taskyard.__version__)
    native = next(dialect for dialect in body["dialects"] if dialect["name"] == "native")
    assert native["mounts"] == ["/v1"]
    assert (native["served"], native["partial"], native["refused"]) == (len(DIALECT.operations), 0, 0)
    assert native["openapi"] == f"{server.url}/openapi/native.json"
    for dialect in body["dialects"]:
        assert dialect["enabled"] is True
        assert dialect["connect"]["commands"]
        assert all("{url}" not in command["command"] for command in dialect["connect"]["commands"])
        assert server.get(dialect["openapi"]).status_code == 200


def test_the_openapi_document_is_valid_and_whole(server: Server) -> None:
    document = server.get("/openapi/native.json").json()
    validate(document)
    shown = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete")
    }
    assert shown == {f"{operation.method} /v1{operation.path}" for operation in DIALECT.operations}


def test_errors_are_problem_documents(server: Server) -> None:
    answer = server.as_admin.get("/v1/tasks/0", headers={"X-Request-Id": "abc-1"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["reason"]) == (404, "not_found", "unknown_task")
    assert body["instance"] == "urn:request:abc-1"
    assert {"type", "title", "detail", "retryable"} <= set(body)
    page = body["type"].partition("#")[0]
    assert server.get(page).status_code == 200


def test_unknown_paths_and_methods(server: Server) -> None:
    assert server.get("/v1/nowhere").json()["reason"] == "unknown_path"
    answer = server.put("/v1/tasks")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
