"""Tags on task and workflow definitions, and the lists of all tags."""

from __future__ import annotations

import pytest

FLOW = {"tasks": [{"name": "a", "taskReferenceName": "a"}]}


def pair(key: str, value: str) -> dict[str, str]:
    return {"key": key, "value": value}


@pytest.fixture(params=["task", "workflow"])
def tagged(request, api, unique) -> str:
    """The tags path of a fresh definition of each kind."""
    if request.param == "task":
        api.post("/metadata/taskdefs", json=[{"name": unique}])
    else:
        api.post("/metadata/workflow", json=FLOW | {"name": unique})
    return f"/metadata/{request.param}/{unique}/tags"


def test_add_replace_and_take_off(api, tagged):
    assert api.get(tagged).json() == []
    assert api.post(tagged, json=pair("team", "blue") | {"type": "METADATA"}).content == b""
    assert api.post(tagged, json=pair("team", "red")).status_code == 200
    assert api.post(tagged, json=pair("team", "red")).status_code == 200
    assert api.get(tagged).json() == [pair("team", "blue"), pair("team", "red")]
    assert api.request("DELETE", tagged, json=pair("team", "blue")).status_code == 200
    assert api.get(tagged).json() == [pair("team", "red")]
    assert api.put(tagged, json=[pair("a", "1"), pair("b", "2")]).status_code == 200
    assert api.get(tagged).json() == [pair("a", "1"), pair("b", "2")]
    assert api.put(tagged, json=[]).status_code == 200
    assert api.get(tagged).json() == []


def test_a_pair_that_is_not_there_cannot_be_taken_off(api, tagged):
    api.post(tagged, json=pair("team", "red"))
    answer = api.request("DELETE", tagged, json=pair("team", "blue"))
    assert answer.status_code == 404
    assert api.get(tagged).json() == [pair("team", "red")]


@pytest.mark.parametrize(
    "body", [None, 5, {}, {"key": "a"}, pair("", "x"), pair("a", ""), [7], pair("a\tb", "x")]
)
def test_bad_tags(api, tagged, body):
    assert api.post(tagged, json=body).status_code == 400
    assert api.get(tagged).json() == []


@pytest.mark.parametrize("kind", ["task", "workflow"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_unknown_definitions(api, unique, kind, method):
    body = [pair("a", "b")] if method == "PUT" else pair("a", "b")
    answer = api.request(method, f"/metadata/{kind}/{unique}/tags", json=body)
    assert answer.status_code == 404
    assert answer.json()["message"].endswith(unique)


def test_the_rate_limit_of_a_workflow_is_a_tag_with_a_type(api, unique):
    api.post("/metadata/workflow", json=FLOW | {"name": unique})
    path = f"/metadata/workflow/{unique}/tags"
    api.post(path, json={"type": "RATE_LIMIT", "key": unique, "value": 5})
    assert api.get(path).json() == [{"key": unique, "value": "5", "type": "RATE_LIMIT"}]


def test_all_tags_grouped_and_by_resource(api, unique):
    tags = [pair(unique, "x")]
    api.post("/metadata/taskdefs", json=[{"name": f"{unique}-{at}", "tags": tags} for at in "ab"])
    api.post(
        "/metadata/workflow", json=FLOW | {"name": unique, "tags": [pair(unique, "x"), pair(unique, "y")]}
    )
    assert [tag for tag in api.get("/metadata/tags").json() if tag["key"] == unique] == [
        pair(unique, "x"),
        pair(unique, "y"),
    ]
    grouped = [tag for tag in api.get("/metadata/tags/grouped").json() if tag["tagKey"] == unique]
    assert [(each["tagValue"], each["resourceType"], each["countPerResourceType"]) for each in grouped] == [
        ("x", "TASK_DEF", 2),
        ("x", "WORKFLOW_DEF", 1),
        ("y", "WORKFLOW_DEF", 1),
    ]

    def resources(**params: str) -> list[str]:
        answer = api.get("/metadata/tags/resources", params={"tagKey": unique} | params)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()]

    assert resources(tagValue="x", resourceType="TASK_DEF") == [f"{unique}-a", f"{unique}-b"]
    assert resources(tagValue="x") == [unique, f"{unique}-a", f"{unique}-b"]
    assert resources(tagValue="y", resourceType="TASK_DEF") == []
    assert resources(tagValue="y", resourceType="WEBHOOK") == []


@pytest.mark.parametrize("params", [{}, {"tagValue": "x"}, {"tagKey": "x", "resourceType": "POTATO"}])
def test_bad_resource_questions(api, params):
    assert api.get("/metadata/tags/resources", params=params).status_code == 400


def test_tags_of_what_one_may_not_read_are_not_told(server, connect, api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "tags": [pair(unique, "x")]}])
    client = connect(server.user(f"{unique}nobody").token)
    assert client.get("/metadata/tags").json() == []
    assert client.get("/metadata/tags/grouped").json() == []
    assert client.get("/metadata/tags/resources", params={"tagKey": unique}).json() == []
    assert client.get(f"/metadata/task/{unique}/tags").status_code == 403


def test_a_new_tag_shows_at_once_in_cached_lists(api, unique):
    for version in (1, 2):
        api.post("/metadata/workflow", json=FLOW | {"name": unique, "version": version})
    question = {"name": unique, "metadata": True}
    assert [each["tags"] for each in api.get("/metadata/workflow", params=question).json()] == [[], []]
    api.post(f"/metadata/workflow/{unique}/tags", json=pair("new", "one"))
    shown = [each["tags"] for each in api.get("/metadata/workflow", params=question).json()]
    assert shown == [[pair("new", "one")]] * 2
    api.post("/metadata/workflow", json=FLOW | {"name": unique, "version": 3, "tags": [pair("other", "two")]})
    shown = [each["tags"] for each in api.get("/metadata/workflow", params=question).json()]
    assert shown == [[pair("other", "two")]] * 3
