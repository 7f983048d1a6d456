"""A Conductor client for each caller, and names that no other test uses."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

Connect = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def connect(server: Any) -> Iterator[Connect]:
    """`connect(token)` gives a client of `/api` that sends the token as Conductor's clients do."""
    opened: dict[str | None, httpx.Client] = {}

    def make(token: str | None = None) -> httpx.Client:
        if token not in opened:
            headers = {"X-Authorization": token} if token else {}
            opened[token] = httpx.Client(base_url=f"{server.url}/api", headers=headers, timeout=30)
        return opened[token]

    yield make
    for client in opened.values():
        client.close()


@pytest.fixture(scope="session")
def api(server: Any, connect: Connect) -> httpx.Client:
    """A client of `/api` as admin."""
    return connect(server.token)


_count = itertools.count()


@pytest.fixture
def unique() -> str:
    """A word that no other test uses, to build names from."""
    return f"t{os.getpid()}x{next(_count)}"


@pytest.fixture
def grant(server: Any) -> Callable[..., None]:
    """`grant(user, action, target_type, target)` gives a permission through the native API."""

    def give(user: str, action: str, target_type: str, target: str = "", *, group: bool = False) -> None:
        answer = server.as_admin.post(
            "/v1/grants",
            json={
                "subject_type": "group" if group else "user",
                "subject": user,
                "action": action,
                "target_type": target_type,
                "target": target,
            },
        )
        assert answer.status_code in (200, 201), answer.text

    return give
