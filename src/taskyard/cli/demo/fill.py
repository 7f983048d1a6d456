"""Fills the demo shop through the server's own HTTP APIs, as its clients would."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from taskyard.cli.demo import runs, world

HERE = Path(__file__).parent


def copy_code(data: Path) -> Path:
    """Put the demo's Puppet code directory into the data directory; its path."""
    target = data / "demo-code"
    if not target.exists():
        shutil.copytree(HERE / "code", target)
    return target


async def fill(url: str, token: str) -> None:
    """Fill an empty server. A failed step is reported and ends the demo; what is there stays."""
    import httpx

    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        for name, step in STEPS:
            try:
                await step(client, token)
            except httpx.HTTPError as error:
                detail = error.response.text[:300] if isinstance(error, httpx.HTTPStatusError) else str(error)
                click.echo(f"The demo stopped at {name}: {detail}", err=True)
                return
    click.echo(f"Demo data is in. Demo users: {_names()}; password of each: {world.PASSWORD}", err=True)


def _names() -> str:
    return ", ".join(user["name"] for user in world.USERS)


async def _send(client: Any, method: str, path: str, headers: dict[str, str], **content: Any) -> Any:
    answer = await client.request(method, path, headers=headers, **content)
    answer.raise_for_status()
    return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None


async def _people(client: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for name, display in world.GROUPS.items():
        await _send(client, "POST", "/v1/groups", headers, json={"name": name, "display_name": display})
    for user in world.USERS:
        await _send(client, "POST", "/v1/users", headers, json={**user, "password": world.PASSWORD})
    for grant in world.GRANTS:
        await _send(client, "POST", "/v1/grants", headers, json=grant)


async def _conductor(client: Any, token: str) -> None:
    headers = {"X-Authorization": token}
    await _send(client, "POST", "/api/metadata/taskdefs", headers, json=world.TASKDEFS)
    for name, tags in world.TAGS.items():
        body = [{"key": key, "value": value, "type": "METADATA"} for key, value in tags]
        await _send(client, "PUT", f"/api/metadata/task/{name}/tags", headers, json=body)
    await _send(client, "POST", "/api/metadata/workflow", headers, json=world.WORKFLOW)


async def _camunda(client: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for deployment, files in (
        ("orders", ["order.bpmn"]),
        ("orders", ["order-2.bpmn"]),
        ("returns", ["return.bpmn"]),
    ):
        parts = {
            name: ("order.bpmn" if "order" in name else name, (HERE / "files" / name).read_bytes())
            for name in files
        }
        await _send(
            client,
            "POST",
            "/engine-rest/deployment/create",
            headers,
            data={"deployment-name": deployment},
            files=parts,
        )


async def _human(client: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for task in world.HUMAN:
        await _send(client, "POST", "/v1/tasks", headers, json=task)
    done = {
        "title": "Approve rent of the second hall",
        "definition": "PurchaseApproval",
        "candidate_groups": ["finance"],
    }
    made = await _send(client, "POST", "/v1/tasks", headers, json=done)
    await _send(client, "POST", f"/v1/tasks/{made['id']}/complete", headers, json={"outcome": "APPROVE"})


async def _labels(client: Any, token: str) -> None:
    headers = {"Authorization": f"Token {token}"}
    project = await _send(client, "POST", "/api/projects/", headers, json=world.PROJECT)
    tickets = ("tickets.csv", (HERE / "files" / "tickets.csv").read_bytes(), "text/csv")
    await _send(client, "POST", f"/api/projects/{project['id']}/import", headers, files={"file": tickets})
    found = await _send(
        client, "GET", f"/api/tasks/?project={project['id']}&page_size=20&fields=all", headers
    )
    for task, mood in zip(found["tasks"], world.MOODS, strict=False):
        result = [{"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [mood]}}]
        await _send(
            client,
            "POST",
            f"/api/tasks/{task['id']}/annotations/",
            headers,
            json={"result": result, "lead_time": 8.5},
        )
    for task in found["tasks"][len(world.MOODS) :]:
        guess = [
            {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["Neutral"]}}
        ]
        body = {"task": task["id"], "result": guess, "model_version": "mood-1", "score": 0.61}
        await _send(client, "POST", "/api/predictions/", headers, json=body)


STEPS = (
    ("people", _people),
    ("Conductor definitions", _conductor),
    ("BPMN processes", _camunda),
    ("human tasks", _human),
    ("a labelling project", _labels),
    ("workflows", runs.register),
    ("executions", runs.run),
)
