"""Who leaves while waiting for work is handed none, and a server that stops lets everybody go."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from typing import Any

from tests.server import Server


def ask(server: Server, path: str) -> socket.socket:
    """A request whose answer is not read yet."""
    host, port = server.url.removeprefix("http://").split(":")
    one = socket.create_connection((host, int(port)), timeout=10)
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Authorization: {server.token}\r\n"
    one.sendall(f"{head}Content-Length: 0\r\n\r\n".encode())
    return one


def workflow(server: Server, name: str) -> None:
    """Register a workflow of one worker task of the same name."""
    task = {"name": name, "taskReferenceName": "only", "type": "SIMPLE"}
    document = {"name": name, "version": 1, "ownerEmail": "a@example.org", "tasks": [task]}
    answer = server.as_admin.post("/api/metadata/workflow", json=document)
    assert answer.status_code == 200, answer.text


def poll(server: Server, name: str, **params: Any) -> list[Any]:
    return server.as_admin.get(f"/api/tasks/poll/batch/{name}", params=params).json()


def test_a_poller_that_left_is_handed_nothing(server: Server) -> None:
    name = f"gone{uuid.uuid4().hex[:8]}"
    workflow(server, name)
    for _ in range(3):
        parked = ask(server, f"/api/tasks/poll/batch/{name}?workerid=dead&timeout=5000")
        time.sleep(0.2)
        parked.close()
        time.sleep(0.2)
        assert server.as_admin.post(f"/api/workflow/{name}", json={}).status_code == 200
        assert len(poll(server, name, workerid="alive", timeout=2_000)) == 1


def test_many_parked_pollers_keep_nobody_else_waiting(server: Server) -> None:
    parked = [ask(server, "/api/tasks/poll/batch/nothing?workerid=w&timeout=5000") for _ in range(700)]
    time.sleep(0.5)
    began = time.perf_counter()
    assert server.get("/healthz").status_code == 200
    assert time.perf_counter() - began < 2
    for one in parked:
        one.close()


def test_a_server_that_stops_answers_those_who_wait(spawn: Any) -> None:
    server = spawn()
    parked = [ask(server, "/api/tasks/poll/batch/nothing?workerid=w&timeout=5000") for _ in range(5)]
    time.sleep(0.3)
    began = time.perf_counter()
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    answers = [one.recv(4096) for one in parked]
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert time.perf_counter() - began < 3
    stopping.join(20)
    for one in parked:
        one.close()


def test_a_body_that_comes_after_the_answer_is_known_holds_nobody_up(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    head = f"GET /api/tasks/poll/batch/nothing?timeout=1 HTTP/1.1\r\nHost: {host}\r\nX-Authorization: {server.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as one:
        for _ in range(5):
            one.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n".encode())
            time.sleep(0.1)
            one.sendall(b"{}")
            answer = b""
            while not answer.endswith(b"[]"):
                piece = one.recv(65_536)
                assert piece, answer
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200"), answer
