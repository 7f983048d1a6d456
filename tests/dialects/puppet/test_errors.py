"""The three documented kinds of error, their order, and input that is wrong in every way."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.dialects.puppet.conftest import Site

KIND = "puppetlabs.orchestrator/"


def check(answer, status: int, kind: str, msg: str, details: dict[str, str]) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"kind": KIND + kind, "msg": msg, "details": details}


@pytest.mark.parametrize("path", ["/orchestrator/v1/tasks", "/orchestrator/v1/tasks/service/init"])
@pytest.mark.parametrize("name", ["no-dash", "", "a b", "../etc", "a/b", "ünder", "a;b", "'", "%25"])
def test_an_environment_name_that_is_not_legal(service: Site, path: str, name: str):
    answer = service.ask(path, environment=name)
    msg = f'"{name}" is not a valid environment name.'
    check(answer, 400, "validation-error", msg, {"environment": name})


@pytest.mark.parametrize("path", ["/orchestrator/v1/tasks", "/orchestrator/v1/tasks/service/init"])
@pytest.mark.parametrize("name", ["doesnotexist", "PRODUCTION", "x" * 300])
def test_an_environment_that_does_not_exist(service: Site, path: str, name: str):
    answer = service.ask(path, environment=name)
    check(answer, 404, "unknown-environment", f"Unknown environment {name}", {"environment": name})


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("Service/init", "module", "Service"),
        ("service/Init", "taskname", "Init"),
        ("1a/init", "module", "1a"),
        ("service/a-b", "taskname", "a-b"),
        ("service/init.rb", "taskname", "init.rb"),
        ("..%2F..%2Fetc/init", "module", "../../etc"),
        ("service/a%20b", "taskname", "a b"),
    ],
)
def test_a_task_name_that_is_not_legal(service: Site, path: str, field: str, value: str):
    answer = service.ask(f"/orchestrator/v1/tasks/{path}")
    check(answer, 400, "validation-error", f'"{value}" is not a valid task name.', {field: value})


@pytest.mark.parametrize("path", ["service/nope", "nope/init", "nope/nope", "service/service"])
def test_a_task_that_does_not_exist(service: Site, path: str):
    name = path.replace("/", "::").removesuffix("::init")
    details = {"environment": service.name, "task": name}
    check(service.ask(f"/orchestrator/v1/tasks/{path}"), 404, "unknown-task", f"Unknown task {name}", details)


def test_a_task_of_another_environment_is_unknown(service: Site):
    answer = service.ask("/orchestrator/v1/tasks/service/init", environment="production")
    details = {"environment": "production", "task": "service"}
    check(answer, 404, "unknown-task", "Unknown task service", details)


def test_credentials_come_first_then_the_environment_then_the_names(service: Site):
    path = "/orchestrator/v1/tasks/Service/init"
    anonymous = service.server.get(path, params={"environment": "no-dash"})
    assert anonymous.status_code == 401
    assert service.ask(path, environment="no-dash").json()["details"] == {"environment": "no-dash"}
    assert service.ask(path, environment="nope").status_code == 404
    assert service.ask(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/orchestrator/v1/tasks/service",
        "/orchestrator/v1/tasks//init",
        "/orchestrator/v1/nothing",
        "/orchestrator/v2",
    ],
)
def test_a_path_that_does_not_exist_answers_in_the_same_form(service: Site, path: str):
    answer = service.ask(path)
    assert answer.status_code == 404
    assert answer.json()["kind"] == KIND + "not-found"
    assert set(answer.json()) == {"kind", "msg", "details"}


def test_a_wrong_method_names_the_right_ones(service: Site):
    answer = service.server.post("/orchestrator/v1/tasks", headers={"X-Authentication": service.server.token})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["kind"] == KIND + "method-not-allowed"


def test_a_server_without_a_code_directory_has_no_environments(server):
    answer = server.get("/orchestrator/v1/tasks", headers={"X-Authentication": server.token})
    details = {"environment": "production"}
    check(answer, 404, "unknown-environment", "Unknown environment production", details)


def test_a_code_directory_that_is_not_there_is_a_usage_error(tmp_path):
    command = [sys.executable, "-m", "taskyard", "serve", "--port", "0", "--data", str(tmp_path / "data")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TASKYARD_")}
    done = subprocess.run(
        [*command, "--puppet-code", str(tmp_path / "nowhere")],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert done.returncode == 2
    assert f"{tmp_path / 'nowhere'} is not a directory" in done.stderr
