"""Hostile XML in deployments and labelling configurations: refused in words, quickly, and nothing is fetched or read."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server import Server
from tests.trouble.native_error import refused

SECONDS = 5
"""How long a refusal may take, on a busy machine."""

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY q "{"q" * 50_000}">]>'
PROLOGS = {
    "billion laughs": (BOMB, "&l9;"),
    "quadratic": (QUADRATIC, "&q;" * 50_000),
    "file": ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"),
    "address": ('<!DOCTYPE x [<!ENTITY f SYSTEM "{trap}">]>', "&f;"),
    "parameter": ('<!DOCTYPE x [<!ENTITY % p SYSTEM "{trap}"> %p;]>', ""),
    "dtd": ('<!DOCTYPE x SYSTEM "{trap}">', ""),
    "public": ('<!DOCTYPE x PUBLIC "-//X//Y" "{trap}">', ""),
    "empty doctype": ("<!DOCTYPE x>", ""),
}
BPMN = (
    '{prolog}<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
    '<process id="hostile" isExecutable="true"><documentation>{text}</documentation>'
    '<startEvent id="s"/></process></definitions>'
)
LABELS = '{prolog}<View><Header value="h"/>{text}<Text name="text" value="$text"/></View>'


class Trap:
    """A server that notes whether anybody asks it for anything."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/evil.dtd"
        self.visited = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        try:
            while True:
                connection, _ = self.listener.accept()
                self.visited.set()
                connection.close()
        except OSError:
            return


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.listener.close()


def deployed(server: Server, content: bytes, name: str = "hostile.bpmn") -> Any:
    return server.as_admin.post("/engine-rest/deployment/create", files={"data": (name, content)})


@pytest.fixture
def unchanged(server: Server) -> Iterator[None]:
    """No deployment, process or project comes of it."""
    paths = ("/engine-rest/deployment/count", "/engine-rest/process-definition/count", "/api/projects/")
    before = [server.as_admin.get(path).content for path in paths]
    yield
    assert [server.as_admin.get(path).content for path in paths] == before


@pytest.mark.parametrize("prolog, text", PROLOGS.values(), ids=PROLOGS)
def test_document_types_in_deployments(
    server: Server, trap: Trap, unchanged: None, prolog: str, text: str
) -> None:
    content = BPMN.format(prolog=prolog.replace("{trap}", trap.url), text=text).encode()
    started = time.monotonic()
    body = refused(deployed(server, content), 400)
    assert time.monotonic() - started < SECONDS
    assert body["type"] == "ParseException"
    (fault,) = body["details"]["hostile.bpmn"]["errors"]
    assert fault["message"] == "A document type declaration is not allowed"
    assert fault["line"] == 1
    assert "root:" not in str(body)
    assert not trap.visited.is_set()


@pytest.mark.parametrize("prolog, text", PROLOGS.values(), ids=PROLOGS)
@pytest.mark.parametrize("path", ["/api/projects/", "/api/projects/validate/"])
def test_document_types_in_labelling_configurations(
    server: Server, trap: Trap, unchanged: None, path: str, prolog: str, text: str
) -> None:
    config = LABELS.format(prolog=prolog.replace("{trap}", trap.url), text=text)
    started = time.monotonic()
    body = refused(server.as_admin.post(path, json={"title": "Hostile", "label_config": config}), 400)
    assert time.monotonic() - started < SECONDS
    assert body["validation_errors"] == {
        "label_config": ["DTDForbidden: a document type is not allowed in a label config"]
    }
    assert not trap.visited.is_set()


DEEP = 3_000
SHAPES: dict[str, bytes] = {
    "deep": b"<a>" * DEEP + b"</a>" * DEEP,
    "many attributes": b"<a " + b" ".join(b'b%d=""' % n for n in range(50_000)) + b"/>",
    "a long name": b"<" + b"a" * 1_000_000 + b"/>",
    "cut": b"<definitions",
    "nothing": b"",
    "blank": b" \n ",
    "json": b'{"a": 1}',
    "binary": bytes(range(256)),
    "bad utf-8": b'<?xml version="1.0" encoding="UTF-8"?><a>\xff</a>',
    "a false encoding": b'<?xml version="1.0" encoding="nosuch"?><a/>',
    "utf-7": b'<?xml version="1.0" encoding="utf-7"?>+ADw-a/+AD4-',
    "nul": b"<a>\x00</a>",
    "another root": b"<a/>",
    "two roots": b"<a/><b/>",
    "an unknown entity": b"<a>&nosuch;</a>",
    "an unbound prefix": b"<x:a/>",
    "a stylesheet": b'<?xml-stylesheet href="file:///etc/passwd" type="text/xsl"?><a/>',
    "an inclusion": b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>',
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_no_bpmn(server: Server, unchanged: None, content: bytes) -> None:
    started = time.monotonic()
    body = refused(deployed(server, content), 400)
    assert time.monotonic() - started < SECONDS
    assert body["type"] == "ParseException"
    errors = body["details"]["hostile.bpmn"]["errors"]
    assert errors
    assert all(error["message"] and error["line"] >= 0 for error in errors)
    assert "root:" not in str(body)


NO_XML = (
    "deep",
    "cut",
    "json",
    "binary",
    "utf-7",
    "nul",
    "two roots",
    "an unknown entity",
    "an unbound prefix",
)


@pytest.mark.parametrize("shape", NO_XML)
def test_no_labelling_configuration(server: Server, unchanged: None, shape: str) -> None:
    config = SHAPES[shape].decode("latin-1").replace("\0", "\x01")
    answer = server.as_admin.post("/api/projects/", json={"title": "Hostile", "label_config": config})
    body = refused(answer, 400)
    assert list(body["validation_errors"]) == ["label_config"]
    assert "root:" not in str(body)


@pytest.mark.parametrize("shape", ["a stylesheet", "an inclusion"])
def test_what_only_points_elsewhere_stays_text(server: Server, shape: str) -> None:
    config = SHAPES[shape].decode()
    made = server.as_admin.post("/api/projects/", json={"title": "Hostile", "label_config": config})
    assert made.status_code == 201, made.text
    kept = server.as_admin.get(f"/api/projects/{made.json()['id']}/").json()
    assert kept["label_config"] == config
    assert "root:" not in str(kept)


def test_one_bad_file_takes_the_whole_deployment(server: Server, unchanged: None) -> None:
    good = BPMN.format(prolog="", text="").encode()
    files = [("a", ("good.bpmn", good)), ("b", ("bad.bpmn", SHAPES["cut"])), ("c", ("note.txt", b"x"))]
    body = refused(server.as_admin.post("/engine-rest/deployment/create", files=files), 400)
    assert list(body["details"]) == ["bad.bpmn"]


def test_many_hostile_documents_do_not_stop_others(server: Server) -> None:
    """While they are refused, a small request is answered soon."""
    content = BPMN.format(prolog=QUADRATIC, text="&q;" * 50_000).encode()
    threads = [threading.Thread(target=deployed, args=(server, content)) for _ in range(6)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    assert server.client().get("/healthz").status_code == 200
    assert time.monotonic() - started < SECONDS
    for thread in threads:
        thread.join()
