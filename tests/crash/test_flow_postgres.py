"""Workflows on PostgreSQL: two server processes share their work, one dies in the middle; the database itself goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.crash.flow_load import Ledger, Load, check_ended, open_executions, register
from tests.postgres import Cluster
from tests.server import Server
from tests.trouble.doctor import healthy

STARTS = 40
LOAD_SECONDS = 2.0
END_SECONDS = 60


@pytest.fixture
def fragile() -> Iterator[Cluster]:
    """A cluster of the test's own, since it goes away."""
    cluster = Cluster()
    cluster.start()
    yield cluster
    cluster.stop()


def finished(server: Server, ledger: Ledger) -> None:
    """Work until everything has ended as it should."""
    with Load(server, ledger, 0, 0):
        deadline = time.monotonic() + END_SECONDS
        while open_executions(server.as_admin, ledger) and time.monotonic() < deadline:
            time.sleep(0.3)
    assert open_executions(server.as_admin, ledger) == []
    check_ended(server.as_admin, ledger)
    healthy(server)


def test_one_of_two_servers_dies(postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.create()
    doomed = Server(tmp_path / "doomed", url, test_kill="commit:220").start()
    other = Server(tmp_path / "other", url).start()
    register(other.as_admin)
    ledger = Ledger()
    with Load(doomed, ledger, 0, STARTS), Load(other, ledger, STARTS, STARTS):
        assert doomed.process is not None
        doomed.process.wait(30)
        time.sleep(LOAD_SECONDS)
    assert len(ledger.executions) >= STARTS
    finished(other, ledger)
    other.stop()


def test_both_servers_work_on_the_same_executions(postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.create()
    servers = [Server(tmp_path / name, url).start() for name in ("one", "two")]
    register(servers[0].as_admin)
    ledger = Ledger()
    with Load(servers[0], ledger, 0, STARTS), Load(servers[1], ledger, STARTS, STARTS):
        deadline = time.monotonic() + END_SECONDS
        while len(ledger.executions) < 2 * STARTS and time.monotonic() < deadline:
            time.sleep(0.1)
    finished(servers[1], ledger)
    for server in servers:
        server.stop()


def test_the_database_goes_away_and_comes_back(fragile: Cluster, tmp_path: Path) -> None:
    server = Server(tmp_path / "patient", fragile.create()).start()
    register(server.as_admin)
    ledger = Ledger()
    with Load(server, ledger, 0, 200, patient=True):
        for _ in range(2):
            time.sleep(LOAD_SECONDS / 2)
            fragile.halt()
            time.sleep(0.5)
            fragile.resume()
        time.sleep(LOAD_SECONDS)
    assert len(ledger.executions) > 5
    finished(server, ledger)
    server.stop()
