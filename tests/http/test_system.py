"""Health, metrics and documents of a running server."""

from __future__ import annotations

import json
import time

import pytest
from tests.server import Server


def test_the_process_is_alive(server: Server) -> None:
    answer = server.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_readiness_names_what_it_depends_on(server: Server) -> None:
    answer = server.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert answer.json()["checks"]["database"] is True


def test_metrics_count_requests_by_operation(server: Server) -> None:
    server.get("/healthz")
    text = server.get("/metrics").text
    assert 'taskyard_http_requests_total{dialect="system",operation="healthz",status="200"}' in text
    assert "http_server_request_duration_seconds_bucket" in text


@pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/docs/native"])
def test_pages_need_nothing_from_elsewhere(server: Server, path: str) -> None:
    answer = server.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text


def test_metrics_count_tasks_and_batches(server: Server) -> None:
    made = server.as_admin.post("/v1/tasks", json={"title": "count me"})
    assert made.status_code == 201, made.text
    text = server.get("/metrics").text
    assert 'taskyard_tasks_opened_total{definition="' in text
    assert 'taskyard_tasks_open{kind="human",phase="ready"}' in text
    assert 'taskyard_db_tx_seconds_count{op="batch"}' in text
    assert "taskyard_db_writer_wait_seconds_count" in text


def test_metrics_time_how_long_tasks_wait_and_are_worked_on(server: Server) -> None:
    def counted(name: str) -> float:
        text = server.get("/metrics").text
        return float(next(line for line in text.splitlines() if line.startswith(f"{name}_count")).split()[1])

    names = ("taskyard_task_wait_seconds", "taskyard_task_active_seconds")
    before = [counted(name) for name in names]
    path = f"/v1/tasks/{server.as_admin.post('/v1/tasks', json={'title': 'time me'}).json()['id']}"
    assert server.as_admin.post(f"{path}/claim").status_code == 200
    assert [counted(name) for name in names] == [before[0] + 1, before[1]]
    assert server.as_admin.post(f"{path}/complete").status_code == 200
    assert [counted(name) for name in names] == [before[0] + 1, before[1] + 1]


def test_each_request_is_one_log_line_without_its_query(server: Server) -> None:
    server.get("/v1/tasks?text=a-secret", headers={"x-request-id": "log-line-1"})
    deadline = time.monotonic() + 5
    while "log-line-1" not in server.tail() and time.monotonic() < deadline:
        time.sleep(0.05)
    line = next(line for line in server.tail().splitlines() if "log-line-1" in line)
    written = json.loads(line)
    assert written["event"] == "request"
    assert (written["method"], written["path"], written["status"]) == ("GET", "/v1/tasks", 401)
    assert (written["dialect"], written["operation"], written["principal"]) == ("native", "listTasks", None)
    assert "a-secret" not in server.tail()
