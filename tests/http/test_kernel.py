"""What the kernel does with every request, whatever the dialect."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.http.probe import Client, closed, kernel

from taskyard.telemetry import exposition


def test_a_handler_gets_path_params_and_caller(call: Client) -> None:
    answer = call("GET", "/probe/things/a%20b?pageSize=3&name=x&name=y&deep=true")
    assert answer.status_code == 200
    assert answer.json() == {
        "path": {"id": "a b"},
        "params": {
            "text": None,
            "pageSize": 3,
            "ratio": None,
            "deep": True,
            "name": ["x", "y"],
            "number": [],
        },
        "body": None,
        "caller": "ana",
        "mount": "/probe",
        "base": "http://probe.test",
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_mount_with_a_hole_is_told_as_it_was_sent(call: Client) -> None:
    answer = call("GET", "/probe/engine/default/things/count").json()
    assert answer["mount"] == "/probe/engine/default"
    assert answer["path"] == {"engine": "default"}


def test_literals_win_and_fixed_ends_are_understood(call: Client) -> None:
    assert call("GET", "/probe/things/count").json()["path"] == {}
    assert call("POST", "/probe/things/7:cancel").json()["path"] == {"id": "7"}


def test_a_path_under_a_mount_is_refused_in_its_dialects_words(call: Client) -> None:
    answer = call("GET", "/probe/nothing")
    assert answer.status_code == 404
    assert answer.json()["oops"] == "unknown_path"
    assert answer.headers["x-taskyard-problem"] == "unknown_path"


def test_a_path_under_no_mount_is_refused_by_rfc_9457(call: Client) -> None:
    answer = call("GET", "/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["reason"]) == (404, "not_found", "unknown_path")
    assert body["type"] == "http://probe.test/docs/problems#not_found"
    assert body["instance"] == f"urn:request:{answer.headers['x-request-id']}"


def test_an_unknown_method_is_told_which_there_are(call: Client) -> None:
    answer = call("PATCH", "/probe/things/7")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert answer.json()["oops"] == "method_not_allowed"


def test_options_tells_the_methods(call: Client) -> None:
    answer = call("OPTIONS", "/probe/things/7")
    assert (answer.status_code, answer.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS")


def test_head_is_get_without_its_body(call: Client) -> None:
    whole = call("GET", "/probe/things/count")
    answer = call("HEAD", "/probe/things/count")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == whole.headers["content-length"]


def test_a_refused_operation_says_so_and_is_counted(call: Client) -> None:
    answer = call("POST", "/probe/later")
    assert answer.status_code == 501
    assert answer.json()["oops"] == "not_served"
    assert "it comes later" in answer.json()["detail"]
    assert b'taskyard_dialect_refused_total{dialect="probe",operation="later"}' in exposition()


def test_without_a_credential_only_open_operations_answer(call: Client) -> None:
    answer = call("GET", "/probe/things/7", token=None)
    assert (answer.status_code, answer.json()["oops"]) == (401, "no_credential")
    assert call("GET", "/probe/open", token=None).json()["caller"] is None
    assert call("GET", "/probe/open", token="wrong").json()["caller"] is None
    assert call("GET", "/probe/open").json()["caller"] == "ana"


def test_a_wrong_credential_is_refused_before_anything_is_read(call: Client) -> None:
    answer = call("POST", "/probe/things", token="wrong", content=b"{" * 100)
    assert (answer.status_code, answer.json()["oops"]) == (401, "wrong_token")


@pytest.mark.parametrize(
    "value,status,word",
    [
        ("Basic YW5hOnDDpDpzcw==", 200, None),
        ("basic YW5hOnDDpDpzcw==", 200, None),
        ("Basic YW5hOndyb25n", 401, "wrong_password"),
        ("Basic !!!", 401, "malformed_credential"),
        ("Basic /////w==", 401, "malformed_credential"),
        ("Basic YW5h", 401, "malformed_credential"),
        ("Basic", 401, "no_credential"),
        ("Digest x", 401, "no_credential"),
    ],
)
def test_basic_credentials(call: Client, value: str, status: int, word: str | None) -> None:
    answer = call("GET", "/probe/things/count", token=None, headers={"authorization": value})
    assert answer.status_code == status
    assert answer.headers.get("x-taskyard-problem") == word


def test_a_fault_of_ours_tells_nothing_but_the_request(call: Client, capfd: Any) -> None:
    answer = call("GET", "/probe/fault", headers={"x-request-id": "abc-1"})
    assert answer.status_code == 500
    assert answer.json()["oops"] == "internal"
    assert "secret" not in answer.text
    assert "abc-1" in answer.json()["detail"]


def test_request_ids_are_repeated_when_safe_and_made_otherwise(call: Client) -> None:
    assert call("GET", "/healthz", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = [
        call("GET", "/healthz", headers={"x-request-id": value}).headers["x-request-id"]
        for value in ("a b", "x" * 200, "<x>")
    ]
    assert len(set(made)) == 3
    assert not set(made) & {"a b", "x" * 200, "<x>"}


def test_204_has_no_body_and_no_length(call: Client) -> None:
    answer = call("GET", "/probe/empty")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers


def test_no_header_value_can_end_its_line(call: Client) -> None:
    answer = call("GET", "/probe/injected")
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-name"] == "a  set-cookie: b=c"


@pytest.mark.parametrize("host", ["evil.example/x", "a b", "x:y", "user@host", ""])
def test_an_odd_host_header_never_reaches_links(call: Client, host: str) -> None:
    base = call("GET", "/probe/things/count", headers={"host": host}).json()["base"]
    assert base == "http://127.0.0.1:8000"


def test_a_public_url_and_a_prefix_stand_before_links(tmp_path: Path) -> None:
    ask = Client(kernel(tmp_path, public_url="https://tasks.example/yard/", path_prefix="/yard"))
    assert ask("GET", "/yard/probe/things/count").json()["base"] == "https://tasks.example/yard"


def test_a_stream_arrives_whole(call: Client) -> None:
    answer = call("GET", "/probe/stream/50000")
    assert answer.text == "".join(f"{number}\n" for number in range(50_000))
    assert "content-length" not in answer.headers
    assert call("GET", "/probe/stream/0").content == b""
    assert call("HEAD", "/probe/stream/50000").content == b""


def test_a_stream_that_fails_at_once_is_a_native_error(call: Client) -> None:
    answer = call("GET", "/probe/broken")
    assert (answer.status_code, answer.json()["oops"]) == (409, "not_now")


def test_a_stream_ends_when_its_client_leaves(tmp_path: Path) -> None:
    async def work() -> int:
        sent = 0
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal sent
            sent += 1
            if sent == 20:
                gone.set()

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/probe/endless",
            "query_string": b"",
            "headers": [(b"authorization", b"Bearer good")],
        }
        await asyncio.wait_for(kernel(tmp_path)(scope, receive, send), 10)  # type: ignore[arg-type]
        await asyncio.wait_for(closed.wait(), 1)
        return sent

    assert asyncio.run(work()) < 1_000
