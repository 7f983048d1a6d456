"""Random work on one project: the counts that the list shows are those of the answers that it shows."""

from __future__ import annotations

import random
from typing import Any

import httpx
import pytest
from tests.dialects.labelstudio.conftest import NewProject
from tests.dialects.labelstudio.corpus import Person, choice, person
from tests.server import Server

STEPS = 70


class Worker:
    """Does one random thing after another, as random members of the project."""

    def __init__(self, ls: httpx.Client, project: int, people: list[Person], seed: int) -> None:
        self.ls, self.project, self.people = ls, project, people
        self.dice = random.Random(seed)
        self.tasks = [
            ls.post("/api/tasks/", json={"project": project, "data": {"text": "t"}, "overlap": n}).json()[
                "id"
            ]
            for n in (1, 2, 3)
        ]
        self.made: dict[str, list[tuple[int, Person]]] = {"annotations": [], "predictions": [], "drafts": []}

    def step(self) -> None:
        kind = self.dice.choice(list(self.made))
        if self.made[kind] and self.dice.random() < 0.4:
            self.change(kind)
        else:
            self.create(kind)

    def create(self, kind: str) -> None:
        who, task = self.dice.choice(self.people), self.dice.choice(self.tasks)
        body: dict[str, Any] = {"result": choice(self.dice.choice(["Positive", "Negative"]))}
        if kind == "predictions":
            body |= {"task": task, "score": self.dice.random()}
            answer = self.ls.post("/api/predictions/", json=body)
        elif kind == "drafts":
            answer = who.ls.post(f"/api/tasks/{task}/drafts", json=body)
        else:
            body |= {"was_cancelled": self.dice.random() < 0.2, "lead_time": self.dice.choice([None, 1, 4.5])}
            body["ground_truth"] = self.dice.random() < 0.2
            answer = who.ls.post(f"/api/tasks/{task}/annotations/", json=body)
        assert answer.status_code == 201, answer.text
        self.made[kind].append((answer.json()["id"], who))

    def change(self, kind: str) -> None:
        place = self.dice.randrange(len(self.made[kind]))
        number, who = self.made[kind][place]
        client = self.ls if kind == "predictions" else who.ls
        turn = self.dice.random()
        if turn < 0.4:
            assert client.delete(f"/api/{kind}/{number}/").status_code == 204
            del self.made[kind][place]
        elif kind == "annotations" and turn < 0.6:
            review = {"annotation": number, "accepted": self.dice.random() < 0.5, "comment": "seen"}
            assert self.ls.post("/api/annotation-reviews/", json=review).status_code == 201
        else:
            members: dict[str, Any] = {"result": choice("Positive")}
            if kind == "annotations":
                members["was_cancelled"] = self.dice.random() < 0.5
            assert client.patch(f"/api/{kind}/{number}/", json=members).status_code == 200

    def check(self) -> None:
        page = self.ls.get("/api/tasks/", params={"project": self.project, "fields": "all"}).json()
        for task in page["tasks"]:
            kept = [a for a in task["annotations"] if not a["was_cancelled"]]
            assert task["total_annotations"] == len(kept)
            assert task["cancelled_annotations"] == len(task["annotations"]) - len(kept)
            assert task["total_predictions"] == len(task["predictions"])
            scores = [p["score"] for p in task["predictions"]]
            assert task["predictions_score"] == (pytest.approx(sum(scores) / len(scores)) if scores else None)
            times = [a["lead_time"] for a in task["annotations"] if a["lead_time"] is not None]
            assert task["avg_lead_time"] == (pytest.approx(sum(times) / len(times)) if times else None)
            people = {a["completed_by"] for a in kept}
            assert task["is_labeled"] == (len(people) >= task["overlap"])
            assert (task["completed_at"] is not None) == task["is_labeled"]
            assert task["ground_truth"] == any(a["ground_truth"] for a in task["annotations"])
            assert sum(a["ground_truth"] for a in task["annotations"]) <= 1
            assert task["reviews_accepted"] == sum(
                a["last_action"] == "accepted" for a in task["annotations"]
            )
            assert task["comment_count"] == len(task["comments"].split("\n") if task["comments"] else [])
        drafts = {number for number, _ in self.made["drafts"]}
        seen = [self.ls.get(f"/api/tasks/{task}/").json()["draft_exists"] for task in self.tasks]
        assert any(seen) == bool(drafts)
        assert page["total_annotations"] == sum(t["total_annotations"] for t in page["tasks"])
        assert page["total_predictions"] == len(self.made["predictions"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_follow_any_work(ls: httpx.Client, project: NewProject, server: Server, seed: int) -> None:
    number = project(title="Counted")
    people = [person(server, ls, f"counter-{seed}-{turn}") for turn in range(3)]
    for who in people:
        ls.post(f"/api/projects/{number}/members/", json={"user": who.id, "role": "AN"})
    worker = Worker(ls, number, people, seed)
    for turn in range(STEPS):
        worker.step()
        if turn % 10 == 9:
            worker.check()
