"""JSON-RPC calls are read as the protocol demands, and every method is refused in its version's own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.server import Server

from taskyard.dialects.a2a.methods import METHODS, Method

JSON = {"Content-Type": "application/json"}


def call(
    server: Server,
    method: Any = "GetTask",
    path: str = "/a2a",
    headers: dict[str, str] | None = None,
    **more: Any,
):
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {}, **more}
    return server.as_admin.post(path, json=body, headers=headers or {})


def raw(server: Server, content: bytes) -> httpx.Response:
    return server.as_admin.post("/a2a", content=content, headers=JSON)


def fault(answer: httpx.Response, code: int, rpc_id: Any = 1) -> dict[str, Any]:
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"jsonrpc", "id", "error"}
    assert body["jsonrpc"] == "2.0"
    assert body["id"] == rpc_id
    assert body["error"]["code"] == code, body
    assert isinstance(body["error"]["message"], str)
    return body["error"]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_is_refused_and_says_why(server: Server, method: Method):
    error = fault(call(server, method.name), -32004)
    assert method.name in error["message"]
    assert method.why in error["message"]
    if method.version == "0.3":
        assert set(error) == {"code", "message"}
    else:
        assert error["data"] == [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "UNSUPPORTED_OPERATION",
                "domain": "a2a-protocol.org",
                "metadata": {},
            }
        ]


@pytest.mark.parametrize("path", ["/a2a", "/a2a/"])
def test_a_trailing_slash_does_not_matter(server: Server, path: str):
    fault(call(server, path=path), -32004)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[1,", b"[" * 100_000, b'{"jsonrpc":"2.0"'])
def test_what_is_not_json_cannot_be_parsed(server: Server, content: bytes):
    fault(raw(server, content), -32700, None)


@pytest.mark.parametrize(
    ("content", "rpc_id"),
    [
        (b"[]", None),
        (b"1", None),
        (b"null", None),
        (b'{"jsonrpc":"2.0","id":{},"method":"GetTask"}', None),
        (b'{"jsonrpc":"2.0","id":true,"method":"GetTask"}', None),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"GetTask"}', None),
        (b'{"jsonrpc":"2.0","id":99999999999999999999,"method":"GetTask"}', None),
        (b'{"jsonrpc":"1.0","id":7,"method":"GetTask"}', 7),
        (b'{"id":"a","method":"GetTask"}', "a"),
        (b'{"jsonrpc":"2.0","id":7}', 7),
        (b'{"jsonrpc":"2.0","id":7,"method":5}', 7),
        (b'[{"jsonrpc":"2.0","id":7,"method":"GetTask"}]', None),
    ],
)
def test_what_is_no_call_is_an_invalid_request(server: Server, content: bytes, rpc_id: Any):
    fault(raw(server, content), -32600, rpc_id)


@pytest.mark.parametrize("method", ["x", "gettask", "message/Send", "", "tasks/list"])
def test_an_unknown_method_is_not_found(server: Server, method: str):
    fault(call(server, method), -32601)


@pytest.mark.parametrize("params", [[], ["x"], "x", 1, None])
def test_parameters_must_be_an_object(server: Server, params: Any):
    fault(call(server, params=params), -32602)


@pytest.mark.parametrize("rpc_id", ["text", 0, -5, None])
def test_the_id_comes_back_as_it_was(server: Server, rpc_id: Any):
    fault(call(server, id=rpc_id), -32004, rpc_id)


@pytest.mark.parametrize(
    ("method", "version", "code"),
    [
        ("GetTask", "1.0", -32004),
        ("GetTask", "1.0.1", -32004),
        ("GetTask", "", -32004),
        ("GetTask", "0.3", -32009),
        ("GetTask", "99.0", -32009),
        ("tasks/get", "0.3", -32004),
        ("tasks/get", "1.0", -32004),
        ("tasks/get", "garbage", -32009),
    ],
)
def test_the_version_must_fit_the_method(server: Server, method: str, version: str, code: int):
    fault(call(server, method, headers={"A2A-Version": version}), code)
    fault(
        server.as_admin.post(
            "/a2a", params={"A2A-Version": version}, json={"jsonrpc": "2.0", "id": 1, "method": method}
        ),
        code,
    )


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data"])
def test_a_body_that_is_not_said_to_be_json_is_refused(server: Server, media: str):
    answer = server.as_admin.post("/a2a", content=b"{}", headers={"Content-Type": media})
    fault(answer, -32005, None)


def test_a_call_needs_a_credential(server: Server):
    answer = server.post("/a2a", json={"jsonrpc": "2.0", "id": 1, "method": "GetTask"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["data"][0]["reason"] == "UNAUTHENTICATED"
    wrong = server.client("f" * 40).post("/a2a", json={})
    assert wrong.status_code == 401


def test_basic_credentials_are_taken_too(server: Server):
    body = {"jsonrpc": "2.0", "id": 1, "method": "GetTask"}
    fault(server.basic("admin", server.password).post("/a2a", json=body), -32004)
    assert server.basic("admin", "wrong").post("/a2a", json=body).status_code == 401


def test_another_method_of_http_is_refused(server: Server):
    answer = server.as_admin.get("/a2a")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert answer.json()["error"]["code"] == -32600
