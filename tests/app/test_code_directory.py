"""A code directory on disk: what is found and what refused, and that changes are seen without reading twice."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest
from tests.dialects.puppet.code_tree import METADATA, CodeTree

from taskyard.app.code_directory import CodeDirectory
from taskyard.app.code_files import Unreadable
from taskyard.app.code_modules import CodeLimits
from taskyard.model.time import SystemClock


@pytest.fixture
def tree(tmp_path: Path) -> CodeTree:
    return CodeTree(tmp_path / "code")


def opened(tree: CodeTree, **options) -> CodeDirectory:
    return CodeDirectory(tree.root, SystemClock().now, **options)


def snapshot(tree: CodeTree, env: str = "production", **options):
    found = opened(tree, **options).snapshot(env)
    assert found is not None
    return found


def names(tree: CodeTree, **options) -> list[str]:
    return list(snapshot(tree, **options).tasks)


def test_the_service_module_lists_its_three_tasks_in_name_order(tree):
    tree.service_module()
    assert names(tree) == ["service", "service::linux", "service::windows"]


def test_files_come_in_metadata_order_with_digest_and_size(tree):
    tree.service_module()
    task = snapshot(tree).tasks["service"]
    assert [file.filename for file in task.files] == [
        "init.rb",
        "windows.ps1",
        "linux.sh",
        "service/files/common.sh",
    ]
    for file in task.files:
        content = Path(file.real).read_bytes()
        assert file.digest.sha256 == hashlib.sha256(content).hexdigest()
        assert file.digest.size == len(content)


def test_a_missing_shared_file_takes_its_tasks_off_the_list(tree):
    tree.service_module()
    gone = tree.environment() / "modules/service/files/common.sh"
    gone.unlink()
    found = snapshot(tree)
    assert list(found.tasks) == ["service::windows"]
    assert found.faults["service"].kind == "puppet.tasks/invalid-file"
    assert found.faults["service"].message == f"Could not find {gone} on disk"
    assert "service::linux" in found.faults


def test_every_published_metadata_file_makes_a_task_when_its_files_exist(tree):
    for path in METADATA.glob("*.json"):
        module, task = path.stem.split("__", 1)
        tree.published(path.stem, (f"{task}.sh",))
        for implementation in ("init.rb", "init.sh"):
            tree.write(f"modules/{module}/tasks/{implementation}")
    found = snapshot(tree)
    assert len(found.tasks) > 10
    for name, fault in found.faults.items():
        # What is left of a module without the rest of it names files or implementations that are not there.
        assert re.fullmatch(
            r"puppet\.tasks/(missing-implementation|invalid-metadata|invalid-file|multiple-implementations)",
            fault.kind,
        ), name


def test_the_first_module_of_a_name_shadows_the_whole_other(tree):
    tree.write("environment.conf", "modulepath = site-modules:modules:$basemodulepath\n")
    tree.write("site-modules/package/tasks/mine.sh")
    tree.write("modules/package/tasks/init.sh")
    tree.write("modules/other/tasks/init.sh")
    assert names(tree) == ["other", "package::mine"]


def test_without_a_setting_modules_and_the_base_path_count(tree):
    tree.write("modules/a/tasks/init.sh")
    tree.write("site-modules/b/tasks/init.sh")
    (tree.root / "modules/c/tasks").mkdir(parents=True)
    (tree.root / "modules/c/tasks/init.sh").write_text("x")
    assert names(tree) == ["a", "c"]


def test_a_base_module_path_outside_may_link_modules_anywhere(tree, tmp_path):
    real = tmp_path / "packages/vendor-thing"
    (real / "tasks").mkdir(parents=True)
    (real / "tasks/init.sh").write_text("x")
    (tmp_path / "system").mkdir()
    (tmp_path / "system/thing").symlink_to(real)
    assert names(tree, base_module_path=str(tmp_path / "system")) == ["thing"]


def test_directories_without_legal_names_and_files_are_no_modules(tree):
    for module in ("Upper", "with-dash", "1st", "ok"):
        tree.write(f"modules/{module}/tasks/init.sh")
    tree.write("modules/file", "not a module")
    assert names(tree) == ["ok"]


def test_environments_are_directories_with_legal_names(tree, tmp_path):
    tree.environment("dev")
    tree.environment("no-dash")
    (tree.root / "environments/file").write_text("")
    (tree.root / "environments/linked").symlink_to(tree.environment("dev"))
    (tree.root / "environments/outside").symlink_to(tmp_path)
    found = opened(tree)
    assert found.environments() == ["dev", "linked", "production"]
    assert found.snapshot("outside") is None
    assert found.snapshot("no-dash") is None
    assert found.snapshot("../production") is None


@pytest.mark.parametrize("kind", ["executable", "metadata", "tasks", "module", "modules", "extra"])
def test_links_out_of_the_code_directory_do_not_exist(tree, tmp_path, kind):
    outside = tmp_path / "outside"
    (outside / "evil/tasks").mkdir(parents=True)
    (outside / "evil/tasks/init.sh").write_text("secret")
    (outside / "evil/tasks/init.json").write_text("{}")
    modules = tree.environment() / "modules"
    if kind == "modules":
        modules.rmdir()
        modules.symlink_to(outside)
    elif kind == "module":
        (modules / "evil").symlink_to(outside / "evil")
    elif kind == "tasks":
        (modules / "evil").mkdir()
        (modules / "evil/tasks").symlink_to(outside / "evil/tasks")
    else:
        tree.write("modules/evil/tasks/init.sh", "x")
        link = {"executable": "tasks/init.sh", "metadata": "tasks/init.json", "extra": "files/x"}[kind]
        (modules / "evil" / link).unlink(missing_ok=True)
        (modules / "evil" / link).parent.mkdir(exist_ok=True)
        (modules / "evil" / link).symlink_to(outside / "evil/tasks/init.sh")
    if kind == "extra":
        tree.write("modules/evil/tasks/init.json", {"files": ["evil/files/x"]})
    found = snapshot(tree)
    assert all("outside" not in file.real for file in found.files.values())
    assert kind == "metadata" or "evil" not in found.tasks


def test_links_within_the_code_directory_and_to_trusted_places_work(tree, tmp_path):
    tree.write("modules/a/tasks/real.sh", "x")
    (tree.environment() / "modules/a/tasks/init.sh").symlink_to("real.sh")
    (tmp_path / "trusted").mkdir()
    (tmp_path / "trusted/t.sh").write_text("y")
    (tree.environment() / "modules/a/tasks/t.sh").symlink_to(tmp_path / "trusted/t.sh")
    assert names(tree, trusted=[tmp_path / "trusted"]) == ["a", "a::real", "a::t"]


def test_an_edit_is_seen_at_once_and_only_the_edited_file_is_hashed_again(tree):
    tree.service_module()
    tree.settle()
    code = opened(tree)
    first = code.snapshot("production")
    assert first is not None
    assert code.snapshot("production") is first
    edited = tree.write("modules/service/tasks/init.rb", "#!/bin/sh\n# init.rb!\n")
    second = code.snapshot("production")
    assert second is not None
    hashed = [path for path, digest in second.digests.items() if first.digests.get(path) is not digest]
    assert hashed == [str(edited)]
    assert second.tasks["service"].files[0].digest.sha256 == hashlib.sha256(edited.read_bytes()).hexdigest()
    assert second.code_id != first.code_id


def test_an_edit_of_the_same_size_right_after_a_reading_is_seen(tree):
    path = tree.write("modules/a/tasks/init.sh", "1")
    code = opened(tree)
    for content in "2345678":
        path.write_text(content)
        found = code.snapshot("production")
        assert found is not None
        assert found.tasks["a"].files[0].digest.sha256 == hashlib.sha256(content.encode()).hexdigest()


@pytest.mark.parametrize("change", ["add", "remove", "rename", "conf", "module", "environment"])
def test_every_kind_of_change_is_seen(tree, change):
    tree.write("modules/a/tasks/init.sh")
    tree.write("modules/a/tasks/other.sh")
    tree.settle()
    code = opened(tree)
    before = code.snapshot("production")
    assert before is not None
    production = tree.environment()
    if change == "add":
        tree.write("modules/a/tasks/new.sh")
        expected = ["a", "a::new", "a::other"]
    elif change == "remove":
        (production / "modules/a/tasks/other.sh").unlink()
        expected = ["a"]
    elif change == "rename":
        (production / "modules/a/tasks/other.sh").rename(production / "modules/a/tasks/renamed.sh")
        expected = ["a", "a::renamed"]
    elif change == "conf":
        tree.write("environment.conf", "modulepath = nothing\n")
        expected = []
    elif change == "module":
        tree.write("modules/b/tasks/init.sh")
        expected = ["a", "a::other", "b"]
    else:
        shutil.rmtree(production)
        assert code.snapshot("production") is None
        return
    after = code.snapshot("production")
    assert after is not None
    assert list(after.tasks) == expected
    assert after.code_id != before.code_id


def test_the_code_id_of_equal_content_is_equal(tree, tmp_path):
    tree.service_module()
    copy = tmp_path / "copy"
    shutil.copytree(tree.root, copy)
    one = snapshot(tree).code_id
    other = CodeDirectory(copy, SystemClock().now).snapshot("production")
    assert other is not None
    assert other.code_id == one
    assert re.fullmatch(r"urn:puppet:code-id:1:[0-9a-f]{40};production", one)


def test_bounds_hold(tree):
    for number in range(12):
        tree.write(f"modules/many/tasks/t{number}.sh")
        tree.write(f"modules/wide/files/f{number}")
    tree.write("modules/wide/tasks/init.json", {"files": ["wide/files/"]})
    tree.write("modules/wide/tasks/init.sh")
    tree.write("modules/big/tasks/init.sh", "x" * 200)
    tree.write("modules/long/tasks/init.sh")
    tree.write("modules/long/tasks/init.json", {"description": "x" * 200})
    found = snapshot(tree, limits=CodeLimits(files_per_module=10, file_bytes=100, metadata_bytes=100))
    assert list(found.tasks) == []
    assert found.module_faults["many"].kind == "puppet.tasks/invalid-file"
    assert {name: fault.kind for name, fault in found.faults.items()} == {
        "wide": "puppet.tasks/invalid-file",
        "big": "puppet.tasks/invalid-file",
        "long": "puppet.tasks/unreadable-metadata",
    }


def test_pipes_and_directories_are_no_task_files(tree):
    tree.write("modules/a/tasks/init.sh")
    os.mkfifo(tree.environment() / "modules/a/tasks/pipe.sh")
    (tree.environment() / "modules/a/tasks/dir.sh").mkdir()
    assert names(tree) == ["a"]


def test_a_file_is_read_as_the_snapshot_saw_it_or_not_at_all(tree):
    tree.write("modules/a/tasks/init.sh", b"\x00\xff" * 300_000)
    tree.settle()
    code = opened(tree)
    found = code.snapshot("production")
    assert found is not None
    file = found.tasks["a"].files[0]
    assert b"".join(code.read(file)) == b"\x00\xff" * 300_000
    tree.write("modules/a/tasks/init.sh", "other")
    with pytest.raises(Unreadable):
        code.read(file)


def test_a_directory_that_does_not_exist_has_no_environments(tmp_path):
    code = CodeDirectory(tmp_path / "nowhere", SystemClock().now)
    assert code.environments() == []
    assert code.snapshot("production") is None
