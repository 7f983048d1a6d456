"""What an item of the list holds."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from tests.conftest import Spawn
from tests.dialects.oraclebpm.conftest import MOUNT, Office

FIELDS = (
    "createdDate",
    "creator",
    "updatedDate",
    "fromUser",
    "tasknumber",
    "priority",
    "ownerUser",
    "state",
    "approvalDuration",
    "taskDefinitionName",
    "taskNameSpace",
    "taskId",
    "category",
    "assignedDate",
    "dueDate",
    "outcome",
    "ecid",
    "identificationKey",
)

RELS = {"self", "cancel", "forceCancel", "hold", "release", "subscribe", "permissions", "executionStatus"}
STATES = {"submitted", "working", "input-required", "completed", "canceled", "failed", "unknown"}


def item_of(office: Office, who: str, word: str, query: str = "") -> dict[str, Any]:
    states = f"assignment=ALL&status=ASSIGNED,COMPLETED&limit=0&createdBy={office.name('ana')}"
    answer = office.call(who, "GET", f"/tasks?{states}&{query}").json()
    return next(item for item in answer["items"] if item["id"] == uid_of(office, word))


def uid_of(office: Office, word: str) -> str:
    return office.call("root", "GET", f"/tasks/{office.tasks[word]}").json()["id"]


def test_the_documented_task(office: Office) -> None:
    item = item_of(office, "bob", "one")
    assert item["kind"] == "task"
    assert item["contextId"] == item["id"] == item["taskId"]
    assert item["final"] is False
    assert item["artifacts"] == []
    assert item["history"] == []
    status = item["status"]
    assert status["state"] == "input-required"
    assert status["timestamp"] == item["metadata"]["updatedDate"]
    assert status["message"]["kind"] == "message"
    assert status["message"]["role"] == "agent"
    assert status["message"]["taskId"] == item["id"]
    assert status["message"]["contextId"] == item["contextId"]
    assert status["message"]["parts"] == [{"kind": "text", "type": "text", "text": "Approve order 100%"}]


def test_a_finished_task_is_final_and_has_its_outcome_as_artifact(office: Office) -> None:
    item = item_of(office, "bob", "four")
    assert item["final"] is True
    assert item["status"]["state"] == "completed"
    assert item["artifacts"][0]["parts"] == [{"kind": "text", "type": "text", "text": "APPROVE"}]
    assert (item["state"], item["outcome"]) == ("COMPLETED", "APPROVE")
    assert item["approvalDuration"] >= 0


def test_metadata_holds_the_attributes_under_the_names_of_fields(office: Office) -> None:
    metadata = item_of(office, "bob", "one")["metadata"]
    assert set(FIELDS) <= set(metadata)
    assert metadata["tasknumber"] == office.tasks["one"]
    assert metadata["creator"] == metadata["fromUser"] == office.name("ana")
    assert metadata["ownerUser"] == office.name("mia")
    assert metadata["state"] == "ASSIGNED"
    assert metadata["priority"] == 2
    assert metadata["dueDate"] == "2031-05-05T12:00:00.000Z"
    assert metadata["taskDefinitionName"] == office.name("Order")
    assert metadata["taskNameSpace"] == "http://orders"
    assert metadata["category"] == "Purchasing"
    assert metadata["ecid"] == "ecid-1"
    assert metadata["identificationKey"] == f"PO-{office.mark}"
    assert metadata["outcome"] is None
    assert metadata["approvalDuration"] == 0
    assert metadata["assignees"] == [{"id": office.name("bob"), "type": "user"}]
    more = {
        "title",
        "acquiredBy",
        "pattern",
        "processId",
        "processName",
        "processDefId",
        "applicationContext",
    }
    assert set(metadata) == {*FIELDS, *more, "assignees", "percentageComplete", "hasSubTasksFlag"}


def test_the_flat_copy_reads_as_deployed_clients_expect(office: Office) -> None:
    item = item_of(office, "bob", "one")
    assert item["number"] == office.tasks["one"]
    assert item["title"] == "Approve order 100%"
    assert item["createdBy"] == item["creator"] == item["fromUserName"] == office.name("ana")
    assert item["dueDate"] == "2031-05-05 12:00:00"
    assert len(item["createdDate"]) == len("2031-05-05 12:00:00")
    assert item["taskNamespace"] == "http://orders"
    assert item["applicationContext"] == "fscm"
    assert item["rootTaskNumber"] == str(item["number"])
    assert item["hasSubTasksFlag"] is False
    assert (item["length"], item["rel"], item["href"]) == (0, "self", None)
    assignee = item["assignees"]["items"][0]
    assert (assignee["id"], assignee["type"], assignee["rel"]) == (office.name("bob"), "user", "assignee")
    assert item["assignees"]["hasMore"] is False


def test_acquired_by_tells_claimed_from_given(office: Office) -> None:
    assert item_of(office, "bob", "one")["metadata"]["acquiredBy"] is None
    three = item_of(office, "bob", "three")
    assert three["metadata"]["acquiredBy"] == office.name("carl")
    assert three["assignees"]["items"][0]["id"] == office.name("finance")
    assert (three["ownerUser"], three["ownerRole"]) == (None, office.name("finance"))


@pytest.mark.parametrize("query", ["fields=priority,tasknumber", "fields=TASKNUMBER&fields=Priority"])
def test_fields_cuts_metadata_and_flat_copy(office: Office, query: str) -> None:
    item = item_of(office, "bob", "five", query)
    assert item["metadata"] == {"tasknumber": office.tasks["five"], "priority": 1}
    assert {"kind", "id", "contextId", "status", "links"} <= set(item)
    assert (item["number"], item["priority"]) == (office.tasks["five"], 1)
    assert not {"title", "state", "createdDate", "assignees", "outcome"} & set(item)


def test_every_field_can_be_asked_for_alone(office: Office) -> None:
    for field in FIELDS:
        assert list(item_of(office, "bob", "one", f"fields={field}")["metadata"]) == [field]


def test_the_metadata_flag_fills_the_details_url(office: Office) -> None:
    url = f"{office.server.url}{MOUNT}/tasks/{office.tasks['five']}"
    item = item_of(office, "bob", "five", "metadataFlag=TRUE")
    assert item["metadata"]["taskDetailsUrl"] == item["href"] == url
    assert "taskDetailsUrl" not in item_of(office, "bob", "five", "metadataFlag=0")["metadata"]
    assert item_of(office, "bob", "five", "metadataFlag=1&fields=state")["metadata"]["taskDetailsUrl"] == url


def test_the_action_list_depends_on_caller_and_state(office: Office) -> None:
    def ids(who: str, word: str) -> list[str]:
        return [
            entry["actionId"] for entry in item_of(office, who, word, "showActionFlag=true")["actionList"]
        ]

    outcomes = ["APPROVE", "REJECT", "OK", "SUBMIT"]
    assert ids("bob", "one") == outcomes
    assert ids("bob", "two") == ["ACQUIRE"]
    assert ids("bob", "three") == []
    assert ids("bob", "four") == []
    assert ids("ana", "one") == []
    assert ids("root", "two") == ["ACQUIRE"]
    assert "actionList" not in item_of(office, "bob", "one")
    entry = item_of(office, "bob", "one", "showActionFlag=true")["actionList"][0]
    assert entry == {"actionId": "APPROVE", "actionType": "Custom", "title": "Approve", "length": 0}


def test_permissions_are_shown_on_request(office: Office) -> None:
    item = item_of(office, "bob", "two", "showPermissionFlag=true")
    assert item["permissions"] == {"items": ["READ", "COMMENT", "ACQUIRE"]}
    assert item_of(office, "ana", "two", "showPermissionFlag=true")["permissions"]["items"] == [
        "READ",
        "COMMENT",
    ]
    assert "permissions" not in item_of(office, "bob", "two")


def test_the_permissions_link_leads_to_them(office: Office) -> None:
    links = {link["rel"]: link["href"] for link in item_of(office, "bob", "two")["links"]}
    answer = office.people["bob"].client.get(links["permissions"])
    assert (answer.status_code, answer.json()) == (200, {"items": ["READ", "COMMENT", "ACQUIRE"]})
    assert office.call("mia", "GET", f"/tasks/{office.tasks['two']}/permissions").status_code == 404


def test_links_follow_state_and_rights(office: Office) -> None:
    def rels(who: str, word: str) -> set[str]:
        return {link["rel"] for link in item_of(office, who, word)["links"]}

    always = {"self", "permissions", "executionStatus"}
    assert rels("bob", "one") == {*always, "subscribe"}
    assert rels("ana", "one") == {*always, "subscribe", "cancel"}
    assert rels("mia", "one") == {*always, "subscribe", "cancel", "hold"}
    assert rels("root", "one") == {*always, "subscribe", "cancel", "forceCancel", "hold"}
    assert rels("root", "four") == always
    url = f"{office.server.url}{MOUNT}/tasks/{office.tasks['one']}"
    hrefs = {link["rel"]: link["href"] for link in item_of(office, "mia", "one")["links"]}
    assert (hrefs["self"], hrefs["hold"]) == (url, f"{url}/hold")


def test_every_answer_fits_the_published_schema(office: Office) -> None:
    document = office.server.get("/openapi/oraclebpm.json").json()
    schema = {"$ref": "#/components/schemas/Collection", "components": document["components"]}
    queries = (
        "",
        "?limit=2",
        "?limit=0",
        "?fields=state&totalResults=false",
        "?assignment=ALL&status=COMPLETED",
    )
    for query in queries:
        body = office.call("bob", "GET", f"/tasks{query}").json()
        jsonschema.validate(body, schema)
        assert body["count"] == len(body["items"])
        assert all(item["kind"] == "task" and item["status"]["state"] in STATES for item in body["items"])
        links = [link for item in body["items"] for link in item["links"]] + body["links"]
        assert {link["rel"] for link in links} <= RELS


def test_both_versions_answer_alike_with_their_own_links(office: Office) -> None:
    client = office.people["bob"].client
    new, old = (client.get(f"/bpm/api/{version}/tasks").json() for version in ("4.0", "3.0"))
    assert [item["number"] for item in new["items"]] == [item["number"] for item in old["items"]]
    assert old["items"][0]["links"][0]["href"].startswith(f"{office.server.url}/bpm/api/3.0/tasks/")
    assert new["items"][0]["links"][0]["href"].startswith(f"{office.server.url}/bpm/api/4.0/tasks/")


@pytest.mark.parametrize(
    "style, absent, present", [("a2a", "number", "metadata"), ("flat", "kind", "number")]
)
def test_the_style_of_items_is_a_setting(spawn: Spawn, style: str, absent: str, present: str) -> None:
    server = spawn(oracle_item_style=style, oracle_partial_content="false")
    for title in ("One", "Two"):
        assert (
            server.as_admin.post("/v1/tasks", json={"title": title, "assignee": "admin"}).status_code == 201
        )
    answer = server.as_admin.get(f"{MOUNT}/tasks?limit=1")
    assert (answer.status_code, answer.json()["hasMore"]) == (200, True)
    item = answer.json()["items"][0]
    assert absent not in item
    assert present in item
