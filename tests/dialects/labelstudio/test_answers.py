"""Single tasks, annotations, predictions, drafts, reviews and comments, and the counts that follow from them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.dialects.labelstudio.conftest import NewProject
from tests.dialects.labelstudio.corpus import Person, choice, person
from tests.server import Server

COUNTS = ("total_annotations", "cancelled_annotations", "total_predictions", "is_labeled", "completed_at")


class Team:
    """A project with a reviewer and two annotators, and helpers to work in it."""

    def __init__(self, ls: httpx.Client, project: int, people: dict[str, Person]) -> None:
        self.ls = ls
        self.project = project
        self.rosa, self.anna, self.bert = (people[name] for name in ("RE", "AN", "AN2"))

    def task(self, **members: Any) -> int:
        body = {"project": self.project, "data": {"text": "to label"}, **members}
        made = self.ls.post("/api/tasks/", json=body)
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def annotate(self, who: Person, task: int, word: str = "Positive", **members: Any) -> dict[str, Any]:
        made = who.ls.post(f"/api/tasks/{task}/annotations/", json={"result": choice(word), **members})
        assert made.status_code == 201, made.text
        return made.json()

    def listed(self, task: int) -> dict[str, Any]:
        params = {"project": self.project, "fields": "all", "page_size": 1000}
        return next(t for t in self.ls.get("/api/tasks/", params=params).json()["tasks"] if t["id"] == task)

    def totals(self) -> tuple[int, int, int]:
        page = self.ls.get("/api/tasks/", params={"project": self.project, "page_size": 1}).json()
        return page["total"], page["total_annotations"], page["total_predictions"]


@pytest.fixture(scope="module")
def people(server: Server) -> dict[str, Person]:
    admin = server.client(headers={"Authorization": f"Token {server.token}"})
    return {role: person(server, admin, f"{role.lower()}-answers") for role in ("RE", "AN", "AN2")}


@pytest.fixture
def team(ls: httpx.Client, project: NewProject, people: dict[str, Person]) -> Team:
    number = project(title="Answers", maximum_annotations=1)
    for role, who in people.items():
        joined = ls.post(f"/api/projects/{number}/members/", json={"user": who.id, "role": role[:2]})
        assert joined.status_code == 201, joined.text
    return Team(ls, number, people)


def test_task_is_created_changed_and_deleted(team: Team) -> None:
    made = team.ls.post(
        "/api/tasks/", json={"project": team.project, "data": {"text": "a", "n": 1}, "meta": {"k": 1}}
    )
    assert made.status_code == 201
    task = made.json()
    assert (task["overlap"], task["inner_id"], task["project"]) == (1, 1, team.project)
    assert (task["data"], task["meta"]) == ({"text": "a", "n": 1}, {"k": 1})
    path = f"/api/tasks/{task['id']}/"
    changed = team.ls.patch(path, json={"data": {"text": "b"}, "overlap": 2})
    assert (changed.status_code, changed.json()["data"], changed.json()["overlap"]) == (200, {"text": "b"}, 2)
    assert changed.json()["meta"] == {"k": 1}
    query = '{"filters":{"conjunction":"and","items":[{"filter":"filter:tasks:data.%s","operator":"exists","value":1}]}}'
    for key, total in (("text", 1), ("n", 0)):
        found = team.ls.get("/api/tasks/", params={"project": team.project, "query": query % key})
        assert found.json()["total"] == total
    assert team.ls.get(path).json()["data"] == {"text": "b"}
    assert team.ls.delete(path).status_code == 204
    assert team.ls.get(path).status_code == 404
    assert team.totals() == (0, 0, 0)


def test_task_bodies_that_are_refused(team: Team) -> None:
    for body, field in (
        ({"data": {"text": "x"}}, "project"),
        ({"project": team.project}, "data"),
        ({"project": team.project, "data": {"wrong": 1}}, "non_field_errors"),
        ({"project": team.project, "data": [1]}, "data"),
        ({"project": team.project, "data": {"text": "x"}, "overlap": 0}, "overlap"),
    ):
        answer = team.ls.post("/api/tasks/", json=body)
        assert answer.status_code == 400, answer.text
        assert field in answer.json()["validation_errors"]
    assert team.ls.post("/api/tasks/", json={"project": 1, "data": {"text": "x"}}).status_code == 404
    assert (
        team.anna.ls.post("/api/tasks/", json={"project": team.project, "data": {"text": "x"}}).status_code
        == 403
    )
    task = team.task()
    assert team.ls.patch(f"/api/tasks/{task}/", json={"data": {"wrong": 1}}).status_code == 400
    assert team.anna.ls.patch(f"/api/tasks/{task}/", json={"overlap": 3}).status_code == 403
    assert team.anna.ls.delete(f"/api/tasks/{task}/").status_code == 403
    assert team.totals() == (1, 0, 0)


def test_tasks_of_a_project(team: Team) -> None:
    path = f"/api/projects/{team.project}/tasks/"
    for text in ("a", "b", "c"):
        assert team.ls.post(path, json={"data": {"text": text}}).status_code == 201
    assert [task["data"]["text"] for task in team.ls.get(path).json()] == ["a", "b", "c"]
    assert [
        task["data"]["text"] for task in team.ls.get(path, params={"page": 2, "page_size": 2}).json()
    ] == ["c"]
    assert team.ls.get(path, params={"page": 3, "page_size": 2}).status_code == 404
    assert team.anna.ls.delete(path).status_code == 403
    assert team.ls.delete(path).status_code == 204
    assert team.ls.get(path).json() == []
    assert team.totals() == (0, 0, 0)


def test_annotations_count_exactly(team: Team) -> None:
    task = team.task(overlap=2)
    first = team.annotate(team.anna, task, lead_time=4)
    assert first["completed_by"] == team.anna.id
    again = team.annotate(team.anna, task, "Negative", lead_time=8)
    shown = team.listed(task)
    assert [shown[name] for name in COUNTS] == [2, 0, 0, False, None]
    assert (shown["avg_lead_time"], shown["annotators"], shown["annotators_count"]) == (
        6.0,
        [team.anna.id],
        1,
    )
    other = team.annotate(team.bert, task)
    shown = team.listed(task)
    assert [shown[name] for name in COUNTS] == [3, 0, 0, True, other["created_at"]]
    assert shown["updated_by"] == [{"user_id": team.bert.id}]
    skipped = team.bert.ls.patch(f"/api/annotations/{other['id']}/", json={"was_cancelled": True})
    assert (skipped.status_code, skipped.json()["last_action"]) == (200, "skipped")
    assert [team.listed(task)[name] for name in COUNTS] == [2, 1, 0, False, None]
    assert team.totals() == (1, 2, 0)
    assert team.anna.ls.delete(f"/api/annotations/{again['id']}/").status_code == 204
    assert team.totals() == (1, 1, 0)
    assert [a["id"] for a in team.ls.get(f"/api/tasks/{task}/annotations/").json()] == [first["id"]]


def test_counts_stay_exact_when_many_write_at_once(team: Team) -> None:
    tasks = [team.task() for _ in range(3)]
    people = [team.rosa, team.anna, team.bert]

    def work(turn: int) -> int:
        task = tasks[turn % 3]
        made = team.annotate(people[turn // 3 % 3], task)
        if turn % 5 == 0:
            return people[turn // 3 % 3].ls.delete(f"/api/annotations/{made['id']}/").status_code
        prediction = {"task": task, "result": [], "score": 1.0}
        return team.ls.post("/api/predictions/", json=prediction).status_code

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(work, range(60)))
    assert sorted(codes) == [201] * 48 + [204] * 12
    assert team.totals() == (3, 48, 48)
    shown = [team.listed(task) for task in tasks]
    for task in shown:
        assert task["total_annotations"] == len(task["annotations"])
        assert task["total_predictions"] == len(task["predictions"])
        assert sorted(task["annotators"]) == sorted({a["completed_by"] for a in task["annotations"]})
    assert sum(task["total_annotations"] for task in shown) == 48


def test_agreement_between_annotators(team: Team) -> None:
    task = team.task()
    team.annotate(team.anna, task)
    assert team.listed(task)["agreement"] is None
    other = team.annotate(team.bert, task, "Negative")
    assert team.listed(task)["agreement"] == team.listed(task)["agreement_selected"] == 0.0
    team.bert.ls.patch(f"/api/annotations/{other['id']}/", json={"result": choice("Positive")})
    assert team.listed(task)["agreement"] == 100.0
    given = [
        {"result": choice(w), "completed_by": who.id}
        for w, who in (("Positive", team.anna), ("Negative", team.bert))
    ]
    imported = {"data": {"text": "t"}, "annotations": given}
    assert team.ls.post(f"/api/projects/{team.project}/import", json=[imported]).status_code == 201
    query = '{"filters":{"conjunction":"and","items":[{"filter":"filter:tasks:agreement","operator":"less","value":50}]}}'
    found = team.ls.get("/api/tasks/", params={"project": team.project, "query": query}).json()
    assert [task["data"]["text"] for task in found["tasks"]] == ["t"]


def test_annotation_is_read_and_changed(team: Team) -> None:
    task = team.task()
    made = team.annotate(team.anna, task, lead_time=1.5, unique_id="0198c0de-0000-7000-8000-000000000001")
    path = f"/api/annotations/{made['id']}/"
    assert team.anna.ls.get(path).json()["result"] == choice("Positive")
    changed = team.anna.ls.patch(path, json={"result": choice("Negative"), "lead_time": 3})
    assert changed.json()["result"] == choice("Negative")
    assert (changed.json()["lead_time"], changed.json()["updated_by"]) == (3.0, team.anna.id)
    assert team.ls.get(path).json()["last_action"] == "updated"
    one = team.ls.get(f"/api/tasks/{task}/").json()
    assert one["annotations"][0]["completed_by"]["id"] == team.anna.id
    assert one["annotations"][0]["completed_by"]["email"] == f"{team.anna.user.name}@example.com"
    copy = {"result": [], "unique_id": "0198c0de-0000-7000-8000-000000000001"}
    assert team.ls.post(f"/api/tasks/{task}/annotations/", json=copy).status_code == 400


def test_ground_truth_is_one_per_task(team: Team) -> None:
    task = team.task()
    first = team.annotate(team.anna, task, ground_truth=True)
    second = team.annotate(team.bert, task, ground_truth=True)
    truths = {a["id"]: a["ground_truth"] for a in team.listed(task)["annotations"]}
    assert truths == {first["id"]: False, second["id"]: True}
    assert team.ls.patch(f"/api/annotations/{first['id']}/", json={"ground_truth": True}).status_code == 200
    truths = {a["id"]: a["ground_truth"] for a in team.listed(task)["annotations"]}
    assert truths == {first["id"]: True, second["id"]: False}


def test_annotators_keep_to_their_own(team: Team) -> None:
    task = team.task()
    made = team.annotate(team.anna, task)
    path = f"/api/annotations/{made['id']}/"
    assert team.bert.ls.get(path).status_code == 404
    assert team.bert.ls.patch(path, json={"result": []}).status_code == 404
    assert team.bert.ls.delete(path).status_code == 404
    assert team.bert.ls.get(f"/api/tasks/{task}/annotations/").json() == []
    assert team.rosa.ls.get(path).status_code == 200
    assert team.rosa.ls.delete(path).status_code == 403
    given = {"result": choice("Positive"), "completed_by": team.anna.id}
    assert team.bert.ls.post(f"/api/tasks/{task}/annotations/", json=given).status_code == 403
    assert team.totals() == (1, 1, 0)
    by_admin = team.ls.post(f"/api/tasks/{task}/annotations/", json=given)
    assert (by_admin.status_code, by_admin.json()["completed_by"]) == (201, team.anna.id)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "result"),
        ({"result": "Positive"}, "result"),
        ({"result": [1]}, "result"),
        ({"result": [], "lead_time": "soon"}, "lead_time"),
        ({"result": [], "completed_by": 1}, "completed_by"),
        ({"result": [], "unique_id": "x"}, "unique_id"),
        ({"result": [], "parent_prediction": 1}, "non_field_errors"),
    ],
)
def test_annotation_bodies_that_are_refused(team: Team, body: dict[str, Any], field: str) -> None:
    task = team.task()
    answer = team.ls.post(f"/api/tasks/{task}/annotations/", json=body)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["validation_errors"]) == [field]
    assert team.totals() == (1, 0, 0)


def test_skipping_by_parameter_and_where_it_is_not_allowed(team: Team) -> None:
    task = team.task()
    made = team.anna.ls.post(f"/api/tasks/{task}/annotations/?was_cancelled=1", json={"result": []})
    assert (made.status_code, made.json()["was_cancelled"]) == (201, True)
    firm = team.task(allow_skip=False)
    refused = team.anna.ls.post(f"/api/tasks/{firm}/annotations/?was_cancelled=1", json={"result": []})
    assert refused.status_code == 400
    assert "This task cannot be skipped." in refused.text


def test_drafts_are_their_authors_alone(team: Team) -> None:
    task = team.task()
    made = team.anna.ls.post(f"/api/tasks/{task}/drafts", json={"result": choice("Positive"), "lead_time": 2})
    assert made.status_code == 201, made.text
    draft = made.json()
    assert (draft["user"], draft["annotation"], draft["was_postponed"]) == (
        f"{team.anna.user.name}@example.com",
        None,
        False,
    )
    path = f"/api/drafts/{draft['id']}/"
    for other in (team.bert.ls, team.ls):
        assert other.get(path).status_code == 404
        assert other.delete(path).status_code == 404
        assert other.get(f"/api/tasks/{task}/drafts").json() == []
    changed = team.anna.ls.patch(path, json={"result": choice("Negative"), "was_postponed": True})
    assert (changed.json()["result"], changed.json()["was_postponed"]) == (choice("Negative"), True)
    assert [d["id"] for d in team.anna.ls.get(f"/api/tasks/{task}/drafts").json()] == [draft["id"]]
    assert team.listed(task)["draft_exists"] is True
    annotation = team.annotate(team.anna, task, draft_id=draft["id"])
    assert annotation["draft_created_at"] == draft["created_at"]
    assert team.anna.ls.get(path).status_code == 404
    assert team.listed(task)["draft_exists"] is False
    of_annotation = f"/api/tasks/{task}/annotations/{annotation['id']}/drafts"
    second = team.anna.ls.post(of_annotation, json={"result": []})
    assert (second.status_code, second.json()["annotation"]) == (201, annotation["id"])
    assert [d["id"] for d in team.anna.ls.get(of_annotation).json()] == [second.json()["id"]]
    assert team.anna.ls.delete(f"/api/drafts/{second.json()['id']}/").status_code == 204
    assert team.anna.ls.post(f"/api/tasks/{task}/drafts", json={"result": 5}).status_code == 400


def test_annotation_becomes_a_draft(team: Team) -> None:
    task = team.task()
    made = team.annotate(team.anna, task)
    turned = team.anna.ls.post(f"/api/annotations/{made['id']}/convert-to-draft", json={})
    assert turned.status_code == 200, turned.text
    assert turned.json()["result"] == choice("Positive")
    assert team.anna.ls.get(f"/api/annotations/{made['id']}/").status_code == 404
    assert team.totals() == (1, 0, 0)


def test_predictions(team: Team) -> None:
    task = team.task()
    body = {"task": task, "result": choice("Positive"), "score": 0.25, "model_version": "m1", "cluster": 3}
    made = team.ls.post("/api/predictions/", json=body)
    assert made.status_code == 201, made.text
    first = made.json()
    assert (first["score"], first["model_version"], first["cluster"]) == (0.25, "m1", 3)
    second = team.ls.post(
        "/api/predictions/", json={"task": task, "result": "Negative", "score": 0.75}
    ).json()
    assert second["result"][0]["value"] == {"choices": ["Negative"]}
    shown = team.listed(task)
    assert (shown["total_predictions"], shown["predictions_score"]) == (2, 0.5)
    assert team.totals() == (1, 0, 2)
    changed = team.ls.patch(f"/api/predictions/{first['id']}/", json={"score": 0.5, "model_version": "m2"})
    assert (changed.json()["score"], changed.json()["model_version"]) == (0.5, "m2")
    assert changed.json()["result"] == choice("Positive")
    listed = team.ls.get("/api/predictions/", params={"task": task}).json()
    assert [p["id"] for p in listed] == [first["id"], second["id"]]
    assert len(team.anna.ls.get("/api/predictions/", params={"project": team.project}).json()) == 2
    assert team.anna.ls.post("/api/predictions/", json=body).status_code == 403
    assert team.ls.delete(f"/api/predictions/{first['id']}/").status_code == 204
    assert team.totals() == (1, 0, 1)
    assert team.listed(task)["predictions_score"] == 0.75
    for bad in ({}, {"task": 1, "result": []}, {"task": task}, {"task": task, "result": [1]}):
        assert team.ls.post("/api/predictions/", json=bad).status_code == 400


def test_reviews(team: Team) -> None:
    task = team.task()
    annotation = team.annotate(team.anna, task)
    body = {
        "annotation": annotation["id"],
        "accepted": False,
        "comment": "No",
        "started_at": "0001-01-01T00:00:00+23:59",
    }
    assert team.anna.ls.post("/api/annotation-reviews/", json=body).status_code == 403
    made = team.rosa.ls.post("/api/annotation-reviews/", json=body)
    assert made.status_code == 201, made.text
    review = made.json()
    shown = team.listed(task)
    assert [shown[n] for n in ("reviewed", "reviews_accepted", "reviews_rejected", "reviewers_count")] == [
        True,
        0,
        1,
        1,
    ]
    assert shown["review_time"] > 0
    assert shown["annotations"][0]["last_action"] == "rejected"
    assert (shown["comments"], shown["comment_count"]) == ("No", 1)
    assert team.anna.ls.patch(f"/api/annotations/{annotation['id']}/", json={"result": []}).status_code == 200
    assert team.listed(task)["reviews_rejected"] == 0
    again = team.rosa.ls.patch(f"/api/annotation-reviews/{review['id']}/", json={"accepted": True})
    assert again.json()["accepted"] is True
    assert team.listed(task)["reviews_accepted"] == 1
    listed = team.rosa.ls.get("/api/annotation-reviews/", params={"annotation": annotation["id"]}).json()
    assert [r["id"] for r in listed] == [review["id"]]
    assert team.rosa.ls.delete(f"/api/annotation-reviews/{review['id']}/").status_code == 204
    shown = team.listed(task)
    assert [shown[n] for n in ("reviewed", "reviews_accepted", "reviewers_count")] == [False, 0, 0]
    for bad in ({}, {"annotation": 1, "accepted": True}, {"annotation": annotation["id"]}):
        assert team.rosa.ls.post("/api/annotation-reviews/", json=bad).status_code == 400


def test_comments(team: Team) -> None:
    task = team.task()
    annotation = team.annotate(team.anna, task)
    first = team.anna.ls.post("/api/comments/", json={"annotation": annotation["id"], "text": "Why?"})
    assert first.status_code == 201, first.text
    second = team.rosa.ls.post("/api/comments/", json={"task": task, "text": "Because"}).json()
    shown = team.listed(task)
    assert [shown[n] for n in ("comment_count", "unresolved_comment_count", "comment_authors_count")] == [
        2,
        2,
        2,
    ]
    assert shown["comments"] == "Why?\nBecause"
    assert shown["last_comment_updated_at"] == second["updated_at"]
    number = first.json()["id"]
    solved = team.rosa.ls.patch(f"/api/comments/{number}/", json={"is_resolved": True})
    assert (solved.json()["is_resolved"], solved.json()["project"]) == (True, team.project)
    assert solved.json()["resolved_at"] is not None
    assert team.rosa.ls.patch(f"/api/comments/{number}/", json={"text": "other"}).status_code == 403
    assert team.listed(task)["unresolved_comment_count"] == 1
    open_ones = team.ls.get("/api/comments/", params={"task": task, "is_resolved": "false"}).json()
    assert [c["id"] for c in open_ones] == [second["id"]]
    both = team.rosa.ls.get("/api/comments/", params={"projects": team.project, "ordering": "-id"}).json()
    assert [c["id"] for c in both] == [second["id"], number]
    assert team.bert.ls.get("/api/comments/", params={"projects": team.project}).status_code == 403
    assert team.anna.ls.delete(f"/api/comments/{number}/").status_code == 204
    assert team.listed(task)["comment_count"] == 1
    for bad in ({"task": task}, {"task": task, "text": "  "}, {"text": "x"}, {"annotation": 1, "text": "x"}):
        assert team.ls.post("/api/comments/", json=bad).status_code == 400


def test_annotators_read_only_comments_that_concern_them(team: Team) -> None:
    task = team.task()
    annotation = team.annotate(team.anna, task)["id"]
    of_anna = team.rosa.ls.post("/api/comments/", json={"annotation": annotation, "text": "to Anna"}).json()[
        "id"
    ]
    team.rosa.ls.post("/api/comments/", json={"task": task, "text": "to all"})
    for who, texts in (
        (team.anna, ["to Anna", "to all"]),
        (team.bert, ["to all"]),
        (team.rosa, ["to Anna", "to all"]),
    ):
        listed = who.ls.get("/api/comments/", params={"task": task}).json()
        assert [comment["text"] for comment in listed] == texts
        for fields in ("all", "task_only"):
            page = who.ls.get("/api/tasks/", params={"project": team.project, "fields": fields}).json()
            assert page["tasks"][0]["comments"].split("\n") == texts
    assert team.bert.ls.get(f"/api/comments/{of_anna}/").status_code == 404


def test_hidden_predictions_are_hidden_everywhere(team: Team) -> None:
    task = team.task()
    made = team.ls.post("/api/predictions/", json={"task": task, "result": choice("Positive")}).json()["id"]
    queries = ({"task": task}, {"project": team.project}, {})
    for params in queries:
        assert made in [p["id"] for p in team.anna.ls.get("/api/predictions/", params=params).json()]
    changed = team.ls.patch(f"/api/projects/{team.project}/", json={"show_collab_predictions": False})
    assert changed.status_code == 200, changed.text
    for params in queries:
        assert made not in [p["id"] for p in team.anna.ls.get("/api/predictions/", params=params).json()]
        assert made in [p["id"] for p in team.rosa.ls.get("/api/predictions/", params=params).json()]
    assert team.anna.ls.get(f"/api/predictions/{made}/").status_code == 404
    assert team.anna.ls.get(f"/api/tasks/{task}/").json()["predictions"] == []


def test_deleting_an_annotation_takes_what_hangs_on_it(team: Team) -> None:
    task = team.task()
    annotation = team.annotate(team.anna, task)
    team.anna.ls.post(f"/api/tasks/{task}/annotations/{annotation['id']}/drafts", json={"result": []})
    team.rosa.ls.post(
        "/api/annotation-reviews/", json={"annotation": annotation["id"], "accepted": True, "comment": "c"}
    )
    assert team.ls.delete(f"/api/annotations/{annotation['id']}/").status_code == 204
    shown = team.listed(task)
    names = (
        "total_annotations",
        "draft_exists",
        "reviewed",
        "comment_count",
        "is_labeled",
        "annotations",
        "comments",
    )
    assert [shown[name] for name in names] == [0, False, False, 0, False, [], ""]


def test_unknown_numbers_are_not_found(team: Team) -> None:
    for path in (
        "/api/tasks/1/",
        "/api/tasks/x/",
        "/api/annotations/1/",
        "/api/predictions/1/",
        "/api/drafts/1/",
        "/api/annotation-reviews/1/",
        "/api/comments/1/",
        "/api/dm/views/1/",
        "/api/tasks/99999999999999999999/",
    ):
        answer = team.ls.get(path)
        assert answer.status_code == 404, path
        assert "matches the given query." in answer.json()["detail"]
