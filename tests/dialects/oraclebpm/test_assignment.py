"""`assignment`: whose tasks a list shows."""

from __future__ import annotations

import pytest
from tests.dialects.oraclebpm.conftest import Office


@pytest.mark.parametrize(
    "who, query, words",
    [
        ("bob", "", ["five", "one", "two"]),
        ("bob", "assignment=MY_AND_GROUP", ["five", "one", "two"]),
        ("bob", "assignment=my_and_group", ["five", "one", "two"]),
        ("bob", "assignment=", ["five", "one", "two"]),
        ("bob", "assignment=MY", ["five", "one"]),
        ("bob", "assignment=GROUP", ["two"]),
        ("bob", "assignment=MY_AND_GROUP_ALL", ["five", "one", "three", "two"]),
        ("carl", "", ["three", "two"]),
        ("carl", "assignment=MY", ["three"]),
        ("mia", "assignment=REPORTEES", ["five", "one"]),
        ("bob", "assignment=REPORTEES", []),
        ("mia", "assignment=OWNER", ["one"]),
        ("carl", "assignment=OWNER", ["three"]),
        ("ana", "assignment=REVIEWER", ["two"]),
        ("bob", "assignment=REVIEWER", []),
        ("ana", "assignment=CREATOR", ["five", "one", "three", "two"]),
        ("bob", "assignment=PREVIOUS&status=COMPLETED", ["four"]),
        ("bob", "assignment=PREVIOUS", []),
        ("carl", "assignment=PREVIOUS&status=ASSIGNED,COMPLETED", []),
        (
            "root",
            "assignment=ADMIN&status=ASSIGNED&status=COMPLETED&limit=0",
            ["five", "four", "one", "three", "two"],
        ),
        ("bob", "assignment=ALL&status=ASSIGNED,COMPLETED", ["five", "four", "one", "three", "two"]),
        ("mia", "assignment=ALL&status=ASSIGNED,COMPLETED", ["five", "four", "one"]),
        ("ana", "", []),
    ],
)
def test_assignment_selects_by_the_relation_to_the_caller(
    office: Office, who: str, query: str, words: list[str]
) -> None:
    assert office.words(who, query) == words


def test_a_task_offered_to_one_user_only_is_that_users_own(empty_office: Office) -> None:
    offered = {"title": "Offer", "candidate_users": [empty_office.name("bob")]}
    number = empty_office.server.as_admin.post("/v1/tasks", json=offered).json()["id"]
    assert empty_office.numbers("bob", "assignment=MY") == [number]
    assert empty_office.numbers("mia", "assignment=REPORTEES") == [number]


def test_several_user_assignees_are_nobodys_own_and_no_group(empty_office: Office) -> None:
    number = empty_office.create("Either", "bob", "carl")
    assert empty_office.numbers("bob", "assignment=MY") == []
    assert empty_office.numbers("bob", "assignment=GROUP") == []
    assert empty_office.numbers("bob") == [number]
    assert empty_office.numbers("carl") == [number]


def test_acquiring_takes_a_task_off_the_desks_of_the_others(empty_office: Office) -> None:
    number = empty_office.create("Shared", "@finance")
    assert empty_office.numbers("carl", "assignment=GROUP") == [number]
    assert empty_office.act("bob", number, "ACQUIRE").status_code == 200
    assert empty_office.numbers("carl", "assignment=GROUP") == []
    assert empty_office.numbers("carl") == []
    assert empty_office.numbers("carl", "assignment=MY_AND_GROUP_ALL") == [number]
    assert empty_office.numbers("bob", "assignment=MY") == [number]


def test_groups_count_through_groups(empty_office: Office) -> None:
    office = empty_office
    parent = office.name("everybody")
    made = office.server.as_admin.post(
        "/v1/groups", json={"name": parent, "groups": [office.name("finance")]}
    )
    assert made.status_code == 201
    number = office.create("For all", "@everybody")
    assert office.numbers("bob", "assignment=GROUP") == [number]


def test_managers_see_the_reports_of_their_reports(empty_office: Office) -> None:
    office = empty_office
    office.server.user(office.name("zoe"), "pw")
    changed = office.server.as_admin.patch(
        f"/v1/users/{office.name('mia')}", json={"manager": office.name("zoe")}
    )
    assert changed.status_code == 200
    number = office.create("Deep", "bob")
    own = office.create("Own", "mia")
    office.people["zoe"] = office.people["mia"]._replace(
        client=office.server.basic(office.name("zoe"), "pw"), name=office.name("zoe")
    )
    assert sorted(office.numbers("zoe", "assignment=REPORTEES")) == sorted([number, own])
    assert office.numbers("mia", "assignment=REPORTEES") == [number]


def test_admin_needs_the_administrator_role(office: Office) -> None:
    answer = office.call("bob", "GET", "/tasks?assignment=ADMIN")
    assert answer.status_code == 403
    assert answer.json()["errorCode"] == "BPM-403-NOT_ADMIN"


def test_strangers_see_nothing_whatever_they_ask(empty_office: Office) -> None:
    office = empty_office
    office.create("Secret", "bob")
    for assignment in (
        "MY",
        "GROUP",
        "MY_AND_GROUP",
        "MY_AND_GROUP_ALL",
        "OWNER",
        "REVIEWER",
        "PREVIOUS",
        "ALL",
    ):
        assert office.numbers("carl", f"assignment={assignment}") == []
