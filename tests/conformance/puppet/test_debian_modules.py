"""The modules that Debian packages, on a module path that is made of links."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.dialects.puppet.conftest import Site

MODULES = Path("/usr/share/puppet/modules")


@pytest.fixture
def debian(site: Site) -> Site:
    """An environment whose module path ends with Debian's module directory."""
    site.write("environment.conf", f"modulepath = site-modules:modules:{MODULES}\n")
    return site


def test_the_packages_list_as_they_are(debian: Site):
    assert (MODULES / "apache").is_symlink()
    assert debian.names() == ["apache", "postgresql::sql"]


@pytest.mark.parametrize(
    ("module", "task", "file", "types"),
    [
        ("apache", "init", "init.rb", ["Enum[reload]", "Optional[String[1]]"]),
        ("postgresql", "sql", "sql.rb", ["Optional[String[1]]"] * 4 + ["String[1]"]),
    ],
)
def test_details_and_downloads(debian: Site, module: str, task: str, file: str, types: list[str]):
    body = debian.task(module, task)
    assert set(types) <= {each["type"] for each in body["metadata"]["parameters"].values()}
    assert [each["filename"] for each in body["files"]] == [file]
    content = (MODULES / module / "tasks" / file).read_bytes()
    assert body["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert debian.download(body["files"][0]).content == content


@pytest.mark.parametrize("task", ["getval", "listval"])
def test_collectd_names_a_module_that_is_not_packaged(debian: Site, task: str):
    answer = debian.ask(f"/orchestrator/v1/tasks/collectd/{task}")
    assert answer.status_code == 500
    assert answer.json() == {
        "kind": "puppet.tasks/invalid-metadata",
        "msg": "Could not find module python_task_helper containing task file task_helper.py",
        "details": {},
    }


def test_the_missing_module_makes_them_valid(debian: Site):
    debian.write("modules/python_task_helper/files/task_helper.py", "help")
    assert debian.names() == ["apache", "collectd::getval", "collectd::listval", "postgresql::sql"]
    files = debian.task("collectd", "getval")["files"]
    assert [file["filename"] for file in files] == ["getval.py", "python_task_helper/files/task_helper.py"]
    assert debian.download(files[1]).content == b"help"


def test_a_module_of_the_site_shadows_a_packaged_one(debian: Site):
    debian.write("site-modules/apache/tasks/mine.sh")
    assert debian.names() == ["apache::mine", "postgresql::sql"]


def test_a_module_that_is_only_types_has_no_tasks(debian: Site):
    assert not any(name.startswith("stdlib") for name in debian.names())
    assert debian.ask("/orchestrator/v1/tasks/stdlib/init").status_code == 404
