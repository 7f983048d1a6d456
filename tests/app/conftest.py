"""An application on an open store in this process, on either database, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.store.conftest import Opened

from taskyard.config import Settings
from taskyard.model.principal import Principal
from taskyard.model.time import FixedClock

ADMIN = Principal(id=1, uid="a", name="root", admin=True)
START = 1_800_000_000_000


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an empty database."""
    data = str(tmp_path_factory.mktemp("data"))
    if request.param == "sqlite":
        return Settings(data=data)
    return Settings(data=data, database_url=request.getfixturevalue("postgres").create())


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture(scope="module")
def opened(place: Settings, clock: FixedClock) -> Iterator[Opened]:
    """The application; nothing runs beside what the test calls."""
    found = Opened(place, clock)
    yield found
    found.call(found.app.close())
    found.close()
