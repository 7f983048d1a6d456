"""The file server: what a task's `uri` points at, byte for byte."""

from __future__ import annotations

import hashlib
import os

import pytest
from tests.dialects.puppet.conftest import Site

MIXED = {
    "files": [
        "a/files/",
        "a/lib/puppet_x/helper.rb",
        "a/scripts/s.sh",
        "b/files/of b.bin",
        "a/tasks/notes.txt",
    ]
}


def mixed(site: Site) -> None:
    site.write("modules/a/tasks/init.json", MIXED)
    site.write("modules/a/tasks/init.rb", "#!/usr/bin/ruby\n")
    site.write("modules/a/tasks/notes.txt", "notes")
    site.write("modules/a/files/one", b"\x00\x01\xff")
    site.write("modules/a/files/deep/er/two", b"")
    site.write("modules/a/lib/puppet_x/helper.rb", "helper")
    site.write("modules/a/scripts/s.sh", "s")
    site.write("modules/b/files/of b.bin", os.urandom(100_000))


def on_disk(site: Site, filename: str) -> bytes:
    path = filename if "/" in filename else f"a/tasks/{filename}"
    return (site.directory / "modules" / path).read_bytes()


@pytest.mark.parametrize("versioned", [False, True])
def test_every_uri_downloads_what_the_digest_says(site: Site, versioned: bool):
    mixed(site)
    if versioned:
        site.tree.commit(site.name)
    files = site.task("a")["files"]
    assert [file["filename"] for file in files] == [
        "init.rb",
        "a/files/deep/er/two",
        "a/files/one",
        "a/lib/puppet_x/helper.rb",
        "a/scripts/s.sh",
        "b/files/of b.bin",
        "a/tasks/notes.txt",
    ]
    assert all(("code_id" in file["uri"]["params"]) is versioned for file in files)
    for file in files:
        answer = site.download(file)
        assert answer.status_code == 200, file
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.content == on_disk(site, file["filename"])
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert len(answer.content) == file["size_bytes"] == int(answer.headers["content-length"])


def test_mount_points_are_those_of_puppets_file_server(site: Site):
    mixed(site)
    assert {file["filename"]: file["uri"]["path"] for file in site.task("a")["files"]} == {
        "init.rb": "/puppet/v3/file_content/tasks/a/init.rb",
        "a/files/deep/er/two": "/puppet/v3/file_content/modules/a/deep/er/two",
        "a/files/one": "/puppet/v3/file_content/modules/a/one",
        "a/lib/puppet_x/helper.rb": "/puppet/v3/file_content/plugins/puppet_x/helper.rb",
        "a/scripts/s.sh": "/puppet/v3/file_content/scripts/a/s.sh",
        "b/files/of b.bin": "/puppet/v3/file_content/modules/b/of%20b.bin",
        "a/tasks/notes.txt": "/puppet/v3/file_content/tasks/a/notes.txt",
    }


def test_libraries_of_the_same_name_are_told_apart(site: Site):
    for module in ("a", "b"):
        site.write(f"modules/{module}/lib/helper.rb", f"of {module}")
        site.write(f"modules/{module}/tasks/init.json", {"files": [f"{module}/lib/helper.rb"]})
        site.write(f"modules/{module}/tasks/init.sh")
    for module in ("a", "b"):
        assert site.download(site.task(module)["files"][1]).text == f"of {module}"


def test_large_files_are_streamed_whole(site: Site):
    content = os.urandom(1_900_000)
    site.write("modules/a/tasks/init.sh", content)
    file = site.task("a")["files"][0]
    answer = site.download(file)
    assert answer.content == content
    assert answer.headers["content-length"] == str(len(content))


def test_the_short_form_of_the_path_answers_too(site: Site):
    site.write("modules/package/tasks/install", "no extension")
    site.write("modules/package/tasks/upgrade.rb", "ruby")
    site.write("modules/package/tasks/upgrade.json", {"files": ["package/files/x"]})
    site.write("modules/package/files/x")
    assert site.ask("/package/tasks/install").text == "no extension"
    assert site.ask("/package/tasks/upgrade.rb").text == "ruby"
    assert site.ask("/package/tasks/upgrade").text == "ruby"
    for missing in ("/package/tasks/nope", "/nope/tasks/install", "/package/tasks/upgrade.json"):
        answer = site.ask(missing)
        assert answer.status_code == 404
        assert set(answer.json()) == {"kind", "msg", "details"}


def test_the_short_form_takes_no_path_from_another_api(server):
    headers = {"X-Authentication": server.token}
    for path in ("/a2a/tasks/install", "/orchestrator/tasks/install", "/puppet/tasks/x"):
        assert server.get(path, headers=headers).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "tasks/a/init.json",
        "tasks/a/nope",
        "tasks/a",
        "tasks",
        "modules/a/../tasks/init.rb",
        "modules/a/..%2Ftasks%2Finit.rb",
        "modules/a/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "modules//etc/passwd",
        "nomount/a/one",
        "lib/a/puppet_x/helper.rb",
        "plugins/nope.rb",
        "modules/a/one/",
        "modules/a/hidden",
    ],
)
def test_what_no_task_names_does_not_exist(site: Site, path: str):
    mixed(site)
    site.write("modules/a/hidden", "not part of a task")
    answer = site.ask(f"/puppet/v3/file_content/{path}")
    assert answer.status_code == 404
    assert answer.json()["issue_kind"] == "RESOURCE_NOT_FOUND"


def test_file_content_needs_a_legal_existing_environment(service: Site):
    path = "/puppet/v3/file_content/tasks/service/init.rb"
    headers = {"X-Authentication": service.server.token}
    answer = service.server.get(path, headers=headers)
    assert (answer.status_code, answer.json()["issue_kind"]) == (400, "RUNTIME_ERROR")
    assert service.ask(path, environment="no-dash").status_code == 400
    assert service.ask(path, environment="nope").status_code == 404


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("modules/service/tasks/init.rb", {}, 200),
        ("modules/service/tasks/init.rb", {"code_id": ""}, 400),
        ("modules/service/tasks/init.rb", {"environment": ""}, 400),
        ("modules/service/tasks/init.rb", {"code_id": "a b"}, 400),
        ("modules/service/tasks/init.rb", {"code_id": "urn:puppet:code-id:1:0;x"}, 404),
        ("modules/service/manifests/init.pp", {}, 403),
        ("service/tasks/init.rb", {}, 403),
        ("other/service/tasks/init.rb", {}, 404),
        ("modules/service/tasks/nope.rb", {}, 404),
    ],
)
def test_static_files_answer_in_plain_text(service: Site, path: str, params: dict[str, str], status: int):
    service.tree.commit(service.name)
    code_id = service.ask("/orchestrator/v1/tasks").json()["environment"]["code_id"]
    answer = service.ask(f"/puppet/v3/static_file_content/{path}", **{"code_id": code_id, **params})
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"].startswith("text/plain")


def test_an_edited_file_leaves_its_old_version(service: Site):
    service.tree.commit(service.name)
    file = service.task("service")["files"][0]
    assert "code_id" in file["uri"]["params"]
    service.write("modules/service/tasks/init.rb", "edited")
    assert service.download(file).status_code == 404
    assert service.download(service.task("service")["files"][0]).text == "edited"


def test_files_are_for_callers_who_may_read_their_task(service: Site):
    file = service.task("service")["files"][3]
    anonymous = service.server.get(file["uri"]["path"], params=file["uri"]["params"])
    assert anonymous.status_code == 401
    reader = service.server.user(f"reader_{service.name}")
    assert service.download(file, reader.token).status_code == 403
    grant = {"subject": reader.name, "subject_type": "user", "action": "read", "target_type": "definition"}
    made = service.server.as_admin.post("/v1/grants", json={**grant, "target": "node:service::linux"})
    assert made.status_code in (200, 201), made.text
    assert service.download(file, reader.token).status_code == 200
    assert service.download(service.task("service")["files"][0], reader.token).status_code == 403
