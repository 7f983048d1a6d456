"""What the tests of the native API share."""

from __future__ import annotations

import itertools

import httpx
import pytest
from tests.server import Server

_counter = itertools.count(1)


@pytest.fixture
def mark() -> str:
    """A word that no other test of this session uses."""
    return f"n{next(_counter)}"


@pytest.fixture
def api(server: Server) -> httpx.Client:
    """The native API as admin."""
    return server.as_admin
