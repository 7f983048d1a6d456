"""No two dialects claim the same method and path, but for the one table."""

from __future__ import annotations

from collections import defaultdict

import pytest

from taskyard.http.collision import COLLISIONS, winner
from taskyard.http.operation import Dialect
from taskyard.http.router import BARE, SLASHED, Router

BOTH = ["conductor", "labelstudio"]


def claims(dialects: list[Dialect]) -> dict[tuple[str, str, int], list[tuple[str, str]]]:
    found = defaultdict(list)
    for route in Router(dialects).routes:
        for form in (BARE, SLASHED):
            if route.slash & form:
                found[route.operation.method, route.shape, form].append(
                    (route.dialect.name, route.operation.name)
                )
    return {key: claimed for key, claimed in found.items() if len(claimed) > 1}


def test_dialects_collide_only_where_the_table_says(dialects: list[Dialect]) -> None:
    for (method, shape, form), claimed in claims(dialects).items():
        names = [name for name, _ in claimed]
        assert len(set(names)) == len(names), f"{method} {shape} twice in one dialect: {claimed}"
        assert shape in COLLISIONS, f"{method} {shape} (form {form}): {claimed}"


def test_the_table_holds_nothing_that_does_not_collide(dialects: list[Dialect]) -> None:
    shapes = {shape for _, shape, _ in claims(dialects)}
    assert set(COLLISIONS) - {"/api"} <= shapes


@pytest.mark.parametrize(
    "shape,path,headers,expected",
    [
        ("/api/tasks", "/api/tasks/", {}, "labelstudio"),
        ("/api/tasks", "/api/tasks", {}, "conductor"),
        ("/api/tasks", "/api/tasks", {"authorization": "Token abc"}, "labelstudio"),
        ("/api/tasks", "/api/tasks", {"x-authorization": "jwt", "authorization": "Token abc"}, "conductor"),
        ("/api/tasks/{}", "/api/tasks/12", {}, "labelstudio"),
        ("/api/tasks/{}", "/api/tasks/12", {"x-authorization": "jwt"}, "labelstudio"),
        ("/api/tasks/{}", "/api/tasks/0192a0e4-0000-7000-8000-000000000000", {}, "conductor"),
        ("/api/tasks/{}", "/api/tasks/abc", {"authorization": "Token abc"}, "conductor"),
        ("/api/tasks/{}", "/api/tasks/abc/", {}, "labelstudio"),
        ("/api/version", "/api/version/", {}, "labelstudio"),
        ("/api/version", "/api/version", {"x-authorization": "jwt"}, "conductor"),
        ("/api/token", "/api/token/", {}, "labelstudio"),
        ("/api/token", "/api/token", {}, "conductor"),
        ("/api/users", "/api/users", {}, "labelstudio"),
        ("/api/users", "/api/users", {"x-authorization": "jwt"}, "conductor"),
        ("/api", "/api/nothing", {}, "conductor"),
        ("/api", "/api/nothing/", {}, "labelstudio"),
    ],
)
def test_who_is_meant(shape: str, path: str, headers: dict[str, str], expected: str) -> None:
    assert winner(shape, BOTH, headers, path) == expected


def test_a_dialect_that_is_off_leaves_its_paths_to_the_other() -> None:
    assert winner("/api/tasks", ["labelstudio"], {}, "/api/tasks") == "labelstudio"
