"""One process definition: reading it, its XML and picture, suspending, keeping history, deleting."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.camunda7.models import DEFINITION, DEPLOYMENT, deployed, failure, fresh, listed, process

NO_ID = "No matching definition with id {}"
NO_KEY = "No matching process definition with key: {} and {}"


def only(client: Any, **params: str) -> dict[str, Any]:
    items = listed(client, **params)
    assert len(items) == 1
    return items[0]


def test_by_id_and_by_key(server: Any) -> None:
    key = fresh()
    for _ in range(2):
        deployed(server.as_admin, {"a.bpmn": process(key, name="A")})
    newest = only(server.as_admin, key=key, latestVersion="true")
    assert server.as_admin.get(f"{DEFINITION}/{newest['id']}").json() == newest
    assert server.as_admin.get(f"{DEFINITION}/key/{key}").json() == newest
    oldest = only(server.as_admin, key=key, version="1")
    assert server.as_admin.get(f"{DEFINITION}/{oldest['id']}").json() == oldest


def test_a_key_means_the_one_without_tenant(server: Any) -> None:
    key, tenant = fresh(), fresh("tenant-")
    deployed(server.as_admin, {"a.bpmn": process(key)}, tenant_id=tenant)
    failure(
        server.as_admin.get(f"{DEFINITION}/key/{key}"),
        404,
        "RestException",
        NO_KEY.format(key, "no tenant-id"),
    )
    found = server.as_admin.get(f"{DEFINITION}/key/{key}/tenant-id/{tenant}").json()
    assert (found["key"], found["tenantId"]) == (key, tenant)
    other = server.as_admin.get(f"{DEFINITION}/key/{key}/tenant-id/other")
    failure(other, 404, "RestException", NO_KEY.format(key, "tenant-id: other"))


@pytest.mark.parametrize("tail", ["", "/xml", "/diagram"])
def test_unknown(server: Any, tail: str) -> None:
    answer = server.as_admin.get(f"{DEFINITION}/nothing{tail}")
    failure(answer, 404, "InvalidRequestException", NO_ID.format("nothing"))
    answer = server.as_admin.get(f"{DEFINITION}/key/nothing{tail}")
    failure(answer, 404, "RestException", NO_KEY.format("nothing", "no tenant-id"))


def test_a_long_key_shrinks_the_id_to_a_uuid(server: Any) -> None:
    key = fresh() + "x" * 40
    deployed(server.as_admin, {"a.bpmn": process(key)})
    found = only(server.as_admin, key=key)
    assert len(found["id"]) == 36
    assert server.as_admin.get(f"{DEFINITION}/{found['id']}").json()["key"] == key


def test_the_xml_is_what_was_deployed(server: Any) -> None:
    key = fresh()
    content = process(key, name="Größe ☃ &lt;")
    deployed(server.as_admin, {"a.bpmn": content})
    found = server.as_admin.get(f"{DEFINITION}/key/{key}/xml")
    assert found.headers["content-type"] == "application/json"
    body = found.json()
    assert body["bpmn20Xml"].encode() == content
    assert body["id"].startswith(f"{key}:1:")
    assert server.as_admin.get(f"{DEFINITION}/{body['id']}/xml").json() == body


def test_pictures(server: Any) -> None:
    one, two, three = fresh(), fresh(), fresh()
    files = {
        "one.bpmn": process(one),
        "one.png": b"\x89PNG one",
        "two.bpmn20.xml": process(two),
        f"two.{two}.svg": b"<svg/>",
        "two.png": b"less exact",
        "three.bpmn": process(three),
        "elsewhere.png": b"other",
    }
    deployed(server.as_admin, files)
    first = server.as_admin.get(f"{DEFINITION}/key/{one}/diagram")
    assert (first.status_code, first.content) == (200, b"\x89PNG one")
    assert first.headers["content-type"] == "image/png"
    second = server.as_admin.get(f"{DEFINITION}/key/{two}/diagram")
    assert (second.content, second.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert second.headers["content-disposition"].startswith("attachment")
    third = server.as_admin.get(f"{DEFINITION}/key/{three}/diagram")
    assert (third.status_code, third.content) == (204, b"")
    assert [
        server.as_admin.get(f"{DEFINITION}/key/{key}").json()["diagram"] for key in (one, two, three)
    ] == [
        "one.png",
        f"two.{two}.svg",
        None,
    ]


def test_suspend_and_activate(server: Any) -> None:
    key = fresh()
    for _ in range(3):
        deployed(server.as_admin, {"a.bpmn": process(key)})

    def suspended() -> list[int]:
        items = listed(server.as_admin, key=key, suspended="true", sortBy="version", sortOrder="asc")
        return [item["version"] for item in items]

    first = only(server.as_admin, key=key, version="1")["id"]
    answer = server.as_admin.put(f"{DEFINITION}/{first}/suspended", json={"suspended": True})
    assert (answer.status_code, answer.content) == (204, b"")
    assert suspended() == [1]
    server.as_admin.put(f"{DEFINITION}/key/{key}/suspended", json={"suspended": True})
    assert suspended() == [1, 3]
    body = {"processDefinitionKey": key, "suspended": True, "includeProcessInstances": True}
    assert server.as_admin.put(f"{DEFINITION}/suspended", json=body).status_code == 204
    assert suspended() == [1, 2, 3]
    assert server.as_admin.put(f"{DEFINITION}/suspended", json=body | {"suspended": False}).status_code == 204
    assert suspended() == []
    assert server.as_admin.get(f"{DEFINITION}/{first}").json()["suspended"] is False


def test_suspending_needs_a_known_definition_and_a_key(server: Any) -> None:
    answer = server.as_admin.put(f"{DEFINITION}/nothing/suspended", json={"suspended": True})
    failure(answer, 404, "InvalidRequestException", NO_ID.format("nothing"))
    answer = server.as_admin.put(f"{DEFINITION}/suspended", json={"suspended": True})
    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")
    body = {"suspended": True, "processDefinitionId": "x"}
    answer = server.as_admin.put(f"{DEFINITION}/suspended", json=body)
    message = "Only processDefinitionKey can be set to update the suspension state."
    failure(answer, 400, "InvalidRequestException", message)


def test_suspending_at_a_date(server: Any) -> None:
    key = fresh()
    deployed(server.as_admin, {"a.bpmn": process(key)})
    path = f"{DEFINITION}/key/{key}/suspended"
    past = {"suspended": True, "executionDate": "2020-01-01T00:00:00.000+0000"}
    assert server.as_admin.put(path, json=past).status_code == 204
    future = {"suspended": False, "executionDate": "2999-01-01T00:00:00.000+0000"}
    refused = server.as_admin.put(path, json=future)
    assert (refused.status_code, refused.json()["type"]) == (501, "RestException")
    assert only(server.as_admin, key=key)["suspended"] is True
    broken = server.as_admin.put(path, json={"suspended": False, "executionDate": "tomorrow"})
    assert broken.status_code == 400


def test_history_time_to_live(server: Any) -> None:
    key = fresh()
    deployed(server.as_admin, {"a.bpmn": process(key)})
    found = only(server.as_admin, key=key)
    assert found["historyTimeToLive"] is None
    path = f"{DEFINITION}/{found['id']}/history-time-to-live"
    assert server.as_admin.put(path, json={"historyTimeToLive": 13}).status_code == 204
    assert only(server.as_admin, key=key)["historyTimeToLive"] == 13
    path = f"{DEFINITION}/key/{key}/history-time-to-live"
    assert server.as_admin.put(path, json={"historyTimeToLive": None}).status_code == 204
    assert only(server.as_admin, key=key)["historyTimeToLive"] is None
    for wrong in (-1, 2**31, "P5D", 1.5):
        answer = server.as_admin.put(path, json={"historyTimeToLive": wrong})
        assert answer.status_code == 400, wrong
    assert only(server.as_admin, key=key)["historyTimeToLive"] is None


def test_deleting_one_version(server: Any) -> None:
    key = fresh()
    for _ in range(3):
        deployed(server.as_admin, {"a.bpmn": process(key, candidateStarterUsers="ann")})
    newest = server.as_admin.get(f"{DEFINITION}/key/{key}").json()
    answer = server.as_admin.delete(f"{DEFINITION}/{newest['id']}", params={"cascade": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert server.as_admin.get(f"{DEFINITION}/{newest['id']}").status_code == 404
    left = only(server.as_admin, key=key, latestVersion="true")
    assert left["version"] == 2
    assert server.as_admin.get(f"{DEPLOYMENT}/{newest['deploymentId']}").status_code == 200
    deployed(server.as_admin, {"a.bpmn": process(key)})
    assert [item["version"] for item in listed(server.as_admin, key=key)] == [1, 2, 3]


def test_deleting_all_versions_of_a_key(server: Any) -> None:
    key, tenant = fresh(), fresh("tenant-")
    for _ in range(2):
        deployed(server.as_admin, {"a.bpmn": process(key)})
        deployed(server.as_admin, {"a.bpmn": process(key)}, tenant_id=tenant)
    assert server.as_admin.delete(f"{DEFINITION}/key/{key}").status_code == 204
    assert {item["tenantId"] for item in listed(server.as_admin, key=key)} == {tenant}
    assert server.as_admin.delete(f"{DEFINITION}/key/{key}/tenant-id/{tenant}").status_code == 204
    assert listed(server.as_admin, key=key) == []
    deployed(server.as_admin, {"a.bpmn": process(key)})
    assert only(server.as_admin, key=key)["version"] == 1


@pytest.mark.parametrize("path", ["nothing", "key/nothing", "key/nothing/tenant-id/t"])
def test_deleting_what_is_not_there(server: Any, path: str) -> None:
    answer = server.as_admin.delete(f"{DEFINITION}/{path}")
    assert answer.status_code == 404
    assert answer.json()["type"] in ("InvalidRequestException", "RestException")


def test_a_flag_that_is_no_flag_deletes_nothing(server: Any) -> None:
    key = fresh()
    deployed(server.as_admin, {"a.bpmn": process(key)})
    answer = server.as_admin.delete(f"{DEFINITION}/key/{key}", params={"cascade": "perhaps"})
    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")
    assert len(listed(server.as_admin, key=key)) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"suspended": "yes"}', b"\xff"])
def test_bodies_that_are_no_bodies(server: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = server.as_admin.put(f"{DEFINITION}/suspended", content=body, headers=headers)
    failure(answer, 400, "InvalidRequestException", "")
