"""What operators see of running work."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from tests.server import Server


def metric(server: Server, name: str, **labels: str) -> float:
    """The value of one series, 0 when there is none."""
    pattern = rf"^{name}(?:\{{(?P<labels>[^}}]*)\}})? (?P<value>\S+)$"
    for line in server.get("/metrics").text.splitlines():
        found = re.match(pattern, line)
        given = dict(re.findall(r'(\w+)="([^"]*)"', found["labels"] or "")) if found else {}
        if found and given == labels:
            return float(found["value"])
    return 0.0


def begin(server: Server, name: str) -> str:
    """Start a workflow of one worker task of the same name; its public id."""
    task = {"name": name, "taskReferenceName": "only", "type": "SIMPLE"}
    document = {"name": name, "version": 1, "ownerEmail": "a@example.org", "tasks": [task]}
    assert server.as_admin.post("/api/metadata/workflow", json=document).status_code == 200
    return server.as_admin.post(f"/api/workflow/{name}", json={}).text


def report(server: Server, execution: str, task: str, status: str, **more: Any) -> None:
    body = {"workflowInstanceId": execution, "taskId": task, "status": status, **more}
    assert server.as_admin.post("/api/tasks", json=body).status_code == 200


def test_metrics_tell_of_queues_executions_and_timers(spawn: Any, database: str | None) -> None:
    server = spawn(database_url=database)
    name = f"metered{uuid.uuid4().hex[:8]}"
    execution = begin(server, name)
    time.sleep(0.1)
    assert metric(server, "taskyard_queue_depth", queue=name) == 1
    assert metric(server, "taskyard_queue_oldest_age_seconds", queue=name) >= 0.1
    assert metric(server, "taskyard_executions_open", definition=name) == 1
    polled = server.as_admin.get(f"/api/tasks/poll/{name}").json()
    assert metric(server, "taskyard_queue_depth", queue=name) == 0
    report(server, execution, polled["taskId"], "IN_PROGRESS", callbackAfterSeconds=1)
    assert server.as_admin.get(f"/api/tasks/poll/{name}").status_code == 204
    again = server.as_admin.get(f"/api/tasks/poll/batch/{name}", params={"timeout": 3_000}).json()
    assert [task["taskId"] for task in again] == [polled["taskId"]]
    assert metric(server, "taskyard_timer_lag_seconds_count") == 1
    assert metric(server, "taskyard_timer_lag_seconds_sum") < 1
    report(server, execution, polled["taskId"], "COMPLETED")
    assert metric(server, "taskyard_executions_open", definition=name) == 0
    ended = metric(server, "taskyard_execution_duration_seconds_count", definition=name, outcome="succeeded")
    assert ended == 1
    assert metric(server, "taskyard_reconcile_rescued_total") == 0


def test_readiness_names_the_scheduler(server: Server) -> None:
    assert server.get("/readyz").json()["checks"]["scheduler"] is True
