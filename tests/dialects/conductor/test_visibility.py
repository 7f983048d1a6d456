"""The list of task definitions equals a filter in plain Python, for every caller, access word and tag filter."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

ACCESS = {
    "READ": {"read", "create", "update", "execute", "delete", "manage"},
    "CREATE": {"create", "update", "manage"},
    "UPDATE": {"update", "manage"},
    "EXECUTE": {"execute", "manage"},
    "DELETE": {"delete", "manage"},
}
KEYS = ("team", "area", "Team", None)
VALUES = ("red", "blue", "RED", None)
PAIRS = [(key, value) for key in KEYS[:3] for value in VALUES[:3]]


@pytest.fixture(scope="module")
def tagged(server: Any, connect: Any) -> dict[str, set[tuple[str, str]]]:
    """Definitions by name with their tags: none, every single pair, and some couples."""
    sets: list[tuple[tuple[str, str], ...]] = [(), *((pair,) for pair in PAIRS)]
    sets += list(itertools.combinations(PAIRS, 2))[::5]
    world = {f"visible{at:02}": set(tags) for at, tags in enumerate(sets)}
    body = [
        {"name": name, "tags": [{"key": key, "value": value} for key, value in sorted(tags)]}
        for name, tags in world.items()
    ]
    assert connect(server.token).post("/metadata/taskdefs", json=body).status_code == 200
    return world


CALLERS: dict[str, list[tuple[str, str, str]]] = {
    "none": [],
    "one": [("execute", "definition", "worker:visible03"), ("delete", "definition", "worker:visible07")],
    "tags": [("update", "tag", "team:red"), ("execute", "tag", "area:blue"), ("read", "tag", "Team:RED")],
    "kind": [("execute", "kind", "worker"), ("manage", "tag", "team:blue")],
    "other": [("manage", "kind", "workflow"), ("update", "definition", "workflow:visible03")],
    "any": [("manage", "any", "")],
}


def allowed(grants: list[tuple[str, str, str]], access: str, name: str, tags: set[tuple[str, str]]) -> bool:
    """Some grant gives the access on this definition."""
    words = {f"{key}:{value}" for key, value in tags}
    return any(
        action in ACCESS[access]
        and (
            kind == "any"
            or (kind == "kind" and target == "worker")
            or (kind == "definition" and target == f"worker:{name}")
            or (kind == "tag" and target in words)
        )
        for action, kind, target in grants
    )


def matches(tags: set[tuple[str, str]], key: str | None, value: str | None) -> bool:
    """Some single tag has the key and the value that are asked for."""
    if key is None and value is None:
        return True
    return any((key is None or key == each[0]) and (value is None or value == each[1]) for each in tags)


@pytest.mark.parametrize("caller", sorted(CALLERS))
def test_lists_equal_brute_force(server, connect, grant, tagged, unique, caller):
    user = server.user(f"{unique}{caller}")
    for action, kind, target in CALLERS[caller]:
        grant(user.name, action, kind, target)
    client = connect(user.token)
    for access, key, value in itertools.product(ACCESS, KEYS, VALUES):
        asked = {"access": access, "tagKey": key, "tagValue": value}
        answer = client.get("/metadata/taskdefs", params={k: v for k, v in asked.items() if v is not None})
        found = [each["name"] for each in answer.json() if each["name"] in tagged]
        expected = [
            name
            for name, tags in sorted(tagged.items())
            if allowed(CALLERS[caller], access, name, tags) and matches(tags, key, value)
        ]
        assert found == expected, asked
