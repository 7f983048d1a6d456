"""Views, columns, actions on a selection, and assignments."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.dialects.labelstudio.conftest import NewProject
from tests.dialects.labelstudio.corpus import choice, person
from tests.server import Server


@pytest.fixture
def filled(ls: httpx.Client, project: NewProject) -> int:
    """A project of ten tasks, every second with an annotation and a prediction."""
    number = project(title="Managed")
    values: list[dict[str, Any]] = []
    for place in range(10):
        value: dict[str, Any] = {"data": {"text": f"line {place}"}}
        if place % 2:
            value["annotations"] = [{"result": choice("Positive")}]
            value["predictions"] = [
                {"result": choice("Negative"), "score": 0.5, "model_version": f"m{place % 3}"}
            ]
        values.append(value)
    assert ls.post(f"/api/projects/{number}/import", json=values).status_code == 201
    return number


def ids(ls: httpx.Client, project: int) -> list[int]:
    page = ls.get("/api/tasks/", params={"project": project, "include": "id", "page_size": 1000}).json()
    return [task["id"] for task in page["tasks"]]


def totals(ls: httpx.Client, project: int) -> tuple[int, int, int]:
    page = ls.get("/api/tasks/", params={"project": project, "page_size": 1}).json()
    return page["total"], page["total_annotations"], page["total_predictions"]


def act(ls: httpx.Client, action: str, project: int, **body: Any) -> httpx.Response:
    return ls.post("/api/dm/actions/", params={"id": action, "project": project}, json=body)


def test_views_are_kept_ordered_and_reset(ls: httpx.Client, filled: int) -> None:
    data = {
        "title": "Mine",
        "ordering": ["-tasks:id"],
        "filters": {"conjunction": "or", "items": []},
        "gridWidth": 4,
        "own": {"anything": [1]},
    }
    made = ls.post("/api/dm/views/", json={"project": filled, "data": data})
    assert made.status_code == 201, made.text
    first = made.json()
    assert (first["data"], first["project"], first["order"]) == (data, filled, 0)
    second = ls.post("/api/dm/views/", json={"project": filled, "data": {"title": "Other"}}).json()
    assert second["data"]["filters"] == {"conjunction": "and", "items": []}
    assert [v["id"] for v in ls.get("/api/dm/views/", params={"project": filled}).json()] == [
        first["id"],
        second["id"],
    ]
    ordered = ls.post("/api/dm/views/order/", json={"project": filled, "ids": [second["id"], first["id"]]})
    assert ordered.status_code == 200
    assert [v["id"] for v in ls.get("/api/dm/views/", params={"project": filled}).json()] == [
        second["id"],
        first["id"],
    ]
    path = f"/api/dm/views/{first['id']}/"
    changed = ls.patch(path, json={"data": {"title": "Renamed"}})
    assert changed.json()["data"] == {**data, "title": "Renamed"}
    assert ls.put(path, json={"data": {"title": "Bare"}}).json()["data"]["title"] == "Bare"
    assert "gridWidth" not in ls.get(path).json()["data"]
    assert ls.delete(path).status_code == 204
    assert ls.get(path).status_code == 404
    assert ls.request("DELETE", "/api/dm/views/reset/", json={"project": filled}).status_code == 204
    assert ls.get("/api/dm/views/", params={"project": filled}).json() == []


def test_views_that_mean_nothing_are_refused(ls: httpx.Client, filled: int) -> None:
    bad = {
        "filters": {
            "conjunction": "and",
            "items": [{"filter": "filter:tasks:nope", "operator": "equal", "value": 1}],
        }
    }
    answer = ls.post("/api/dm/views/", json={"project": filled, "data": bad})
    assert answer.status_code == 400
    assert "Cannot resolve keyword 'nope'" in answer.json()["detail"]
    assert ls.post("/api/dm/views/", json={"data": {}}).status_code == 400
    assert ls.request("DELETE", "/api/dm/views/reset/").status_code == 400
    assert ls.post("/api/dm/views/order/", json={"project": filled, "ids": [1]}).status_code == 404
    assert ls.get("/api/dm/views/", params={"project": filled}).json() == []


def test_views_belong_to_the_people_of_the_project(ls: httpx.Client, filled: int, server: Server) -> None:
    view = ls.post("/api/dm/views/", json={"project": filled, "data": {"title": "t"}}).json()["id"]
    stranger = person(server, ls, f"stranger-{filled}")
    assert stranger.ls.get(f"/api/dm/views/{view}/").status_code == 404
    assert view not in [v["id"] for v in stranger.ls.get("/api/dm/views/").json()]
    ls.post(f"/api/projects/{filled}/members/", json={"user": stranger.id, "role": "AN"})
    assert stranger.ls.get(f"/api/dm/views/{view}/").status_code == 200
    assert stranger.ls.delete(f"/api/dm/views/{view}/").status_code == 403


def test_columns_and_state(ls: httpx.Client, filled: int) -> None:
    columns = ls.get("/api/dm/columns/", params={"project": filled}).json()["columns"]
    names = [column["id"] for column in columns]
    assert names[:4] == ["text", "id", "inner_id", "completed_at"]
    assert {"annotators", "reviewers", "comments", "state", "agreement", "data"} <= set(names)
    for column in columns:
        if column["id"] in ("data", "text"):
            continue
        item = {
            "filter": f"filter:tasks:{column['id']}",
            "operator": "empty",
            "type": column["type"],
            "value": True,
        }
        query = {"filters": {"conjunction": "and", "items": [item]}, "ordering": [f"tasks:{column['id']}"]}
        found = ls.get(
            "/api/tasks/", params={"project": filled, "query": httpx.Response(200, json=query).text}
        )
        assert found.status_code == 200, (column["id"], found.text)
    state = ls.get("/api/dm/project/", params={"project": filled}).json()
    assert (state["task_count"], state["annotation_count"], state["prediction_count"]) == (10, 5, 5)
    assert ls.get("/api/dm/columns/").status_code == 400


def test_deleting_a_selection_of_tasks(ls: httpx.Client, filled: int) -> None:
    found = ids(ls, filled)
    gone = act(ls, "delete_tasks", filled, selectedItems={"all": False, "included": found[:3]})
    assert (gone.status_code, gone.json()) == (
        200,
        {"processed_items": 3, "reload": True, "detail": "Deleted 3 tasks"},
    )
    assert ids(ls, filled) == found[3:]
    odd = {
        "conjunction": "and",
        "items": [
            {"filter": "filter:tasks:total_annotations", "operator": "equal", "type": "Number", "value": 0}
        ],
    }
    gone = act(ls, "delete_tasks", filled, selectedItems={"all": True, "excluded": [found[4]]}, filters=odd)
    assert gone.json()["processed_items"] == 2
    assert totals(ls, filled) == (5, 4, 4)


def test_an_action_on_nothing_does_nothing(ls: httpx.Client, filled: int) -> None:
    for selection in (None, {}, {"all": False, "included": []}, {"all": False}):
        answer = act(ls, "delete_tasks", filled, selectedItems=selection)
        assert answer.status_code == 400, answer.text
    unknown = act(ls, "launch_rocket", filled, selectedItems={"all": True})
    assert (unknown.status_code, unknown.json()["detail"]) == (
        400,
        "Can't find 'launch_rocket' in registered actions",
    )
    for odd in (True, 5, [{}]):
        answer = act(ls, "predictions_to_annotations", filled, selectedItems={"all": True}, model_version=odd)
        assert answer.status_code == 400
    assert totals(ls, filled) == (10, 5, 5)


def test_clearing_and_adopting(ls: httpx.Client, filled: int) -> None:
    everything = {"all": True, "excluded": []}
    adopted = act(ls, "predictions_to_annotations", filled, selectedItems=everything, model_version="m1")
    assert adopted.json()["detail"] == "Created 2 annotations"
    assert totals(ls, filled) == (10, 7, 5)
    assert (
        act(ls, "delete_tasks_annotations", filled, selectedItems=everything, annotator=1).json()[
            "processed_items"
        ]
        == 0
    )
    cleared = act(ls, "delete_tasks_annotations", filled, selectedItems=everything)
    assert (cleared.json()["processed_items"], totals(ls, filled)) == (7, (10, 0, 5))
    cleared = act(ls, "delete_tasks_predictions", filled, selectedItems=everything)
    assert (cleared.json()["detail"], totals(ls, filled)) == ("Deleted 5 predictions", (10, 0, 0))
    listed = ls.get("/api/tasks/", params={"project": filled, "fields": "all"}).json()["tasks"]
    assert all(not task["annotations"] and not task["predictions"] for task in listed)
    assert [a["id"] for a in ls.get("/api/dm/actions/", params={"project": filled}).json()]


def test_annotators_do_no_actions(ls: httpx.Client, filled: int, server: Server) -> None:
    anna = person(server, ls, f"anna-{filled}")
    ls.post(f"/api/projects/{filled}/members/", json={"user": anna.id, "role": "AN"})
    assert act(anna.ls, "delete_tasks", filled, selectedItems={"all": True}).status_code == 403
    assert totals(ls, filled) == (10, 5, 5)


def test_assignments(ls: httpx.Client, filled: int, server: Server) -> None:
    anna, bert = (person(server, ls, f"{name}-assign-{filled}") for name in ("anna", "bert"))
    for who in (anna, bert):
        ls.post(f"/api/projects/{filled}/members/", json={"user": who.id, "role": "AN"})
    found = ids(ls, filled)
    many = {"type": "AN", "users": [anna.id], "selectedItems": {"all": False, "included": found[:4]}}
    done = ls.post(f"/api/projects/{filled}/tasks/assignees", json=many)
    assert (done.status_code, done.json()["assignments"], done.json()["task_ids"]) == (200, 4, found[:4])
    assert ids(bert.ls, filled) == found[4:]
    assert ids(anna.ls, filled) == found
    assert bert.ls.get(f"/api/tasks/{found[0]}/").status_code == 404
    path = f"/api/projects/{filled}/tasks/{found[0]}/assignees"
    assert [(a["assignee"], a["type"]) for a in ls.get(path).json()] == [(anna.id, "AN")]
    assert ls.patch(path, json={"type": "AN", "users": [bert.id]}).json()["assignee"] == bert.id
    assert found[0] not in ids(anna.ls, filled)
    assert ls.post(path, json={"type": "RE", "users": [anna.id]}).status_code == 201
    assert len(ls.get(path).json()) == 2
    assert ls.delete(path, params={"type": "AN"}).status_code == 204
    assert found[0] in ids(anna.ls, filled)
    assert anna.ls.post(path, json={"type": "AN", "users": [anna.id]}).status_code == 403
    assert ls.post(path, json={"type": "AN", "users": [1]}).status_code == 400
    assert ls.post(path, json={"type": "XX", "users": [anna.id]}).status_code == 400
