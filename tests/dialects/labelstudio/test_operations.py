"""The operation table: nothing of the surface is missing, nothing is listed twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from taskyard.dialects.labelstudio import DIALECT

DATA = Path(__file__).parents[2] / "data" / "label-studio"

OPEN_SERVER_ONLY = """
PUT /tasks/{}
GET /projects/{}/tasks
POST /projects/{}/tasks
GET /projects/{}/next
GET /projects/{}/summary
GET /projects/{}/sample-task
GET /projects/{}/label-stream-history
GET /projects/{}/model-versions
DELETE /projects/{}/model-versions
POST /projects/validate
POST /projects/{}/reimport
POST /projects/{}/tasks/bulk
PUT /annotations/{}
POST /annotations/{}/convert-to-draft
GET /tasks/{}/drafts
POST /tasks/{}/annotations/{}/drafts
GET /drafts/{}
PATCH /drafts/{}
DELETE /drafts/{}
GET /dm/columns
GET /dm/project
PUT /dm/views/{}
GET /projects/{}/export/files
GET /labels
GET /label_links
"""


def shape(text: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", text).rstrip("/")


TABLE = Counter(shape(f"{operation.method} {operation.path}") for operation in DIALECT.operations)


def test_no_operation_is_listed_twice() -> None:
    assert [row for row, count in TABLE.items() if count > 1] == []


@pytest.mark.parametrize("source", ["sdk", "open server"])
def test_every_operation_of_the_surface_is_a_row(source: str) -> None:
    text = (DATA / "sdk-operations.txt").read_text() if source == "sdk" else OPEN_SERVER_ONLY
    wanted = {shape(line) for line in text.splitlines() if line.strip()}
    assert wanted - set(TABLE) == set()


def test_every_row_has_a_name_and_every_refusal_a_reason() -> None:
    for operation in DIALECT.operations:
        assert operation.name
        assert (operation.verdict == "served") is not bool(operation.why), operation.path


def test_names_are_unique_among_what_is_served() -> None:
    names = Counter(op.name for op in DIALECT.operations if op.verdict != "refused")
    assert [name for name, count in names.items() if count > 1] == []
