"""A server that nobody else uses: fuzzing changes and removes what it finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.server import Server


@pytest.fixture(scope="session")
def target(
    database: str | None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of the fuzzer's own, on either database."""
    own = request.getfixturevalue("postgres").create() if database is not None else None
    running = Server(tmp_path_factory.mktemp("fuzz"), own, log_level="error").start()
    yield running
    running.stop()
