"""The code id of environments that are git checkouts."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dialects.puppet.code_tree import CodeTree

from taskyard.app.code_directory import CodeDirectory
from taskyard.app.code_snapshot import Snapshot
from taskyard.model.time import SystemClock


@pytest.fixture
def tree(tmp_path: Path) -> CodeTree:
    tree = CodeTree(tmp_path / "code")
    tree.service_module()
    return tree


@pytest.fixture
def code(tree: CodeTree) -> CodeDirectory:
    return CodeDirectory(tree.root, SystemClock().now)


def seen(code: CodeDirectory, env: str = "production") -> Snapshot:
    found = code.snapshot(env)
    assert found is not None
    return found


def test_a_clean_checkout_is_named_by_its_commit(tree, code):
    commit = tree.commit()
    found = seen(code)
    assert found.commit == commit
    assert found.code_id == f"urn:puppet:code-id:1:{commit};production"
    assert all(file.committed for task in found.tasks.values() for file in task.files)


def test_a_new_commit_is_seen_at_once(tree, code):
    first = tree.commit()
    assert seen(code).commit == first
    tree.settle()
    assert seen(code).commit == first
    tree.write("modules/service/tasks/init.rb", "changed")
    second = tree.commit()
    assert seen(code).commit == second


def test_a_commit_without_changes_of_tasks_is_seen_too(tree, code):
    first = tree.commit()
    tree.settle()
    assert seen(code).commit == first
    tree.git("commit", "-q", "--allow-empty", "-m", "again")
    assert seen(code).commit == tree.git("rev-parse", "HEAD") != first


@pytest.mark.parametrize("form", ["packed refs", "packed objects", "detached", "branch"])
def test_every_form_of_head_is_understood(tree, code, form):
    commit = tree.commit()
    if form == "packed refs":
        tree.git("pack-refs", "--all")
    elif form == "packed objects":
        tree.write("modules/service/tasks/init.rb", "changed a little\n" * 50)
        commit = tree.commit()
        tree.git("gc", "-q", "--aggressive", "--prune=now")
    elif form == "detached":
        tree.git("checkout", "-q", "--detach")
    else:
        tree.git("checkout", "-q", "-b", "feature/some-thing")
    assert seen(code).commit == commit


def test_a_worktree_is_a_checkout(tree, code):
    tree.commit()
    tree.git("worktree", "add", "-q", "-b", "dev", "../dev")
    tree.write("modules/service/tasks/init.rb", "changed", env="dev")
    tree.git("commit", "-q", "-am", "dev", env="dev")
    assert seen(code, "dev").commit == tree.git("rev-parse", "HEAD", env="dev")
    assert seen(code, "dev").commit != seen(code).commit


@pytest.mark.parametrize(
    "change", ["edited", "added", "removed", "staged", "extra", "conf", "module removed"]
)
def test_a_checkout_whose_tasks_differ_from_its_commit_is_named_by_its_content(tree, code, change):
    tree.write("environment.conf", "modulepath = modules\n")
    tree.write("modules/other/tasks/init.sh")
    commit = tree.commit()
    assert seen(code).commit == commit
    modules = tree.environment() / "modules"
    if change in ("edited", "staged"):
        tree.write("modules/service/tasks/init.rb", "changed")
    if change == "staged":
        tree.git("add", "-A")
    if change == "added":
        tree.write("modules/service/tasks/new.sh")
    if change == "removed":
        (modules / "service/tasks/windows.json").unlink()
    if change == "extra":
        tree.write("modules/service/files/common.sh", "changed")
    if change == "conf":
        (tree.environment() / "environment.conf").unlink()
    if change == "module removed":
        (modules / "other/tasks/init.sh").unlink()
        (modules / "other/tasks").rmdir()
        (modules / "other").rmdir()
    found = seen(code)
    assert found.commit is None
    assert commit not in found.code_id


def test_changes_that_tasks_do_not_depend_on_leave_the_commit(tree, code):
    commit = tree.commit()
    tree.write("manifests/site.pp", "node default {}")
    tree.write("modules/service/manifests/init.pp", "class service {}")
    assert seen(code).commit == commit


def test_ignored_modules_leave_the_commit_but_are_no_part_of_it(tree, code):
    tree.write(".gitignore", "/modules/installed/\n")
    commit = tree.commit()
    tree.write("modules/installed/tasks/init.sh")
    found = seen(code)
    assert found.commit == commit
    assert [file.committed for file in found.tasks["installed"].files] == [False]


def test_an_unborn_branch_has_no_commit(tree, code):
    tree.git("init", "-q")
    assert seen(code).commit is None


def test_a_damaged_repository_hides_no_task(tree, code):
    tree.commit()
    (tree.environment() / ".git/HEAD").write_bytes(b"\xff garbage")
    found = seen(code)
    assert list(found.tasks) == ["service", "service::linux", "service::windows"]
    assert found.commit is None
    assert any(".git" in warning for warning in found.warnings)


def test_a_repository_around_the_code_directory_is_not_the_environments(tree, code):
    tree.git("init", "-q", "../..")
    assert seen(code).commit is None
