"""The task list beside answers that were recorded from label-studio 1.23.2 for the same tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.dialects.labelstudio.conftest import NewProject

RECORDED = Path(__file__).parents[2] / "data" / "label-studio" / "recorded"
OF_ITS_OWN = {
    "id",
    "task",
    "project",
    "completed_by",
    "annotators",
    "annotations_ids",
    "created_at",
    "updated_at",
    "created_ago",
    "created_username",
    "inner_id",
}
"""Members whose values differ from one installation to the next."""

EMPTY_HERE = {"annotations": [], "predictions": [], "completed_at": None, "draft_exists": False}
"""Members that the recorded short form leaves out and the documented shape always has."""


def load(name: str) -> dict[str, Any]:
    return json.loads((RECORDED / name).read_text())


@pytest.fixture
def mirrored(ls: httpx.Client, project: NewProject) -> int:
    """A project with the recorded tasks."""
    number = project(title="Recorded", maximum_annotations=2)
    names = ("data", "meta", "annotations", "predictions")
    values = [{name: task[name] for name in names} for task in load("tasks-fields-all.json")["tasks"]]
    for value in values:
        for annotation in value["annotations"]:
            for name in ("completed_by", "id", "created_at", "updated_at"):
                annotation.pop(name)
    imported = ls.post(f"/api/projects/{number}/import", json=values)
    assert imported.status_code == 201, imported.text
    return number


def same(ours: Any, theirs: Any, where: str = "") -> None:
    """Everything in the recorded value is in ours, of the same type where values are an installation's own."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), where
        for name, value in theirs.items():
            assert name in ours, f"{where}.{name}"
            if name in OF_ITS_OWN:
                assert type(ours[name]) is type(value), f"{where}.{name}"
            else:
                same(ours[name], value, f"{where}.{name}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            same(mine, other, f"{where}[{place}]")
    else:
        assert ours == theirs, where


def test_fields_all(ls: httpx.Client, mirrored: int) -> None:
    ours = ls.get("/api/tasks/", params={"project": mirrored, "fields": "all"}).json()
    theirs = load("tasks-fields-all.json")
    same(ours["tasks"], theirs["tasks"])
    assert (ours["total_annotations"], ours["total_predictions"]) == (1, 2)


def test_task_only(ls: httpx.Client, mirrored: int) -> None:
    ours = ls.get("/api/tasks/", params={"project": mirrored}).json()
    theirs = load("tasks-task_only.json")
    same(ours["tasks"], theirs["tasks"])
    for task in ours["tasks"]:
        assert {name: task[name] for name in EMPTY_HERE} == EMPTY_HERE


def test_columns(ls: httpx.Client, mirrored: int) -> None:
    ours = {c["id"]: c for c in ls.get("/api/dm/columns/", params={"project": mirrored}).json()["columns"]}
    for column in load("dm-columns.json")["columns"]:
        if column.get("parent") == "data" or column["id"] == "data":
            continue
        assert ours[column["id"]]["type"] == column["type"]
        assert set(column) <= set(ours[column["id"]])
