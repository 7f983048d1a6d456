"""Bad input to every dialect of a running server: its own refusal, never a fault of ours."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import httpx
import pytest
from tests.server import Server

from taskyard.http.collision import COLLISIONS
from taskyard.http.openapi import openapi_document
from taskyard.http.operation import Dialect
from taskyard.http.router import Route, routes_of
from taskyard.server import DIALECTS

CREDENTIALS = {"conductor": "X-Authorization", "puppet": "X-Authentication"}
DEEP = b"[" * 5_000 + b"]" * 5_000


def admin(server: Server, name: str) -> dict[str, str]:
    """The credential headers of a dialect."""
    if name in CREDENTIALS:
        return {CREDENTIALS[name]: server.token}
    if name == "labelstudio":
        return {"Authorization": f"Token {server.token}"}
    return {"Authorization": f"Bearer {server.token}"}


def working(dialects: list[Dialect], name: str) -> Iterator[Route]:
    """The operations of a dialect that do something, each under its first mount."""
    seen: set[int] = set()
    for dialect in dialects:
        if dialect.name == name:
            for route in routes_of(dialect):
                if route.operation.handler is not None and id(route.operation) not in seen:
                    seen.add(id(route.operation))
                    yield route


def address(route: Route, value: str = "0") -> str:
    path = re.sub(r"\{[^}]+\}", value, route.template)
    return path + "/" * (route.operation.path.endswith("/") and len(path) > 1)


def refused(answer: httpx.Response, *statuses: int) -> None:
    assert 400 <= answer.status_code < 500, f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"
    if statuses:
        assert answer.status_code in statuses, (
            f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"
        )
    assert answer.headers["x-taskyard-problem"]


@pytest.mark.parametrize("name", DIALECTS)
def test_unknown_paths_and_methods_get_the_dialects_own_words(
    server: Server, dialects: list[Dialect], name: str
) -> None:
    dialect = next(found for found in dialects if found.name == name)
    slash = "/" if dialect.slash else ""
    unknown = server.get(f"{dialect.mounts[0].split('{')[0].rstrip('/')}/no/such/path/at/all{slash}")
    assert unknown.status_code in (404, 403, 400), unknown.text
    assert unknown.headers["x-taskyard-problem"] == "unknown_path"
    assert "taskyard" not in unknown.headers["content-type"]
    route = next(found for found in working(dialects, name) if found.operation.method == "GET")
    other = server.request("PROPFIND", address(route))
    assert other.status_code in (405, 404), other.text
    assert "GET" in other.headers["allow"]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    "content", [b'{"a":', b'{"a":"\xff"}', DEEP, b"\x00", b""], ids=["cut", "utf8", "deep", "nul", "none"]
)
def test_bodies_that_are_no_json(server: Server, dialects: list[Dialect], name: str, content: bytes) -> None:
    headers = admin(server, name) | {"content-type": "application/json"}
    for route in working(dialects, name):
        operation = route.operation
        takes_json = operation.body is not None and "application/json" in operation.body_media
        if not takes_json or (content == b"" and operation.body is bytes):
            continue
        answer = server.request(operation.method, address(route), content=content, headers=headers)
        if content == b"" and answer.status_code < 400:
            continue
        if answer.status_code == 200 and "jsonrpc" in answer.text:  # JSON-RPC has its errors in the body
            assert answer.json()["error"]["code"] < 0
            continue
        refused(answer)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    "query",
    ["a=%ff", "a=%00", "&".join(["a=1"] * 1_001)],
    ids=["utf8", "nul", "many"],
)
def test_queries_that_cannot_be_read(server: Server, dialects: list[Dialect], name: str, query: str) -> None:
    for route in working(dialects, name):
        if route.operation.method == "GET" and route.operation.params is not None:
            refused(server.get(f"{address(route)}?{query}", headers=admin(server, name)))


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    "value",
    [
        "nosuch",
        "999999999999999999999",
        "-1",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "'%20OR%201=1--",
        "%25",
        "é%F0%9F%98%80",
    ],
)
def test_ids_that_name_nothing(server: Server, dialects: list[Dialect], name: str, value: str) -> None:
    for route in working(dialects, name):
        if route.operation.method in ("GET", "DELETE") and "{" in route.template.replace("/engine/{", ""):
            answer = server.request(
                route.operation.method, address(route, value), headers=admin(server, name)
            )
            assert answer.status_code < 500, f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999", "1e309", "'", "%25", "null", "[]"])
def test_odd_values_of_every_parameter(
    server: Server, dialects: list[Dialect], name: str, value: str
) -> None:
    for route in working(dialects, name):
        operation = route.operation
        if operation.method != "GET" or operation.params is None:
            continue
        for parameter in operation.params.__struct_encode_fields__:
            answer = server.get(f"{address(route)}?{parameter}={value}", headers=admin(server, name))
            assert answer.status_code < 500, f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize("name", DIALECTS)
def test_an_enormous_upload_is_refused_before_it_is_read(
    server: Server, dialects: list[Dialect], name: str
) -> None:
    route = next(found for found in working(dialects, name) if found.operation.body is not None)
    path, port = address(route), int(server.url.rpartition(":")[2])
    lines = [
        f"{route.operation.method} {path} HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        f"content-length: {100 * 1024 * 1024}",
        "content-type: application/json",
        *(f"{key}: {value}" for key, value in admin(server, name).items()),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + b"x" * 1000)
        answer = connection.recv(65536).decode("latin-1")
    assert answer.split(" ")[1] in ("413", "400"), answer
    assert "x-taskyard-problem: body_too_large" in answer


def test_an_upload_without_a_length_is_refused_at_the_limit(server: Server) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1_600):
            sent += 65536
            yield b"x" * 65536

    answer = server.as_admin.post("/v1/tasks", content=pieces())
    assert answer.status_code == 413
    assert answer.json()["reason"] == "body_too_large"
    assert sent < 1_600 * 65536


@pytest.mark.parametrize("name", DIALECTS)
def test_without_a_credential_nothing_is_told(server: Server, dialects: list[Dialect], name: str) -> None:
    for route in working(dialects, name):
        if route.operation.auth:
            answer = server.request(route.operation.method, address(route))
            assert answer.status_code in (401, 403), f"{answer.request.url}: {answer.status_code}"


@pytest.mark.parametrize("name", DIALECTS)
def test_every_operation_that_is_not_served_says_so_natively(
    server: Server, dialects: list[Dialect], name: str
) -> None:
    dialect = next(found for found in dialects if found.name == name)
    paths = openapi_document(dialect, server.url)["paths"]
    statuses = {one["operationId"]: set(one["responses"]) for item in paths.values() for one in item.values()}
    names = re.compile(r"[^A-Za-z0-9_]+")
    for route in routes_of(dialect):
        operation = route.operation
        if operation.verdict != "refused" or route.shape in COLLISIONS or "{" in route.mount:
            continue
        if "#" in route.template:  # a method of JSON-RPC: A2A's own tests call those
            continue
        answer = server.request(operation.method, address(route), headers=admin(server, name))
        assert answer.headers.get("x-taskyard-problem") == "not_served", (
            f"{operation.method} {route.template}"
        )
        assert str(answer.status_code) in statuses[names.sub("_", operation.name)]
