"""Projects over HTTP: shape, checks, changes, who may see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.dialects.labelstudio.conftest import TEXT_CONFIG, NewProject
from tests.server import Server

RECORDED = Path(__file__).parents[2] / "data" / "label-studio" / "recorded"
REGION = {"from_name": "sentiment", "to_name": "text", "type": "choices", "value": {"choices": ["Positive"]}}


def validation(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    assert (answer.status_code, body["status_code"], body["detail"]) == (400, 400, "Validation error"), body
    UUID(body["id"])
    assert body["version"] == "1.23.2"
    return body["validation_errors"]


def test_a_project_has_the_recorded_shape(ls: httpx.Client) -> None:
    recorded = json.loads((RECORDED / "project.json").read_text())
    made = ls.post("/api/projects/", json={"title": "probe", "label_config": recorded["label_config"]}).json()
    assert list(made) == list(recorded)
    assert made["task_number"] is None
    got = ls.get(f"/api/projects/{made['id']}/").json()
    assert got["parsed_label_config"] == recorded["parsed_label_config"]
    assert got["control_weights"] == recorded["control_weights"]
    assert {key: type(value) for key, value in got.items()} == {
        key: type(value) for key, value in recorded.items()
    }
    assert got["created_by"]["email"] == "admin@localhost"
    assert got["task_number"] == 0


def test_what_is_left_out_has_the_originals_default(ls: httpx.Client) -> None:
    made = ls.post("/api/projects/", json={}).json()
    recorded = json.loads((RECORDED / "project.json").read_text())
    own = {
        "id",
        "title",
        "label_config",
        "created_by",
        "created_at",
        "control_weights",
        "parsed_label_config",
    }
    own |= {"model_version", "maximum_annotations", "config_has_control_tags", "queue_total", "queue_done"}
    same = {key for key in recorded if key not in own and not key.endswith("_number")} - {
        "num_tasks_with_annotations",
        "config_suitable_for_bulk_annotation",
    }
    assert {key: made[key] for key in same} == {key: recorded[key] for key in same}
    assert (made["label_config"], made["model_version"], made["maximum_annotations"]) == (
        "<View></View>",
        "",
        1,
    )


@pytest.mark.parametrize(
    "body, field, message",
    [
        ({"title": "ab"}, "title", "Ensure this field has at least 3 characters."),
        ({"title": "a" * 51}, "title", "Ensure this field has no more than 50 characters."),
        ({"title": " "}, "title", "This field may not be blank."),
        ({"sampling": "Random"}, "sampling", '"Random" is not a valid choice.'),
        ({"skip_queue": "NONE"}, "skip_queue", '"NONE" is not a valid choice.'),
        (
            {"maximum_annotations": 0},
            "maximum_annotations",
            "Ensure this value is greater than or equal to 1.",
        ),
        (
            {"overlap_cohort_percentage": 101},
            "overlap_cohort_percentage",
            "Ensure this value is less than or equal to 100.",
        ),
        (
            {"label_config": '<View><Text name="a" value="$t"/><Rating name="r" toName="nope"/></View>'},
            "label_config",
            "toName=\"nope\" not found in names: ['a', 'r']",
        ),
        ({"label_config": "<View>"}, "label_config", "no element found: line 1, column 6"),
        (
            {"label_config": '<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]><View>&x;</View>'},
            "label_config",
            "DTDForbidden: a document type is not allowed in a label config",
        ),
        ({"title": 5}, "title", "Expected `str | null`, got `int`"),
    ],
)
def test_bad_settings_are_refused_by_field(
    ls: httpx.Client, project: NewProject, body: dict[str, Any], field: str, message: str
) -> None:
    assert validation(ls.post("/api/projects/", json=body)) == {field: [message]}
    number = project(title="Untouched")
    before = ls.get(f"/api/projects/{number}/").json()
    assert validation(ls.patch(f"/api/projects/{number}/", json=body)) == {field: [message]}
    assert ls.get(f"/api/projects/{number}/").json() == before


def test_change_and_removal(ls: httpx.Client, project: NewProject) -> None:
    number = project(description="first")
    changed = ls.patch(
        f"/api/projects/{number}/", json={"title": "Moods", "color": "#FF0000", "is_published": True}
    )
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["color"]) == ("Moods", "#FF0000")
    assert changed.json()["description"] == "first"
    assert (
        ls.put(f"/api/projects/{number}", json={"maximum_annotations": 3}).json()["maximum_annotations"] == 3
    )
    assert ls.post(f"/api/projects/{number}/import", json=[{"text": "a"}]).status_code == 201
    gone = ls.delete(f"/api/projects/{number}/")
    assert (gone.status_code, gone.content) == (204, b"")
    missing = ls.get(f"/api/projects/{number}/")
    assert (missing.status_code, missing.json()["detail"]) == (404, "No Project matches the given query.")


def test_maximum_annotations_reaches_the_tasks(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    task = {"data": {"text": "a"}, "annotations": [{"result": [REGION]}]}
    ls.post(f"/api/projects/{number}/import", json=[task, {"text": "b"}])
    assert ls.get(f"/api/projects/{number}/").json()["finished_task_number"] == 1
    ls.patch(f"/api/projects/{number}/", json={"maximum_annotations": 2})
    tasks = ls.get("/api/tasks/", params={"project": number}).json()["tasks"]
    assert [(task["overlap"], task["is_labeled"]) for task in tasks] == [(2, False), (2, False)]
    assert ls.get(f"/api/projects/{number}/").json()["finished_task_number"] == 0


def test_a_cohort_gets_the_maximum_rounded_half_up(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    annotated = {"data": {"text": "c"}, "annotations": [{"result": [REGION]}]}
    ls.post(f"/api/projects/{number}/import", json=[{"text": "a"}, {"text": "b"}, annotated])
    ls.patch(f"/api/projects/{number}/", json={"maximum_annotations": 2, "overlap_cohort_percentage": 50})
    tasks = ls.get("/api/tasks/", params={"project": number}).json()["tasks"]
    assert [task["overlap"] for task in tasks] == [2, 1, 2]
    ls.patch(f"/api/projects/{number}/", json={"maximum_annotations": 3, "overlap_cohort_percentage": 100})
    tasks = ls.get("/api/tasks/", params={"project": number}).json()["tasks"]
    assert [task["overlap"] for task in tasks] == [3, 1, 3]


def test_what_counts_as_done_and_which_model_scores(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    skipped = {"result": [], "was_cancelled": True}
    predictions = [
        {"result": [], "score": 0.2, "model_version": "m1"},
        {"result": [], "score": 0.8, "model_version": "m2"},
    ]
    task = {"data": {"text": "a"}, "annotations": [skipped], "predictions": predictions}
    ls.post(f"/api/projects/{number}/import", json=[task])

    def seen() -> tuple[bool, float]:
        params = {"project": number, "fields": "all"}
        found = ls.get("/api/tasks/", params=params).json()["tasks"][0]
        return found["is_labeled"], found["predictions_score"]

    assert seen() == (False, 0.5)
    ls.patch(f"/api/projects/{number}/", json={"skip_queue": "IGNORE_SKIPPED", "model_version": "m2"})
    assert seen() == (True, 0.8)
    ls.patch(f"/api/projects/{number}/", json={"skip_queue": "REQUEUE_FOR_OTHERS", "model_version": ""})
    assert seen() == (False, 0.5)
    assert ls.get(f"/api/projects/{number}/model-versions/").json() == {"m1": 1, "m2": 1}


def test_a_config_that_loses_answers_is_refused(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    task = {"data": {"text": "a"}, "annotations": [{"result": [REGION]}]}
    ls.post(f"/api/projects/{number}/import", json=[task])
    lost = TEXT_CONFIG.replace("sentiment", "mood")
    errors = validation(ls.patch(f"/api/projects/{number}/", json={"label_config": lost}))
    assert errors["label_config"][0].startswith("Created annotations are incompatible")
    unlabelled = TEXT_CONFIG.replace("Positive", "Great")
    errors = validation(ls.patch(f"/api/projects/{number}/", json={"label_config": unlabelled}))
    assert errors["label_config"][0].startswith(
        "These labels still exist in annotations or drafts:\nPositive"
    )
    wider = TEXT_CONFIG.replace("Negative", "Sad")
    assert ls.patch(f"/api/projects/{number}/", json={"label_config": wider}).status_code == 200


def test_config_checks(server: Server, ls: httpx.Client, project: NewProject) -> None:
    assert server.post("/api/projects/validate/", json={"label_config": TEXT_CONFIG}).status_code == 204
    errors = validation(server.post("/api/projects/validate/", json={"label_config": "<View>"}))
    assert errors == {"label_config": ["no element found: line 1, column 6"]}
    number = project()
    checked = ls.post(f"/api/projects/{number}/validate/", json={"label_config": TEXT_CONFIG})
    assert checked.json() == {"config_essential_data_has_changed": False}
    changed = ls.post(
        f"/api/projects/{number}/validate", json={"label_config": TEXT_CONFIG.replace("Neg", "P")}
    )
    assert changed.json() == {"config_essential_data_has_changed": True}


def test_the_list_pages_filters_and_picks_fields(ls: httpx.Client, project: NewProject) -> None:
    numbers = [project(title=f"Paging {index}") for index in range(5)]
    first = ls.get("/api/projects/", params={"title": "pAgInG", "page_size": 2, "ordering": "id"}).json()
    assert [entry["id"] for entry in first["results"]] == numbers[:2]
    assert (first["count"], first["previous"]) == (5, None)
    second = ls.get(first["next"]).json()
    assert [entry["id"] for entry in second["results"]] == numbers[2:4]
    assert second["previous"].startswith("http")
    beyond = ls.get("/api/projects/", params={"title": "Paging", "page": 9})
    assert (beyond.status_code, beyond.json()["detail"]) == (404, "Invalid page.")
    picked = ls.get(
        "/api/projects/", params={"ids": f"{numbers[3]},{numbers[0]}", "include": "id,title"}
    ).json()
    assert picked["results"] == [
        {"id": numbers[3], "title": "Paging 3"},
        {"id": numbers[0], "title": "Paging 0"},
    ]
    ls.patch(f"/api/projects/{numbers[1]}/", json={"pinned_at": "2026-01-01T00:00:00Z"})
    pinned = ls.get("/api/projects/", params={"filter": "pinned_only", "title": "Paging"}).json()
    assert [entry["id"] for entry in pinned["results"]] == [numbers[1]]
    counts = ls.get("/api/projects/counts/", params={"title": "Paging 0"}).json()["results"][0]
    assert counts["task_number"] == 0
    assert "label_config" not in counts


def test_counts_follow_the_tasks(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    tasks = [
        {"data": {"text": "a"}, "annotations": [{"result": [REGION]}], "predictions": [{"result": [REGION]}]},
        {
            "data": {"text": "b"},
            "annotations": [{"result": [], "was_cancelled": True, "ground_truth": False}],
        },
        {"data": {"text": "c"}, "annotations": [{"result": [REGION], "ground_truth": False}]},
        {"text": "d"},
    ]
    ls.post(f"/api/projects/{number}/import", json=tasks)
    got = ls.get(f"/api/projects/{number}/").json()
    assert got["task_number"] == 4
    assert got["total_annotations_number"] == 2
    assert got["total_predictions_number"] == 1
    assert got["skipped_annotations_number"] == 1
    assert (got["ground_truth_number"], got["useful_annotation_number"]) == (1, 1)
    assert (got["num_tasks_with_annotations"], got["finished_task_number"]) == (2, 2)
    assert ls.get(f"/api/projects/{number}/model-versions/").json() == {"undefined": 1}


def test_who_has_no_grant_sees_no_project(server: Server, ls: httpx.Client, project: NewProject) -> None:
    number = project(title="Hidden here")
    stranger = server.user("ls-stranger").client
    assert stranger.get("/api/projects/").json()["results"] == []
    assert stranger.get(f"/api/projects/{number}/").status_code == 404
    refused = stranger.post("/api/projects/", json={"title": "Mine"})
    assert refused.status_code == 403
    assert refused.json()["detail"] == "You do not have permission to perform this action."


def test_both_slashes_and_unknown_numbers(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    assert ls.get(f"/api/projects/{number}").json() == ls.get(f"/api/projects/{number}/").json()
    for path in (
        "/api/projects/999/",
        "/api/projects/abc/",
        "/api/projects/-1/",
        "/api/projects/9999999999999999999/",
    ):
        assert ls.get(path).status_code == 404
    wrong = ls.post(f"/api/projects/{number}/")
    assert (wrong.status_code, wrong.json()["detail"]) == (405, 'Method "POST" not allowed.')
    assert "PATCH" in wrong.headers["allow"]
