"""Refusals in Conductor's own body, and bad input that changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.dialects.conductor import DIALECT


def body_of(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json")
    body = response.json()
    assert body["status"] == status
    assert body["message"]
    assert body["instance"]
    assert body["retryable"] is False
    return body


def test_validation_names_every_member(api, unique):
    answer = api.post("/metadata/taskdefs", json=[{"name": unique, "retryCount": -1, "timeoutSeconds": 60}])
    body = body_of(answer, 400)
    assert body["message"] == "Validation failed, check below errors for detail."
    assert body["validationErrors"] == [
        {
            "path": "registerTaskDef.taskDefinitions[0].retryCount",
            "message": "TaskDef retryCount: 0 must be >= 0",
            "invalidValue": "-1",
        },
        {
            "path": "registerTaskDef.taskDefinitions[0]",
            "message": f"TaskDef: {unique} responseTimeoutSeconds: 3600 must be less than timeoutSeconds: 60",
        },
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[{",
        b'"x"',
        b"null",
        b"[1]",
        b"[[]]",
        b'[{"name":"a","retryCount":"many"}]',
        b'[{"name":"a","timeoutPolicy":"retry"}]',
        b'[{"name":"a","retryCount":99999999999}]',
        b'[{"name":"a\\u0000b"}]',
        b'[{"name":"\xff"}]',
        b'[{"name":"a","tags":"x"}]',
        b'[{"name":"a","tags":[{"key":"","value":"x"}]}]',
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_bad_bodies_are_refused(api, content):
    before = api.get("/metadata/taskdefs").content
    answer = api.post("/metadata/taskdefs", content=content, headers={"content-type": "application/json"})
    body_of(answer, 400)
    assert api.get("/metadata/taskdefs").content == before


@pytest.mark.parametrize(
    "params, name",
    [({"metadata": "perhaps"}, "metadata"), ({"access": "WRITE"}, "access"), ({"access": "read"}, "access")],
)
def test_bad_parameters_are_named(api, params, name):
    body = body_of(api.get("/metadata/taskdefs", params=params), 400)
    assert body["validationErrors"][0]["path"] == name


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE definitions; --", "%", "../../etc/passwd", "\\", '"', "a" * 5000]
)
def test_metacharacters_are_only_text(api, value):
    assert api.get("/metadata/taskdefs", params={"tagKey": value}).json() == []
    assert api.get("/metadata/taskdefs", params={"tagValue": value}).json() == []
    assert api.get("/schema/" + "x%27%3B--").status_code == 404


def test_unknown_paths_speak_conductor(api):
    body = body_of(api.get("/nowhere"), 404)
    assert body["message"] == "No static resource api/nowhere."


def test_a_wrong_method_names_the_right_ones(api):
    answer = api.patch("/metadata/taskdefs")
    body = body_of(answer, 405)
    assert body["message"] == "Request method 'PATCH' is not supported"
    assert {"GET", "POST", "PUT"} <= set(answer.headers["allow"].replace(" ", "").split(","))


def test_errors_are_json_whatever_the_client_accepts(api):
    body_of(api.get("/metadata/taskdefs/none-such", headers={"accept": "text/plain"}), 404)


REFUSED = [each for each in DIALECT.operations if each.verdict == "refused"]


@pytest.mark.parametrize("operation", REFUSED, ids=lambda each: each.name)
def test_refused_operations_say_so(api, operation):
    path = operation.path
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + "word" + rest.partition("}")[2]
    answer = api.request(operation.method, path, json={})
    body = body_of(answer, 501)
    assert operation.why in body["message"]


def test_a_large_body_is_refused(api):
    answer = api.post("/metadata/taskdefs", content=b"[" + b" " * (17 * 1024 * 1024) + b"]")
    body_of(answer, 413)
