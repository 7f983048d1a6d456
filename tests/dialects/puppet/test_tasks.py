"""The tasks endpoint: list, details, metadata, files, code ids."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from tests.dialects.puppet.code_tree import METADATA
from tests.dialects.puppet.conftest import Site

CODE_ID = re.compile(r"urn:puppet:code-id:1:[0-9a-f]{40};\w+")


def test_the_list_has_exactly_the_documented_members(service: Site):
    answer = service.ask("/orchestrator/v1/tasks")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["environment", "items"]
    assert body["environment"]["name"] == service.name
    assert CODE_ID.fullmatch(body["environment"]["code_id"])
    base = f"{service.server.url}/orchestrator/v1/tasks"
    assert body["items"] == [
        {"id": f"{base}/service/init", "name": "service", "permitted": True},
        {"id": f"{base}/service/linux", "name": "service::linux", "permitted": True},
        {"id": f"{base}/service/windows", "name": "service::windows", "permitted": True},
    ]


def test_the_detail_of_the_service_task(service: Site):
    body = service.task("service")
    assert list(body) == ["id", "name", "permitted", "environment", "metadata", "files"]
    assert body["id"] == f"{service.server.url}/orchestrator/v1/tasks/service/init"
    assert body["name"] == "service"
    assert body["environment"] == service.ask("/orchestrator/v1/tasks").json()["environment"]
    assert body["metadata"] == json.loads((METADATA / "service__init.json").read_text())
    content = "#!/bin/sh\n# init.rb\n"
    assert body["files"][0] == {
        "filename": "init.rb",
        "uri": {
            "path": "/puppet/v3/file_content/tasks/service/init.rb",
            "params": {"environment": service.name},
        },
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
        "size_bytes": len(content),
    }
    assert [file["filename"] for file in body["files"]] == [
        "init.rb",
        "windows.ps1",
        "linux.sh",
        "service/files/common.sh",
    ]
    assert body["files"][3]["uri"]["path"] == "/puppet/v3/file_content/modules/service/common.sh"


def test_of_a_repeated_metadata_key_the_text_has_the_last_only(service: Site):
    text = service.ask("/orchestrator/v1/tasks/service/init").text
    assert text.count('"input_method":"environment"') == 1


def test_the_documented_answer_of_package_install(site: Site):
    metadata = {
        "description": "Install a package",
        "supports_noop": True,
        "input_method": "stdin",
        "parameters": {
            "name": {"description": "The package to install", "type": "String[1]"},
            "provider": {"description": "How to install", "type": "Optional[String[1]]"},
        },
        "anything": {"unknown": [1, 2.5, None]},
    }
    site.write("modules/package/tasks/install.json", metadata)
    site.write("modules/package/tasks/install", "x" * 693)
    site.write("modules/package/tasks/upgrade", "y")
    site.write("modules/exec/tasks/init", "z")
    assert site.names() == ["exec", "package::install", "package::upgrade"]
    body = site.task("package", "install")
    assert body["metadata"] == metadata
    assert [(file["filename"], file["size_bytes"]) for file in body["files"]] == [("install", 693)]
    assert site.task("package", "upgrade")["metadata"] == {}


@pytest.mark.parametrize("content", [b"", b"{}", b"null"])
def test_empty_metadata_is_an_empty_object(site: Site, content: bytes):
    site.write("modules/a/tasks/init.json", content)
    site.write("modules/a/tasks/init.sh")
    assert site.task("a")["metadata"] == {}


def test_a_task_whose_shared_file_is_missing_leaves_the_list(service: Site):
    gone = service.directory / "modules/service/files/common.sh"
    gone.unlink()
    assert service.names() == ["service::windows"]
    answer = service.ask("/orchestrator/v1/tasks/service/init")
    assert answer.status_code == 500
    assert answer.json() == {
        "kind": "puppet.tasks/invalid-file",
        "msg": f"Could not find {gone} on disk",
        "details": {},
    }


@pytest.mark.parametrize(
    ("files", "kind", "details"),
    [
        ({"a.sh": "", "a.py": ""}, "multiple-implementations", {}),
        ({"a.json": "{}"}, "no-implementation", {}),
        ({"a.json": "{", "a.sh": ""}, "unparseable-metadata", {}),
        ({"a.json": "[]", "a.sh": ""}, "invalid-metadata", {}),
        ({"a.json": '{"files":["gone/files/x"]}', "a.sh": ""}, "invalid-metadata", {}),
        (
            {"a.json": '{"implementations":[{"name":"b.sh"}]}'},
            "missing-implementation",
            {"missing": ["b.sh"]},
        ),
        ({"a.json": "[" * 50_000, "a.sh": ""}, "unparseable-metadata", {}),
        ({"a.sh": "x" * 2_000_001}, "invalid-file", {}),
    ],
)
def test_invalid_tasks_are_not_listed_and_say_why(site: Site, files, kind, details):
    site.write("modules/m/tasks/good.sh")
    for name, content in files.items():
        site.write(f"modules/m/tasks/{name}", content)
    assert site.names() == ["m::good"]
    answer = site.ask("/orchestrator/v1/tasks/m/a")
    assert answer.status_code == 500
    body = answer.json()
    assert set(body) == {"kind", "msg", "details"}
    assert body["kind"] == f"puppet.tasks/{kind}"
    assert body["details"] == details


def test_the_environment_is_production_unless_asked_otherwise(site: Site):
    site.tree.write("modules/standard/tasks/init.sh", env="production")
    site.write("modules/other/tasks/init.sh")
    headers = {"X-Authentication": site.server.token}
    body = site.server.get("/orchestrator/v1/tasks", headers=headers).json()
    assert body["environment"]["name"] == "production"
    assert [item["name"] for item in body["items"]] == ["standard"]
    assert site.names() == ["other"]
    twice = f"/orchestrator/v1/tasks?environment=production&environment={site.name}"
    assert site.server.get(twice, headers=headers).json()["environment"]["name"] == site.name


def test_site_modules_shadow_modules(site: Site):
    site.write("environment.conf", "modulepath = site-modules:modules:$basemodulepath\n")
    site.write("site-modules/package/tasks/mine.sh", "mine")
    site.write("modules/package/tasks/theirs.sh")
    site.write("modules/plain/tasks/init.sh")
    assert site.names() == ["package::mine", "plain"]
    file = site.task("package", "mine")["files"][0]
    assert site.download(file).content == b"mine"
    assert site.ask("/orchestrator/v1/tasks/package/theirs").status_code == 404


def test_an_edit_is_seen_by_the_next_request(service: Site):
    before = service.task("service")
    path = service.write("modules/service/tasks/init.rb", "edited")
    after = service.task("service")
    assert after["files"][0]["sha256"] == hashlib.sha256(b"edited").hexdigest()
    assert after["environment"]["code_id"] != before["environment"]["code_id"]
    path.unlink()
    assert "service" not in service.names()


def test_the_code_id_is_the_commit_of_a_checkout(service: Site):
    commit = service.tree.commit(service.name)
    code_id = f"urn:puppet:code-id:1:{commit};{service.name}"
    assert service.ask("/orchestrator/v1/tasks").json()["environment"]["code_id"] == code_id
    body = service.task("service")
    assert body["environment"]["code_id"] == code_id
    assert body["files"][3]["uri"] == {
        "path": "/puppet/v3/static_file_content/modules/service/files/common.sh",
        "params": {"environment": service.name, "code_id": code_id},
    }


def test_published_tasks_show_their_metadata_unchanged(site: Site):
    documents = {tuple(path.stem.split("__", 1)): path for path in METADATA.glob("*.json")}
    named: set[str] = set()
    for (module, task), path in documents.items():
        document = json.loads(path.read_text())
        site.write(f"modules/{module}/tasks/{task}.json", path.read_bytes())
        implementations = document.get("implementations", [])
        named |= {f"{module}/tasks/{implementation['name']}" for implementation in implementations}
        for holder in (document, *implementations):
            named |= {file + "x" * file.endswith("/") for file in holder.get("files", [])}
    stems = {name.rpartition(".")[0] for name in named}
    named |= {
        f"{module}/tasks/{task}.sh" for module, task in documents if f"{module}/tasks/{task}" not in stems
    }
    for name in named:
        site.write(f"modules/{name}")
    for (module, task), path in documents.items():
        assert site.task(module, task)["metadata"] == json.loads(path.read_text()), path.stem


def test_links_out_of_the_code_directory_are_not_served(site: Site, tmp_path: Path):
    (tmp_path / "secret.sh").write_text("secret")
    site.write("modules/a/tasks/good.sh")
    (site.directory / "modules/a/tasks/evil.sh").symlink_to(tmp_path / "secret.sh")
    assert site.names() == ["a::good"]
    assert site.ask("/orchestrator/v1/tasks/a/evil").status_code == 404
    assert b"secret" not in site.ask("/puppet/v3/file_content/tasks/a/evil.sh").content


def test_absolute_urls_follow_the_host_that_was_asked(service: Site):
    answer = service.server.get(
        "/orchestrator/v1/tasks",
        params={"environment": service.name},
        headers={"X-Authentication": service.server.token, "Host": "orchestrator.example.com:8143"},
    )
    assert answer.json()["items"][0]["id"] == (
        "http://orchestrator.example.com:8143/orchestrator/v1/tasks/service/init"
    )
