"""Many clients want the same thing at once: one gets it, and nothing is made twice or lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from tests.crash.work import CONFIG
from tests.server import Server
from tests.trouble.doctor import healthy
from tests.trouble.native_error import refused

CLIENTS = 50
PROCESS = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="race">'
    '<process id="{key}" name="{name}" isExecutable="true"><startEvent id="start"/></process></definitions>'
)


def at_once(calls: list[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def statuses(answers: list[httpx.Response]) -> dict[int, int]:
    found: dict[int, int] = {}
    for answer in answers:
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
    return found


def test_fifty_clients_claim_one_task(server: Server) -> None:
    users = [server.user(f"race-claim-{n}", password="pw", roles=["admin"]) for n in range(CLIENTS)]
    made = server.as_admin.post(
        "/v1/tasks", json={"title": "Wanted", "candidate_users": ["race-claim-0"]}
    ).json()
    answers = at_once([lambda user=user: user.client.post(f"/v1/tasks/{made['id']}/claim") for user in users])
    assert statuses(answers) == {200: 1, 409: CLIENTS - 1}
    (winner,) = (user.name for user, answer in zip(users, answers, strict=True) if answer.status_code == 200)
    for answer in answers:
        if answer.status_code != 200:
            refused(answer, 409)
    assert server.as_admin.get(f"/v1/tasks/{made['id']}").json()["assignee"] == winner


def test_a_task_is_completed_once(server: Server) -> None:
    made = server.as_admin.post("/v1/tasks", json={"title": "Once", "assignee": "admin"}).json()
    calls = [
        lambda n=n: server.as_admin.post(f"/v1/tasks/{made['id']}/complete", json={"payload": {"n": n}})
        for n in range(10)
    ]
    answers = at_once(calls)
    assert statuses(answers) == {200: 1, 409: 9}
    (first,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert server.as_admin.get(f"/v1/tasks/{made['id']}").json() == first


def deploy(client: httpx.Client, key: str, name: str, **fields: str) -> httpx.Response:
    files: list[Any] = [("data", (f"{key}.bpmn", PROCESS.format(key=key, name=name).encode()))]
    files += [(field.replace("_", "-"), (None, value)) for field, value in fields.items()]
    return client.post("/engine-rest/deployment/create", files=files)


def test_deployments_of_one_key_at_once_are_versions_in_a_row(server: Server) -> None:
    answers = at_once([lambda n=n: deploy(server.as_admin, "raced", f"n{n}") for n in range(12)])
    assert statuses(answers) == {200: 12}
    listed = server.as_admin.get("/engine-rest/process-definition", params={"key": "raced"}).json()
    assert sorted(item["version"] for item in listed) == list(range(1, 13))
    assert len({item["deploymentId"] for item in listed}) == 12
    latest = server.as_admin.get("/engine-rest/process-definition/key/raced").json()
    assert latest["version"] == 12
    healthy(server)


def test_the_same_deployment_at_once_is_made_once(server: Server) -> None:
    fields = {"deployment_name": "race-filtered", "enable_duplicate_filtering": "true"}
    answers = at_once([lambda: deploy(server.as_admin, "filtered", "same", **fields) for _ in range(6)])
    assert statuses(answers) == {200: 6}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.json()["deployedProcessDefinitions"] is not None for answer in answers) == 1
    count = server.as_admin.get("/engine-rest/process-definition/count", params={"key": "filtered"}).json()
    assert count == {"count": 1}


def test_imports_at_once_number_their_tasks_without_gap(server: Server) -> None:
    client = server.as_admin
    project = client.post("/api/projects/", json={"title": "Race", "label_config": CONFIG}).json()["id"]
    path = f"/api/projects/{project}/import?return_task_ids=true"
    answers = at_once(
        [lambda n=n: client.post(path, json=[{"text": f"{n}.{m}"} for m in range(300)]) for n in range(4)]
    )
    assert statuses(answers) == {201: 4}
    ids = [task for answer in answers for task in answer.json()["task_ids"]]
    assert len(set(ids)) == 1_200
    page = client.get("/api/tasks/", params={"project": project, "page_size": 2000}).json()
    assert (page["total"], len(page["tasks"])) == (1_200, 1_200)
    assert sorted(task["inner_id"] for task in page["tasks"]) == list(range(1, 1_201))
    assert {task["data"]["text"] for task in page["tasks"]} == {
        f"{n}.{m}" for n in range(4) for m in range(300)
    }
    healthy(server)


def test_one_name_is_given_once(server: Server) -> None:
    """Users, groups and tasks of a batch that claim the same key: one is made, the others are told so."""
    users = at_once(
        [
            lambda: server.as_admin.post("/v1/users", json={"name": "race-twin", "password": "pw"})
            for _ in range(6)
        ]
    )
    assert statuses(users) == {201: 1, 409: 5}
    groups = at_once(
        [lambda: server.as_admin.post("/v1/groups", json={"name": "race-group"}) for _ in range(6)]
    )
    assert statuses(groups) == {201: 1, 409: 5}
    for answer in [*users, *groups]:
        if answer.status_code == 409:
            refused(answer, 409)


def test_deleting_and_answering_at_once_leaves_no_orphans(server: Server) -> None:
    client = server.as_admin
    project = client.post("/api/projects/", json={"title": "Gone", "label_config": CONFIG}).json()["id"]
    made = client.post(
        f"/api/projects/{project}/import?return_task_ids=true", json=[{"text": str(n)} for n in range(20)]
    ).json()
    calls: list[Callable[[], httpx.Response]] = [
        lambda task=task: client.post(f"/api/tasks/{task}/annotations/", json={"result": []})
        for task in made["task_ids"]
    ]
    calls.insert(10, lambda: client.delete(f"/api/projects/{project}/"))
    answers = at_once(calls)
    assert set(statuses(answers)) <= {201, 204, 404}, [answer.text for answer in answers]
    assert client.get(f"/api/projects/{project}/").status_code == 404
    healthy(server)
