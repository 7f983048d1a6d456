"""Imported tasks against a labelling configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taskyard.model.labeling import NewLabelTask
from taskyard.model.problem import Rejected
from taskyard.notations.labelconfig.validate import validate
from taskyard.notations.labelimport.item import Item
from taskyard.notations.labelimport.read import read
from taskyard.notations.labelimport.task import Importer, authors, tasks

DATA = Path(__file__).parents[2] / "data" / "label-studio" / "import"
CHOICES = (
    '<View><Text name="text" value="$text"/><Choices name="label" toName="text">'
    '<Choice value="Cat"/><Choice value="Dog"/></Choices></View>'
)
IMAGE = (
    '<View><Image name="image" value="$image"/><RectangleLabels name="bbox" toName="image">'
    '<Label value="Cat"/><Label value="Dog"/></RectangleLabels></View>'
)


def made(values: list[Any], config: str = CHOICES, **options: Any) -> list[NewLabelTask]:
    importer = Importer(config=validate(config), caller=7, **options)
    return tasks([Item(position, None, value) for position, value in enumerate(values)], importer)


def one(value: Any, config: str = CHOICES, **options: Any) -> dict[str, Any]:
    task = made([value], config, **options)[0]
    return {
        "document": json.loads(task.document),
        "answers": [(answer, json.loads(answer.document)) for answer in task.answers],
        "values": task.values,
    }


def test_bare_data_and_whole_tasks() -> None:
    assert one({"text": "a"})["document"]["data"] == {"text": "a"}
    whole = one({"data": {"text": "a"}, "meta": {"k": 1}, "id": 5, "inner_id": 9})
    assert whole["document"] == {"data": {"text": "a"}, "meta": {"k": 1}, "allow_skip": True}


def test_values_to_search_by() -> None:
    task = one({"text": "a", "n": 2, "s": "3.5", "none": None, "flag": True, "deep": {"a": [1]}})
    assert {name: (text, number) for name, text, number in task["values"]} == {
        "data.text": ("a", None),
        "data.n": ("2", 2.0),
        "data.s": ("3.5", 3.5),
        "data.none": (None, None),
        "data.flag": ("true", None),
        "data.deep": ('{"a":[1]}', None),
    }


def test_annotations_default_to_ground_truth_by_the_importer() -> None:
    value = {
        "data": {"text": "a"},
        "annotations": [
            {"result": [{"from_name": "label"}]},
            {
                "id": 33,
                "result": [],
                "ground_truth": False,
                "was_cancelled": True,
                "completed_by": {"email": "Ann@Example.com"},
                "lead_time": 1.5,
                "created_at": "2021-07-06T06:06:25.927570Z",
            },
        ],
    }
    (first, document), (second, _) = one(value, people={"ann@example.com": 12})["answers"]
    assert (first.author_id, first.ground_truth, first.cancelled) == (7, True, False)
    assert document == {"result": [{"from_name": "label"}]}
    assert (second.author_id, second.ground_truth, second.cancelled, second.lead_time) == (
        12,
        False,
        True,
        1.5,
    )
    assert second.created_at == 1625551585927
    assert list(authors(value)) == ["ann@example.com"]


def test_predictions_in_their_long_and_short_forms() -> None:
    region = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["Cat"]}}
    answers = one(
        {
            "data": {"text": "a"},
            "predictions": [{"result": [region], "score": 0.5, "model_version": "m"}, {"result": "Cat"}],
        }
    )["answers"]
    assert [(answer.kind, answer.score, answer.model_version) for answer, _ in answers] == [
        ("prediction", 0.5, "m"),
        ("prediction", None, "undefined"),
    ]
    assert [document["result"] for _, document in answers] == [[region], [region]]


def test_preannotated_fields_become_predictions() -> None:
    items = list(read("image_urls_with_bboxes.json", (DATA / "image_urls_with_bboxes.json").read_bytes()))
    task = made([items[0].value], IMAGE, preannotated=("bbox",))[0]
    assert json.loads(task.document)["data"] == {"image": "https://pytest.heartex.com/image1.jpg"}
    region = json.loads(task.answers[0].document)["result"][0]
    assert (region["from_name"], region["to_name"], region["type"]) == ("bbox", "image", "rectanglelabels")
    assert region["value"]["rectanglelabels"] == ["Cat", "Dog"]


def test_a_previous_export_needs_its_annotators() -> None:
    value = json.loads((DATA / "previous_export.json").read_text())
    with pytest.raises(Rejected, match="Unknown annotator's email annotator_from_past"):
        made([value], IMAGE)
    known = {"annotator_from_past@project.com": 3}
    assert made([value], IMAGE, people=known)[0].answers[0].author_id == 3
    assert made([value], IMAGE, unknown_authors=True)[0].answers[0].author_id == 7


@pytest.mark.parametrize(
    "value, message",
    [
        (
            {"txt": 1},
            'Error at item 1: "text" key is expected in task data [assume: item as is',
        ),
        (
            {"data": {"t": 1}},
            'Error at item 1: "text" key is expected in task data [assume: item["data"]',
        ),
        (
            ["text"],
            'Error at item 1: Task root must be dict with "data", "meta"',
        ),
        ({"data": {"text": "a"}, "annotations": {}}, "Error at item 1: Task[annotations] must be a list"),
        (
            {"data": {"text": "a"}, "annotations": [{}]},
            'Error at item 1: Annotation must have "result" fields',
        ),
        (
            {"data": {"text": "a"}, "annotations": [{"result": "x"}]},
            'Error at item 1: "result" field in annotation must be list',
        ),
        (
            {"data": {"text": "a"}, "predictions": [{}]},
            'Error at item 1: Prediction must have "result" fields',
        ),
        (
            {"data": {"text": "a"}, "predictions": [{"result": [], "score": "high"}]},
            'Error at item 1: "score" must be a number',
        ),
        ({"data": {"text": "a"}, "meta": 5}, "Error at item 1: Task[meta] must be a dict or a list"),
        (
            {"data": {"text": "a"}, "annotations": [{"result": [], "completed_by": 99}]},
            "Error at item 1: Unknown annotator's ID 99",
        ),
        (
            {"data": {"text": "a"}, "annotations": [{"result": [], "created_at": "soon"}]},
            'Error at item 1: "created_at" must be an ISO 8601 date and time',
        ),
    ],
)
def test_faults_name_the_item(value: Any, message: str) -> None:
    with pytest.raises(Rejected) as refusal:
        made([{"text": "fine"}, value])
    problem = refusal.value.problem
    assert problem.reason == "task_list"
    assert problem.errors[0].detail.startswith(message)


def test_at_most_a_hundred_faults_are_told() -> None:
    with pytest.raises(Rejected) as refusal:
        made([{"bad": 1}] * 500)
    assert len(refusal.value.problem.errors) == 100


def test_a_fault_in_a_table_names_the_line() -> None:
    importer = Importer(config=validate(CHOICES), caller=1)
    with pytest.raises(Rejected, match=r'Error at item 1 \(line 3\): "text" key is expected'):
        tasks(list(read("a.jsonl", b'{"text": "a"}\n\n{"txt": "b"}\n')), importer)
