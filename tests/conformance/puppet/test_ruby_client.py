"""Ruby's Net::HTTP with the request pattern of the orchestrator client, out of process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.dialects.puppet.conftest import Site

SCRIPT = Path(__file__).with_name("orchestrator_request.rb")


def ruby(site: Site, *paths: str, token: str | None = None) -> list[dict[str, Any]]:
    """What the client makes of each path, all on one connection."""
    command = ["ruby", str(SCRIPT), site.server.url, site.server.token if token is None else token, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_list_and_details_on_one_connection(service: Site):
    query = f"?environment={service.name}"
    listed, detail, again = ruby(service, f"tasks{query}", f"tasks/service/init{query}", f"tasks{query}")
    assert listed["code"] == detail["code"] == 200
    assert [item["name"] for item in listed["body"]["items"]] == [
        "service",
        "service::linux",
        "service::windows",
    ]
    assert detail["body"]["files"][0]["filename"] == "init.rb"
    assert again == listed


def test_every_id_of_the_list_can_be_followed(service: Site):
    query = f"?environment={service.name}"
    listed = ruby(service, f"tasks{query}")[0]["body"]["items"]
    details = ruby(service, *(item["id"] + query for item in listed))
    assert [detail["body"]["name"] for detail in details] == [item["name"] for item in listed]


def test_errors_have_the_kinds_that_the_client_maps(service: Site):
    answers = ruby(
        service,
        "tasks?environment=no-dash",
        "tasks?environment=nope",
        f"tasks/service/nope?environment={service.name}",
        f"tasks/service?environment={service.name}",
        f"tasks//init?environment={service.name}",
        "jobs/1",
    )
    assert [(answer["code"], answer["kind"]) for answer in answers] == [
        (400, "puppetlabs.orchestrator/validation-error"),
        (404, "puppetlabs.orchestrator/unknown-environment"),
        (404, "puppetlabs.orchestrator/unknown-task"),
        (404, "puppetlabs.orchestrator/not-found"),
        (404, "puppetlabs.orchestrator/not-found"),
        (501, "puppetlabs.orchestrator/not-served"),
    ]
    assert all(answer["message"] for answer in answers)


def test_a_missing_token_is_an_error_the_client_can_read(service: Site):
    assert ruby(service, "tasks", token="")[0] == {
        "code": 401,
        "kind": "puppetlabs.rbac/user-unauthenticated",
        "message": "Route requires authentication",
        "details": {},
    }
