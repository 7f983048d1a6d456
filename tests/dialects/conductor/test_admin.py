"""What operators ask for: settings, pending tasks, another look at an execution."""

from __future__ import annotations

from typing import Any


def started(api: Any, name: str) -> str:
    """An execution that waits for a worker."""
    node = {"name": name, "taskReferenceName": "work", "type": "SIMPLE"}
    api.post("/metadata/workflow", json={"name": name, "version": 1, "schemaVersion": 2, "tasks": [node]})
    answer = api.post(f"/workflow/{name}", json={})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_settings_without_secrets(api, connect, server, unique):
    found = api.get("/admin/config").json()
    assert found["max_body"] > 0
    assert found["admin_token"] == "***"
    assert server.token not in api.get("/admin/config").text
    assert connect(server.user(f"{unique}user").token).get("/admin/config").status_code == 403


def test_pending_tasks(api, connect, server, unique):
    ids = [started(api, unique) for _ in range(3)]
    found = api.get(f"/admin/task/{unique}", params={"count": 2}).json()
    assert [each["workflowInstanceId"] for each in found] == ids[:2]
    rest = api.get(f"/admin/task/{unique}", params={"start": 2}).json()
    assert [each["workflowInstanceId"] for each in rest] == ids[2:]
    assert connect(server.user(f"{unique}user").token).get(f"/admin/task/{unique}").json() == []


def test_another_look(api, connect, server, unique):
    execution = started(api, unique)
    assert api.post(f"/admin/sweep/requeue/{execution}").text == f"true.{execution}"
    assert api.post(f"/admin/consistency/verifyAndRepair/{execution}").text == "false"
    assert api.post("/admin/sweep/requeue/none").status_code == 404
    user = connect(server.user(f"{unique}user").token)
    assert user.post(f"/admin/sweep/requeue/{execution}").status_code == 403


def test_what_is_refused_says_why(api):
    answer = api.get("/admin/queues")
    assert answer.status_code == 501
    assert "no queues of other systems are connected" in answer.json()["message"]
