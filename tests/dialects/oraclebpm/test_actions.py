"""One task, and what can be done with it."""

from __future__ import annotations

import pytest
from tests.dialects.oraclebpm.conftest import Office


def test_a_task_is_found_by_number_and_by_id(office: Office) -> None:
    by_number = office.call("bob", "GET", f"/tasks/{office.tasks['one']}")
    assert by_number.status_code == 200
    by_id = office.call("bob", "GET", f"/tasks/{by_number.json()['id']}")
    assert by_id.content == by_number.content
    assert office.call("bob", "GET", f"/tasks/{by_number.json()['id'].upper()}").status_code == 200
    assert [entry["actionId"] for entry in by_number.json()["actionList"]][:2] == ["APPROVE", "REJECT"]
    assert by_number.headers["etag"] == by_id.headers["etag"]


@pytest.mark.parametrize(
    "reference", ["999999999", "nobody", "0", "-1", "99999999999999999999999", "%2e%2e", "1'--"]
)
def test_an_unknown_task_is_not_found(office: Office, reference: str) -> None:
    for method, body in (("GET", None), ("PUT", {"action": {"id": "ACQUIRE"}})):
        answer = office.call("bob", method, f"/tasks/{reference}", json=body)
        assert answer.status_code == 404
        assert answer.json()["errorCode"] == "BPM-404-UNKNOWN_TASK"


def test_a_task_of_others_is_not_found(empty_office: Office) -> None:
    number = empty_office.create("Private", "bob")
    assert empty_office.call("carl", "GET", f"/tasks/{number}").status_code == 404
    assert empty_office.act("carl", number, "APPROVE").status_code == 404
    assert empty_office.call("bob", "GET", f"/tasks/{number}").json()["state"] == "ASSIGNED"


def test_acquire_then_approve(empty_office: Office) -> None:
    office = empty_office
    number = office.create("Shared", "@finance")
    early = office.act("bob", number, "APPROVE")
    assert (early.status_code, early.json()["errorCode"]) == (409, "BPM-409-NOT_ACQUIRED")
    acquired = office.act("bob", number, "ACQUIRE")
    assert (acquired.status_code, acquired.json()["state"]) == (200, "ASSIGNED")
    assert acquired.json()["metadata"]["acquiredBy"] == office.name("bob")
    again = office.act("bob", number, "acquire")
    assert again.status_code == 200
    other = office.act("carl", number, "ACQUIRE")
    assert (other.status_code, other.json()["Type"]) == (409, "409")
    foreign = office.act("carl", number, "APPROVE")
    assert foreign.status_code == 403
    comment = {"commentStr": "looks right", "commentScope": "TASK"}
    done = office.act("bob", number, "APPROVE", comment=comment, payload={"amount": 12})
    body = done.json()
    assert done.status_code == 200
    assert (body["state"], body["outcome"], body["status"]["state"]) == ("COMPLETED", "APPROVE", "completed")
    assert body["artifacts"][0]["parts"] == [
        {"kind": "text", "type": "text", "text": "APPROVE"},
        {"kind": "data", "data": {"amount": 12}},
    ]
    assert body["actionList"] == []
    late = office.act("bob", number, "REJECT")
    assert late.status_code == 409
    assert office.words("bob", "assignment=PREVIOUS&status=COMPLETED") == []
    assert number in office.numbers("bob", "assignment=PREVIOUS&status=COMPLETED&outcome=APPROVE")


def test_a_rejected_request_is_a_completed_task(empty_office: Office) -> None:
    number = empty_office.create("Holiday", "bob")
    body = empty_office.act("bob", number, "REJECT").json()
    assert (body["state"], body["outcome"], body["status"]["state"]) == ("COMPLETED", "REJECT", "completed")


def test_an_admin_may_finish_for_somebody(empty_office: Office) -> None:
    number = empty_office.create("Late", "bob")
    assert empty_office.act("root", number, "APPROVE").status_code == 200


def test_the_outcomes_are_those_of_the_definition(empty_office: Office) -> None:
    office = empty_office
    key = office.name("Release")
    declared = {"key": key, "outcomes": ["Ship", "HOLD_BACK"], "category": "Release"}
    assert office.server.as_admin.post("/v1/definitions", json=declared).status_code == 201
    grant = {
        "subject": office.name("ana"),
        "action": "execute",
        "target_type": "definition",
        "target": f"human:{key}",
    }
    assert office.server.as_admin.post("/v1/grants", json=grant).status_code == 201
    number = office.create("Ship it", "bob", taskDefinitionName=key)
    shown = office.call("bob", "GET", f"/tasks/{number}").json()
    assert [entry["actionId"] for entry in shown["actionList"]] == ["Ship", "HOLD_BACK"]
    assert shown["category"] == "Release"
    assert office.act("bob", number, "APPROVE").status_code == 400
    assert office.act("bob", number, "ship").json()["outcome"] == "Ship"


@pytest.mark.parametrize(
    "action", ["RELEASE", "REASSIGN", "suspend", "WITHDRAW", "INFO_REQUEST", "SKIP", "PUSHBACK"]
)
def test_other_documented_actions_are_refused_as_not_served(office: Office, action: str) -> None:
    answer = office.act("bob", office.tasks["one"], action)
    assert answer.status_code == 501
    assert answer.json()["errorCode"] == "BPM-501-ACTION_NOT_SERVED"
    assert office.call("bob", "GET", f"/tasks/{office.tasks['one']}").json()["state"] == "ASSIGNED"


@pytest.mark.parametrize(
    "body",
    [
        {"action": {"id": "COMPLETE"}},
        {"action": {"id": "EXPIRE"}},
        {"action": {"id": "FROBNICATE"}},
        {"action": {"id": ""}},
        {"action": "APPROVE"},
        {},
        {"action": {"id": "APPROVE"}, "comment": "ok"},
        {"action": {"id": "APPROVE"}, "comment": {"commentStr": 1}},
        {"action": {"id": "ACQUIRE"}, "identities": [{"id": "bob", "type": "user"}]},
        {"action": {"id": "ACQUIRE"}, "payload": {"a": 1}},
        {"action": {"id": "APPROVE"}, "payload": [1]},
        {"action": {"id": "APPROVE"}, "surprise": 1},
    ],
)
def test_a_bad_action_changes_nothing(office: Office, body: dict[str, object]) -> None:
    answer = office.call("bob", "PUT", f"/tasks/{office.tasks['one']}", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["Type"] == "400"
    assert office.call("bob", "GET", f"/tasks/{office.tasks['one']}").json()["state"] == "ASSIGNED"


def test_a_changed_task_is_not_overwritten(empty_office: Office) -> None:
    office = empty_office
    number = office.create("Shared", "@finance")
    seen = office.call("bob", "GET", f"/tasks/{number}").headers["etag"]
    assert office.act("bob", number, "ACQUIRE").status_code == 200
    client = office.people["bob"].client
    path, body = f"/bpm/api/4.0/tasks/{number}", {"action": {"id": "APPROVE"}}
    assert client.put(path, json=body, headers={"If-Match": seen}).status_code == 412
    assert client.put(path, json=body, headers={"If-Match": '"other"'}).status_code == 412
    now = client.get(path).headers["etag"]
    assert client.put(path, json=body, headers={"If-Match": now}).status_code == 200


def test_one_action_on_many_tasks(empty_office: Office) -> None:
    office = empty_office
    first, second = office.create("First", "@finance"), office.create("Second", "@finance")
    taken = office.create("Taken", "@finance")
    office.act("carl", taken, "ACQUIRE")
    body = {"tasks": [str(first), second, taken, 999999999], "action": {"id": "ACQUIRE"}}
    answer = office.call("bob", "PUT", "/tasks", json=body)
    assert answer.status_code == 200
    assert [item["status"] for item in answer.json()["items"]] == ["Success", "Success", "Failed", "Failed"]
    assert answer.json()["items"][0]["title"] == "First"
    assert "acquired by" in answer.json()["items"][2]["errorMessage"]
    assert answer.json()["user"]["href"].endswith(f"/identities/user/{office.name('bob')}")
    done = office.call("bob", "PUT", "/tasks", json={"tasks": [first, second], "action": {"id": "APPROVE"}})
    assert [item["status"] for item in done.json()["items"]] == ["Success", "Success"]
    assert office.numbers("bob") == []


@pytest.mark.parametrize(
    "body",
    [
        {"tasks": [999999999], "action": {"id": "ACQUIRE"}},
        {"tasks": [], "action": {"id": "ACQUIRE"}},
        {"action": {"id": "ACQUIRE"}},
        {"tasks": [1], "action": {"id": "NONSENSE"}},
    ],
)
def test_a_bulk_action_that_does_nothing_is_an_error(office: Office, body: dict[str, object]) -> None:
    assert office.call("bob", "PUT", "/tasks", json=body).status_code == 400


def test_a_bulk_action_that_is_not_served_says_so(office: Office) -> None:
    body = {"tasks": [office.tasks["one"]], "action": {"id": "REASSIGN"}, "identities": [{"id": "x"}]}
    assert office.call("bob", "PUT", "/tasks", json=body).status_code == 501
