"""Filters and orders of the data manager, against what Python says about the same tasks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.labelstudio import corpus as corpora
from tests.dialects.labelstudio.conftest import NewProject
from tests.dialects.labelstudio.corpus import PARENTS, Corpus, choice
from tests.server import Server

Task = dict[str, Any]
Check = Callable[[Task], bool]
EARLY, LATE = "2000-01-01T00:00:00.000000Z", "2100-01-01T00:00:00.000000Z"


@pytest.fixture(scope="module")
def corpus(server: Server) -> Corpus:
    client = server.client(headers={"Authorization": f"Token {server.token}"})
    return corpora.build(server, client, "filters")


def item(column: str, operator: str, type: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": type, "value": value, **more}


def ask(corpus: Corpus, items: list[dict[str, Any]], conjunction: str = "and", **rest: Any) -> httpx.Response:
    query = {"filters": {"conjunction": conjunction, "items": items}, **rest}
    return corpus.ls.get(
        "/api/tasks/",
        params={"project": corpus.project, "query": json.dumps(query), "include": "id", "page_size": PARENTS},
    )


def found(corpus: Corpus, items: list[dict[str, Any]], conjunction: str = "and", **rest: Any) -> list[int]:
    answer = ask(corpus, items, conjunction, **rest)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["tasks"])
    return [task["id"] for task in body["tasks"]]


def expected(corpus: Corpus, check: Check) -> list[int]:
    return [task["id"] for task in corpus.tasks if check(task)]


NUMBERS: dict[str, Callable[[Task], float | None]] = {
    "id": lambda t: t["id"],
    "inner_id": lambda t: t["inner_id"],
    "total_annotations": lambda t: t["total_annotations"],
    "cancelled_annotations": lambda t: t["cancelled_annotations"],
    "total_predictions": lambda t: t["total_predictions"],
    "predictions_score": lambda t: t["predictions_score"],
    "avg_lead_time": lambda t: t["avg_lead_time"],
    "overlap": lambda t: t["overlap"],
    "comment_count": lambda t: t["comment_count"],
    "unresolved_comment_count": lambda t: t["unresolved_comment_count"],
    "annotators_count": lambda t: t["annotators_count"],
    "reviewers_count": lambda t: t["reviewers_count"],
    "reviews_accepted": lambda t: t["reviews_accepted"],
    "reviews_rejected": lambda t: t["reviews_rejected"],
    "comment_authors_count": lambda t: t["comment_authors_count"],
    "review_time": lambda t: t["review_time"],
    "agreement": lambda t: t["agreement"],
    "data.rank": lambda t: t["data"]["rank"],
}
ZEROS = {"predictions_score", "avg_lead_time", "agreement", "data.rank"}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "equal": lambda a, b: a == b,
    "less": lambda a, b: a < b,
    "greater": lambda a, b: a > b,
    "less_or_equal": lambda a, b: a <= b,
    "greater_or_equal": lambda a, b: a >= b,
}


@pytest.mark.parametrize("column", NUMBERS)
def test_numbers(corpus: Corpus, column: str) -> None:
    value_of = NUMBERS[column]
    known = sorted({v for t in corpus.tasks if (v := value_of(t)) is not None})
    middle = known[len(known) // 2] if known else 1
    for value in (middle, str(middle), 0, 0.5):
        for operator, holds in COMPARISONS.items():
            check = lambda t, o=holds, v=value: (x := value_of(t)) is not None and o(x, float(v))
            assert found(corpus, [item(column, operator, "Number", value)]) == expected(corpus, check), (
                operator
            )
    unequal = lambda t: value_of(t) != middle
    assert found(corpus, [item(column, "not_equal", "Number", middle)]) == expected(corpus, unequal)
    bounds = {"min": middle, "max": middle + 3}
    inside = lambda t: (x := value_of(t)) is not None and middle <= x <= middle + 3
    assert found(corpus, [item(column, "in", "Number", bounds)]) == expected(corpus, inside)
    assert found(corpus, [item(column, "not_in", "Number", bounds)]) == expected(
        corpus, lambda t: not inside(t)
    )
    listed = lambda t: value_of(t) in (middle, -1)
    assert found(corpus, [item(column, "in_list", "Number", [middle, -1])]) == expected(corpus, listed)
    assert found(corpus, [item(column, "not_in_list", "Number", [middle, -1])]) == expected(
        corpus, lambda t: not listed(t)
    )
    empty = (
        (lambda t: value_of(t) is None)
        if column in ZEROS | {"id", "inner_id"}
        else (lambda t: not value_of(t))
    )
    for yes in (True, "true"):
        assert found(corpus, [item(column, "empty", "Number", yes)]) == expected(corpus, empty)
    assert found(corpus, [item(column, "empty", "Number", False)]) == expected(corpus, lambda t: not empty(t))
    assert found(corpus, [item(column, "exists", "Number", None)]) == expected(corpus, lambda t: not empty(t))
    assert found(corpus, [item(column, "not_exists", "Number", None)]) == expected(corpus, empty)


@pytest.mark.parametrize("column", ["created_at", "updated_at", "completed_at", "last_comment_updated_at"])
def test_moments(corpus: Corpus, column: str) -> None:
    known = sorted({t[column] for t in corpus.tasks if t[column]})
    middle = known[len(known) // 2]
    for operator, holds in COMPARISONS.items():
        check = lambda t, o=holds: t[column] is not None and o(t[column], middle)
        assert found(corpus, [item(column, operator, "Datetime", middle)]) == expected(corpus, check), (
            operator
        )
    some = lambda t: t[column] is not None
    assert found(corpus, [item(column, "in", "Datetime", {"min": EARLY, "max": LATE})]) == expected(
        corpus, some
    )
    assert found(corpus, [item(column, "not_in", "Datetime", {"min": EARLY, "max": LATE})]) == expected(
        corpus, lambda t: t[column] is None
    )
    assert found(corpus, [item(column, "empty", "Datetime", True)]) == expected(corpus, lambda t: not some(t))
    assert found(corpus, [item(column, "not_equal", "Datetime", middle)]) == expected(
        corpus, lambda t: t[column] != middle
    )


TEXTS: list[tuple[str, str, str, Any, Check]] = [
    ("data.text", "contains", "String", "LINE 1", lambda t: "line 1" in t["data"]["text"].lower()),
    ("data.text", "not_contains", "String", "line 1", lambda t: "line 1" not in t["data"]["text"].lower()),
    ("data.text", "contains", "String", "%", lambda t: False),
    ("data.text", "contains", "String", "_ine", lambda t: False),
    ("data.text", "equal", "String", "Line 7 of the Book", lambda t: t["data"]["rank"] == 7),
    ("data.text", "equal", "String", "line 7 of the book", lambda t: False),
    ("data.text", "not_equal", "String", "Line 7 of the Book", lambda t: t["data"]["rank"] != 7),
    (
        "data.text",
        "regex",
        "String",
        "^Line [12]\\d? ",
        lambda t: bool(re.search("^Line [12]\\d? ", t["data"]["text"])),
    ),
    ("data.text", "regex", "String", "line", lambda t: False),
    ("data.text", "regex", "String", "(((", lambda t: False),
    ("data.text", "starts_with", "String", "LINE 4", lambda t: t["data"]["text"].startswith("Line 4")),
    ("data.text", "ends_with", "String", "the book", lambda t: True),
    ("data.text", "in_list", "String", ["Line 1 of the Book", "x"], lambda t: t["data"]["rank"] == 1),
    ("data.text", "not_in_list", "String", ["Line 1 of the Book", "x"], lambda t: t["data"]["rank"] != 1),
    ("data.optional", "empty", "String", True, lambda t: not t["data"].get("optional")),
    ("data.optional", "empty", "String", "false", lambda t: bool(t["data"].get("optional"))),
    ("data.optional", "equal", "String", "Value 4", lambda t: t["data"].get("optional") == "Value 4"),
    ("data.optional", "not_equal", "String", "Value 4", lambda t: t["data"].get("optional") != "Value 4"),
    (
        "data.optional",
        "not_contains",
        "String",
        "value",
        lambda t: "Value" not in t["data"].get("optional", ""),
    ),
    ("data.tags", "contains", "List", "red", lambda t: "tags" in t["data"]),
    ("data.tags", "contains", "List", "t12", lambda t: "t12" in t["data"].get("tags", [])),
    ("data.nowhere", "equal", "String", "x", lambda t: False),
    ("data.nowhere", "not_equal", "String", "x", lambda t: True),
    ("data.nowhere", "greater", "Number", 0, lambda t: False),
    ("data.text", "equal", "Number", 3, lambda t: False),
    ("file_upload", "empty", "String", True, lambda t: True),
    ("storage_filename", "contains", "String", "a", lambda t: False),
    ("state", "equal", "String", "COMPLETED", lambda t: t["is_labeled"]),
    ("state", "equal", "String", "CREATED", lambda t: not t["is_labeled"]),
    ("is_labeled", "equal", "Boolean", True, lambda t: t["is_labeled"]),
    ("is_labeled", "not_equal", "Boolean", "true", lambda t: not t["is_labeled"]),
    ("draft_exists", "equal", "Boolean", "true", lambda t: t["draft_exists"]),
    ("ground_truth", "equal", "Boolean", False, lambda t: not t["ground_truth"]),
    ("reviewed", "equal", "Boolean", True, lambda t: t["reviewed"]),
    ("comments", "contains", "String", "100% OF", lambda t: "100%" in t["comments"]),
    ("comments", "empty", "String", False, lambda t: t["comments"] != ""),
    (
        "annotations_results",
        "contains",
        "String",
        "Positive",
        lambda t: "Positive" in t["annotations_results"],
    ),
    ("annotations_results", "contains", "String", "positive", lambda t: False),
    (
        "annotations_results",
        "not_contains",
        "String",
        "Positive",
        lambda t: "Positive" not in t["annotations_results"],
    ),
    (
        "annotations_results",
        "equal",
        "String",
        json.dumps(choice("Negative")),
        lambda t: any(a["result"] == choice("Negative") for a in t["annotations"]),
    ),
    ("annotations_results", "empty", "String", True, lambda t: t["annotations"] == []),
    ("predictions_results", "contains", "String", "Negative", lambda t: t["total_predictions"] > 0),
    (
        "predictions_model_versions",
        "contains",
        "List",
        ["el-1"],
        lambda t: "el-1" in t["predictions_model_versions"],
    ),
    ("predictions_model_versions", "contains", "List", ["x", "model"], lambda t: t["total_predictions"] > 0),
    ("predictions_model_versions", "not_contains", "List", ["model"], lambda t: not t["total_predictions"]),
    (
        "predictions_model_versions",
        "equal",
        "String",
        "model-0",
        lambda t: t["predictions_model_versions"] == "model-0",
    ),
    ("predictions_model_versions", "empty", "List", True, lambda t: not t["total_predictions"]),
    ("annotators", "empty", "List", True, lambda t: not t["annotators"]),
    ("reviewers", "empty", "List", False, lambda t: t["reviewed"]),
    ("updated_by", "empty", "List", True, lambda t: not t["updated_by"]),
]


@pytest.mark.parametrize(("column", "operator", "type", "value", "check"), TEXTS)
def test_text_lists_and_booleans(
    corpus: Corpus, column: str, operator: str, type: str, value: Any, check: Check
) -> None:
    assert found(corpus, [item(column, operator, type, value)]) == expected(corpus, check)


def test_people_and_ids(corpus: Corpus) -> None:
    anna, rosa = corpus.anna.id, corpus.reviewer.id
    ids = [t["annotations"][0]["id"] for t in corpus.tasks if t["annotations"]]
    text = f"{ids[0]} {ids[1]},{ids[2]};{ids[3]}"
    for column, operator, value, check in (
        ("annotators", "contains", anna, lambda t: anna in t["annotators"]),
        ("annotators", "not_contains", str(anna), lambda t: anna not in t["annotators"]),
        ("reviewers", "contains", rosa, lambda t: {"user_id": rosa} in t["reviewers"]),
        ("comment_authors", "contains", anna, lambda t: {"user_id": anna} in t["comment_authors"]),
        ("updated_by", "contains", anna, lambda t: {"user_id": anna} in t["updated_by"]),
        ("updated_by", "not_contains", anna, lambda t: {"user_id": anna} not in t["updated_by"]),
        (
            "annotations_ids",
            "contains",
            text,
            lambda t: any(str(i) in t["annotations_ids"].split(",") for i in ids[:4]),
        ),
        ("annotations_ids", "not_contains", ids, lambda t: not t["annotations_ids"]),
    ):
        assert found(corpus, [item(column, operator, "List", value)]) == expected(corpus, check), (
            column,
            operator,
        )


def test_conjunctions_children_and_foreign_items(corpus: Corpus) -> None:
    low = item("data.rank", "less", "Number", 6)
    even = item("data.source", "equal", "String", "s0")
    assert found(corpus, [low, even]) == expected(
        corpus, lambda t: t["data"]["rank"] < 6 and t["data"]["source"] == "s0"
    )
    assert found(corpus, [low, even], "or") == expected(
        corpus, lambda t: t["data"]["rank"] < 6 or t["data"]["source"] == "s0"
    )
    child = {**item("data.source", "equal", "String", "s1"), "child_filter": low}
    assert found(corpus, [child]) == expected(corpus, lambda t: t["data"]["rank"] in (1,))
    assert found(corpus, [{"filter": "filter:other:x", "operator": "equal", "value": 1}, low]) == expected(
        corpus, lambda t: t["data"]["rank"] < 6
    )
    assert len(found(corpus, [])) == PARENTS


@pytest.mark.parametrize("form", ["-tasks:{}", "tasks:-{}", "-{}", "tasks:{}", "{}"])
@pytest.mark.parametrize("column", ["predictions_score", "completed_at", "inner_id", "total_annotations"])
def test_order_has_absent_values_last_and_ties_by_id(corpus: Corpus, column: str, form: str) -> None:
    down = "-" in form
    present = [t for t in corpus.tasks if t[column] is not None]
    ordered = sorted(present, key=lambda t: (t[column], t["id"]), reverse=down)
    absent = sorted((t["id"] for t in corpus.tasks if t[column] is None), reverse=down)
    answer = found(corpus, [], ordering=[form.format(column), "id"])
    assert answer == [t["id"] for t in ordered] + absent


def test_order_by_data_is_textual_unless_the_view_says_number(corpus: Corpus) -> None:
    ranks = {t["id"]: t["data"]["rank"] for t in corpus.tasks}
    textual = [ranks[i] for i in found(corpus, [], ordering=["tasks:data.rank"])]
    assert textual == sorted(ranks.values(), key=str)
    typed = found(corpus, [], ordering=["tasks:data.rank"], columnsDisplayType={"tasks:data.rank": "Number"})
    assert [ranks[i] for i in typed] == sorted(ranks.values())


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (item("nope", "equal", "String", "x"), "Cannot resolve keyword 'nope'"),
        (item("a__b", "equal", "String", "x"), "__"),
        (item("id", "equal", "Number", None), "not null"),
        (item("id", "equal", "Number", "many"), "could not convert"),
        (item("id", "equal", "Number", True), "not a number"),
        (item("id", "sounds_like", "Number", 1), 'Operator \\"sounds_like\\"'),
        (item("id", "in", "Number", [1, 2]), "min"),
        (item("created_at", "greater", "Datetime", "yesterday"), "does not match format"),
        (item("is_labeled", "equal", "Boolean", "perhaps"), "not a boolean"),
        (item("data.text", "equal", "String", "a\0b"), "Null characters"),
        ("text", "every filter must be an object"),
        ({"operator": "equal", "value": 1}, "filter:tasks:"),
        (
            {
                **item("id", "less", "Number", 1),
                "child_filter": {**item("id", "less", "Number", 1), "child_filter": {}},
            },
            "",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(corpus: Corpus, bad: Any, words: str) -> None:
    answer = ask(corpus, [bad])
    assert answer.status_code == 400, answer.text
    assert words in answer.text


@pytest.mark.parametrize("pattern", ["x{300}", "\\pL{4} \\d", "(?P<n>Line) 7 "])
def test_patterns_that_the_database_refuses(corpus: Corpus, pattern: str) -> None:
    """SQLite takes RE2 patterns, PostgreSQL its own; what only one of them takes is an answer or a refusal."""
    answer = ask(corpus, [item("data.text", "regex", "String", pattern)])
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or "refuses the pattern" in answer.text


def test_long_values_are_searched_in_their_first_part(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    long = "x" * 5_000
    ls.post(f"/api/projects/{number}/import", json=[{"text": long}, {"text": "short"}])
    query = {"filters": {"conjunction": "and", "items": [item("data.text", "equal", "String", long)]}}
    answer = ls.get("/api/tasks/", params={"project": number, "query": json.dumps(query)})
    assert [task["data"]["text"] for task in answer.json()["tasks"]] == [long]


operators = st.sampled_from(
    ["equal", "not_equal", "contains", "not_contains", "regex", "starts_with", "in_list", "empty"]
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    operator=operators,
    value=words,
    column=st.sampled_from(["data.text", "comments", "predictions_model_versions"]),
)
def test_any_text_is_answered(corpus: Corpus, operator: str, value: str, column: str) -> None:
    answer = ask(corpus, [item(column, operator, "String", value)])
    assert answer.status_code in (200, 400)
    assert "validation_errors" not in answer.text


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(["min", "max", "x"]), v)
)
columns = st.sampled_from(
    [
        *NUMBERS,
        "created_at",
        "annotators",
        "annotations_ids",
        "annotations_results",
        "state",
        "reviewed",
        "comments",
    ]
)
every = st.sampled_from(
    [
        "equal",
        "not_equal",
        "less",
        "greater",
        "less_or_equal",
        "greater_or_equal",
        "in",
        "not_in",
        "in_list",
        "not_in_list",
        "contains",
        "not_contains",
        "regex",
        "empty",
        "exists",
        "starts_with",
        "ends_with",
    ]
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=columns,
    operator=every,
    type=st.sampled_from(["Number", "String", "Datetime", "List", "Boolean"]),
    value=values,
)
def test_any_value_is_answered_or_refused(
    corpus: Corpus, column: str, operator: str, type: str, value: Any
) -> None:
    answer = ask(corpus, [item(column, operator, type, value)])
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    "query",
    [
        '{"filters": {"items": [{"filter": "filter:tasks:data.text", "operator": "equal", "value": "\\ud800"}]}}',
        '{"filters": {"items": [{"filter": "filter:tasks:id", "operator": "equal", "value": 1e999}]}}',
        '{"filters": {"items": [{"filter": "filter:tasks:id", "operator": ["equal"], "value": 1}]}}',
        '{"filters": {"items": [{"filter": "filter:tasks:data.", "operator": "equal", "value": 1}]}}',
        '{"filters": {"items": {"a": 1}}}',
        '{"selectedItems": {"all": false, "included": ["x"]}}',
        '{"selectedItems": {"all": true, "excluded": 5}}',
        '{"ordering": ["+id"]}',
        '{"ordering": [""]}',
        "[" * 500 + "]" * 500,
        '"',
    ],
)
def test_odd_queries_are_refused(corpus: Corpus, query: str) -> None:
    answer = corpus.ls.get("/api/tasks/", params={"project": corpus.project, "query": query})
    assert answer.status_code == 400, answer.text
    assert answer.json()["status_code"] == 400
