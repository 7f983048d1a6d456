"""Any combination of filters, sorting and paging finds what a filter in Python finds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.camunda7.models import DEFINITION, counted, deployed, fresh, listed, process

Item = dict[str, Any]


class Shelf:
    """Definitions in tenants of their own, as the server shows them."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.mark = fresh()
        self.tenants = [fresh("tenant-") for _ in range(2)]
        names = ["Order Intake", "order", "Ünïcode", "100%_sure", "back\\slash", None]
        for number in range(14):
            deployed(
                client,
                {
                    f"{'ab'[number % 2]}{number}.bpmn": process(
                        f"{self.mark}_{number % 5}",
                        name=names[number % 6],
                        category=f"http://example.org/{number % 3}",
                        isStartableInTasklist="true" if number % 3 else "false",
                        candidateStarterUsers=f"u{number % 4}",
                        **({"versionTag": f"v{number % 3}.{number}"} if number % 4 else {}),
                    )
                },
                tenant_id=self.tenants[number % 2],
            )
        everything = listed(client, tenantIdIn=",".join(self.tenants))
        for item in everything[::3]:
            client.put(f"{DEFINITION}/{item['id']}/suspended", json={"suspended": True})
        self.items = listed(client, tenantIdIn=",".join(self.tenants))


@pytest.fixture(scope="module")
def shelf(server: Any) -> Shelf:
    return Shelf(server.as_admin)


def like(value: str | None, pattern: str) -> bool:
    """What DESIGN promises of Like filters: a pattern with a per cent sign in it, else a part of the text."""
    if value is None:
        return False
    if not pattern:
        return value == ""
    if "%" not in pattern:
        return pattern in value
    out, escaped = "", False
    for letter in pattern:
        if escaped:
            out, escaped = out + re.escape(letter), False
        elif letter == "\\":
            escaped = True
        else:
            out += {"%": ".*", "_": "."}.get(letter, re.escape(letter))
    if escaped:
        out += re.escape("\\")
    return re.fullmatch(out, value, re.DOTALL) is not None


def is_latest(item: Item, items: list[Item]) -> bool:
    same = [i["version"] for i in items if (i["key"], i["tenantId"]) == (item["key"], item["tenantId"])]
    return item["version"] == max(same)


RULES: dict[str, Callable[[Item, str, list[Item]], bool]] = {
    "name": lambda item, value, items: item["name"] == value,
    "nameLike": lambda item, value, items: like((item["name"] or "").lower() or None, value.lower()),
    "keyLike": lambda item, value, items: like(item["key"], value),
    "categoryLike": lambda item, value, items: like(item["category"], value),
    "resourceNameLike": lambda item, value, items: like(item["resource"], value),
    "versionTagLike": lambda item, value, items: like(item["versionTag"], value),
    "category": lambda item, value, items: item["category"] == value,
    "version": lambda item, value, items: item["version"] == int(value),
    "latestVersion": lambda item, value, items: is_latest(item, items),
    "withoutVersionTag": lambda item, value, items: item["versionTag"] is None,
    "startableInTasklist": lambda item, value, items: item["startableInTasklist"],
    "notStartableInTasklist": lambda item, value, items: not item["startableInTasklist"],
    "suspended": lambda item, value, items: item["suspended"],
    "resourceName": lambda item, value, items: item["resource"] == value,
}
VALUES = {
    "name": ["order", "Order Intake", "Ünïcode", "100%_sure", "nothing"],
    "nameLike": ["order", "ORDER%", "%in%", "100\\%", "%\\%\\_%", "back\\slash%", "%\\", "_rder", "", "ïc"],
    "keyLike": ["_1", "%_1", "%\\_1", "x", "%"],
    "categoryLike": ["example", "%/1", "_ttp%", "http://example.org/2"],
    "resourceNameLike": ["a", "b%", "%.bpmn", "a_.bpmn", "a_.bpmn%"],
    "versionTagLike": ["v1", "v%.1", "v1.%", "."],
    "category": ["http://example.org/0", "http://example.org/1"],
    "version": ["1", "2", "3"],
    "latestVersion": ["true"],
    "withoutVersionTag": ["true"],
    "startableInTasklist": ["true"],
    "notStartableInTasklist": ["true"],
    "suspended": ["true"],
    "resourceName": ["a0.bpmn", "b3.bpmn"],
}
SORT = {
    "key": "key",
    "name": "name",
    "version": "version",
    "versionTag": "versionTag",
    "id": "id",
    "category": "category",
}

filters = st.lists(st.sampled_from(sorted(RULES)), max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(VALUES[name]) for name in names})
)
sorting = st.none() | st.tuples(st.sampled_from(sorted(SORT)), st.sampled_from(["asc", "desc"]))
paging = st.tuples(st.integers(0, 5), st.none() | st.integers(0, 6))


def ordered(items: list[Item], by: tuple[str, str] | None) -> list[Item]:
    """By id; with sorting by the member, absent ones first ascending and last descending, then by id."""
    items = sorted(items, key=lambda item: item["id"])
    if by is None:
        return items
    member, desc = SORT[by[0]], by[1] == "desc"
    absent = [item for item in items if item[member] is None]
    there = [item for item in items if item[member] is not None]
    there.sort(
        key=lambda item: item[member] if isinstance(item[member], int) else item[member].encode(),
        reverse=desc,
    )
    if desc:
        groups: dict[Any, list[Item]] = {}
        for item in there:
            groups.setdefault(item[member], []).append(item)
        there = [item for group in groups.values() for item in sorted(group, key=lambda i: i["id"])]
        if member == "id":
            there = sorted(there, key=lambda i: i["id"], reverse=True)
        return there + absent
    return absent + there


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=filters, by=sorting, page=paging)
def test_lists_and_counts_equal_a_filter_in_python(
    shelf: Shelf, chosen: dict[str, str], by: tuple[str, str] | None, page: tuple[int, int | None]
) -> None:
    expected = [
        item
        for item in shelf.items
        if all(RULES[name](item, value, shelf.items) for name, value in chosen.items())
    ]
    params: dict[str, Any] = {"tenantIdIn": ",".join(shelf.tenants), **chosen}
    assert counted(shelf.client, **params) == len(expected)
    if by is not None:
        params |= {"sortBy": by[0], "sortOrder": by[1]}
    whole = ordered(expected, by)
    assert [item["id"] for item in listed(shelf.client, **params)] == [item["id"] for item in whole]
    first, most = page
    params["firstResult"] = first
    if most is not None:
        params["maxResults"] = most
    part = whole[first:] if most is None else whole[first : first + most]
    assert listed(shelf.client, **params) == part
