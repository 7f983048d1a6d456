"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL cluster for the whole session; `postgres.create()` gives a fresh database."""
    cluster = Cluster()
    cluster.start()
    yield cluster
    cluster.stop()
