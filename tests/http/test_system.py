"""Health, metrics and documents of a running server."""

from __future__ import annotations

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
