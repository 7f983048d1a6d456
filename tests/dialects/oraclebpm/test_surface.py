"""Credentials, errors, and the operations that are not served."""

from __future__ import annotations

import pytest
from tests.dialects.oraclebpm.conftest import MOUNT, Office
from tests.server import Server

from taskyard.dialects.oraclebpm import DIALECT

SURFACE = """
GET /tasks
POST /tasks
PUT /tasks
GET /tasks/{id}
PUT /tasks/{id}
POST /tasks/todoTask
GET /tasks/{id}/comments
POST /tasks/{id}/comments
GET /tasks/{id}/attachments
POST /tasks/{id}/attachments
GET /tasks/{id}/attachments/{name}
DELETE /tasks/{id}/attachments/{name}
GET /tasks/{id}/attachments/{name}/stream
GET /tasks/{id}/history
GET /tasks/{id}/payload
POST /tasks/{id}/payload
PUT /tasks/{id}/payload
POST /tasks/{id}/cancel
POST /tasks/{id}/forceCancel
POST /tasks/{id}/hold
POST /tasks/{id}/release
POST /tasks/{id}/subscribe
DELETE /tasks/{id}/subscribe
GET /tasks/{id}/permissions
GET /tasks/{id}/executionStatus
GET /tasks/{id}/form
GET /tasks/views
GET /tasks/views/{name}
GET /process-definitions
POST /processes
GET /processes
GET /processes/{id}
PUT /processes/{id}
GET /processes/{id}/audit
GET /identities/{type}/{id}
GET /cases
GET /archives
GET /runtime
"""


def test_every_documented_operation_has_a_row() -> None:
    rows = {f"{operation.method} {operation.path}" for operation in DIALECT.operations}
    assert set(SURFACE.split("\n")) - {""} <= rows


REFUSED = [operation for operation in DIALECT.operations if operation.verdict == "refused"]


@pytest.mark.parametrize("operation", REFUSED, ids=lambda operation: f"{operation.method} {operation.path}")
def test_a_refused_operation_says_so(office: Office, operation: object) -> None:
    path = operation.path.replace("...", "").format(id="1", name="x", type="user", path="a/b")  # type: ignore[attr-defined]
    answer = office.call("bob", operation.method, path)  # type: ignore[attr-defined]
    assert answer.status_code == 501
    assert answer.json()["errorCode"] == "BPM-501-NOT_SERVED"
    assert answer.headers["x-taskyard-problem"] == "not_served"


def test_without_a_credential_the_answer_is_the_word(server: Server) -> None:
    answer = server.get(f"{MOUNT}/tasks")
    assert (answer.status_code, answer.text) == (401, "Unauthorized")
    assert answer.headers["www-authenticate"] == 'Basic realm="taskyard", Bearer'


def test_a_caller_that_takes_json_only_gets_json(server: Server) -> None:
    answer = server.get(f"{MOUNT}/tasks", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["Type"]) == (401, "401")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Basic bm9ib2R5Om5v", "Basic !!!", "Digest x", "Bearer", "Basic"]
)
def test_a_wrong_credential_is_unauthorized(server: Server, header: str) -> None:
    assert server.get(f"{MOUNT}/tasks", headers={"Authorization": header}).status_code == 401


def test_basic_and_bearer_name_the_same_caller(office: Office) -> None:
    bob = office.people["bob"]
    by_password = office.server.basic(bob.name, bob.password).get(f"{MOUNT}/tasks")
    assert by_password.json() == bob.client.get(f"{MOUNT}/tasks").json()


@pytest.mark.parametrize(
    "accept, status", [("*/*", 200), ("application/xml", 200), ("application/json;q=0", 406)]
)
def test_only_json_is_spoken(office: Office, accept: str, status: int) -> None:
    answer = office.people["bob"].client.get(f"{MOUNT}/tasks", headers={"Accept": accept})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"


def test_unknown_paths_and_methods_answer_in_this_apis_words(office: Office) -> None:
    lost = office.call("bob", "GET", "/nowhere")
    assert (lost.status_code, lost.json()["Type"]) == (404, "404")
    wrong = office.call("bob", "PATCH", "/tasks")
    assert (wrong.status_code, wrong.json()["Type"]) == (405, "405")
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST, PUT"


def test_head_answers_without_a_body(office: Office) -> None:
    answer = office.call("bob", "HEAD", "/tasks")
    assert (answer.status_code, answer.content) == (200, b"")
