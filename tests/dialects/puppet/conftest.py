"""A server with a code directory that tests share; each test has an environment of its own in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.dialects.puppet.code_tree import CodeTree
from tests.server import Server

_numbers = itertools.count(1)


class Site:
    """One environment of the shared code directory, and a client that asks about it as the admin."""

    def __init__(self, server: Server, tree: CodeTree, name: str) -> None:
        self.server = server
        self.tree = tree
        self.name = name
        self.directory = tree.environment(name)

    def write(self, path: str, content: Any = "#!/bin/sh\n") -> Path:
        return self.tree.write(path, content, self.name)

    def ask(self, path: str, token: str | None = None, **params: str) -> httpx.Response:
        """GET with the header of Puppet's clients and this environment, unless another is given."""
        headers = {"X-Authentication": token or self.server.token}
        return self.server.get(path, params={"environment": self.name, **params}, headers=headers)

    def tasks(self, token: str | None = None) -> list[dict[str, Any]]:
        answer = self.ask("/orchestrator/v1/tasks", token)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def names(self) -> list[str]:
        return [item["name"] for item in self.tasks()]

    def task(self, module: str, name: str = "init", token: str | None = None) -> dict[str, Any]:
        answer = self.ask(f"/orchestrator/v1/tasks/{module}/{name}", token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def download(self, file: dict[str, Any], token: str | None = None) -> httpx.Response:
        """What a file's `uri` points at, as an agent asks: the path, the parameters, nothing else."""
        headers = {"X-Authentication": token or self.server.token, "Accept": "application/octet-stream"}
        return self.server.get(file["uri"]["path"], params=file["uri"]["params"], headers=headers)


@pytest.fixture(scope="session")
def code_tree(tmp_path_factory: pytest.TempPathFactory) -> CodeTree:
    return CodeTree(tmp_path_factory.mktemp("puppet") / "code")


@pytest.fixture(scope="session")
def puppet_server(
    database: str | None, code_tree: CodeTree, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on either database that reads the shared code directory."""
    flags = ("--puppet-code", str(code_tree.root))
    running = Server(
        tmp_path_factory.mktemp("puppet_server"),
        database,
        flags,
        puppet_sync_seconds="1",
        puppet_max_file="2000000",
    ).start()
    yield running
    running.stop()


@pytest.fixture
def site(puppet_server: Server, code_tree: CodeTree) -> Site:
    """An environment of the test's own."""
    return Site(puppet_server, code_tree, f"env{next(_numbers)}")


@pytest.fixture
def service(site: Site) -> Site:
    """An environment with the published `service` module."""
    site.tree.published("service__init", ("init.rb", "linux.sh", "windows.ps1"), site.name)
    site.tree.published("service__windows", env=site.name)
    site.write("modules/service/tasks/linux.json", {"private": True, "files": ["service/files/common.sh"]})
    site.write("modules/service/files/common.sh", "common() { :; }\n")
    return site
