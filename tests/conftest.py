"""What every test may use: a PostgreSQL cluster, both databases, and running servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Cluster
from tests.server import Server
from tests.trouble.doctor import healthy

Spawn = Callable[..., Server]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL cluster for the whole session; `postgres.create()` gives a fresh database."""
    cluster = Cluster()
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of a fresh PostgreSQL database, or None for SQLite."""
    return request.getfixturevalue("postgres").create() if request.param == "postgres" else None


@pytest.fixture(scope="session")
def server(database: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on either database that the tests share: use names of your own. When all are done, what they left
    behind must be whole."""
    running = Server(tmp_path_factory.mktemp("server"), database).start()
    yield running
    try:
        healthy(running)
    finally:
        running.stop()


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    """`spawn(*flags, data=…, database_url=…, max_body="1000")` starts a server of the test's own; every further name is
    a setting."""
    started: list[Server] = []

    def start(
        *flags: str, data: Path | None = None, database_url: str | None = None, **settings: str
    ) -> Server:
        one = Server(data or tmp_path / f"server{len(started)}", database_url, flags, **settings)
        started.append(one)
        return one.start()

    yield start
    for one in started:
        if one.process is not None and one.process.poll() is None:
            one.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Show the end of the server's log with a test that failed."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server):
        report.sections.append(("server log", server.tail()))
    return report
