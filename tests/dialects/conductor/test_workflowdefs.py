"""Workflow definitions over HTTP: versions, overwriting, bulk updates, validation, real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "data" / "conductor"
STAMPS = {"createTime", "updateTime", "createdBy", "updatedBy"}


def flow(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "tasks": [{"name": "step", "taskReferenceName": "step"}]} | more


def real_workflows() -> list[Any]:
    found = []
    for path in sorted(DATA.glob("*.json")):
        content = json.loads(path.read_text())
        for place, raw in enumerate(content if isinstance(content, list) else [content]):
            raw = raw.get("workflowDef", raw)
            if "tasks" in raw:
                found.append(pytest.param(raw, id=f"{path.stem}-{place}"))
    return found


def holds(sent: Any, back: Any) -> bool:
    """Everything that was sent, but for nulls, is in what came back."""
    if isinstance(sent, dict):
        return all(value is None or (key in back and holds(value, back[key])) for key, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(back) and all(map(holds, sent, back))
    return sent == back


@pytest.mark.parametrize("raw", real_workflows())
def test_real_workflows_come_back_equal(api, raw):
    assert api.post("/metadata/workflow", json=raw, params={"overwrite": True}).status_code == 200
    found = api.get(f"/metadata/workflow/{raw['name']}", params={"version": raw["version"]}).json()
    assert holds({key: value for key, value in raw.items() if key not in STAMPS}, found)
    assert found["createdBy"] == "admin"


def test_a_version_that_is_there_is_a_conflict(api, unique):
    assert api.post("/metadata/workflow", json=flow(unique)).content == b""
    answer = api.post("/metadata/workflow", json=flow(unique, description="changed"))
    assert answer.status_code == 409
    assert answer.json()["message"] == f"Workflow with {unique}.1 already exists!"
    assert "description" not in api.get(f"/metadata/workflow/{unique}").json()


def test_overwrite_and_new_version(api, unique):
    api.post("/metadata/workflow", json=flow(unique))
    changed = flow(unique, description="changed")
    assert api.post("/metadata/workflow", json=changed, params={"overwrite": "True"}).status_code == 200
    assert api.get(f"/metadata/workflow/{unique}").json()["description"] == "changed"
    assert api.post("/metadata/workflow", json=flow(unique), params={"newVersion": True}).status_code == 200
    newest = api.get(f"/metadata/workflow/{unique}").json()
    assert newest["version"] == 2
    assert "description" not in newest


def test_versions_are_what_the_client_says(api, unique):
    for version in (5, 2, 9):
        assert api.post("/metadata/workflow", json=flow(unique, version=version)).status_code == 200
    assert api.get(f"/metadata/workflow/{unique}").json()["version"] == 9
    assert api.get(f"/metadata/workflow/{unique}", params={"version": 2}).json()["version"] == 2
    assert [each["version"] for each in api.get(f"/metadata/workflow/{unique}/versions").json()] == [2, 5, 9]
    missing = api.get(f"/metadata/workflow/{unique}", params={"version": 3})
    assert missing.status_code == 404
    assert missing.json()["message"] == f"No such workflow found by name: {unique}, version: 3"


def test_removing_the_greatest_version_leaves_the_next(api, unique):
    for version in (1, 2):
        api.post("/metadata/workflow", json=flow(unique, version=version))
    assert api.delete(f"/metadata/workflow/{unique}/2").status_code == 200
    assert api.get(f"/metadata/workflow/{unique}").json()["version"] == 1
    assert api.delete(f"/metadata/workflow/{unique}/2").status_code == 404
    assert api.delete(f"/metadata/workflow/{unique}/1").status_code == 200
    gone = api.get(f"/metadata/workflow/{unique}")
    assert gone.status_code == 404
    assert gone.json()["message"] == f"No such workflow found by name: {unique}, version: null"
    assert api.delete(f"/metadata/workflow/{unique}/one").status_code == 400


def test_put_stores_many_and_reports_each(api, unique):
    body = [flow(f"{unique}-a"), flow(f"{unique}-b", version=3)]
    answer = api.put("/metadata/workflow", json=body, params={"overwrite": "True"})
    assert answer.status_code == 200
    assert answer.json() == {
        "bulkErrorResults": {},
        "bulkSuccessfulResults": [f"{unique}-a", f"{unique}-b"],
        "message": "Bulk Request has been processed.",
    }
    again = api.put("/metadata/workflow", json=body, params={"overwrite": False}).json()
    assert again["bulkErrorResults"][f"{unique}-b"] == f"Workflow with {unique}-b.3 already exists!"


def test_put_refuses_all_when_one_breaks_a_rule(api, unique):
    answer = api.put("/metadata/workflow", json=[flow(f"{unique}-a"), flow(f"{unique}-b", tasks=[])])
    assert answer.status_code == 400
    assert answer.json()["validationErrors"][0]["path"] == "updateWorkflowDef.workflowDefList[1].tasks"
    assert api.get(f"/metadata/workflow/{unique}-a").status_code == 404


def test_validate_keeps_nothing(api, unique):
    assert api.post("/metadata/workflow/validate", json=flow(unique)).content == b""
    assert api.get(f"/metadata/workflow/{unique}").status_code == 404
    twice = [{"name": "a", "taskReferenceName": "same"}, {"name": "b", "taskReferenceName": "same"}]
    answer = api.post("/metadata/workflow/validate", json=flow(unique, tasks=twice))
    assert answer.status_code == 400
    assert answer.json()["validationErrors"] == [
        {
            "path": "validateWorkflowDef.arg0",
            "message": "taskReferenceName: same should be unique across tasks for a given workflowDefinition: "
            + unique,
        }
    ]


def test_a_registered_template_completes_a_node(api, unique):
    node = {"name": unique, "taskReferenceName": "call", "type": "HTTP"}
    assert api.post("/metadata/workflow/validate", json=flow(unique, tasks=[node])).status_code == 400
    api.post(
        "/metadata/taskdefs", json=[{"name": unique, "inputTemplate": {"http_request": {"uri": "http://a"}}}]
    )
    assert api.post("/metadata/workflow/validate", json=flow(unique, tasks=[node])).status_code == 200


def test_lists(api, unique):
    tag = {"key": "suite", "value": unique}
    for name, version in (("b", 1), ("a", 2), ("a", 1)):
        api.post("/metadata/workflow", json=flow(f"{unique}-{name}", version=version, tags=[tag]))
    params = {"tagKey": "suite", "tagValue": unique}
    listed = api.get("/metadata/workflow", params=params).json()
    expected = [("a", 1), ("a", 2), ("b", 1)]
    assert [(each["name"][-1], each["version"]) for each in listed] == expected
    assert "tags" not in listed[0]
    tagged = api.get("/metadata/workflow", params=params | {"metadata": True, "short": True}).json()
    assert [each["tags"] for each in tagged] == [[tag]] * 3
    assert "tasks" not in tagged[0]
    named = api.get("/metadata/workflow", params={"name": f"{unique}-b"}).json()
    assert [each["name"] for each in named] == [f"{unique}-b"]
    names = api.get("/metadata/workflow/names").json()
    assert [name for name in names if name.startswith(unique)] == [f"{unique}-a", f"{unique}-b"]
    by_name = api.get("/metadata/workflow/names-and-versions").json()
    assert [each["version"] for each in by_name[f"{unique}-a"]] == [1, 2]
    latest = api.get("/metadata/workflow/latest-versions").json()
    assert [each["version"] for each in latest if each["name"].startswith(unique)] == [2, 1]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b'{"tasks":7}', b'{"name":"a","tasks":[{"type":{}}]}', b'{"version":"x"}'],
)
def test_bad_bodies(api, content):
    headers = {"content-type": "application/json"}
    for path in ("/metadata/workflow", "/metadata/workflow/validate"):
        answer = api.post(path, content=content, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["status"] == 400
    assert api.put("/metadata/workflow", content=content, headers=headers).status_code == 400


def test_access_filters_workflows(server, connect, grant, api, unique):
    for name in "ab":
        api.post("/metadata/workflow", json=flow(f"{unique}-{name}"))
    user = server.user(f"{unique}user")
    grant(user.name, "execute", "definition", f"workflow:{unique}-a")
    client = connect(user.token)

    def seen(access: str) -> list[str]:
        return [
            each["name"][-1] for each in client.get("/metadata/workflow", params={"access": access}).json()
        ]

    assert (seen("EXECUTE"), seen("READ"), seen("UPDATE")) == (["a"], ["a"], [])
    assert client.get(f"/metadata/workflow/{unique}-b").status_code == 403
    assert client.get("/metadata/workflow/names").json() == [f"{unique}-a"]
