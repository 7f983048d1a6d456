"""Executions and incidents of the native API: lists, one execution with all that hangs on it, and what may be done."""

from __future__ import annotations

import itertools
import os
from typing import Any

import pytest

_count = itertools.count()


@pytest.fixture
def unique() -> str:
    return f"nx{os.getpid()}x{next(_count)}"


def task(reference: str, type: str, **more: Any) -> dict[str, Any]:
    return {"name": reference, "taskReferenceName": reference, "type": type} | more


@pytest.fixture
def define(server, unique) -> Any:
    """`define(task, …)` registers a workflow of these tasks under the test's own name."""

    def register(*tasks: dict[str, Any]) -> str:
        document = {"name": unique, "version": 1, "schemaVersion": 2, "tasks": list(tasks)}
        answer = server.as_admin.post("/api/metadata/workflow", json=document)
        assert answer.status_code == 200, answer.text
        return unique

    return register


def start(client: Any, definition: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/executions", json={"definition": definition, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_starting_shows_the_execution(server, define):
    name = define(task("wait", "WAIT"))
    made = start(server.as_admin, name, input={"a": [1]}, correlation="order-7", priority=5)
    assert made["definition"] == {
        "kind": "workflow",
        "key": name,
        "version": 1,
        "id": made["definition"]["id"],
    }
    assert (made["phase"], made["outcome"], made["state"]) == ("active", None, "active")
    assert (made["input"], made["correlation"], made["priority"], made["creator"]) == (
        {"a": [1]},
        "order-7",
        5,
        "admin",
    )
    (record,) = made["records"]["items"]
    assert (record["element"], record["type"], record["status"]) == ("wait", "WAIT", "IN_PROGRESS")
    assert made["timeline"]["items"][0]["type"] == "execution.started"
    for reference in (made["id"], made["uid"]):
        assert server.as_admin.get(f"/v1/executions/{reference}").json()["uid"] == made["uid"]


def test_the_address_of_a_new_execution(server, define):
    answer = server.as_admin.post("/v1/executions", json={"definition": define(task("wait", "WAIT"))})
    assert server.as_admin.get(answer.headers["location"]).json()["uid"] == answer.json()["uid"]


def test_the_same_key_again_answers_the_same_execution(server, define):
    name = define(task("wait", "WAIT"))
    made = start(server.as_admin, name, idempotency_key="once")
    again = server.as_admin.post("/v1/executions", json={"definition": name, "idempotency_key": "once"})
    assert (again.status_code, again.json()["uid"]) == (200, made["uid"])


def test_what_is_not_there(server, unique):
    assert server.as_admin.get("/v1/executions/nothing").status_code == 404
    assert server.as_admin.post("/v1/executions/nothing/pause").status_code == 404
    assert server.as_admin.post("/v1/executions", json={"definition": unique}).status_code == 404
    assert (
        server.as_admin.post("/v1/executions", json={"definition": unique, "inputs": {}}).status_code == 400
    )
    assert server.as_admin.post("/v1/incidents/nothing/resolve").status_code == 404


def test_lists_filter_and_page(server, define, unique):
    name = define(task("wait", "WAIT"))
    made = [start(server.as_admin, name, correlation=f"{unique}-{number}") for number in range(5)]
    server.as_admin.post(f"/v1/executions/{made[0]['id']}/terminate")
    shown = {"filter": f"definition = '{name}'"}
    page = server.as_admin.get("/v1/executions", params=shown | {"limit": 2, "total": True}).json()
    assert (len(page["items"]), page["total"]) == (2, 5)
    assert [each["id"] for each in page["items"]] == [made[4]["id"], made[3]["id"]]
    rest = server.as_admin.get("/v1/executions", params=shown | {"limit": 9, "after": page["next"]}).json()
    assert [each["id"] for each in rest["items"]] == [each["id"] for each in reversed(made[:3])]

    def states(state: str) -> int:
        return len(server.as_admin.get("/v1/executions", params=shown | {"state": state}).json()["items"])

    assert {state: states(state) for state in ("open", "active", "closed", "cancelled", "failed")} == {
        "open": 4,
        "active": 4,
        "closed": 1,
        "cancelled": 1,
        "failed": 0,
    }
    found = server.as_admin.get("/v1/executions", params={"q": f"{unique}-3"}).json()["items"]
    assert [each["id"] for each in found] == [made[3]["id"]]
    assert server.as_admin.get("/v1/executions", params={"filter": "color = 'red'"}).status_code == 400
    assert server.as_admin.get("/v1/executions", params={"order": "color"}).status_code == 400


def test_who_sees_and_operates(server, define, unique):
    name = define(task("wait", "WAIT"))
    made = start(server.as_admin, name)
    user = server.user(f"{unique}user")
    assert user.client.get("/v1/executions", params={"q": name}).json()["items"] == []
    assert user.client.get(f"/v1/executions/{made['id']}").status_code == 404
    assert user.client.post("/v1/executions", json={"definition": name}).status_code == 403
    grant = {
        "subject_type": "user",
        "subject": user.name,
        "target_type": "definition",
        "target": f"workflow:{name}",
    }
    server.as_admin.post("/v1/grants", json=grant | {"action": "read"})
    assert user.client.get(f"/v1/executions/{made['id']}").status_code == 200
    assert len(user.client.get("/v1/executions", params={"q": name}).json()["items"]) == 1
    assert user.client.post(f"/v1/executions/{made['id']}/pause").status_code == 403
    server.as_admin.post("/v1/grants", json=grant | {"action": "execute"})
    assert user.client.post(f"/v1/executions/{made['id']}/pause").json()["state"] == "suspended"
    mine = start(user.client, name)
    assert mine["creator"] == user.name


def test_pause_resume_terminate_restart(server, define):
    made = start(server.as_admin, define(task("wait", "WAIT")))

    def act(verb: str, body: Any = None) -> Any:
        return server.as_admin.post(f"/v1/executions/{made['id']}/{verb}", json=body)

    assert act("pause").json()["state"] == "suspended"
    assert act("resume").json()["state"] == "active"
    assert act("resume").status_code == 409
    ended = act("terminate", {"reason": "enough"}).json()
    assert (ended["state"], ended["reason"], ended["open_steps"]) == ("cancelled", "enough", 0)
    assert act("pause").status_code == 409
    again = act("restart", {"latest": True}).json()
    assert (again["state"], again["uid"]) == ("active", made["uid"])
    words = {event["type"] for event in again["timeline"]["items"]}
    assert {"execution.started", "execution.paused", "execution.resumed", "execution.closed"} <= words


def test_retrying_what_failed(server, define):
    server.as_admin.post("/api/metadata/taskdefs", json=[{"name": "native-retry", "retryCount": 0}])
    made = start(server.as_admin, define(task("work", "SIMPLE") | {"name": "native-retry"}))
    leased = server.as_admin.get("/api/tasks/poll/native-retry", params={"workerid": "w"}).json()
    result = {"workflowInstanceId": made["uid"], "taskId": leased["taskId"], "status": "FAILED"}
    server.as_admin.post("/api/tasks", json=result | {"reasonForIncompletion": "no luck"})
    failed = server.as_admin.get(f"/v1/executions/{made['id']}").json()
    assert failed["state"] == "failed"
    assert "no luck" in failed["reason"]
    (record,) = failed["records"]["items"]
    assert (record["outcome"], record["reason"], record["worker"]) == ("failed", "no luck", "w")
    retried = server.as_admin.post(f"/v1/executions/{made['id']}/retry").json()
    assert retried["state"] == "active"
    first, second = retried["records"]["items"]
    assert (first["retried"], second["attempt"], second["previous"]) == (True, 1, first["uid"])


def test_what_it_waits_for(server, define, unique):
    server.as_admin.post("/api/metadata/taskdefs", json=[{"name": f"{unique}-task", "retryCount": 0}])
    branches = [
        [task("work", "SIMPLE") | {"name": f"{unique}-task"}],
        [task("nap", "WAIT", inputParameters={"duration": "1 hours"})],
    ]
    fork = task("fork", "FORK_JOIN", forkTasks=branches)
    made = start(server.as_admin, define(fork, task("join", "JOIN", joinOn=["work", "nap"])))
    waits = {(wait["kind"], wait.get("element")): wait for wait in made["waits"]}
    assert waits["worker", "work"]["queue"] == f"{unique}-task"
    assert waits["worker", "work"]["phase"] == "ready"
    assert waits["timer", "nap"]["due_at"] > made["created_at"]


def test_variables_and_output(server, define):
    sets = task("set", "SET_VARIABLE", inputParameters={"who": "${workflow.input.who}"})
    made = start(server.as_admin, define(sets, task("wait", "WAIT")), input={"who": {"name": "Ana"}})
    assert made["variables"] == {"who": {"name": "Ana"}}
    assert made["output"] is None


def test_records_and_history_come_by_page(server, define):
    tasks = [task(f"set{number}", "SET_VARIABLE", inputParameters={"n": number}) for number in range(6)]
    made = start(server.as_admin, define(*tasks))
    assert made["state"] == "succeeded"
    seen: list[str] = []
    after: str | None = None
    while True:
        parameters = {"limit": 4} | ({"after": after} if after else {})
        page = server.as_admin.get(f"/v1/executions/{made['id']}/records", params=parameters).json()
        seen += [record["element"] for record in page["items"]]
        assert page["total"] == 6
        if (after := page["next"]) is None:
            break
    assert seen == [f"set{number}" for number in range(6)]
    first = server.as_admin.get(f"/v1/executions/{made['id']}/timeline", params={"limit": 1}).json()
    second = server.as_admin.get(
        f"/v1/executions/{made['id']}/timeline", params={"limit": 1, "after": first["next"]}
    ).json()
    assert second["items"][0]["id"] > first["items"][0]["id"]
    assert (
        server.as_admin.get(f"/v1/executions/{made['id']}/records", params={"after": "x"}).status_code == 400
    )


def test_incidents_are_listed_and_resolved(server, unique):
    """A process with a broken diagram has one: every kind of incident is in the list."""
    answer = server.as_admin.get("/v1/incidents", params={"state": "open", "total": True})
    assert answer.status_code == 200
    assert set(answer.json()) == {"items", "next", "total"}
    user = server.user(f"{unique}nobody")
    assert user.client.get("/v1/incidents").json()["items"] == []


def test_what_executions_do_to_the_metrics(server, define, unique):
    name = define(task("wait", "WAIT"))
    open_one = start(server.as_admin, name)
    closed = start(server.as_admin, name)
    server.as_admin.post(f"/v1/executions/{closed['id']}/terminate")
    lines = server.get("/metrics").text.splitlines()
    assert f'taskyard_executions_open{{definition="{name}"}} 1.0' in lines
    took = f'taskyard_execution_duration_seconds_count{{definition="{name}",outcome="cancelled"}} 1.0'
    assert took in lines
    assert any(line.startswith("taskyard_engine_step_seconds_count") for line in lines)
    server.as_admin.post(f"/v1/executions/{open_one['id']}/terminate")
