"""Every operation of the surface has a row, and those that are refused say so in Puppet's own form."""

from __future__ import annotations

import re

import pytest
from tests.server import Server

from taskyard.dialects.puppet import DIALECT
from taskyard.http.operation import Operation

DOCUMENTED = """
GET /tasks
GET /tasks/:module/:taskname
POST /command/task
POST /command/stop
POST /command/task_target
POST /command/deploy
POST /command/schedule_task
POST /command/plan_run
POST /command/environment_plan_run
POST /command/stop_plan
POST /command/plan_start
POST /command/plan_finish
POST /command/plan_task
GET /jobs
GET /jobs/:id
GET /jobs/:id/nodes
GET /jobs/:id/report
GET /jobs/:id/events
GET /scheduled_jobs
DELETE /scheduled_jobs/:id
GET /scheduled_jobs/environment_jobs
POST /scheduled_jobs/environment_jobs
GET /scheduled_jobs/environment_jobs/:id
PUT /scheduled_jobs/environment_jobs/:id
GET /inventory
GET /inventory/:node
POST /inventory
GET /scopes/task_targets
GET /scopes/task_targets/:id
GET /plans
GET /plans/:module/:plan
GET /plan_jobs
GET /plan_jobs/:id
GET /environments
GET /status
GET /usage
"""
"""What the orchestrator's documentation lists, below /orchestrator/v1."""

REFUSED = [operation for operation in DIALECT.operations if operation.verdict == "refused"]


def shape(path: str) -> str:
    return re.sub(r"(:\w+|\{[^}]*\})", "*", path)


def test_no_documented_operation_is_missing():
    rows = {(operation.method, shape(operation.path)) for operation in DIALECT.operations}
    for line in DOCUMENTED.split("\n"):
        if line:
            method, path = line.split()
            assert (method, shape(f"/orchestrator/v1{path}")) in rows, line


def test_every_row_that_is_not_served_says_why():
    assert all(operation.why for operation in DIALECT.operations if operation.verdict != "served")


@pytest.mark.parametrize("operation", REFUSED, ids=lambda operation: operation.name)
def test_a_refused_operation_answers_in_puppets_form(puppet_server: Server, operation: Operation):
    path = re.sub(r"\{[^}]*\}", "x", operation.path)
    answer = puppet_server.request(operation.method, path, headers={"X-Authentication": puppet_server.token})
    assert answer.status_code == 501
    body = answer.json()
    if path.startswith("/puppet/"):
        assert set(body) == {"message", "issue_kind"}
        assert operation.why in body["message"]
    else:
        assert set(body) == {"kind", "msg", "details"}
        assert body["kind"] == "puppetlabs.orchestrator/not-served"
        assert operation.why in body["msg"]


def test_refusals_need_a_credential_first(puppet_server: Server):
    assert puppet_server.post("/orchestrator/v1/command/task", json={}).status_code == 401


def test_the_root_names_only_what_is_served(puppet_server: Server):
    body = puppet_server.get("/orchestrator", headers={"X-Authentication": puppet_server.token}).json()
    assert set(body) == {"info", "status", "collections", "commands"}
    assert set(body["info"]) == {"title", "description", "warning", "version", "license"}
    for thing in (body["status"], *body["collections"], *body["commands"]):
        headers = {"X-Authentication": puppet_server.token}
        path = thing["id"].removeprefix(puppet_server.url)
        assert puppet_server.get(path, headers=headers).status_code == 200


def test_the_status_is_for_everybody(puppet_server: Server):
    answer = puppet_server.get("/orchestrator/v1/status")
    assert answer.status_code == 200
    assert answer.json()["state"] == "running"


def test_the_openapi_document_describes_the_tasks_endpoint(puppet_server: Server):
    document = puppet_server.get("/openapi/puppet.json").json()
    operation = document["paths"]["/orchestrator/v1/tasks/{module}/{taskname}"]["get"]
    assert {"200", "400", "401", "404", "500"} <= set(operation["responses"])
    assert [parameter["name"] for parameter in operation["parameters"]] == [
        "module",
        "taskname",
        "environment",
    ]
