"""A hundred megabytes to each API: refused before they are read, with its own error, and without filling memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import Spawn
from tests.server import Server
from tests.trouble.native_error import refused

PIECE = b"x" * 65_536
PIECES = 1_600
SIZE = len(PIECE) * PIECES
MULTIPART = {"content-type": "multipart/form-data; boundary=X"}
JSON = {"content-type": "application/json"}
CONFIG = '<View><Text name="text" value="$text"/></View>'
MEGABYTE = 1024

UPLOADS = [
    ("/engine-rest/deployment/create", MULTIPART, "InvalidRequestException"),
    ("/api/projects/{project}/import", MULTIPART, "The request body is larger than 67108864 bytes."),
    ("/api/projects/{project}/import", JSON, "The request body is larger than 67108864 bytes."),
    ("/api/projects/{project}/import/predictions", JSON, "The request body is larger than"),
    ("/api/metadata/taskdefs", JSON, "The request body is larger than 16777216 bytes."),
    ("/bpm/api/4.0/tasks", JSON, "BPM-413-BODY_TOO_LARGE"),
    ("/v1/tasks/batch", JSON, "body_too_large"),
]


class Upload:
    """A large body that counts what of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(PIECES):
            self.taken += len(PIECE)
            yield PIECE


def resident(server: Server) -> int:
    """The most memory that the server has held, in KiB."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


@pytest.fixture(scope="module")
def project(server: Server) -> int:
    made = server.as_admin.post("/api/projects/", json={"title": "Uploads", "label_config": CONFIG})
    assert made.status_code == 201, made.text
    return made.json()["id"]


@pytest.mark.parametrize("path, headers, word", UPLOADS)
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_too_large_for_each(
    server: Server, project: int, path: str, headers: dict[str, str], word: str, declared: bool
) -> None:
    upload = Upload()
    sent = headers | ({"content-length": str(SIZE)} if declared else {})
    answer = server.as_admin.post(path.format(project=project), content=upload, headers=sent)
    assert word in str(refused(answer, 413))
    assert upload.taken < SIZE
    if declared:
        assert upload.taken < SIZE / 4, "refused by its length"
    assert server.as_admin.get(f"/api/projects/{project}/file-uploads").json() == []


def test_memory_stays_bounded(spawn: Spawn) -> None:
    """Ten uploads at once, each beyond the bound: what is read of them is no more than the bound, and is let go."""
    server = spawn(max_upload=str(4 * 1024 * MEGABYTE), max_body=str(2 * 1024 * MEGABYTE))
    server.as_admin.get("/v1/tasks")
    before = resident(server)
    for path, headers, _ in UPLOADS:
        if "{" not in path:
            refused(server.as_admin.post(path, content=Upload(), headers=headers), 413)
    assert resident(server) - before < 24 * MEGABYTE


def test_an_upload_that_stops_half_way_leaves_nothing(server: Server, project: int) -> None:
    """The client says more than it sends, and leaves."""

    def half() -> Iterator[bytes]:
        yield (
            b'--X\r\ncontent-disposition: form-data; name="f"; filename="a.csv"\r\n\r\ntext\n'
            + b"row\n" * 10_000
        )
        raise ConnectionResetError

    def counts() -> list[bytes]:
        lists = (
            f"/api/projects/{project}/file-uploads",
            f"/api/projects/{project}/",
            "/engine-rest/deployment/count",
        )
        return [server.as_admin.get(path).content for path in lists]

    before = counts()
    for path in ("/engine-rest/deployment/create", f"/api/projects/{project}/import"):
        with pytest.raises((httpx.HTTPError, ConnectionResetError)):
            server.client(server.token).post(path, content=half(), headers=MULTIPART)
    assert counts() == before


@pytest.mark.parametrize("later", [False, True], ids=["now", "recorded"])
def test_a_table_with_one_broken_row_among_many(server: Server, project: int, later: bool) -> None:
    rows = [f"row {n},{n}\n" for n in range(20_000)]
    rows[17_344] = "row 17344,17344,too many\n"
    files = {"file": ("rows.csv", ("text,n\n" + "".join(rows)).encode())}
    words = "Failed to parse input file rows.csv: Expected 2 fields in line 17346, saw 3"
    client = server.as_admin
    answer = client.post(f"/api/projects/{project}/import", files=files, params={"async": str(later).lower()})
    if later:
        state: dict[str, str] = {"status": "created"}
        while state["status"] in ("created", "in_progress"):
            state = client.get(f"/api/projects/{project}/imports/{answer.json()['import']}/").json()
        assert (state["status"], state["error"]) == ("failed", words)
    else:
        assert refused(answer, 400)["validation_errors"] == {"non_field_errors": [words]}
        assert client.get(f"/api/projects/{project}/file-uploads").json() == []
    assert client.get(f"/api/projects/{project}/").json()["task_number"] == 0
