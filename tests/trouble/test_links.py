"""Symbolic links and dotted paths that lead out of the code directory and out of the root of local files: whatever they
point at is not there, in the words of each API."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.server import Server
from tests.trouble.native_error import refused

SECRET = "the words nobody may read"
IMAGE = '<View><Image name="image" value="$image"/></View>'
ENVIRONMENT = "code/environments/production"


class Site:
    """A code directory and a root of local files, side by side with a secret."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.write("secret/secret.sh", SECRET)
        self.write("secret/tasks/init.sh", SECRET)
        self.write(f"{ENVIRONMENT}/modules/good/tasks/init.sh", "#!/bin/sh\n")
        self.write("files/pictures/cat.png", "a cat")

    def write(self, path: str, text: str) -> Path:
        target = self.home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def link(self, path: str, to: str) -> None:
        place = self.home / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(to if to.startswith(("/", ".")) else self.home / to)


LINKS = {
    "a file": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "secret/secret.sh"),
    "a relative file": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "../../../../../../secret/secret.sh"),
    "a chain": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "chain"),
    "a directory of tasks": (f"{ENVIRONMENT}/modules/evil/tasks", "secret/tasks"),
    "a module": (f"{ENVIRONMENT}/modules/evil", "secret"),
    "nothing": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "gone"),
    "itself": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "./init.sh"),
    "a device": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "/dev/zero"),
    "a process": (f"{ENVIRONMENT}/modules/evil/tasks/init.sh", "/proc/self/environ"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("links")


@pytest.fixture(scope="module")
def site(home: Path) -> Site:
    made = Site(home)
    made.link("chain", "chained")
    made.link("chained", "secret/secret.sh")
    return made


@pytest.fixture(scope="module")
def linked(site: Site, database: str | None, home: Path) -> Iterator[Server]:
    kind = "postgres" if database else "sqlite"
    server = Server(
        home / kind,
        database,
        ("--puppet-code", str(home / "code")),
        label_studio_files_root=str(home / "files"),
    ).start()
    yield server
    server.stop()


@pytest.fixture
def evil(site: Site) -> Iterator[Path]:
    """The place of the bad link; whatever a test puts there is taken away again."""
    place = site.home / ENVIRONMENT / "modules/evil"
    yield place
    if place.is_symlink():
        place.unlink()
    elif place.is_dir():
        shutil.rmtree(place)


@pytest.mark.parametrize("place, to", LINKS.values(), ids=LINKS)
def test_links_out_of_the_code_directory(linked: Server, site: Site, evil: Path, place: str, to: str) -> None:
    site.link(place, to)
    listed = linked.as_admin.get("/orchestrator/v1/tasks")
    assert [item["name"] for item in listed.json()["items"]] == ["good"]
    for name in ("evil/init", "evil/secret"):
        body = refused(linked.as_admin.get(f"/orchestrator/v1/tasks/{name}"), 404)
        assert body["kind"] == "puppetlabs.orchestrator/unknown-task"
    for path in ("tasks/evil/init.sh", "tasks/evil/secret.sh", "modules/evil/secret.sh"):
        answer = linked.as_admin.get(f"/puppet/v3/file_content/{path}", params={"environment": "production"})
        assert (answer.status_code, answer.json()["issue_kind"]) == (404, "RESOURCE_NOT_FOUND")
        assert SECRET not in answer.text


def test_an_environment_that_is_a_link(linked: Server, site: Site) -> None:
    site.link("code/environments/evil", "secret")
    body = refused(linked.as_admin.get("/orchestrator/v1/tasks", params={"environment": "evil"}), 404)
    assert body["msg"] == "Unknown environment evil"


DOTTED = [
    "../../../../secret/secret.sh",
    "..%2f..%2f..%2f..%2fsecret%2fsecret.sh",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret/secret.sh",
    "good/../../../../../secret/secret.sh",
    "good/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret%2fsecret.sh",
    "%2fetc%2fpasswd",
    "good/..%5c..%5csecret.sh",
]


@pytest.mark.parametrize("path", DOTTED)
@pytest.mark.parametrize(
    "mount", ["/puppet/v3/file_content/tasks/", "/puppet/v3/file_content/modules/", "/good/tasks/"]
)
def test_dotted_paths_into_the_code_directory(linked: Server, mount: str, path: str) -> None:
    answer = linked.as_admin.get(f"{mount}{path}?environment=production")
    assert answer.status_code in (400, 404), answer.text
    assert SECRET not in answer.text
    assert "root:" not in answer.text


@pytest.fixture(scope="module")
def project(linked: Server, site: Site) -> int:
    made = linked.as_admin.post("/api/projects/", json={"title": "Links", "label_config": IMAGE}).json()["id"]
    storage = {
        "project": made,
        "title": "Here",
        "path": str(site.home / "files/pictures"),
        "use_blob_urls": True,
    }
    answer = linked.as_admin.post("/api/storages/localfiles/", json=storage)
    assert answer.status_code == 201, answer.text
    return made


def resolved(server: Server, project: int, uri: str) -> object:
    made = server.as_admin.post(f"/api/projects/{project}/import?return_task_ids=true", json=[{"image": uri}])
    (task,) = made.json()["task_ids"]
    coded = base64.urlsafe_b64encode(uri.encode()).decode()
    return server.as_admin.get(f"/tasks/{task}/resolve/", params={"fileuri": coded})


FILE_LINKS = {
    "a file": "secret/secret.sh",
    "a relative file": "../../secret/secret.sh",
    "a chain": "chain",
    "a directory": "secret",
    "nothing": "gone",
    "itself": "./link",
    "a device": "/dev/zero",
    "a process": "/proc/self/environ",
}


@pytest.mark.parametrize("to", FILE_LINKS.values(), ids=FILE_LINKS)
def test_links_out_of_the_root_of_local_files(linked: Server, project: int, site: Site, to: str) -> None:
    site.link("files/pictures/link", to)
    try:
        for path in ("pictures/link", "pictures/link/secret.sh", "pictures/cat.png/../link"):
            body = refused_file(linked, path)
            assert SECRET not in str(body)
        opened = linked.as_admin.get("/data/local-files/", params={"d": "pictures/cat.png"})
        assert (opened.status_code, opened.text) == (200, "a cat")
    finally:
        (site.home / "files/pictures/link").unlink()


def refused_file(server: Server, path: str) -> dict[str, object]:
    answer = server.as_admin.get(f"/data/local-files/?d={quote(path, safe='')}")
    assert answer.status_code == 404, answer.text
    body: dict[str, object] = answer.json()
    assert body["detail"] == "No Storage matches the given query."
    return body


@pytest.mark.parametrize(
    "path",
    [
        "../secret/secret.sh",
        "pictures/../../secret/secret.sh",
        "/etc/passwd",
        "//etc/passwd",
        "pictures",
        "",
        ".",
        "pictures/cat.png/x",
        "x" * 5_000,
        "pictures\\..\\..\\secret\\secret.sh",
        "😀",
    ],
)
def test_dotted_paths_out_of_the_root_of_local_files(linked: Server, project: int, path: str) -> None:
    refused_file(linked, path)


@pytest.mark.parametrize("path", ["../secret", "/etc", "pictures/../..", "link"])
def test_a_storage_outside_of_the_root_is_refused(
    linked: Server, project: int, site: Site, path: str
) -> None:
    if path == "link":
        site.link("files/link", "secret")
    storage = {"project": project, "title": "There", "path": str(site.home / "files" / path)}
    answer = linked.as_admin.post("/api/storages/localfiles/", json=storage)
    assert list(refused(answer, 400)["validation_errors"]) == ["path"]
