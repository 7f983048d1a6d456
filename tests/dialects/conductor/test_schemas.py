"""The schema registry over HTTP."""

from __future__ import annotations

import pytest


def schema(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": "JSON", "data": {"type": "object"}} | more


def test_register_read_and_replace(api, unique):
    assert api.post("/schema", json=schema(unique, externalRef="ref")).content == b""
    found = api.get(f"/schema/{unique}/1").json()
    assert (found["type"], found["data"], found["externalRef"]) == ("JSON", {"type": "object"}, "ref")
    assert (found["version"], found["createdBy"]) == (1, "admin")
    api.post("/schema", json=schema(unique, data={"type": "array"}))
    assert api.get(f"/schema/{unique}").json()["data"] == {"type": "array"}
    assert "externalRef" not in api.get(f"/schema/{unique}").json()


def test_versions(api, unique):
    for version in (0, 3):
        api.post("/schema", json=schema(unique, version=version))
    assert api.get(f"/schema/{unique}").json()["version"] == 3
    api.post("/schema", json=schema(unique), params={"newVersion": True})
    listed = [each["version"] for each in api.get("/schema").json() if each["name"] == unique]
    assert listed == [0, 3, 4]
    assert api.delete(f"/schema/{unique}/3").status_code == 200
    assert api.get(f"/schema/{unique}/3").status_code == 404
    assert api.delete(f"/schema/{unique}/3").status_code == 404
    assert api.delete(f"/schema/{unique}").status_code == 200
    assert api.get(f"/schema/{unique}").status_code == 404
    assert api.delete(f"/schema/{unique}").status_code == 404


def test_several_in_one_request(api, unique):
    assert (
        api.post("/schema", json=[schema(f"{unique}-a"), schema(f"{unique}-b", type="AVRO")]).status_code
        == 200
    )
    assert api.get(f"/schema/{unique}-b").json()["type"] == "AVRO"


def test_a_short_list_leaves_the_data_out(api, unique):
    api.post("/schema", json=schema(unique))
    (found,) = [each for each in api.get("/schema", params={"short": True}).json() if each["name"] == unique]
    assert "data" not in found


@pytest.mark.parametrize(
    "body", [{}, {"name": "a"}, {"type": "JSON"}, {"name": "a", "type": "YAML"}, "x", [1]]
)
def test_bad_schemas(api, body):
    assert api.post("/schema", json=body).status_code == 400


def test_a_task_definition_may_name_a_schema(api, unique):
    api.post("/schema", json=schema(f"{unique}_input"))
    body = {"name": unique, "inputSchema": {"name": f"{unique}_input", "version": 1}, "enforceSchema": True}
    api.post("/metadata/taskdefs", json=[body])
    found = api.get(f"/metadata/taskdefs/{unique}").json()
    assert (found["inputSchema"]["name"], found["inputSchema"]["version"]) == (f"{unique}_input", 1)
    assert "type" not in found["inputSchema"]
