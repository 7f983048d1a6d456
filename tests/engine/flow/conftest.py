"""Workflow executions in this process, on either database, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.app.conftest import START
from tests.engine.flow.bench import Flow
from tests.engine.flow.workshop import Workshop
from tests.store.conftest import Opened

from taskyard.app.scripts import Scripts
from taskyard.config import Settings
from taskyard.model.time import FixedClock


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an empty database."""
    data = str(tmp_path_factory.mktemp("data"))
    if request.param == "sqlite":
        return Settings(data=data)
    return Settings(data=data, database_url=request.getfixturevalue("postgres").create())


@pytest.fixture(scope="module")
def shop(place: Settings) -> Iterator[Workshop]:
    """Executions that are run by hand."""
    found = Workshop(place)
    yield found
    assert found.offences() == []
    found.close()


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(START)


def _flow(place: Settings, clock: FixedClock) -> Iterator[Flow]:
    opened = Opened(place, clock)
    opened.app.scripts = scripts = Scripts(place)
    yield Flow(opened, clock)
    opened.call(scripts.close())
    opened.call(opened.app.close())
    opened.close()


@pytest.fixture(scope="module")
def flow(place: Settings, clock: FixedClock) -> Iterator[Flow]:
    """Workflows with their scripts; nothing runs beside what the test calls."""
    yield from _flow(place, clock)


@pytest.fixture(scope="module")
def limited(clock: FixedClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    """The same with narrow limits."""
    data = str(tmp_path_factory.mktemp("limited"))
    place = Settings(
        data=data, max_iterations=50, max_execution_depth=5, max_payload=50_000, max_branches=100
    )
    yield from _flow(place, clock)
