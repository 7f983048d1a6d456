"""Node definitions: kept equal to the tasks on disk, in as few changes as that takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.dialects.puppet.code_tree import CodeTree
from tests.store.conftest import Opened

from taskyard.app.code_catalog import permitted_tasks, synchronise
from taskyard.app.code_directory import CodeDirectory
from taskyard.config import Settings
from taskyard.engine.definitions import TagDefinition
from taskyard.engine.nodes import FORGET_AFTER_MS, RetireNode
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.problem import Rejected
from taskyard.model.time import FixedClock, SystemClock


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    url = request.getfixturevalue("postgres").create() if request.param == "postgres" else None
    found = Opened(Settings(data=str(tmp_path / "data"), database_url=url))
    yield found
    found.close()


@pytest.fixture
def tree(tmp_path: Path) -> CodeTree:
    tree = CodeTree(tmp_path / "code")
    tree.service_module()
    return tree


@pytest.fixture
def code(tree: CodeTree, opened: Opened) -> CodeDirectory:
    return CodeDirectory(tree.root, opened.app.clock.now)


def sync(opened: Opened, code: CodeDirectory) -> int:
    return opened.call(synchronise(opened.app, code, "production"))


def nodes(opened: Opened) -> dict[str, Definition]:
    return {row.key: row for row in opened.matching(Definition, kind="node")}


def test_only_what_changed_is_written(opened, code, tree):
    assert sync(opened, code) == 3
    assert sync(opened, code) == 0
    before = nodes(opened)
    tree.write("modules/service/tasks/windows.ps1", "changed")
    assert sync(opened, code) == 2
    after = nodes(opened)
    assert [after[name].latest for name in ("service", "service::linux", "service::windows")] == [2, 1, 2]
    assert after["service::linux"].rev == before["service::linux"].rev


def test_a_version_keeps_metadata_and_files_as_they_were(opened, code, tree):
    sync(opened, code)
    tree.write("modules/service/tasks/linux.json", {"description": "new"})
    sync(opened, code)
    versions = opened.matching(Version, kind="node", key="service::linux")
    documents = [
        json.loads(opened.row(VersionDocument, version_id=version.id).document) for version in versions
    ]
    assert documents[0]["metadata"] == {"private": True, "files": ["service/files/common.sh"]}
    assert documents[1]["metadata"] == {"description": "new"}
    assert [file["filename"] for file in documents[0]["files"]] == ["linux.sh", "service/files/common.sh"]
    assert versions[1].description == "new"


def test_the_default_environment_speaks_for_a_task_that_several_have(opened, code, tree):
    tree.write("modules/shared/tasks/init.json", {"description": "of production"})
    tree.write("modules/shared/tasks/init.sh")
    tree.write("modules/shared/tasks/init.sh", env="alpha")
    tree.write("modules/only/tasks/init.sh", env="alpha")
    sync(opened, code)
    found = nodes(opened)
    assert found["shared"].description == "of production"
    document = json.loads(opened.row(VersionDocument, version_id=found["shared"].latest_id).document)
    assert document["environments"] == ["alpha", "production"]
    assert "only" in found


def test_a_missing_task_is_suspended_at_once_and_only_once(opened, code, tree):
    sync(opened, code)
    (tree.environment() / "modules/service/tasks/init.json").unlink()
    (tree.environment() / "modules/service/tasks/init.rb").unlink()
    assert sync(opened, code) == 1
    assert nodes(opened)["service"].suspended
    assert sync(opened, code) == 0


def test_a_task_that_is_gone_for_long_is_forgotten(tmp_path, tree):
    clock = FixedClock(1_700_000_000_000)
    opened = Opened(Settings(data=str(tmp_path / "aged")), clock)
    try:
        code = CodeDirectory(tree.root, SystemClock().now)
        sync(opened, code)
        opened.run(RetireNode(name="service"))
        clock.advance(FORGET_AFTER_MS - 1)
        opened.run(RetireNode(name="service"))
        assert "service" in nodes(opened)
        clock.advance(1)
        opened.run(RetireNode(name="service"))
        assert "service" not in nodes(opened)
        assert opened.matching(Version, kind="node", key="service") == []
    finally:
        opened.close()


def test_a_task_that_comes_back_is_active_again_with_its_tags(opened, code, tree):
    sync(opened, code)
    opened.run(TagDefinition(kind="node", key="service", tags=(("team", "ops"),)))
    opened.run(RetireNode(name="service"))
    assert nodes(opened)["service"].suspended
    assert sync(opened, code) == 1
    assert not nodes(opened)["service"].suspended
    assert nodes(opened)["service"].latest == 1


def test_a_tag_on_a_definition_permits_its_task(opened, code):
    sync(opened, code)
    opened.run(TagDefinition(kind="node", key="service::linux", tags=(("team", "ops"),)))
    user = Principal(id=1, uid="u", name="u", grants=(GrantFact("execute", "tag", "team:ops"),))
    assert opened.call(permitted_tasks(opened.app, user, "execute")) == {"service::linux"}
    assert opened.call(permitted_tasks(opened.app, user, "delete")) == frozenset()


def test_only_the_server_and_admins_change_node_definitions(opened):
    user = Principal(id=1, uid="u", name="u", grants=(GrantFact("manage", "any"),))
    with pytest.raises(Rejected):
        opened.run(RetireNode(actor=user, name="service"))
