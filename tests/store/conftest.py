"""A store that is open in this process, on either database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from taskyard import server
from taskyard.app.application import Application
from taskyard.config import Settings
from taskyard.model.query import Page, Query, both
from taskyard.model.time import Clock, SystemClock
from taskyard.store.store import Store


class Opened:
    """An application on an open store, with a loop of its own, so that tests can stay plain functions."""

    both = staticmethod(both)

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        server.load_deciders()
        server.prepare(settings)
        self.settings = settings
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.store = Store(server.store_settings(settings), clock)
        self.store.open()
        self.app = Application(settings, self.store, clock)

    def call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def run(self, command: Any) -> Any:
        return self.call(self.app.run(command))

    def run_all(self, commands: list[Any]) -> list[Any]:
        """Submit all at once; the answers in order, refusals as exceptions."""

        async def work() -> list[Any]:
            return await asyncio.gather(
                *[self.app.run(command) for command in commands], return_exceptions=True
            )

        return self.call(work())

    def page(self, query: Query) -> Page:
        return self.call(self.app.store.read(lambda link: self.store.reader.page(link, query)))

    def row(self, row_type: Any, **equals: Any) -> Any:
        return self.call(self.app.row(row_type, **equals))

    def matching(self, row_type: Any, **equals: Any) -> list[Any]:
        return self.call(self.app.matching(row_type, **equals))

    def close(self) -> None:
        self.store.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an empty database."""
    data = str(tmp_path_factory.mktemp("data"))
    if request.param == "sqlite":
        return Settings(data=data)
    return Settings(data=data, database_url=request.getfixturevalue("postgres").create())


@pytest.fixture(scope="module")
def opened(place: Settings) -> Iterator[Opened]:
    found = Opened(place)
    yield found
    found.close()
