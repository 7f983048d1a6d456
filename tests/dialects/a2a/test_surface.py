"""Every operation of both bindings has a row; the HTTP+JSON ones are refused in that binding's form."""

from __future__ import annotations

import re

import pytest
from tests.server import Server

from taskyard.dialects.a2a import DIALECT
from taskyard.dialects.a2a.methods import METHODS
from taskyard.http.operation import Operation

REST = [operation for operation in DIALECT.operations if operation.path.startswith("/rest")]
OPERATIONS_1_0 = {
    "SendMessage",
    "SendStreamingMessage",
    "GetTask",
    "ListTasks",
    "CancelTask",
    "SubscribeToTask",
    "CreateTaskPushNotificationConfig",
    "GetTaskPushNotificationConfig",
    "ListTaskPushNotificationConfigs",
    "DeleteTaskPushNotificationConfig",
    "GetExtendedAgentCard",
}


def test_no_operation_is_missing():
    names = {operation.name for operation in DIALECT.operations}
    assert names >= OPERATIONS_1_0
    assert {f"rest.{name}" for name in OPERATIONS_1_0} <= names
    assert {method.name for method in METHODS} <= names
    assert len([method for method in METHODS if method.version == "0.3"]) == 10


@pytest.mark.parametrize("operation", REST, ids=lambda operation: f"{operation.method} {operation.path}")
def test_a_refused_operation_answers_in_the_form_of_its_binding(server: Server, operation: Operation):
    path = "/a2a" + re.sub(r"\{[^}]*\}", "x", operation.path)
    answer = server.as_admin.request(operation.method, path)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) == {"code", "status", "message", "details"}
    assert (error["code"], error["status"]) == (400, "UNIMPLEMENTED")
    assert operation.why in error["message"]
    assert error["details"][0]["reason"] == "UNSUPPORTED_OPERATION"
    assert server.request(operation.method, path).status_code == 401


def test_an_unsupported_version_is_named_before_all_else(server: Server):
    answer = server.as_admin.get("/a2a/rest/tasks/nope", headers={"A2A-Version": "99.0"})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["reason"] == "VERSION_NOT_SUPPORTED"


@pytest.mark.parametrize("path", ["/a2a/rest/nothing", "/a2a/nothing"])
def test_an_unknown_path_answers_in_the_same_form(server: Server, path: str):
    answer = server.as_admin.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"


def test_the_openapi_document_lists_every_operation(server: Server):
    paths = server.get("/openapi/a2a.json").json()["paths"]
    assert "/.well-known/agent-card.json" in paths
    assert "/a2a/rest/tasks/{id}:cancel" in paths
    assert "/a2a#SendMessage" in paths
