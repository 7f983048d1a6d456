"""A PostgreSQL that goes away under load: 503 in the words of each API while it is away, and work goes on when it is
back, without a restart."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.postgres import Cluster
from tests.server import Server
from tests.trouble.doctor import healthy
from tests.trouble.native_error import refused

READS = (
    "/api/metadata/taskdefs",
    "/engine-rest/process-definition",
    "/bpm/api/4.0/tasks?assignment=ALL&limit=0",
    "/api/tasks/",
    "/v1/tasks?total=true",
)
SECONDS = 20
"""How long everything may take until it is well again."""


@pytest.fixture
def fragile() -> Iterator[Cluster]:
    """A cluster of the test's own, since it goes away."""
    cluster = Cluster()
    cluster.start()
    yield cluster
    cluster.stop()


class Load:
    """Clients that create tasks without pause; what was acknowledged, and what else was answered."""

    def __init__(self, server: Server, clients: int = 4) -> None:
        self.server = server
        self.created: list[str] = []
        self.others: list[httpx.Response] = []
        self.ended = threading.Event()
        self.numbers = itertools.count()
        self.threads = [threading.Thread(target=self._create) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def _create(self) -> None:
        with self.server.client(self.server.token) as client:
            while not self.ended.is_set():
                title = f"load {next(self.numbers)}"
                answer = client.post("/v1/tasks", json={"title": title})
                if answer.status_code == 201:
                    self.created.append(title)
                else:
                    self.others.append(answer)
                time.sleep(0.02)

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


def wait_for(wanted: int, client: httpx.Client, path: str) -> None:
    deadline = time.monotonic() + SECONDS
    while client.get(path).status_code != wanted:
        assert time.monotonic() < deadline, f"{path} is not {wanted}"
        time.sleep(0.1)


def test_a_database_that_goes_away_and_comes_back(fragile: Cluster, tmp_path: Path) -> None:
    server = Server(tmp_path / "server", fragile.create()).start()
    try:
        load = Load(server)
        try:
            _away(server, fragile, load)
        finally:
            load.end()
        _accounted(server, load)
        healthy(server)
    finally:
        server.stop()


def _away(server: Server, cluster: Cluster, load: Load) -> None:
    """The database goes away under load, stays away for a while, and comes back."""
    time.sleep(1)
    assert len(load.created) > 10
    cluster.halt()
    try:
        wait_for(503, server.anonymous, "/readyz")
        for path in READS:
            refused(server.as_admin.get(path), 503)
        refused(server.as_admin.post("/api/metadata/taskdefs", json=[{"name": "away"}]), 503)
        refused(server.as_admin.post("/v1/tasks", json={"title": "away"}), 503)
        assert server.get("/healthz").status_code == 200
    finally:
        cluster.resume()
    before = len(load.created)
    wait_for(200, server.anonymous, "/readyz")
    for path in READS:
        wait_for(200, server.as_admin, path)
    deadline = time.monotonic() + SECONDS
    while len(load.created) < before + 20:
        assert time.monotonic() < deadline, load.others[-1].text
        time.sleep(0.1)


def _accounted(server: Server, load: Load) -> None:
    """Whatever was acknowledged is there once; of the rest, only what nobody could know."""
    assert load.others
    for answer in load.others:
        assert refused(answer, 503)["reason"] in ("store_unavailable", "store_unreadable", "commit_unknown")
    titles: list[str] = []
    after: str | None = ""
    while after is not None:
        page = server.as_admin.get("/v1/tasks", params={"limit": 1000, **({"after": after} if after else {})})
        titles += [item["title"] for item in page.json()["items"]]
        after = page.json().get("next")
    assert len(titles) == len(set(titles))
    assert set(load.created) <= set(titles)
    unknown = sum(answer.json()["reason"] != "store_unavailable" for answer in load.others)
    assert len(titles) - len(load.created) <= unknown
