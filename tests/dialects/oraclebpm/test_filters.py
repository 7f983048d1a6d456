"""The other filters, the order and the paging of the task list."""

from __future__ import annotations

import pytest
from tests.dialects.oraclebpm.conftest import Office

ALL = "assignment=ALL&status=ASSIGNED,COMPLETED"


@pytest.mark.parametrize(
    "query, words",
    [
        ("keyword=INVOICE", ["three", "two"]),
        ("keyword=100%25", ["one"]),
        ("keyword=0_%25", []),
        ("keyword=", ["five", "four", "one", "three", "two"]),
        ("pattern=ToDo", ["five"]),
        ("pattern=todo", ["five"]),
        ("pattern=Other", ["five", "four", "one", "three", "two"]),
        ("priority=1", ["five"]),
        ("priority=1&priority=2", ["five", "one"]),
        ("priority=1,4", ["five", "three"]),
        ("priority=1,any", ["five", "four", "one", "three", "two"]),
        ("outcome=approve", ["four"]),
        ("outcome=REJECT", []),
        ("applicationContext=fscm", ["one"]),
        ("applicationContext=FSCM", []),
        ("since=2031-01-01T00:00:00Z", []),
        ("since=2020-01-01", ["five", "four", "one", "three", "two"]),
        ("until=2020-01-01T00:00:00.000Z", []),
        ("until=2031-01-01T00:00:00%2B02:00", ["five", "four", "one", "three", "two"]),
        ("until=2031-01-01T00:00:00+02:00", ["five", "four", "one", "three", "two"]),
        ("updatedSince=2031-01-01", []),
        ("dueDateFrom=2031-05-05T12:00:00Z", ["five", "one"]),
        ("dueDateFrom=2031-05-05T12:00:00.001Z", ["five"]),
        ("dueDateTo=2031-05-05T12:00:00Z", ["one"]),
        ("dueDateFrom=2031-06-06%2011:58:59&dueDateTo=2031-06-06%2011:58:59", ["five"]),
        ("status=ASSIGNED", ["five", "four", "one", "three", "two"]),
        (
            "status=SUSPENDED,WITHDRAWN,EXPIRED,ERRORED,ALERTED,INFO_REQUESTED&assignment=ALL",
            ["five", "four", "one", "three", "two"],
        ),
    ],
)
def test_filters(office: Office, query: str, words: list[str]) -> None:
    assert office.words("root", f"assignment=ALL&status=ASSIGNED&status=COMPLETED&limit=0&{query}") == words


def test_status_alone_selects_the_state(office: Office) -> None:
    assert office.words("root", "assignment=ALL&status=COMPLETED&limit=0") == ["four"]
    assert office.words("root", "assignment=ALL&status=suspended&limit=0") == []


def test_filters_by_people_and_key(office: Office) -> None:
    ana, bob = office.name("ana"), office.name("bob")
    assert office.words("root", f"{ALL}&createdBy={ana.upper()}") == ["five", "four", "one", "three", "two"]
    assert office.words("root", f"{ALL}&createdBy={bob}") == []
    assert office.words("root", f"{ALL}&fromuser={bob}&fromuser={ana}") == [
        "five",
        "four",
        "one",
        "three",
        "two",
    ]
    assert office.words("root", f"{ALL}&fromuser={bob}") == []
    assert office.words("root", f"{ALL}&identificationKey=PO-{office.mark}") == ["one"]
    assert office.words("root", f"{ALL}&identificationKey=po-{office.mark}") == []


def test_the_bounds_of_since_and_until_are_open(empty_office: Office) -> None:
    office = empty_office
    number = office.create("Now", "bob")
    created = office.call("bob", "GET", f"/tasks/{number}").json()["metadata"]["createdDate"]
    assert office.numbers("bob", f"since={created}") == []
    assert office.numbers("bob", f"until={created}") == []
    assert office.numbers("bob", f"updatedSince={created}") == []


@pytest.mark.parametrize(
    "query",
    [
        "assignment=MINE",
        "status=DONE",
        "status=ASSIGNED,DONE",
        "priority=0",
        "priority=high",
        "since=yesterday",
        "until=2026-02-30",
        "dueDateFrom=2026-13-01T00:00:00Z",
        "dueDateTo=12:00",
        "updatedSince=x",
        "orderBy=title",
        "orderBy=priority:up",
        "fields=title",
        "limit=ten",
        "limit=1.5",
        "limit=99999999999",
        "limit=--1",
        "offset=x",
        "offset=123456789012345678901234567890",
        "totalResults=maybe",
        "metadataFlag=2",
        "showActionFlag=on",
        "showPermissionFlag=-1",
        "keyword=%00",
        "keyword=%ff",
    ],
)
def test_a_bad_value_is_refused_by_name(office: Office, query: str) -> None:
    answer = office.call("bob", "GET", f"/tasks?{query}")
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body["Type"] == "400"
    assert body["Message"] == body["detail"]
    assert set(body) == {"type", "title", "status", "detail", "errorCode", "Type", "Message"}
    if "%" not in query:
        assert body["errorCode"] == f"BPM-400-{query.partition('=')[0].upper()}"


@pytest.mark.parametrize(
    "assignment",
    ["MY", "GROUP", "MY_AND_GROUP", "MY_AND_GROUP_ALL", "REPORTEES", "OWNER", "REVIEWER", "CREATOR"],
)
def test_completed_needs_an_assignment_that_shows_finished_tasks(office: Office, assignment: str) -> None:
    answer = office.call("bob", "GET", f"/tasks?status=COMPLETED&assignment={assignment}")
    assert answer.status_code == 400
    assert "PREVIOUS" in answer.json()["detail"]


def test_unknown_parameters_are_ignored_and_named(office: Office) -> None:
    answer = office.call(
        "bob", "GET", "/tasks?onlyData=true&nonsense=1&updatedAfter=2020-01-01&limit=5&onlyData=x"
    )
    assert answer.status_code == 200
    assert answer.headers["x-taskyard-ignored-parameters"] == "onlyData, nonsense, updatedAfter"
    assert "x-taskyard-ignored-parameters" not in office.call("bob", "GET", "/tasks?limit=5").headers


def test_the_header_of_ignored_parameters_is_bounded(office: Office) -> None:
    query = "&".join(f"{'x' * 300}{index}=1" for index in range(150))
    header = office.call("bob", "GET", f"/tasks?{query}").headers["x-taskyard-ignored-parameters"]
    assert len(header) < 3000


def test_of_a_repeated_scalar_the_last_counts(office: Office) -> None:
    assert office.words("bob", "assignment=MY&assignment=GROUP") == ["two"]


@pytest.mark.parametrize(
    "order, words",
    [
        ("priority", ["five", "one", "two", "four", "three"]),
        ("priority:asc,tasknumber:desc", ["five", "one", "four", "two", "three"]),
        ("priority:desc", ["three", "four", "two", "one", "five"]),
        ("PRIORITY:DESC", ["three", "four", "two", "one", "five"]),
        ("dueDate", ["one", "five", "two", "three", "four"]),
        ("dueDate:desc", ["five", "one", "four", "three", "two"]),
        ("tasknumber", ["one", "two", "three", "four", "five"]),
        ("createdDate:desc", ["five", "four", "three", "two", "one"]),
        ("state,tasknumber", ["one", "two", "three", "five", "four"]),
        ("state:desc,tasknumber", ["four", "one", "two", "three", "five"]),
        ("outcome,tasknumber", ["four", "one", "two", "three", "five"]),
        ("category,tasknumber:desc", ["one", "five", "four", "three", "two"]),
        ("identificationKey,tasknumber", ["one", "two", "three", "four", "five"]),
        ("ecid,tasknumber", ["one", "two", "three", "four", "five"]),
        ("taskNameSpace:desc,tasknumber", ["one", "two", "three", "four", "five"]),
        ("taskDefinitionName,tasknumber", ["one", "two", "three", "four", "five"]),
        ("approvalDuration:desc,tasknumber", ["four", "one", "two", "three", "five"]),
        ("creator,fromUser,tasknumber", ["one", "two", "three", "four", "five"]),
        ("taskId", ["one", "two", "three", "four", "five"]),
    ],
)
def test_order(office: Office, order: str, words: list[str]) -> None:
    by_number = {number: word for word, number in office.tasks.items()}
    shown = office.numbers("bob", f"{ALL}&orderBy={order}")
    assert [by_number[number] for number in shown] == words


def test_owner_and_dates_sort_with_absent_values_last(office: Office) -> None:
    for direction in ("asc", "desc"):
        shown = office.numbers("bob", f"{ALL}&orderBy=ownerUser:{direction}")
        assert set(shown[:2]) == {office.tasks["one"], office.tasks["three"]}
    updated = office.numbers("bob", f"{ALL}&orderBy=updatedDate:desc")
    assert updated[0] == office.tasks["four"]


def test_without_an_order_the_newest_assignment_comes_first(office: Office) -> None:
    assert office.numbers("bob") == [office.tasks[word] for word in ("five", "two", "one")]


def test_pages(office: Office) -> None:
    first = office.call("bob", "GET", "/tasks?limit=2&orderBy=priority:asc")
    assert first.status_code == 206
    body = first.json()
    assert [item["number"] for item in body["items"]] == [office.tasks["five"], office.tasks["one"]]
    assert (body["count"], body["hasMore"], body["limit"], body["offset"]) == (2, True, 2, 0)
    assert (body["totalResult"], body["totalResults"]) == (True, 3)
    assert body["links"] == [
        {"rel": "self", "href": f"{office.server.url}/bpm/api/4.0/tasks?limit=2&orderBy=priority:asc"}
    ]
    last = office.call("bob", "GET", "/tasks?limit=2&offset=2")
    assert last.status_code == 200
    assert (last.json()["count"], last.json()["hasMore"]) == (1, False)
    beyond = office.call("bob", "GET", "/tasks?offset=50")
    assert beyond.status_code == 200
    assert (beyond.json()["items"], beyond.json()["totalResults"], beyond.json()["hasMore"]) == ([], 3, False)


@pytest.mark.parametrize(
    "query, count",
    [
        ("offset=-5&limit=-1", 3),
        ("limit=0", 3),
        ("limit=0&offset=1", 2),
        ("limit=5000", 3),
        ("limit=0&offset=9", 0),
    ],
)
def test_without_a_bound_everything_comes_in_one_page(office: Office, query: str, count: int) -> None:
    answer = office.call("bob", "GET", f"/tasks?{query}")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["count"], len(body["items"]), body["hasMore"], body["totalResults"]) == (
        count,
        count,
        False,
        3,
    )
    assert body["limit"] == (5000 if "5000" in query else 0)


def test_totals_are_left_out_on_request(office: Office) -> None:
    for more in ("", "&limit=0"):
        body = office.call("bob", "GET", f"/tasks?pattern=ToDo&priority=1&totalResults=false{more}").json()
        assert "totalResults" not in body
        assert body["totalResult"] is False
        assert body["count"] == 1


def test_pages_concatenate_to_the_whole(empty_office: Office) -> None:
    office = empty_office
    people = [
        {"title": f"Item {index}", "assignee": office.name("bob"), "priority": index % 5 + 1}
        for index in range(57)
    ]
    made = office.server.as_admin.post("/v1/tasks/batch", json={"tasks": people})
    assert made.status_code == 201
    whole = office.numbers("bob", "orderBy=priority:desc&limit=0")
    pages: list[int] = []
    offset = 0
    while True:
        answer = office.call("bob", "GET", f"/tasks?orderBy=priority:desc&limit=10&offset={offset}")
        body = answer.json()
        assert answer.status_code == (206 if body["hasMore"] else 200)
        assert body["hasMore"] == (offset + body["count"] < body["totalResults"])
        pages += [item["number"] for item in body["items"]]
        offset += 10
        if not body["hasMore"]:
            break
    assert pages == whole
    assert len(whole) == 57


def test_a_large_page_is_streamed_with_the_same_answer(empty_office: Office) -> None:
    office = empty_office
    tasks = [{"title": f"Item {index}", "assignee": office.name("bob")} for index in range(1205)]
    assert office.server.as_admin.post("/v1/tasks/batch", json={"tasks": tasks}).status_code == 201
    answer = office.call("bob", "GET", "/tasks?limit=1100&offset=5")
    body = answer.json()
    assert answer.status_code == 206
    assert (body["count"], len(body["items"]), body["hasMore"], body["totalResults"]) == (
        1100,
        1100,
        True,
        1205,
    )
    rest = office.call("bob", "GET", "/tasks?limit=1200&offset=1105")
    assert rest.status_code == 200
    assert (rest.json()["count"], rest.json()["hasMore"], rest.json()["totalResults"]) == (100, False, 1205)
