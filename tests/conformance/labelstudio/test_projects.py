"""The Python SDK (label-studio-sdk 2.1.2) on projects, imports, members, tokens and storages."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "data" / "label-studio"


@pytest.fixture(scope="module")
def seen(server: Any, label_studio_sdk: Any) -> dict[str, Any]:
    """What the SDK saw."""
    suffix = f"sdk{os.getpid()}"
    member = server.user(f"joins-{suffix}", email=f"joins-{suffix}@example.com").token
    script = Path(__file__).parent / "client" / "projects.py"
    printed = label_studio_sdk.run(
        script, server.url, server.token, str(SAMPLES), suffix, member, timeout=280
    )
    return json.loads(printed.splitlines()[-1])


def test_every_template_is_kept_and_read_as_the_sdk_reads_it(seen: dict[str, Any]) -> None:
    assert len(seen["configs"]) == len(list((SAMPLES / "configs").glob("*.xml")))
    assert all(seen["configs"].values())


def test_imports(seen: dict[str, Any]) -> None:
    body = json.loads((SAMPLES / "import" / "tasks_annotations_predictions.json").read_text())
    annotations = [entry for task in body for entry in task.get("annotations", [])]
    kept = [entry for entry in annotations if not entry.get("was_cancelled")]
    predictions = sum(len(task.get("predictions", [])) for task in body)
    assert seen["import"] == [len(body), len(annotations), True]
    assert seen["counts"] == [len(body), len(kept), predictions]
    assert (seen["predictions"], seen["many"]) == (1, 5000)


def test_projects(seen: dict[str, Any]) -> None:
    assert seen["listed"] is True
    assert seen["paged"] is True
    assert seen["updated"][0] == 2
    assert seen["updated"][1].startswith("Renamed")
    assert seen["deleted"] == 404


def test_members_and_roles(seen: dict[str, Any]) -> None:
    assert (seen["stranger"], seen["annotator imports"], seen["manager imports"]) == (404, 403, 1)
    assert (seen["member"], seen["sees"]) == (True, True)
    assert (seen["members"], seen["members left"]) == (["MA", "OW"], ["OW"])


def test_refusals_are_the_sdks_own_errors(seen: dict[str, Any]) -> None:
    assert seen["bad config"] == [400, ["no element found: line 1, column 6"]]
    assert seen["bad import"][0] == 400
    assert seen["bad import"][1].startswith('Error at item 0: "text" key is expected')


def test_personal_access_tokens_and_storages(seen: dict[str, Any]) -> None:
    assert (seen["who"], seen["release"]) == ("admin", "1.23.2")
    assert (seen["jwt"], seen["tokens"]) == (True, [2])
    assert (seen["uploads"], seen["storages"]) == (0, [True])
