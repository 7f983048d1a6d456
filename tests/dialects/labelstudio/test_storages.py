"""Storages, and the addresses of task data that they open."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.conftest import Spawn
from tests.dialects.labelstudio.conftest import NewProject
from tests.server import Server

IMAGE = '<View><Image name="image" value="$image"/></View>'
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
BUCKET = {
    "bucket": "examplebucket",
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": SECRET,
    "region_name": "eu-central-1",
}


def coded(uri: str) -> str:
    return base64.urlsafe_b64encode(uri.encode()).decode()


def imported(ls: httpx.Client, number: int, image: str) -> int:
    made = ls.post(f"/api/projects/{number}/import?return_task_ids=true", json=[{"image": image}])
    return made.json()["task_ids"][0]


def test_an_s3_storage_never_shows_its_secret(ls: httpx.Client, project: NewProject) -> None:
    number = project(label_config=IMAGE)
    made = ls.post("/api/storages/s3/", json={"project": number, "title": "Pictures", **BUCKET})
    assert made.status_code == 201
    storage = made.json()
    assert (storage["type"], storage["bucket"], storage["presign_ttl"]) == ("s3", "examplebucket", 15)
    path = f"/api/storages/s3/{storage['id']}"
    changed = ls.patch(path, json={"presign_ttl": 60}).json()
    assert changed["presign_ttl"] == 60
    for answer in (made, ls.get(path), ls.get("/api/storages/s3/", params={"project": number})):
        assert SECRET not in answer.text
        assert "AKIA" not in answer.text
    assert ls.get(f"/api/projects/{number}/").text.find(SECRET) == -1
    assert ls.get(f"/api/storages/localfiles/{storage['id']}").status_code == 404
    assert ls.delete(path).status_code == 204
    assert ls.get(path).status_code == 404


def test_an_object_opens_by_presigned_url(ls: httpx.Client, project: NewProject) -> None:
    number = project(label_config=IMAGE)
    ls.post("/api/storages/s3/", json={"project": number, **BUCKET})
    task = imported(ls, number, "s3://examplebucket/dir/a b.jpg")
    listed = ls.get("/api/tasks/", params={"project": number}).json()["tasks"][0]["data"]["image"]
    assert listed.startswith(f"/tasks/{task}/resolve/?fileuri=")
    plain = ls.get("/api/tasks/", params={"project": number, "resolve_uri": "false"}).json()["tasks"][0]
    assert plain["data"]["image"] == "s3://examplebucket/dir/a b.jpg"
    answer = ls.get(listed)
    assert answer.status_code == 303
    url = urlsplit(answer.headers["location"])
    assert (url.netloc, url.path) == ("examplebucket.s3.eu-central-1.amazonaws.com", "/dir/a%20b.jpg")
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Credential"][0].endswith("/eu-central-1/s3/aws4_request")
    assert len(query["X-Amz-Signature"][0]) == 64


def test_an_endpoint_of_ones_own_keeps_the_bucket_in_the_path(ls: httpx.Client, project: NewProject) -> None:
    number = project(label_config=IMAGE)
    ls.post("/api/storages/s3/", json={"project": number, **BUCKET, "s3_endpoint": "http://minio:9000"})
    task = imported(ls, number, "s3://examplebucket/k.jpg")
    location = ls.get(
        f"/tasks/{task}/resolve/", params={"fileuri": coded("s3://examplebucket/k.jpg")}
    ).headers
    assert location["location"].startswith("http://minio:9000/examplebucket/k.jpg?X-Amz-")


@pytest.mark.parametrize(
    "uri", ["s3://otherbucket/a.jpg", "s3://examplebucket/", "file:///etc/passwd", "http://x/y"]
)
def test_only_addresses_of_the_projects_storages_open(
    ls: httpx.Client, project: NewProject, uri: str
) -> None:
    number = project(label_config=IMAGE)
    ls.post("/api/storages/s3/", json={"project": number, **BUCKET})
    task = imported(ls, number, uri)
    assert ls.get(f"/tasks/{task}/resolve/", params={"fileuri": coded(uri)}).status_code == 404
    bad = ls.get(f"/tasks/{task}/resolve/", params={"fileuri": "!!!"})
    assert bad.status_code == 400


def test_strangers_open_nothing(server: Server, ls: httpx.Client, project: NewProject) -> None:
    number = project(label_config=IMAGE)
    ls.post("/api/storages/s3/", json={"project": number, **BUCKET})
    task = imported(ls, number, "s3://examplebucket/k.jpg")
    path = f"/tasks/{task}/resolve/?fileuri={coded('s3://examplebucket/k.jpg')}"
    assert server.user("ls-storage-stranger").client.get(path).status_code == 404
    assert server.get(path).status_code == 401


@pytest.mark.parametrize(
    "kind, body, field",
    [
        ("s3", {"bucket": "a"}, "bucket"),
        ("s3", {**BUCKET, "s3_endpoint": "minio:9000"}, "s3_endpoint"),
        ("s3", {**BUCKET, "presign_ttl": 0}, "presign_ttl"),
        ("localfiles", {"path": "/etc"}, "path"),
    ],
)
def test_bad_storages_are_refused_by_field(
    ls: httpx.Client, project: NewProject, kind: str, body: dict[str, Any], field: str
) -> None:
    number = project()
    for path in (f"/api/storages/{kind}/", f"/api/storages/{kind}/validate"):
        answer = ls.post(path, json={"project": number, **body})
        assert answer.status_code == 400
        assert list(answer.json()["validation_errors"]) == [field]
    assert ls.get(f"/api/storages/{kind}/", params={"project": number}).json() == []


def test_local_files_stay_inside_their_root(spawn: Spawn, tmp_path: Path) -> None:
    root = tmp_path / "files"
    (root / "cats").mkdir(parents=True)
    (root / "dogs").mkdir()
    (root / "cats" / "tom.txt").write_text("miaow")
    (root / "dogs" / "rex.txt").write_text("woof")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "cats" / "way-out").symlink_to(tmp_path / "secret.txt")
    (root / "cats" / "to-dogs").symlink_to(root / "dogs")
    server = spawn(label_studio_files_root=str(root))
    ls = server.client(headers={"Authorization": f"Token {server.token}"})
    number = ls.post("/api/projects/", json={"title": "Local", "label_config": IMAGE}).json()["id"]
    for path in ("..", "/etc", "cats/way-out", "nowhere"):
        assert ls.post("/api/storages/localfiles/", json={"project": number, "path": path}).status_code == 400
    made = ls.post("/api/storages/localfiles/", json={"project": number, "path": str(root / "cats")})
    assert made.status_code == 201
    got = ls.get("/data/local-files/?d=cats/tom.txt")
    assert (got.status_code, got.text) == (200, "miaow")
    task = imported(ls, number, f"file://{root}/cats/tom.txt")
    listed = ls.get("/api/tasks/", params={"project": number}).json()["tasks"][0]["data"]["image"]
    assert ls.get(listed).text == "miaow"
    outside = (
        "cats/way-out",
        "cats/../../secret.txt",
        "dogs/rex.txt",
        "cats/to-dogs/rex.txt",
        "cats",
        "/etc/passwd",
        "",
    )
    for path in outside:
        assert ls.get("/data/local-files/", params={"d": path}).status_code == 404
        answer = ls.get(f"/tasks/{task}/resolve/", params={"fileuri": coded(f"file://{root}/{path}")})
        assert answer.status_code == 404
    assert server.get("/data/local-files/?d=cats/tom.txt").status_code == 401
