"""What only a real connection shows: pipelines, half requests, streams that somebody leaves."""

from __future__ import annotations

import socket
import time

from tests.server import Server


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10)


def test_one_connection_serves_many_requests(server: Server) -> None:
    with connect(server) as connection:
        for number in range(20):
            connection.sendall(
                f"GET /healthz HTTP/1.1\r\nhost: a\r\nx-request-id: n{number}\r\n\r\n".encode()
            )
            answer = connection.recv(4096).decode()
            assert answer.startswith("HTTP/1.1 200")
            assert f"x-request-id: n{number}\r\n" in answer


def test_a_refused_body_that_was_not_read_does_not_poison_the_next_request(server: Server) -> None:
    body = b"x" * 50_000
    for _ in range(3):
        answer = server.post("/v1/tasks", content=body)
        assert answer.status_code == 401
    assert server.get("/healthz").status_code == 200


def test_half_a_request_harms_nobody(server: Server) -> None:
    held = []
    for _ in range(20):
        connection = connect(server)
        connection.sendall(b"POST /v1/tasks HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nhalf")
        held.append(connection)
    assert server.get("/healthz").status_code == 200
    for connection in held:
        connection.close()
    assert server.get("/readyz").status_code == 200
    assert "unexpected_error" not in server.tail()


def test_a_long_list_that_nobody_reads_ends_with_its_client(server: Server) -> None:
    tasks = [{"title": f"long list {number}", "payload": {"text": "x" * 500}} for number in range(3_000)]
    for start in range(0, len(tasks), 1_000):
        made = server.as_admin.post("/v1/tasks/batch", json={"tasks": tasks[start : start + 1_000]})
        assert made.status_code in (200, 201), made.text
    request = (
        "GET /bpm/api/4.0/tasks?limit=0&assignment=ALL&state=ANY HTTP/1.1\r\nhost: a\r\n"
        f"authorization: Bearer {server.token}\r\n\r\n"
    )
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request.encode())
        assert connection.recv(200).startswith(b"HTTP/1.1 20")
    deadline = time.monotonic() + 10
    while '"path":"/bpm/api/4.0/tasks"' not in server.tail() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert '"path":"/bpm/api/4.0/tasks"' in server.tail()
    assert "unexpected_error" not in server.tail()
    assert server.get("/readyz").status_code == 200


def test_sigterm_ends_well(spawn) -> None:
    server = spawn()
    assert server.get("/healthz").status_code == 200
    assert server.stop() == 0
