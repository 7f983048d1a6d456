"""Odd text in bodies: what no database can keep is refused by each API, everything else comes back as it was."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.server import Server
from tests.trouble.native_error import refused

CONFIG = '<View><Text name="text" value="$text"/></View>'
JSON = {"content-type": "application/json"}
BROKEN = {
    "high surrogate": rb"a\ud800b",
    "low surrogate": rb"a\udc00",
    "escaped nul": rb"a\u0000b",
    "bad utf-8": b"a\xffb",
    "surrogate in utf-8": b"a\xed\xa0\x80b",
    "raw nul": b"a\x00b",
    "line break": b"a\nb",
    "bad escape": rb"a\xb",
    "cut": b'a"',
}
ODD = [
    "'; DROP TABLE tasks; --",
    '100% _under_ \\back\\ "quoted" $1 :p ?',
    "../../etc/passwd",
    "a/b//c",
    "😀👩‍👩‍👧 ‮rtl é ß",
    "<script>alert(1)</script>&amp;",
    "{{7*7}} ${x}",
    "%00%ff%2e%2e",
]
LISTS = {
    "/api/metadata/taskdefs": "/api/metadata/taskdefs",
    "/bpm/api/4.0/tasks": "/bpm/api/4.0/tasks?assignment=ALL&limit=0",
    "/v1/tasks": "/v1/tasks?total=true",
    "/v1/users": "/v1/users",
    "/api/projects/": "/api/projects/",
}


def unique(stem: str = "t") -> str:
    return f"{stem}{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def project(server: Server) -> int:
    made = server.as_admin.post("/api/projects/", json={"title": "Odd text", "label_config": CONFIG})
    assert made.status_code == 201, made.text
    return made.json()["id"]


WRITES = [
    ("/api/metadata/taskdefs", b'[{"name": "%s"}]'),
    ("/api/metadata/taskdefs", b'[{"name": "fine"}, {"name": "x", "inputTemplate": {"%s": 1}}]'),
    ("/bpm/api/4.0/tasks", b'{"title": "%s", "assignees": [{"id": "admin", "type": "user"}]}'),
    ("/v1/tasks", b'{"title": "%s"}'),
    ("/v1/tasks", b'{"title": "x", "payload": {"%s": 1}}'),
    ("/v1/tasks/batch", b'{"tasks": [{"title": "fine"}, {"title": "%s"}]}'),
    ("/v1/users", b'{"name": "%s", "password": "x"}'),
    ("/api/projects/", b'{"title": "%s"}'),
    ("/api/projects/{project}/import", b'[{"text": "fine"}, {"text": "%s"}]'),
    ("/api/projects/{project}/import?async=true", b'{"text": "%s"}x'),
    ("/api/dm/views/", b'{"project": 1, "data": {"title": "%s"}}'),
]


@pytest.mark.parametrize("path, body", WRITES, ids=lambda part: str(part)[:40])
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_text_that_cannot_be_kept(server: Server, project: int, path: str, body: bytes, text: bytes) -> None:
    listed = LISTS.get(path.removesuffix("/batch"), f"/api/projects/{project}/")
    before = server.as_admin.get(listed).content
    path = path.format(project=project)
    answer = server.as_admin.post(path, content=body.replace(b"%s", text), headers=JSON)
    if "async=true" in path:
        failed(server, project, answer)
    else:
        refused(answer, 400)
    assert server.as_admin.get(listed).content == before


def failed(server: Server, project: int, answer: httpx.Response) -> None:
    """A recorded import says by its state that it could not be read."""
    if answer.status_code == 400:
        return
    assert answer.status_code == 201, answer.text
    for _ in range(300):
        state = server.as_admin.get(f"/api/projects/{project}/imports/{answer.json()['import']}/").json()
        if state["status"] not in ("created", "in_progress"):
            break
        time.sleep(0.05)
    assert (state["status"], state["task_count"]) == ("failed", 0)
    assert state["error"]


@pytest.mark.parametrize("text", ODD)
def test_odd_text_comes_back_as_it_was(server: Server, project: int, text: str) -> None:
    client = server.as_admin
    name = unique(text)
    assert (
        client.post("/api/metadata/taskdefs", json=[{"name": name, "description": text}]).status_code == 200
    )
    kept = client.get(f"/api/metadata/taskdefs/{quote(name, safe='')}")
    assert (kept.status_code, kept.json()["name"], kept.json()["description"]) == (200, name, text)
    made = client.post("/v1/tasks", json={"title": text, "payload": {text: text}, "category": name}).json()
    assert client.get(f"/v1/tasks/{made['id']}").json()["title"] == text
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    found = client.get("/v1/tasks", params={"filter": f'attribute.category = "{quoted}"'}).json()["items"]
    assert [item["id"] for item in found] == [made["id"]]
    body = {"title": text, "identificationKey": name, "assignees": [{"id": "admin", "type": "user"}]}
    assert client.post("/bpm/api/4.0/tasks", json=body).status_code == 201
    page = client.get("/bpm/api/4.0/tasks", params={"identificationKey": name}).json()
    assert [item["title"] for item in page["items"]] == [text]
    answer = client.post(
        f"/api/projects/{project}/import?return_task_ids=true", json=[{"text": text, name: 1}]
    )
    (task,) = answer.json()["task_ids"]
    assert client.get(f"/api/tasks/{task}/").json()["data"] == {"text": text, name: 1}
    assert names_of_a_deployment(client, name, f"{text}.txt") == [f"{text}.txt"]


def names_of_a_deployment(client: httpx.Client, name: str, file: str) -> list[str]:
    """Deploy one file under odd names; the names of the resources of the deployment found by its name."""
    escaped = "".join(f"%{ord(c):02X}" if c in '"\r\n' else c for c in file)
    head = f'--X\r\ncontent-disposition: form-data; name="data"; filename="{escaped}"\r\n\r\nx\r\n'
    field = f'--X\r\ncontent-disposition: form-data; name="deployment-name"\r\n\r\n{name}\r\n--X--\r\n'
    made = client.post(
        "/engine-rest/deployment/create",
        content=(head + field).encode(),
        headers={"content-type": "multipart/form-data; boundary=X"},
    )
    assert made.status_code == 200, made.text
    (found,) = client.get("/engine-rest/deployment", params={"name": name}).json()
    listed: list[dict[str, Any]] = client.get(f"/engine-rest/deployment/{found['id']}/resources").json()
    return [resource["name"].replace("%22", '"') for resource in listed]


@pytest.mark.parametrize("field", ["deployment-name", "deployment-source", "tenant-id"])
def test_nul_in_the_fields_of_a_deployment(server: Server, field: str) -> None:
    before = server.as_admin.get("/engine-rest/deployment/count").json()
    files: list[Any] = [("data", ("a.txt", b"x")), (field, (None, b"a\0b"))]
    refused(server.as_admin.post("/engine-rest/deployment/create", files=files), 400)
    assert server.as_admin.get("/engine-rest/deployment/count").json() == before


@pytest.mark.parametrize(
    "path, body",
    [
        ("/api/metadata/taskdefs", [{"name": "x" * 256}]),
        ("/v1/tasks", {"title": "x" * 5_000}),
        ("/v1/users", {"name": "x" * 5_000, "password": "x"}),
        ("/bpm/api/4.0/tasks", {"title": "x" * 5_000, "assignees": [{"id": "admin", "type": "user"}]}),
        ("/api/projects/", {"title": "x" * 51}),
    ],
)
def test_names_that_are_too_long(server: Server, path: str, body: Any) -> None:
    before = server.as_admin.get(LISTS[path]).content
    refused(server.as_admin.post(path, json=body), 400)
    assert server.as_admin.get(LISTS[path]).content == before


BAD_DATES = [
    "yesterday",
    "2026-02-30",
    "2026-13-01T00:00:00Z",
    "2026-01-01T25:00:00Z",
    "99999-01-01T00:00:00Z",
    "'",
]


@pytest.mark.parametrize("date", BAD_DATES)
def test_bad_dates(server: Server, date: str) -> None:
    client = server.as_admin
    before = {path: client.get(path).content for path in LISTS.values()}
    oracle = {"title": "x", "assignees": [{"id": "admin", "type": "user"}], "dueDate": date}
    body = refused(client.post("/bpm/api/4.0/tasks", json=oracle), 400)
    assert body["detail"] == f"dueDate: {date!r} is not a date such as 2026-11-14T12:10:28.000Z"
    body = refused(client.post("/v1/tasks", json={"title": "x", "due_at": date}), 400)
    assert (body["reason"], body["errors"][0]["pointer"]) == ("bad_task", "/due_at")
    batch = {"tasks": [{"title": "fine"}, {"title": "x", "due_at": date}]}
    body = refused(client.post("/v1/tasks/batch", json=batch), 400)
    assert body["errors"][0]["pointer"] == "/tasks/1/due_at"
    files: list[Any] = [("data", ("a.txt", b"x")), ("deployment-activation-time", (None, date))]
    body = refused(client.post("/engine-rest/deployment/create", files=files), 400)
    assert body["type"] == "InvalidRequestException"
    assert {path: client.get(path).content for path in LISTS.values()} == before


NUMBERS = [
    "1e999",
    "-1e999",
    "9" * 400,
    "9" * 5_000,
    "NaN",
    "Infinity",
    "99999999999999999999",
    "-1",
    "1.5",
    '"1"',
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:20])
def test_numbers_beyond_measure(server: Server, project: int, number: str) -> None:
    """Counts and priorities are refused; free payloads keep what JSON can say, or are refused too."""
    client = server.as_admin

    def send(path: str, body: str) -> httpx.Response:
        return client.post(path, content=body.encode(), headers=JSON)

    if number != "-1":
        refused(send("/v1/tasks", f'{{"title": "x", "priority": {number}}}'), 400)
    if number not in ("1.5", '"1"'):
        refused(send("/api/metadata/taskdefs", f'[{{"name": "n", "retryCount": {number}}}]'), 400)
    for path, body in (
        ("/v1/tasks", f'{{"title": "x", "payload": {{"n": {number}}}}}'),
        (f"/api/projects/{project}/import", f'[{{"text": "x", "n": {number}}}]'),
        ("/api/metadata/taskdefs", f'[{{"name": "{unique()}", "inputTemplate": {{"n": {number}}}}}]'),
    ):
        answer = send(path, body)
        if answer.status_code >= 400:
            refused(answer, 400)
    kept = client.get("/api/tasks/", params={"project": project, "fields": "all"})
    assert kept.status_code == 200
    json.loads(kept.text, parse_int=str)
