"""Wrong values in every parameter of the founding lists: the error of each API, word for word."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.server import Server
from tests.trouble.native_error import refused

HUGE = "99999999999999999999"
"""Beyond 64 bits."""

DATE = "not a date such as 2026-11-14T12:10:28.000Z"
STATUSES = "ASSIGNED, COMPLETED, SUSPENDED, WITHDRAWN, EXPIRED, ERRORED, ALERTED, INFO_REQUESTED"
ACCESS = "Supported values: READ, CREATE, UPDATE, EXECUTE, DELETE"


def ask(server: Server, path: str, **params: Any) -> Any:
    return server.as_admin.get(path, params=params)


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("access", "WRITE", f"Invalid value for parameter 'access': WRITE. {ACCESS}"),
        ("access", "read", f"Invalid value for parameter 'access': read. {ACCESS}"),
        ("access", "READ,WRITE", f"Invalid value for parameter 'access': READ,WRITE. {ACCESS}"),
        ("access", HUGE, f"Invalid value for parameter 'access': {HUGE}. {ACCESS}"),
        ("metadata", "perhaps", None),
        ("metadata", "2", None),
        ("metadata", "", None),
    ],
)
def test_conductor_task_definitions(server: Server, name: str, value: str, message: str | None) -> None:
    body = refused(ask(server, "/api/metadata/taskdefs", **{name: value}), 400)
    (fault,) = body["validationErrors"]
    assert fault == {"path": name, "message": fault["message"], "invalidValue": value}
    assert body["retryable"] is False
    if message is not None:
        assert (body["message"], fault["message"]) == (message, message)
    else:
        assert body["message"].startswith("Bad query parameter: metadata.")


@pytest.mark.parametrize("name", ["tagKey", "tagValue"])
@pytest.mark.parametrize("value", ["'", "%", "_", "\\", "../..", "😀", "x" * 5_000, HUGE, "-1"])
def test_conductor_tags_are_any_text(server: Server, name: str, value: str) -> None:
    answer = ask(server, "/api/metadata/taskdefs", **{name: value})
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("value", ["", "Prod-1", "../..", "a/b", "a b", "'; --", "%", "😀", "x\ny"])
def test_puppet_environment_names(server: Server, value: str) -> None:
    for path in ("/orchestrator/v1/tasks", "/orchestrator/v1/tasks/package/install"):
        body = refused(ask(server, path, environment=value), 400)
        assert body == {
            "kind": "puppetlabs.orchestrator/validation-error",
            "msg": f'"{value}" is not a valid environment name.',
            "details": {"environment": value},
        }


@pytest.mark.parametrize("value", ["nosuch", HUGE, "x" * 5_000])
def test_puppet_environments_that_are_not_there(server: Server, value: str) -> None:
    body = refused(ask(server, "/orchestrator/v1/tasks", environment=value), 404)
    assert body == {
        "kind": "puppetlabs.orchestrator/unknown-environment",
        "msg": f"Unknown environment {value}",
        "details": {"environment": value},
    }


ORACLE = [
    *[("limit", v, f"limit {v!r} is not an integer") for v in ("x", "1.5", "--1", "1e3", "0x10", "٣")],
    *[("offset", v, f"offset {v!r} is not an integer") for v in ("x", "1.5", "+-1")],
    *[(n, v, f"{n} {v} does not fit 32 bits") for n in ("limit", "offset") for v in (HUGE, f"-{HUGE}")],
    ("limit", "2147483648", "limit 2147483648 does not fit 32 bits"),
    *[
        (name, value, f"{name} {value!r} is {DATE}")
        for name in ("since", "until", "dueDateFrom", "dueDateTo", "updatedSince")
        for value in ("yesterday", "2026-02-30", "2026-01-01T25:00:00Z", HUGE, "-1", "'")
    ],
    *[
        (name, value, f"{name} {value!r} is neither true nor false")
        for name in ("totalResults", "metadataFlag", "showActionFlag", "showPermissionFlag")
        for value in ("maybe", "2", "-1", HUGE)
    ],
    *[("status", v, f"status {v!r} is not one of {STATUSES}") for v in ("DONE", "%", "1")],
    *[
        ("priority", v, f"priority {v!r} is not 1 (highest) to 5 or Any")
        for v in ("0", "6", "-1", HUGE, "x", "٣")
    ],
    ("orderBy", "priority:up", "orderBy direction 'up' is neither asc nor desc"),
]


@pytest.mark.parametrize("name, value, detail", ORACLE)
def test_oracle_tasks(server: Server, name: str, value: str, detail: str) -> None:
    assert refused(ask(server, "/bpm/api/4.0/tasks", **{name: value}), 400) == {
        "type": "about:blank",
        "title": "Bad request",
        "status": 400,
        "detail": detail,
        "errorCode": f"BPM-400-{name.upper()}",
        "Type": "400",
        "Message": detail,
    }


@pytest.mark.parametrize("name", ["assignment", "fields", "orderBy"])
@pytest.mark.parametrize("value", ["nosuch", "'; DROP TABLE tasks", "😀", HUGE])
def test_oracle_words_name_what_there_is(server: Server, name: str, value: str) -> None:
    body = refused(ask(server, "/bpm/api/4.0/tasks", **{name: value}), 400)
    assert body["errorCode"] == f"BPM-400-{name.upper()}"
    assert body["detail"].startswith(f"{name} ")
    assert repr(value) in body["detail"]
    assert " is not one of " in body["detail"]


@pytest.mark.parametrize(
    "params, number",
    [
        ({"offset": "-1"}, 0),
        ({"offset": "-2147483648"}, 0),
        ({"offset": "2147483647"}, 2147483647),
    ],
)
def test_oracle_offsets_before_the_first_and_behind_the_last(
    server: Server, params: dict[str, str], number: int
) -> None:
    answer = ask(server, "/bpm/api/4.0/tasks", **params)
    assert answer.status_code in (200, 206)
    assert answer.json()["offset"] == number


INTEGERS = (
    "Cannot set query parameter '{0}' to value '{1}': Cannot convert value {1} to java type java.lang.Integer"
)
BOOLEANS = (
    "Cannot set query parameter '{0}' to value '{1}': Cannot convert value {1} to java type java.lang.Boolean"
)
DATES = (
    "Cannot set query parameter '{0}' to value '{1}': Cannot convert value {1} to java type java.util.Date"
)
FLAGS = (
    "latestVersion",
    "suspended",
    "active",
    "withoutTenantId",
    "includeProcessDefinitionsWithoutTenantId",
    "withoutVersionTag",
    "startableInTasklist",
    "notStartableInTasklist",
    "startablePermissionCheck",
)
CAMUNDA = [
    *[
        (name, value, INTEGERS.format(name, value))
        for name in ("version", "firstResult", "maxResults")
        for value in ("x", "1.5", "", HUGE, f"-{HUGE}", "2147483648", "٣", " 1")
    ],
    *[(name, value, BOOLEANS.format(name, value)) for name in FLAGS for value in ("maybe", "1", "", " true")],
    *[
        (name, value, DATES.format(name, value))
        for name in ("deployedAfter", "deployedAt")
        for value in ("yesterday", "2026-13-01T00:00:00.000+0000", "2026-01-01", HUGE, "")
    ],
    ("sortBy", "nosuch", "Cannot set query parameter 'sortBy' to value 'nosuch'"),
    ("sortOrder", "up", "Cannot set query parameter 'sortOrder' to value 'up'"),
    ("sortBy", "id", "Only a single sorting parameter specified. sortBy and sortOrder required"),
    ("firstResult", "-1", "Cannot set query parameter 'firstResult' to value '-1': it is negative"),
    ("maxResults", "-1", "Cannot set query parameter 'maxResults' to value '-1': it is negative"),
]


@pytest.mark.parametrize("name, value, message", CAMUNDA)
def test_camunda_process_definitions(server: Server, name: str, value: str, message: str) -> None:
    body = refused(ask(server, "/engine-rest/process-definition", **{name: value}), 400)
    assert body == {"type": "InvalidRequestException", "message": message, "code": None}


LABEL_STUDIO_DIGITS = [(n, v) for n in ("project", "view") for v in ("x", "-1", "1.5", "²", "1 OR 1=1")]


@pytest.mark.parametrize("name, value", LABEL_STUDIO_DIGITS)
def test_label_studio_ids_that_are_no_digits(server: Server, name: str, value: str) -> None:
    body = refused(ask(server, "/api/tasks/", **{name: value}), 400)
    assert body["detail"] == "Validation error"
    assert body["validation_errors"] == {
        name: f'Incorrect value in key "{name}" = "{value}". It should be digit string.'
    }


@pytest.mark.parametrize("name, model", [("project", "Project"), ("view", "View")])
@pytest.mark.parametrize("value", ["0", "999999999", HUGE])
def test_label_studio_ids_of_nothing(server: Server, name: str, model: str, value: str) -> None:
    body = refused(ask(server, "/api/tasks/", **{name: value}), 404)
    assert body["detail"] == f"No {model} matches the given query."


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "²", HUGE, "999999999999999"])
def test_label_studio_pages(server: Server, value: str) -> None:
    body = refused(ask(server, "/api/tasks/", page=value, page_size="1000000"), 404)
    assert body["detail"] == "Invalid page."


LABEL_STUDIO_QUERIES = [
    "x",
    "[]",
    "1",
    '{"filters": 1}',
    '{"filters": {"conjunction": "xor", "items": []}}',
    '{"filters": {"items": [1]}}',
    '{"ordering": ["nosuch"]}',
    '{"ordering": [1]}',
    '{"ordering": {"a": 1}}',
    '{"selectedItems": {"all": 1}}',
    '{"selectedItems": {"all": false, "included": ["--5"]}}',
    '{"selectedItems": {"all": false, "included": ["²"]}}',
    '{"selectedItems": {"all": false, "included": [1.5]}}',
    '{"selectedItems": {"all": true, "excluded": {"a": 1}}}',
    '{"ordering": ["\\ud800"]}',
    "[" * 20_000,
]


@pytest.mark.parametrize("query", LABEL_STUDIO_QUERIES, ids=lambda text: text[:50])
def test_label_studio_queries(server: Server, query: str) -> None:
    body = refused(ask(server, "/api/tasks/", query=query), 400)
    assert body["detail"] != "Validation error"
    assert "validation_errors" not in body


@pytest.mark.parametrize(
    "column, kind, operator, value",
    [
        ("id", "Number", "equal", "x"),
        ("id", "Number", "equal", {"a": 1}),
        ("id", "Number", "equal", True),
        ("id", "Number", "nosuch", 1),
        ("id", "Number", "in", {"min": "x", "max": 1}),
        ("created_at", "Datetime", "greater", "yesterday"),
        ("created_at", "Datetime", "greater", "2026-02-30T00:00:00.000Z"),
        ("nosuch", "Number", "equal", 1),
        ("data.text", "String", "equal", "\0"),
    ],
)
def test_label_studio_filters(server: Server, column: str, kind: str, operator: str, value: Any) -> None:
    item = {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
    query = json.dumps({"filters": {"conjunction": "and", "items": [item]}})
    assert refused(ask(server, "/api/tasks/", query=query), 400)["detail"]


@pytest.mark.parametrize(
    "name, value",
    [
        *[("limit", value) for value in ("0", "-1", "1001", "x", "1.5", "", HUGE)],
        *[("total", value) for value in ("perhaps", "2", "")],
        *[("kind", value) for value in ("nosuch", "'", "😀")],
        *[("state", value) for value in ("nosuch", "'")],
        *[("order", value) for value in ("nosuch", "id,id", "'")],
        ("filter", "((("),
        ("filter", "due < yesterday"),
        ("filter", f"id = {HUGE}"),
        ("filter", "nosuch = 1"),
        ("filter", "title = 'x" + "(" * 3_000),
        ("nosuch", "1"),
    ],
)
def test_native_tasks(server: Server, name: str, value: str) -> None:
    body = refused(ask(server, "/v1/tasks", **{name: value}), 400)
    assert (body["code"], body["title"]) == ("invalid", "The input is not valid")
    assert body["errors"][0]["pointer"] == f"?{name}"
    assert body["errors"][0]["detail"]


LISTS = (
    "/api/metadata/taskdefs?tagKey=",
    "/orchestrator/v1/tasks?environment=",
    "/bpm/api/4.0/tasks?keyword=",
    "/api/tasks/?include=",
    "/engine-rest/process-definition?key=",
    "/v1/tasks?filter=",
)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("raw", ["%00", "%ff", "%c3%28", "%ed%a0%80"])
def test_queries_that_are_no_text(server: Server, path: str, raw: str) -> None:
    refused(server.as_admin.get(path + raw), 400)


ITEMS = (
    "/api/metadata/taskdefs/{}",
    "/orchestrator/v1/tasks/package/{}",
    "/bpm/api/4.0/tasks/{}",
    "/api/tasks/{}/",
    "/api/projects/{}/",
    "/engine-rest/process-definition/{}",
    "/engine-rest/process-definition/key/{}",
    "/engine-rest/deployment/{}",
    "/v1/tasks/{}",
    "/v1/definitions/{}",
    "/v1/users/{}",
)
NAMES = [
    "nosuch",
    "0",
    "-1",
    HUGE,
    "'; DROP TABLE tasks; --",
    "%",
    "_",
    "\\",
    "../../etc/passwd",
    "a/b",
    "😀",
    "²",
]


@pytest.mark.parametrize("path", ITEMS)
@pytest.mark.parametrize("name", [*NAMES, "x" * 5_000], ids=lambda name: name[:25])
def test_names_and_ids_of_nothing(server: Server, path: str, name: str) -> None:
    answer = server.as_admin.get(path.format(quote(name, safe="")))
    refused(answer, answer.status_code if path.startswith("/orchestrator") else 404)
    assert answer.status_code in (400, 404)
