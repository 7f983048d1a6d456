"""`GET /api/tasks/`: shapes by role, totals, pages, parameters and refusals."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema
import pytest
from tests.dialects.labelstudio import corpus as corpora
from tests.dialects.labelstudio.conftest import TEXT_CONFIG, NewProject
from tests.dialects.labelstudio.corpus import PARENTS, Corpus, choice
from tests.server import Server

FULL_REQUIRED = {
    "agreement",
    "agreement_selected",
    "annotations",
    "annotations_ids",
    "annotations_results",
    "annotators",
    "annotators_count",
    "comment_authors",
    "comment_authors_count",
    "comments",
    "created_at",
    "data",
    "drafts",
    "file_upload",
    "id",
    "predictions",
    "predictions_model_versions",
    "predictions_results",
    "review_time",
    "reviewers",
    "reviewers_count",
    "storage_filename",
    "updated_at",
    "updated_by",
}
FULL_OPTIONAL = {
    "avg_lead_time",
    "cancelled_annotations",
    "comment_count",
    "completed_at",
    "draft_exists",
    "ground_truth",
    "inner_id",
    "is_labeled",
    "last_comment_updated_at",
    "meta",
    "overlap",
    "predictions_score",
    "project",
    "reviewed",
    "reviews_accepted",
    "reviews_rejected",
    "total_annotations",
    "total_predictions",
    "unresolved_comment_count",
}
ANNOTATOR = {
    "annotations",
    "annotations_results",
    "cancelled_annotations",
    "comment_count",
    "comments",
    "created_at",
    "data",
    "draft_exists",
    "drafts",
    "id",
    "predictions",
    "predictions_results",
    "predictions_score",
    "reviews_rejected",
    "total_annotations",
    "total_predictions",
    "unresolved_comment_count",
}


@pytest.fixture(scope="module")
def corpus(server: Server) -> Corpus:
    client = server.client(headers={"Authorization": f"Token {server.token}"})
    return corpora.build(server, client, "list")


def listed(client: httpx.Client, project: int, **params: Any) -> dict[str, Any]:
    answer = client.get("/api/tasks/", params={"project": project, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: httpx.Client, **params: Any) -> tuple[int, str]:
    answer = client.get("/api/tasks/", params=params)
    body = answer.json()
    assert body["status_code"] == answer.status_code
    assert set(body) - {"validation_errors"} == {"id", "status_code", "version", "detail", "exc_info"}
    return answer.status_code, str(body.get("validation_errors", body["detail"]))


def test_envelope_has_exact_totals(corpus: Corpus) -> None:
    page = listed(corpus.ls, corpus.project, page_size=3)
    assert list(page) == ["total_annotations", "total_predictions", "total", "tasks"]
    assert page["total"] == PARENTS
    assert page["total_annotations"] == PARENTS // 2 - 1
    assert page["total_predictions"] == PARENTS // 3
    assert [task["inner_id"] for task in page["tasks"]] == [1, 2, 3]


def test_totals_are_of_the_filtered_set(corpus: Corpus) -> None:
    query = {"filters": {"conjunction": "and", "items": [less_than_ten()]}}
    page = listed(corpus.ls, corpus.project, page_size=2, query=json.dumps(query))
    assert (page["total"], page["total_annotations"], page["total_predictions"]) == (10, 5, 4)


def less_than_ten() -> dict[str, Any]:
    return {"filter": "filter:tasks:data.rank", "operator": "less", "type": "Number", "value": 10}


@pytest.mark.parametrize("fields", ["all", "task_only"])
def test_owner_and_reviewer_get_the_full_shape(corpus: Corpus, fields: str) -> None:
    for client in (corpus.ls, corpus.reviewer.ls):
        for task in listed(client, corpus.project, fields=fields)["tasks"]:
            assert set(task) >= FULL_REQUIRED | FULL_OPTIONAL


@pytest.mark.parametrize("fields", ["all", "task_only"])
def test_annotator_gets_only_the_annotator_shape(corpus: Corpus, fields: str) -> None:
    for task in listed(corpus.anna.ls, corpus.project, fields=fields)["tasks"]:
        assert set(task) == ANNOTATOR


def test_annotator_sees_only_own_annotations_and_drafts(corpus: Corpus) -> None:
    page = listed(corpus.anna.ls, corpus.project, fields="all")
    assert page["total"] == PARENTS
    authors = {a["completed_by"] for task in page["tasks"] for a in task["annotations"]}
    assert authors == {corpus.anna.id}
    assert sum(len(task["annotations"]) for task in page["tasks"]) == PARENTS // 4
    assert [len(task["drafts"]) for task in page["tasks"]][:3] == [0, 1, 0]
    bert = listed(corpus.bert.ls, corpus.project, fields="all")["tasks"]
    assert {a["completed_by"] for task in bert for a in task["annotations"]} == {corpus.bert.id}
    assert all(not task["drafts"] for task in bert)
    assert "Positive" not in "".join(task["annotations_results"] for task in bert)


def test_annotator_sees_tasks_assigned_to_nobody_or_to_them(
    corpus: Corpus, project: NewProject, ls: httpx.Client
) -> None:
    number = project(title="Assigned")
    for who in (corpus.anna, corpus.bert):
        ls.post(f"/api/projects/{number}/members/", json={"user": who.id, "role": "AN"})
    free = ls.post("/api/tasks/", json={"project": number, "data": {"text": "free"}}).json()["id"]
    assigned = ls.post("/api/tasks/", json={"project": number, "data": {"text": "assigned"}}).json()["id"]
    given = {"type": "AN", "users": [corpus.anna.id]}
    made = ls.post(f"/api/projects/{number}/tasks/{assigned}/assignees", json=given)
    assert made.status_code == 201, made.text
    seen = {who.id: listed(who.ls, number, include="id")["tasks"] for who in (corpus.anna, corpus.bert)}
    assert seen[corpus.anna.id] == [{"id": free}, {"id": assigned}]
    assert seen[corpus.bert.id] == [{"id": free}]


def test_predictions_are_hidden_from_annotators_when_the_project_says_so(
    corpus: Corpus, project: NewProject, ls: httpx.Client
) -> None:
    number = project(show_collab_predictions=False)
    ls.post(f"/api/projects/{number}/members/", json={"user": corpus.anna.id, "role": "AN"})
    given = {"data": {"text": "x"}, "predictions": [{"result": choice("Positive"), "score": 0.5}]}
    ls.post(f"/api/projects/{number}/import", json=[given])
    assert listed(corpus.anna.ls, number, fields="all")["tasks"][0]["predictions"] == []
    assert len(listed(ls, number, fields="all")["tasks"][0]["predictions"]) == 1


def test_everything_is_filled_in_with_fields_all(corpus: Corpus) -> None:
    task = corpus.tasks[4]
    assert task["annotators"] == [corpus.anna.id]
    assert task["annotations_ids"] == str(task["annotations"][0]["id"])
    assert task["annotations_results"] == (
        "[{from_name: sentiment, to_name: text, type: choices, value: {choices: [Negative]}}]"
    )
    assert task["avg_lead_time"] == 2.0
    assert task["is_labeled"] is True
    assert task["completed_at"] == task["annotations"][0]["created_at"]
    assert task["reviewed"] is True
    assert (task["reviews_accepted"], task["reviews_rejected"]) == (1, 0)
    assert task["reviewers"] == [{"user_id": corpus.reviewer.id}]
    assert task["comments"] == "Well done"
    assert task["comment_authors"] == [{"user_id": corpus.reviewer.id}]
    assert task["annotations"][0]["last_action"] == "accepted"
    assert corpus.tasks[6]["reviews_rejected"] == 1
    skipped = corpus.tasks[10]
    assert (skipped["cancelled_annotations"], skipped["total_annotations"]) == (1, 0)
    assert (skipped["is_labeled"], skipped["completed_at"]) == (False, None)
    predicted = corpus.tasks[9]
    assert (predicted["predictions_score"], predicted["predictions_model_versions"]) == (0.09, "model-1")
    assert corpus.tasks[1]["draft_exists"] is True
    assert corpus.tasks[1]["drafts"] == []


def test_annotation_has_the_documented_members(corpus: Corpus) -> None:
    (annotation,) = corpus.tasks[4]["annotations"]
    name = corpus.anna.user.name
    assert annotation["created_username"] == f"{name.capitalize()} {name}@example.com, {corpus.anna.id}"
    assert annotation["created_ago"].endswith("\xa0minutes") or annotation["created_ago"].endswith(
        "\xa0minute"
    )
    assert set(annotation) >= {
        "id",
        "result",
        "created_username",
        "created_ago",
        "completed_by",
        "was_cancelled",
        "ground_truth",
        "created_at",
        "updated_at",
        "draft_created_at",
        "lead_time",
        "import_id",
        "last_action",
        "bulk_created",
        "task",
        "project",
        "updated_by",
        "parent_prediction",
        "parent_annotation",
        "last_created_by",
    }


def test_names_of_people_are_those_of_now(corpus: Corpus, server: Server) -> None:
    name = corpus.bert.user.name
    before = listed(corpus.ls, corpus.project, fields="all")["tasks"][2]["annotations"][0]["created_username"]
    assert before.startswith(name.capitalize())
    changed = server.as_admin.post(
        "/v1/users", json={"name": name, "first_name": "Berta", "email": f"{name}@example.com"}
    )
    if changed.status_code >= 400:
        changed = server.as_admin.patch(f"/v1/users/{name}", json={"first_name": "Berta"})
    assert changed.status_code < 300, changed.text
    after = listed(corpus.ls, corpus.project, fields="all")["tasks"][2]["annotations"][0]["created_username"]
    assert after.startswith("Berta")


def test_task_only_leaves_answers_out_unless_a_column_is_used(corpus: Corpus) -> None:
    task = listed(corpus.ls, corpus.project)["tasks"][4]
    assert task["annotations"] == task["predictions"] == task["annotators"] == []
    assert task["annotations_results"] == task["annotations_ids"] == ""
    assert task["total_annotations"] == 1
    query = json.dumps({"ordering": ["tasks:annotators"]})
    used = {task["id"]: task for task in listed(corpus.ls, corpus.project, query=query)["tasks"]}
    assert used[task["id"]]["annotators"] == [corpus.anna.id]
    assert used[task["id"]]["annotations"] == []


def test_include_keeps_only_the_named_fields(corpus: Corpus) -> None:
    assert listed(corpus.ls, corpus.project, include="id", page_size=2)["tasks"] == [
        {"id": task["id"]} for task in corpus.tasks[:2]
    ]
    named = listed(corpus.ls, corpus.project, include="id,annotators,annotations", page_size=5)["tasks"][4]
    assert set(named) == {"id", "annotators", "annotations"}
    assert named["annotators"] == [corpus.anna.id]
    assert len(named["annotations"]) == 1


def test_only_annotated(corpus: Corpus) -> None:
    page = listed(corpus.ls, corpus.project, only_annotated="true")
    assert page["total"] == page["total_annotations"] == PARENTS // 2 - 1
    assert all(task["total_annotations"] for task in page["tasks"])
    assert listed(corpus.ls, corpus.project, only_annotated="false")["total"] == PARENTS


def test_review_lists_what_waits_for_review(corpus: Corpus) -> None:
    page = listed(corpus.reviewer.ls, corpus.project, review="true", fields="all")
    places = [task["data"]["rank"] for task in page["tasks"]]
    assert places == [n for n in range(0, PARENTS, 2) if n not in (4, 6, 10)]
    assert all(task["annotations"] == [] and task["annotators"] for task in page["tasks"])
    chosen = json.dumps({"all": False, "included": [corpus.tasks[n]["id"] for n in (0, 4, 8)]})
    narrowed = listed(corpus.reviewer.ls, corpus.project, review="true", selectedItems=chosen)
    assert [task["data"]["rank"] for task in narrowed["tasks"]] == [0, 8]


def test_selected_items_of_the_query(corpus: Corpus) -> None:
    ids = [task["id"] for task in corpus.tasks]
    for selection, expected in (
        ({"all": False, "included": ids[3:5]}, ids[3:5]),
        ({"all": True, "excluded": ids[1:]}, ids[:1]),
        ({"all": False, "included": []}, ids),
        ({"all": True, "included": ids[:2]}, ids),
    ):
        for form in (selection, json.dumps(selection)):
            page = listed(corpus.ls, corpus.project, query=json.dumps({"selectedItems": form}), include="id")
            assert [task["id"] for task in page["tasks"]] == expected
            assert page["total"] == len(expected)


def test_pages_concatenate_to_the_whole(corpus: Corpus) -> None:
    seen: list[int] = []
    for number in range(1, 8):
        answer = corpus.ls.get(
            "/api/tasks/",
            params={"project": corpus.project, "page": number, "page_size": 10, "include": "id"},
        )
        if answer.status_code == 404:
            assert answer.json()["detail"] == "Invalid page."
            break
        seen += [task["id"] for task in answer.json()["tasks"]]
    assert number == 6
    assert seen == [task["id"] for task in corpus.tasks]


def test_last_page(corpus: Corpus) -> None:
    page = listed(corpus.ls, corpus.project, page="last", page_size=10, include="id")
    assert [task["id"] for task in page["tasks"]] == [task["id"] for task in corpus.tasks[40:]]


@pytest.mark.parametrize("size", ["-1", "0", "abc", ""])
def test_odd_page_sizes_mean_the_default(corpus: Corpus, size: str) -> None:
    assert len(listed(corpus.ls, corpus.project, page_size=size)["tasks"]) == PARENTS


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99", "999999999999999999999", "1.5"])
def test_pages_that_are_not_there(corpus: Corpus, page: str) -> None:
    assert refused(corpus.ls, project=corpus.project, page=page) == (404, "Invalid page.")


def test_first_page_of_nothing_is_empty(project: NewProject, ls: httpx.Client) -> None:
    number = project()
    for page in ("1", "last"):
        found = listed(ls, number, page=page)
        assert found == {"total_annotations": 0, "total_predictions": 0, "total": 0, "tasks": []}
    assert refused(ls, project=number, page=2) == (404, "Invalid page.")


def test_long_pages_are_streamed_whole(project: NewProject, ls: httpx.Client) -> None:
    number = project(title="Long")
    values = [{"text": f"line {n}"} for n in range(2_500)]
    assert ls.post(f"/api/projects/{number}/import", json=values).status_code == 201
    with ls.stream(
        "GET", "/api/tasks/", params={"project": number, "page_size": 1_000_000, "fields": "all"}
    ) as answer:
        assert answer.headers.get("transfer-encoding") == "chunked"
        body = json.loads(answer.read())
    assert body["total"] == len(body["tasks"]) == 2_500
    assert [task["inner_id"] for task in body["tasks"]] == list(range(1, 2_501))
    second = listed(ls, number, page_size=1_200, page=3, include="inner_id")["tasks"]
    assert [task["inner_id"] for task in second] == list(range(2_401, 2_501))
    middle = listed(ls, number, page_size=1_200, page=2, include="inner_id")["tasks"]
    assert [task["inner_id"] for task in middle] == list(range(1_201, 2_401))
    assert refused(ls, project=number, page_size=1_200, page=4) == (404, "Invalid page.")


def test_without_a_project_all_projects_are_listed(corpus: Corpus) -> None:
    page = corpus.anna.ls.get("/api/tasks/", params={"page_size": 1000, "include": "id"})
    assert page.status_code == 200
    ids = {task["id"] for task in page.json()["tasks"]}
    assert {task["id"] for task in corpus.tasks} <= ids
    assert page.json()["total"] == len(ids)
    whole = corpus.ls.get("/api/tasks/", params={"page_size": 1, "include": "id"}).json()
    assert whole["total"] >= page.json()["total"]


def test_without_slash(corpus: Corpus) -> None:
    answer = corpus.ls.get("/api/tasks", params={"project": corpus.project, "page_size": 1})
    assert answer.status_code == 200
    assert answer.json()["total"] == PARENTS


def test_the_openapi_document_describes_every_field(corpus: Corpus, server: Server) -> None:
    document = server.get("/openapi/labelstudio.json").json()
    schemas = document["components"]["schemas"]
    task = {**schemas["TaskOut"], "additionalProperties": False, "components": {"schemas": schemas}}
    for client in (corpus.ls, corpus.anna.ls):
        for shown in listed(client, corpus.project, fields="all")["tasks"]:
            jsonschema.validate(shown, task)
    operation = document["paths"]["/api/tasks/"]["get"]
    assert {parameter["name"] for parameter in operation["parameters"]} == {
        "fields",
        "include",
        "only_annotated",
        "page",
        "page_size",
        "project",
        "query",
        "resolve_uri",
        "review",
        "selectedItems",
        "view",
    }
    assert {"200", "400", "401", "403"} <= set(operation["responses"])


def test_unauthenticated(server: Server, corpus: Corpus) -> None:
    answer = server.get("/api/tasks/", params={"project": corpus.project})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "Authentication credentials were not provided."
    assert answer.headers["www-authenticate"] == "Token"
    wrong = server.get("/api/tasks/", headers={"Authorization": "Token 0000"})
    assert (wrong.status_code, wrong.json()["detail"]) == (401, "Invalid token.")


def test_forbidden_to_people_without_a_role(corpus: Corpus) -> None:
    expected = (403, "You do not have permission to perform this action.")
    assert refused(corpus.stranger.ls, project=corpus.project) == expected
    assert refused(corpus.stranger.ls) == expected


def test_roles_in_the_organization(corpus: Corpus, server: Server) -> None:
    def one(role: str) -> httpx.Client:
        user = server.user(f"org-{role}-{corpus.project}", roles=[f"labelstudio.{role}"])
        return server.client(headers={"Authorization": f"Token {user.token}"})

    for role in ("owner", "administrator"):
        client = one(role)
        tasks = listed(client, corpus.project, fields="all")["tasks"]
        assert set(tasks[0]) >= FULL_REQUIRED
        assert {a["completed_by"] for t in tasks for a in t["annotations"]} == {
            corpus.anna.id,
            corpus.bert.id,
        }
        made = client.post("/api/tasks/", json={"project": corpus.project, "data": {"text": "more"}})
        assert made.status_code == 201, made.text
        assert client.delete(f"/api/tasks/{made.json()['id']}/").status_code == 204
    manager = one("manager")
    assert manager.get("/api/tasks/", params={"project": corpus.project}).status_code == 403
    own = manager.post("/api/projects/", json={"title": "Managed", "label_config": TEXT_CONFIG})
    assert own.status_code == 201, own.text
    assert listed(manager, own.json()["id"])["total"] == 0
    for role in ("reviewer", "annotator"):
        assert one(role).get("/api/tasks/", params={"project": corpus.project}).status_code == 403


def test_unknown_project_and_view(corpus: Corpus) -> None:
    assert refused(corpus.ls, project=1) == (404, "No Project matches the given query.")
    assert refused(corpus.ls, project=9 * 10**30) == (404, "No Project matches the given query.")
    assert refused(corpus.ls, view=1) == (404, "No View matches the given query.")


def test_malformed_parameters(corpus: Corpus) -> None:
    status, errors = refused(corpus.ls, project="abc")
    assert status == 400
    assert (
        'Incorrect value in key \\"project\\" = \\"abc\\"' in json.dumps(errors) or "digit string" in errors
    )
    for name, value, words in (
        ("query", "no json", "Expected object or value"),
        ("query", "[1]", "must be a JSON object"),
        ("query", '{"filters": 1}', "filters must be an object"),
        ("query", '{"filters": {"conjunction": "xor", "items": []}}', "conjunction"),
        ("query", '{"selectedItems": "nope"}', "selectedItems must be"),
        ("query", '{"selectedItems": {"included": [1]}}', "selectedItems must be"),
        ("query", '{"ordering": ["nope"]}', "Cannot resolve keyword 'nope'"),
        ("query", '{"ordering": 5}', "ordering must be a list"),
        ("selectedItems", "nope", "selectedItems must be"),
        ("fields", "some", "is not a valid choice"),
        ("only_annotated", "perhaps", "Incorrect bool value"),
        ("resolve_uri", "2", "Incorrect bool value"),
        ("review", "[]", "Incorrect bool value"),
    ):
        status, detail = refused(corpus.ls, **{"project": corpus.project, name: value})
        assert status == 400
        assert words in detail


def test_view_brings_filters_and_order_and_mutes_the_query(corpus: Corpus, project: NewProject) -> None:
    data = {
        "title": "Ten",
        "filters": {"conjunction": "and", "items": [less_than_ten()]},
        "ordering": ["-tasks:data.rank"],
        "columnsDisplayType": {"tasks:data.rank": "Number"},
        "hiddenColumns": {"explore": ["tasks:annotations_results"], "labeling": []},
    }
    made = corpus.ls.post("/api/dm/views/", json={"project": corpus.project, "data": data})
    assert made.status_code == 201, made.text
    view = made.json()["id"]
    answer = corpus.ls.get("/api/tasks/", params={"view": view, "query": '{"ordering": ["id"]}'})
    tasks = answer.json()["tasks"]
    assert [task["data"]["rank"] for task in tasks] == list(range(9, -1, -1))
    shown = next(task for task in tasks if task["data"]["rank"] == 4)
    assert shown["annotators"] == [corpus.anna.id]
    assert shown["annotations_results"] == ""
    both = corpus.ls.get("/api/tasks/", params={"view": view, "project": corpus.project})
    assert both.json()["total"] == 10
    assert refused(corpus.ls, view=view, project=project()) == (400, "Project and View mismatch")
    assert refused(corpus.stranger.ls, view=view)[0] == 403


def test_resolve_uri_points_storage_addresses_at_this_server(project: NewProject, ls: httpx.Client) -> None:
    config = TEXT_CONFIG.replace("<Text ", '<Image name="image" value="$image"/><Text ')
    number = project(label_config=config)
    storage = {"project": number, "bucket": "pictures", "region_name": "eu-central-1"}
    made = ls.post("/api/storages/s3/", json=storage)
    assert made.status_code == 201, made.text
    address = "s3://pictures/a/b.png"
    data = {"image": address, "text": "s3://elsewhere/x"}
    task = ls.post("/api/tasks/", json={"project": number, "data": data}).json()["id"]
    resolved = listed(ls, number)["tasks"][0]["data"]
    assert resolved["image"].startswith(f"/tasks/{task}/resolve/?fileuri=")
    assert resolved["text"] == "s3://elsewhere/x"
    assert listed(ls, number, resolve_uri="false")["tasks"][0]["data"] == data
