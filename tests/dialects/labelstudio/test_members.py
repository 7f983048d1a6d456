"""Members of projects, their roles, and what each role may do."""

from __future__ import annotations

import httpx
import pytest
from tests.dialects.labelstudio.conftest import NewProject
from tests.server import Server, User


def number_of(ls: httpx.Client, name: str) -> int:
    return next(user["id"] for user in ls.get("/api/users/").json() if user["username"] == name)


@pytest.fixture
def person(server: Server, ls: httpx.Client, request: pytest.FixtureRequest) -> tuple[User, int]:
    name = f"ls-member-{request.node.name.partition('[')[0]}"
    made = server.user(name)
    return made, number_of(ls, name)


def test_a_member_joins_as_annotator_and_leaves(
    ls: httpx.Client, project: NewProject, person: tuple[User, int]
) -> None:
    user, number = person
    one = project()
    assert user.client.get(f"/api/projects/{one}/").status_code == 404
    added = ls.post(f"/api/projects/{one}/members/", json={"user": number})
    assert (added.status_code, added.json()) == (201, {"user": number, "role": "AN"})
    assert user.client.get(f"/api/projects/{one}/").status_code == 200
    assert [entry["id"] for entry in user.client.get("/api/projects/").json()["results"]] == [one]
    listed = ls.get(f"/api/projects/{one}/members/paginated/").json()
    assert [(entry["username"], entry["project_role"]) for entry in listed["results"]] == [
        ("admin", "OW"),
        (user.name, "AN"),
    ]
    assert ls.delete(f"/api/projects/{one}/members/", params={"user": number}).status_code == 204
    assert ls.delete(f"/api/projects/{one}/members/", params={"user": number}).status_code == 404
    assert user.client.get(f"/api/projects/{one}/").status_code == 404


def test_roles_replace_each_other(ls: httpx.Client, project: NewProject, person: tuple[User, int]) -> None:
    user, number = person
    one = project()
    made = ls.post("/api/projects/roles/", json={"user": number, "project": one, "role": "RE"})
    assert made.status_code == 201
    assert (made.json()["role"], made.json()["project"]) == ("RE", one)
    ls.post("/api/projects/roles/", json={"user": number, "project": one, "role": "MA"})
    mine = [
        role for role in ls.get("/api/projects/roles/", params={"ids": one}).json() if role["user"] == number
    ]
    assert [role["role"] for role in mine] == ["MA"]
    assert user.client.patch(f"/api/projects/{one}/", json={"title": "By manager"}).status_code == 200
    assert ls.delete(f"/api/projects/roles/{mine[0]['id']}/").status_code == 204
    assert [r["role"] for r in ls.get(f"/api/projects/{one}/roles").json() if r["user"] == number] == ["AN"]
    assert user.client.patch(f"/api/projects/{one}/", json={"title": "By annotator"}).status_code == 403


@pytest.mark.parametrize(
    "role, may_read, may_change",
    [("AN", True, False), ("RE", True, False), ("MA", True, True), ("AD", True, True)],
)
def test_what_a_role_may_do(
    server: Server, ls: httpx.Client, project: NewProject, role: str, may_read: bool, may_change: bool
) -> None:
    user = server.user(f"ls-role-{role.lower()}")
    number = number_of(ls, user.name)
    one = project()
    ls.post("/api/projects/roles/", json={"user": number, "project": one, "role": role})
    client = user.client
    change = 200 if may_change else 403
    assert client.get(f"/api/projects/{one}/").status_code == (200 if may_read else 404)
    assert client.patch(f"/api/projects/{one}/", json={"description": "x"}).status_code == change
    assert client.post(f"/api/projects/{one}/import", json=[{"text": "a"}]).status_code == (
        201 if may_change else 403
    )
    assert client.post(f"/api/projects/{one}/members/", json={"user": number}).status_code == (
        201 if may_change else 403
    )
    assert client.get("/api/storages/s3/", params={"project": one}).status_code == 200
    assert client.delete(f"/api/projects/{one}/").status_code == (204 if may_change else 403)


def test_many_members_at_once(server: Server, ls: httpx.Client, project: NewProject) -> None:
    one = project()
    numbers = [number_of(ls, server.user(f"ls-bulk-{index}").name) for index in range(3)]
    added = ls.post(f"/api/projects/{one}/members/bulk/", json={"included": numbers, "roles": ["RE"]})
    assert added.json()["affected"] == 3
    page = ls.get(f"/api/projects/{one}/members/paginated/", params={"role": "RE", "page_size": 2}).json()
    assert (page["count"], len(page["results"])) == (3, 2)
    found = ls.get(f"/api/projects/{one}/members/paginated/", params={"search": "bulk-1"}).json()["results"]
    assert [entry["username"] for entry in found] == ["ls-bulk-1"]
    gone = ls.delete(f"/api/projects/{one}/members/bulk/", params={"included": f"{numbers[0]},{numbers[1]}"})
    assert gone.json()["affected"] == 2
    left = ls.get(f"/api/projects/{one}/members/paginated/", params={"role": "RE"}).json()
    assert [entry["id"] for entry in left["results"]] == [numbers[2]]


def test_bad_members_are_refused_by_field(ls: httpx.Client, project: NewProject) -> None:
    one = project()
    unknown = ls.post(f"/api/projects/{one}/members/", json={"user": 7})
    assert unknown.json()["validation_errors"] == {"user": ['Invalid pk "7" - object does not exist.']}
    admin = number_of(ls, "admin")
    for huge in (-1, 2**60, 2**70):
        assert ls.post(f"/api/projects/{one}/members/", json={"user": huge}).status_code == 400
    role = ls.post("/api/projects/roles/", json={"user": admin, "project": one, "role": "XX"})
    assert role.json()["validation_errors"] == {"role": ['"XX" is not a valid choice.']}
    missing = ls.post(f"/api/projects/{one}/members/", json={})
    assert missing.json()["validation_errors"] == {"user": ["This field is required."]}
    assert ls.delete(f"/api/projects/{one}/members/").status_code == 400
