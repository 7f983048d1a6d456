"""Imports over HTTP: every format, all or nothing, recorded imports, kept files."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Spawn
from tests.dialects.labelstudio.conftest import TEXT_CONFIG, NewProject
from tests.server import Server

DATA = Path(__file__).parents[2] / "data" / "label-studio" / "import"
REGION = {"from_name": "sentiment", "to_name": "text", "type": "choices", "value": {"choices": ["Positive"]}}
IMAGE_CONFIG = (
    '<View><Image name="image" value="$image"/><Choices name="label" toName="image">'
    '<Choice value="Cat"/><Choice value="Dog"/></Choices></View>'
)
BOX_CONFIG = (
    '<View><Image name="image" value="$image"/><RectangleLabels name="bbox" toName="image">'
    '<Label value="Cat"/><Label value="Dog"/></RectangleLabels></View>'
)


def tasks_of(ls: httpx.Client, number: int, **params: Any) -> list[dict[str, Any]]:
    answer = ls.get("/api/tasks/", params={"project": number, "fields": "all", "page_size": 1000, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["tasks"]


def data_of(ls: httpx.Client, number: int) -> list[Any]:
    return [task["data"] for task in tasks_of(ls, number)]


def upload(ls: httpx.Client, number: int, name: str, content: bytes, **params: Any) -> httpx.Response:
    return ls.post(f"/api/projects/{number}/import", files={"file": (name, content)}, params=params)


def faults(answer: httpx.Response) -> list[str]:
    body = answer.json()
    assert (answer.status_code, body["detail"]) == (400, "Validation error"), body
    return body["validation_errors"]["non_field_errors"]


def test_a_json_list_with_annotations_and_predictions(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    prediction = {"result": [REGION], "score": 0.5, "model_version": "m1"}
    body = [
        {"text": "a"},
        {
            "data": {"text": "b"},
            "annotations": [{"result": [REGION], "lead_time": 2.5}],
            "predictions": [prediction],
        },
    ]
    answer = ls.post(f"/api/projects/{number}/import", json=body, params={"return_task_ids": "true"})
    assert answer.status_code == 201
    result = answer.json()
    assert result.pop("duration") > 0
    ids = result.pop("task_ids")
    assert result == {
        "task_count": 2,
        "annotation_count": 1,
        "prediction_count": 1,
        "file_upload_ids": [],
        "could_be_tasks_list": False,
        "found_formats": [],
        "data_columns": [],
    }
    first, second = tasks_of(ls, number)
    assert [first["id"], second["id"]] == ids
    assert (first["inner_id"], second["inner_id"]) == (1, 2)
    assert (second["is_labeled"], second["avg_lead_time"], second["predictions_score"]) == (True, 2.5, 0.5)
    annotation = second["annotations"][0]
    assert (annotation["ground_truth"], annotation["was_cancelled"]) == (True, False)
    assert annotation["result"] == [REGION]


def test_one_object_is_one_task(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    assert ls.post(f"/api/projects/{number}/import/", json={"text": "only"}).json()["task_count"] == 1
    assert data_of(ls, number) == [{"text": "only"}]


@pytest.mark.parametrize(
    "name, config, formats, columns, first",
    [
        ("lines.txt", TEXT_CONFIG, {".txt": 1}, ["$undefined$"], {"text": "first line"}),
        (
            "image_urls.csv",
            IMAGE_CONFIG,
            {".csv": 1},
            ["id", "image"],
            {"id": 123, "image": "https://pytest.heartex.com/image1.jpg"},
        ),
        (
            "test_5.csv",
            TEXT_CONFIG,
            {".csv": 1},
            ["meta_info", "text"],
            {"meta_info": "info_1", "text": "text_1"},
        ),
        ("text_with_2_tasks.json", TEXT_CONFIG, {".json": 1}, ["text"], {"text": "Example 1"}),
        (
            "text_with_2_predictions.json",
            TEXT_CONFIG,
            {".json": 1},
            ["text"],
            {"text": "Test example phrase"},
        ),
    ],
)
def test_sample_files(
    ls: httpx.Client,
    project: NewProject,
    name: str,
    config: str,
    formats: dict[str, int],
    columns: list[str],
    first: dict[str, Any],
) -> None:
    number = project(label_config=config)
    answer = upload(ls, number, name, (DATA / name).read_bytes())
    assert answer.status_code == 201, answer.text
    result = answer.json()
    assert (result["found_formats"], result["data_columns"]) == (formats, columns)
    assert result["could_be_tasks_list"] is not name.endswith(".json")
    tasks = tasks_of(ls, number)
    assert tasks[0]["data"] == first
    assert tasks[0]["file_upload"].endswith(f"-{name}")
    kept = ls.get(f"/api/projects/{number}/file-uploads").json()
    assert [file["id"] for file in kept] == result["file_upload_ids"]


def test_tab_separated_and_json_lines(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    assert upload(ls, number, "a.tsv", b"text\tn\nx\t1\n").status_code == 201
    assert upload(ls, number, "a.jsonl", b'{"text": "y"}\n\n{"data": {"text": "z"}}\n').status_code == 201
    assert data_of(ls, number) == [{"text": "x", "n": 1}, {"text": "y"}, {"text": "z"}]


def test_several_files_at_once(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    files = [("f1", ("a.csv", b"text\na\n")), ("f2", ("b.txt", b"b\nc\n"))]
    result = ls.post(f"/api/projects/{number}/import", files=files).json()
    assert (result["task_count"], result["found_formats"]) == (3, {".csv": 1, ".txt": 1})
    assert len(result["file_upload_ids"]) == 2


def test_preannotated_fields(ls: httpx.Client, project: NewProject) -> None:
    number = project(label_config=BOX_CONFIG)
    body = json.loads((DATA / "image_urls_with_bboxes.json").read_text())
    answer = ls.post(f"/api/projects/{number}/import", json=body, params={"preannotated_from_fields": "bbox"})
    assert answer.json()["prediction_count"] == 2
    task = tasks_of(ls, number)[0]
    assert task["data"] == {"image": "https://pytest.heartex.com/image1.jpg"}
    assert task["predictions"][0]["result"][0]["value"]["rectanglelabels"] == ["Cat", "Dog"]
    number = project(label_config=IMAGE_CONFIG)
    content = (DATA / "image_urls_with_classes.csv").read_bytes()
    assert (
        upload(ls, number, "c.csv", content, preannotated_from_fields="label").json()["prediction_count"] == 2
    )
    result = tasks_of(ls, number)[1]["predictions"][0]["result"]
    assert result == [
        {"from_name": "label", "to_name": "image", "type": "choices", "value": {"choices": ["Dog"]}}
    ]


def test_an_image_is_one_task_and_can_be_fetched_by_members(
    server: Server, ls: httpx.Client, project: NewProject
) -> None:
    number = project(label_config=IMAGE_CONFIG)
    assert upload(ls, number, "../../cat 1.png", b"\x89PNG").status_code == 201
    (task,) = tasks_of(ls, number)
    url = task["data"]["image"]
    assert url.startswith(f"/data/upload/{number}/")
    assert ".." not in url
    got = ls.get(url)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, b"\x89PNG", "image/png")
    stranger = server.user("ls-image-stranger").client
    assert stranger.get(url).status_code == 404
    assert server.get(url).status_code == 401


@pytest.mark.parametrize(
    "name, content, message",
    [
        (
            "a.csv",
            b"text,b\nx,1\ny,2,3\n",
            "Failed to parse input file a.csv: Expected 2 fields in line 3, saw 3",
        ),
        ("a.csv", b'text\nx\n"y\n', "Failed to parse input file a.csv: Error tokenizing data"),
        (
            "a.json",
            b'[{"text": "x"},\n{"text": }]',
            "Failed to parse input file a.json: Malformed JSON in line 2",
        ),
        ("a.jsonl", b'{"text": "x"}\n{"tex', "Failed to parse input file a.jsonl: Malformed JSON in line 2"),
        ("a.txt", b"x\n\xff\n", "Failed to parse input file a.txt: File is not UTF-8: bad byte in line 2"),
        ("a.csv", b"txt\nx\n", 'Error at item 0 (line 2): "text" key is expected in task data'),
        ("a.exe", b"MZ", ".exe extension is not supported"),
        ("a.json", b"[]", "load_tasks: No tasks added"),
        ("a.csv", b"text\n", "load_tasks: No tasks added"),
    ],
)
def test_a_bad_file_names_its_row_and_leaves_nothing(
    ls: httpx.Client, project: NewProject, name: str, content: bytes, message: str
) -> None:
    number = project()
    files = [("f2", (name, content))]
    if message != "load_tasks: No tasks added":
        files.insert(0, ("f1", ("good.csv", b"text\n" + b"fine\n" * 3000)))
    answer = ls.post(f"/api/projects/{number}/import", files=files)
    assert faults(answer)[0].startswith(message)
    assert tasks_of(ls, number) == []
    assert ls.get(f"/api/projects/{number}/file-uploads").json() == []
    assert ls.get(f"/api/projects/{number}/").json()["task_number"] == 0


@pytest.mark.parametrize(
    "body, message",
    [
        ("[]", "load_tasks: No tasks added"),
        ("", "load_tasks: No data found in DATA or in FILES"),
        (
            '[{"text": "a"}, {"txt": 1}]',
            'Error at item 1: "text" key is expected in task data [assume: item as is',
        ),
        ('[{"text": "a"}, 5]', "Error at item 1: Task root must be dict"),
        ('[{"text": "a"', "Malformed JSON in line 1"),
        ('"text"', "Unsupported or invalid JSON structure"),
        ('[{"text": "a\\u0000b"}]', "File holds a NUL character in line 1"),
        (
            '[{"data": {"text": "a"}, "annotations": [{"result": [], "completed_by": 1e30}]}]',
            "Error at item 0:",
        ),
        (
            '[{"data": {"text": "a"}, "annotations": [{"result": [], "completed_by": 99999999999999999999}]}]',
            "Error at item 0: Unknown annotator's ID",
        ),
        ("[" * 10_000, "Malformed JSON in line 1"),
        (
            '[{"data": {"text": "a"}, "annotations": [{"result": [], "completed_by": 5}]}]',
            "Error at item 0: Unknown",
        ),
    ],
)
def test_a_bad_body_names_its_item(ls: httpx.Client, project: NewProject, body: str, message: str) -> None:
    number = project()
    answer = ls.post(
        f"/api/projects/{number}/import", content=body, headers={"Content-Type": "application/json"}
    )
    assert faults(answer)[0].startswith(message)
    assert tasks_of(ls, number) == []


def test_a_recorded_import_answers_at_once_and_tells_its_state(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    body = [{"text": f"line {index}"} for index in range(5000)]
    started = ls.post(
        f"/api/projects/{number}/import", json=body, params={"async": "true", "return_task_ids": "1"}
    )
    assert started.status_code == 201
    assert list(started.json()) == ["import"]
    state = _finished(ls, number, started.json()["import"])
    assert (state["status"], state["task_count"], state["error"]) == ("completed", 5000, None)
    assert len(state["task_ids"]) == 5000
    assert state["finished_at"] >= state["created_at"]
    assert ls.get(f"/api/projects/{number}/").json()["task_number"] == 5000
    assert ls.get(f"/api/projects/{number}/file-uploads").json() == []


def test_a_recorded_import_that_fails_says_why(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    started = ls.post(
        f"/api/projects/{number}/import",
        files={"file": ("rows.csv", b"text,n\na,1\nb,2,3\n")},
        headers={"Prefer": "respond-async"},
    )
    state = _finished(ls, number, started.json()["import"])
    assert state["status"] == "failed"
    assert state["error"] == "Failed to parse input file rows.csv: Expected 2 fields in line 3, saw 3"
    assert tasks_of(ls, number) == []
    assert ls.get(f"/api/projects/{number}/imports/1/").status_code == 404


def _finished(ls: httpx.Client, number: int, import_id: int) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = ls.get(f"/api/projects/{number}/imports/{import_id}/").json()
        if state["status"] in ("completed", "failed"):
            return state
        time.sleep(0.05)
    raise AssertionError(state)


def test_without_commit_the_files_wait_for_a_reimport(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    held = upload(ls, number, "a.csv", b"text\na\nb\n", commit_to_project="false").json()
    assert (held["task_count"], held["annotation_count"]) == (2, None)
    assert tasks_of(ls, number) == []
    for _ in range(2):
        again = ls.post(f"/api/projects/{number}/reimport", json={"file_upload_ids": held["file_upload_ids"]})
        assert (again.status_code, again.json()["task_count"]) == (201, 2)
    assert data_of(ls, number) == [{"text": "a"}, {"text": "b"}]
    assert ls.post(f"/api/projects/{number}/reimport", json={}).status_code == 204
    missing = ls.post(f"/api/projects/{number}/reimport", json={"file_upload_ids": [1]})
    assert missing.status_code == 400


def test_kept_files_can_be_listed_and_removed(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    ids = [upload(ls, number, f"{n}.txt", b"x\n").json()["file_upload_ids"][0] for n in "abc"]
    one = ls.get(f"/api/import/file-upload/{ids[0]}").json()
    assert (one["id"], one["size"]) == (ids[0], 2)
    assert [f["id"] for f in ls.get(f"/api/projects/{number}/file-uploads?ids=[{ids[1]}]").json()] == [ids[1]]
    assert ls.delete(f"/api/import/file-upload/{ids[0]}").status_code == 204
    gone = ls.request("DELETE", f"/api/projects/{number}/file-uploads", json={"file_upload_ids": [ids[1]]})
    assert gone.json() == {"deleted": 1}
    assert ls.delete(f"/api/projects/{number}/file-uploads").json() == {"deleted": 1}
    assert len(tasks_of(ls, number)) == 3


def test_json_text_in_a_form_and_no_download(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    made = ls.post(f"/api/projects/{number}/import", data={"url": '[{"text": "inline"}]'})
    assert (made.status_code, made.json()["task_count"]) == (201, 1)
    refused = ls.post(f"/api/projects/{number}/import", data={"url": "http://127.0.0.1:1/tasks.json"})
    assert faults(refused)[0].startswith("This server does not download files")
    assert faults(ls.post(f"/api/projects/{number}/import", data={"other": "x"})) == [
        '"url" is not found in request data'
    ]


def test_predictions_for_tasks_that_exist(ls: httpx.Client, project: NewProject) -> None:
    number = project()
    other = project()
    made = ls.post(
        f"/api/projects/{number}/import?return_task_ids=true", json=[{"text": "a"}, {"text": "b"}]
    ).json()
    first, second = made["task_ids"]
    foreign = ls.post(f"/api/projects/{other}/import?return_task_ids=true", json=[{"text": "c"}]).json()[
        "task_ids"
    ][0]
    rows = [{"task": first, "result": "Positive", "score": 0.25}, {"task": second, "result": [REGION]}]
    added = ls.post(f"/api/projects/{number}/import/predictions", json=rows)
    assert (added.status_code, added.json()) == (201, {"created": 2})
    assert [task["predictions_score"] for task in tasks_of(ls, number)] == [0.25, None]
    refused = ls.post(
        f"/api/projects/{number}/import/predictions", json=[rows[0], {"task": foreign, "result": []}]
    )
    assert faults(refused)[0].startswith(f"Task {foreign} is not in project")
    assert ls.get(f"/api/projects/{number}/").json()["total_predictions_number"] == 2


def test_only_managers_import(server: Server, ls: httpx.Client, project: NewProject) -> None:
    number = project()
    annotator = server.user("ls-importing-annotator")
    user = next(u["id"] for u in ls.get("/api/users/").json() if u["username"] == "ls-importing-annotator")
    ls.post(f"/api/projects/{number}/members/", json={"user": user})
    refused = annotator.client.post(f"/api/projects/{number}/import", json=[{"text": "a"}])
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "You do not have permission to perform this action.",
    )
    assert tasks_of(ls, number) == []


def test_a_recorded_import_survives_a_crash_and_runs_once(spawn: Spawn, database: str | None) -> None:
    server = spawn(database_url=database, max_upload=str(256 * 1024 * 1024))
    headers = {"Authorization": f"Token {server.token}"}
    with server.client(headers=headers) as ls:
        made = ls.post("/api/projects/", json={"title": "Crash", "label_config": TEXT_CONFIG}).json()["id"]
        body = [{"text": f"line {index} " + "x" * 80} for index in range(20_000)]
        started = ls.post(f"/api/projects/{made}/import?async=true", json=body).json()["import"]
        time.sleep(0.3)
    server.kill()
    server.start()
    ls = server.client(headers=headers)
    seen = {ls.get(f"/api/projects/{made}/").json()["task_number"]}
    state = _finished(ls, made, started)
    assert (state["status"], state["task_count"]) == ("completed", 20_000)
    seen.add(ls.get(f"/api/projects/{made}/").json()["task_number"])
    assert seen <= {0, 20_000}
    page = ls.get("/api/tasks/", params={"project": made, "page": 200, "page_size": 100}).json()
    assert (page["total"], len(page["tasks"])) == (20_000, 100)


def test_a_crash_during_an_import_leaves_all_or_nothing(spawn: Spawn, database: str | None) -> None:
    server = spawn(database_url=database, max_upload=str(256 * 1024 * 1024))
    headers = {"Authorization": f"Token {server.token}"}
    with server.client(headers=headers) as ls:
        made = ls.post("/api/projects/", json={"title": "Crash", "label_config": TEXT_CONFIG}).json()["id"]
    body = [{"text": f"line {index} " + "x" * 80} for index in range(20_000)]

    def send() -> None:
        try:
            with server.client(headers=headers) as client:
                client.post(f"/api/projects/{made}/import", json=body)
        except httpx.HTTPError:
            pass

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(0.7)
    server.kill()
    sender.join()
    server.start()
    ls = server.client(headers=headers)
    count = ls.get(f"/api/projects/{made}/").json()["task_number"]
    page = ls.get("/api/tasks/", params={"project": made, "page_size": 1}).json()
    assert count in (0, 20_000)
    assert page["total"] == count
    assert ls.post(f"/api/projects/{made}/import", json=[{"text": "after"}]).status_code == 201
    task = ls.get("/api/tasks/", params={"project": made, "query": '{"ordering": ["-id"]}'}).json()["tasks"][
        0
    ]
    assert task["inner_id"] == count + 1
