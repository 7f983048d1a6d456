"""Requests that HTTP tasks make: what is sent, what comes of the answer, and where they must not go."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from taskyard.app.system_tasks.http import ask
from taskyard.app.system_work import Performed
from taskyard.config import Settings


class Answers(BaseHTTPRequestHandler):
    """Says what it was asked, or what the path asks for."""

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        path = self.path.partition("?")[0]
        if path == "/round":
            self.send_response(302)
            self.send_header("location", "/round")
            self.end_headers()
            return
        if path == "/moved":
            self.send_response(302)
            self.send_header("location", "/echo")
            self.end_headers()
            return
        if path == "/slow":
            threading.Event().wait(2)
        status = int(path[1:]) if path[1:].isdecimal() else 200
        said: Any = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body,
        }
        content = json.dumps(said).encode()
        if path == "/text":
            content = b"plain words"
        if path == "/large":
            content = b"x" * 200_000
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-twice", "a")
        self.send_header("x-twice", "b")
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    do_POST = do_GET
    do_PUT = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def do(input: dict[str, Any], **settings: Any) -> Performed:
    return asyncio.run(ask(Settings(http_task_allow_private=True, **settings), input))


def test_the_answer_has_status_headers_and_parsed_body(site: str) -> None:
    done = do(
        {"http_request": {"uri": f"{site}/echo?a=1", "headers": {"X-Key": "k"}, "accept": ["a/b", "c/d"]}}
    )
    assert done.status == "COMPLETED"
    response = done.output["response"]
    assert (response["statusCode"], response["reasonPhrase"]) == (200, "OK")
    assert response["headers"]["x-twice"] == ["a", "b"]
    body = response["body"]
    assert (body["method"], body["path"]) == ("GET", "/echo?a=1")
    assert (body["headers"]["x-key"], body["headers"]["accept"]) == ("k", "a/b, c/d")


def test_the_members_may_stand_at_the_top_of_the_input(site: str) -> None:
    done = do({"uri": f"{site}/echo", "method": "POST", "body": {"n": 1}})
    body = done.output["response"]["body"]
    assert (body["method"], json.loads(body["body"])) == ("POST", {"n": 1})
    assert body["headers"]["content-type"] == "application/json"


def test_text_that_is_no_json_comes_as_text(site: str) -> None:
    assert do({"uri": f"{site}/text"}).output["response"]["body"] == "plain words"
    assert do({"uri": f"{site}/204"}).output["response"]["body"] is None


def test_a_status_that_is_not_2xx_fails_with_the_body_as_reason(site: str) -> None:
    done = do({"uri": f"{site}/503"})
    assert done.status == "FAILED"
    assert done.output["response"]["statusCode"] == 503
    assert '"path":"/503"' in (done.reason or "")


def test_redirects_are_followed_but_not_for_ever(site: str) -> None:
    done = do({"uri": f"{site}/moved", "method": "POST", "body": "x"})
    assert (done.output["response"]["body"]["method"], done.output["response"]["body"]["path"]) == (
        "GET",
        "/echo",
    )
    round_and_round = do({"uri": f"{site}/round"})
    assert round_and_round.status == "FAILED"
    assert "redirects" in (round_and_round.reason or "")


def test_an_answer_that_is_too_large_or_too_slow_fails(site: str) -> None:
    large = do({"uri": f"{site}/large"}, max_payload=100_000)
    assert large.status == "FAILED_WITH_TERMINAL_ERROR"
    slow = do({"uri": f"{site}/slow", "readTimeOut": "100"})
    assert slow.status == "FAILED"


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://2852039166/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://0x7f000001/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
    ],
)
def test_addresses_that_are_not_public_are_refused(uri: str) -> None:
    done = asyncio.run(ask(Settings(), {"uri": uri}))
    assert done.status == "FAILED_WITH_TERMINAL_ERROR"
    assert "not allowed" in (done.reason or "")


@pytest.mark.parametrize(
    "uri", ["", "ftp://example.org/", "file:///etc/passwd", "http://", "gopher://x", None, 5]
)
def test_what_is_no_web_address_is_refused(uri: Any) -> None:
    assert do({"uri": uri}).status == "FAILED_WITH_TERMINAL_ERROR"
