"""The kernel in this process, and the dialects as the server mounts them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.http.probe import Client, kernel

from taskyard import server
from taskyard.config import Settings
from taskyard.http.operation import Dialect


@pytest.fixture
def call(tmp_path: Path) -> Client:
    """`call(method, path, …)` asks a kernel with the probe dialects."""
    return Client(kernel(tmp_path))


@pytest.fixture(scope="session")
def dialects() -> list[Dialect]:
    """Every dialect that the server mounts."""
    return server.load_dialects(Settings(dialects=os.environ.get("TASKYARD_TEST_DIALECTS", "all")))
