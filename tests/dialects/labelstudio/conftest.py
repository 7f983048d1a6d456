"""A client that speaks as Label Studio's do, and projects to work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.server import Server

TEXT_CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="sentiment" toName="text" choice="single">'
    '<Choice value="Positive"/><Choice value="Negative"/></Choices></View>'
)
"""One object, one control."""

NewProject = Callable[..., int]


@pytest.fixture
def ls(server: Server) -> httpx.Client:
    """The admin as an SDK would come: `Authorization: Token`."""
    return server.client(headers={"Authorization": f"Token {server.token}"})


@pytest.fixture
def project(ls: httpx.Client) -> NewProject:
    """`project(title=…, label_config=…)` makes a project; its number."""

    def make(**members: Any) -> int:
        body = {"title": "Sentiments", "label_config": TEXT_CONFIG, **members}
        made = ls.post("/api/projects/", json=body)
        assert made.status_code == 201, made.text
        return made.json()["id"]

    return make
