"""Task definitions over HTTP: register, change, read, list, remove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "data" / "conductor"

SEED_MEMBERS = {
    "ownerApp": "billing",
    "description": "resizes a picture",
    "retryCount": 0,
    "timeoutSeconds": 0,
    "inputKeys": ["url"],
    "outputKeys": ["size"],
    "timeoutPolicy": "RETRY",
    "retryLogic": "FIXED",
    "retryDelaySeconds": 0,
    "responseTimeoutSeconds": 1,
    "concurrentExecLimit": 0,
    "inputTemplate": {"additionalProp1": {}, "nothing": None},
    "rateLimitPerFrequency": 0,
    "rateLimitFrequencyInSeconds": 0,
    "isolationGroupId": "group",
    "executionNameSpace": "space",
    "ownerEmail": "john.doe@acme.example",
    "pollTimeoutSeconds": 0,
    "backoffScaleFactor": 1,
    "totalTimeoutSeconds": 0,
    "inputSchema": {
        "ownerApp": "app",
        "createTime": 1,
        "updateTime": 2,
        "createdBy": "a",
        "updatedBy": "b",
        "name": "in",
        "version": 0,
        "type": "JSON",
        "data": {"additionalProp1": {}},
        "externalRef": "ref",
    },
    "outputSchema": {
        "name": "out",
        "version": 0,
        "type": "AVRO",
        "data": {},
        "createTime": 0,
        "updateTime": 0,
    },
    "enforceSchema": True,
}
"""Every member of the documented response but for the stamps and the tags."""


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [each["name"] for each in response.json()]


def test_every_documented_member_comes_back(api, unique):
    sent = SEED_MEMBERS | {"name": unique, "tags": [{"key": "team", "value": unique}], "overwriteTags": True}
    answer = api.post("/metadata/taskdefs", json=[sent])
    assert (answer.status_code, answer.content) == (200, b"")
    (found,) = api.get("/metadata/taskdefs", params={"tagValue": unique, "metadata": "true"}).json()
    assert {name: found[name] for name in sent} == sent
    assert found["createdBy"] == "admin"
    assert found["createTime"] > 1_600_000_000_000
    assert found["updateTime"] == 0


def test_defaults_are_filled_in_by_the_server(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "enforceSchema": False}])
    found = api.get(f"/metadata/taskdefs/{unique}").json()
    assert (found["retryCount"], found["responseTimeoutSeconds"], found["retryDelaySeconds"]) == (3, 3600, 60)
    assert (found["rateLimitPerFrequency"], found["rateLimitFrequencyInSeconds"]) == (0, 1)
    assert (found["inputKeys"], found["inputTemplate"]) == ([], {})
    assert not {"description", "concurrentExecLimit", "tags", "overwriteTags", "updatedBy"} & found.keys()


def test_registering_again_replaces_and_keeps_the_maker(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique, "description": "old", "retryCount": 7}])
    before = api.get(f"/metadata/taskdefs/{unique}").json()
    assert api.post("/metadata/taskdefs", json=[{"name": unique}]).status_code == 200
    after = api.get(f"/metadata/taskdefs/{unique}").json()
    assert after["retryCount"] == 3
    assert "description" not in after
    assert after["createTime"] == before["createTime"]
    assert after["updateTime"] >= before["createTime"]
    assert after["updatedBy"] == "admin"


def test_put_replaces_only_what_is_there(api, unique):
    missing = api.put("/metadata/taskdefs", json={"name": unique})
    assert missing.status_code == 404
    assert missing.json()["message"] == f"No such task by name {unique}"
    api.post("/metadata/taskdefs", json=[{"name": unique}])
    assert api.put("/metadata/taskdefs", json={"name": unique, "retryCount": 9}).content == b""
    assert api.get(f"/metadata/taskdefs/{unique}").json()["retryCount"] == 9


def test_delete(api, unique):
    api.post("/metadata/taskdefs", json=[{"name": unique}])
    assert api.delete(f"/metadata/taskdefs/{unique}").status_code == 200
    gone = api.get(f"/metadata/taskdefs/{unique}")
    assert gone.status_code == 404
    assert gone.json()["message"] == f"No such taskType found by name: {unique}"
    again = api.delete(f"/metadata/taskdefs/{unique}")
    assert again.status_code == 404
    assert again.json()["message"] == f"No such task definition: {unique}"
    assert unique not in names(api.get("/metadata/taskdefs"))


def test_names_may_hold_anything_printable(api, unique):
    from urllib.parse import quote

    name = f"{unique} ü%/?#'\"<{{}}"
    assert api.post("/metadata/taskdefs", json=[{"name": name}]).status_code == 200
    assert api.get(f"/metadata/taskdefs/{quote(name, safe='')}").json()["name"] == name


def test_the_list_is_whole_and_in_order(api, unique):
    wanted = [f"{unique}-{place:04}" for place in range(300)]
    api.post("/metadata/taskdefs", json=[{"name": name} for name in reversed(wanted)])
    listed = names(api.get("/metadata/taskdefs"))
    assert [name for name in listed if name.startswith(unique)] == wanted
    assert listed == sorted(listed)


def test_a_registration_is_all_or_nothing(api, unique):
    refused = api.post(
        "/metadata/taskdefs", json=[{"name": unique}, {"name": f"{unique}b", "retryCount": -1}]
    )
    assert refused.status_code == 400
    assert api.get(f"/metadata/taskdefs/{unique}").status_code == 404


def test_one_name_twice_in_a_registration_counts_once(api, unique):
    both = [{"name": unique, "retryCount": 1}, {"name": unique, "retryCount": 2}]
    assert api.post("/metadata/taskdefs", json=both).status_code == 200
    assert api.get(f"/metadata/taskdefs/{unique}").json()["retryCount"] == 2


def test_real_definitions_come_back_equal(api):
    sent = json.loads((DATA / "taskdefs_e2e.json").read_text())
    assert api.post("/metadata/taskdefs", json=sent).status_code == 200
    for each in sent:
        found = api.get(f"/metadata/taskdefs/{each['name']}").json()
        stamped = {"createTime", "createdBy"}
        assert {name: found[name] for name in each if name not in stamped} == {
            name: value for name, value in each.items() if name not in stamped
        }


@pytest.mark.parametrize(
    "params, expected",
    [
        ({"tagKey": "team"}, ["a", "b"]),
        ({"tagKey": "team", "tagValue": "blue"}, ["b"]),
        ({"tagValue": "blue"}, ["b", "c"]),
        ({"tagKey": "area", "tagValue": "red"}, []),
        ({"tagKey": "Team"}, []),
        ({"tagKey": ""}, ["a", "b", "c", "d"]),
        ({}, ["a", "b", "c", "d"]),
    ],
)
def test_tag_filters(api, unique, params, expected):
    tags = {"a": {"team": "red"}, "b": {"team": "blue"}, "c": {"area": "blue"}, "d": {}}
    body = [
        {
            "name": f"{unique}-{name}",
            "tags": [{"key": f"{key}", "value": f"{value}"} for key, value in pairs.items()],
        }
        for name, pairs in tags.items()
    ]
    api.post("/metadata/taskdefs", json=body)
    listed = names(api.get("/metadata/taskdefs", params=params))
    assert [name[-1] for name in listed if name.startswith(unique)] == expected


def test_tags_are_shown_only_when_asked_for(api, unique):
    tag = {"key": "k", "value": unique}
    api.post("/metadata/taskdefs", json=[{"name": unique, "tags": [tag]}])
    (plain,) = api.get("/metadata/taskdefs", params={"tagValue": unique}).json()
    assert not {"tags", "overwriteTags"} & plain.keys()
    (tagged,) = api.get("/metadata/taskdefs", params={"tagValue": unique, "metadata": True}).json()
    assert (tagged["tags"], tagged["overwriteTags"]) == ([tag], True)
    assert api.get(f"/metadata/taskdefs/{unique}", params={"metadata": "true"}).json()["tags"] == [tag]


def test_tags_of_a_definition_are_replaced_or_added(api, unique):
    def put(**more: Any) -> list[str]:
        assert api.post("/metadata/taskdefs", json=[{"name": unique} | more]).status_code == 200
        return [tag["value"] for tag in api.get(f"/metadata/task/{unique}/tags").json()]

    assert put(tags=[{"key": "k", "value": "1"}]) == ["1"]
    assert put(tags=[{"key": "k", "value": "2"}], overwriteTags=False) == ["1", "2"]
    assert put() == ["1", "2"]
    assert put(tags=[{"key": "k", "value": "3"}]) == ["3"]
    assert put(tags=[]) == []


def test_many_definitions_in_one_request(api, unique):
    wanted = [
        {"name": f"{unique}-{place}", "tags": [{"key": "bulk", "value": unique}]} for place in range(1000)
    ]
    assert api.post("/metadata/taskdefs", json=wanted).status_code == 200
    assert api.post("/metadata/taskdefs", json=wanted).status_code == 200
    assert len(names(api.get("/metadata/taskdefs", params={"tagKey": "bulk", "tagValue": unique}))) == 1000
