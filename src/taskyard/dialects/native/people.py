"""Handlers of users, groups and memberships."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from msgspec import UNSET

from taskyard.app.access import require_admin
from taskyard.app.people import ChangeMembership, DeleteGroup, DeleteUser, PutGroup, PutUser
from taskyard.dialects.native import people_wire as wire
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.identity import Group, Membership, User
from taskyard.model.problem import rejected
from taskyard.model.query import Cmp, Order, Query, either
from taskyard.model.time import to_iso


def user_item(user: User, groups: list[str]) -> wire.UserItem:
    """A user as the API shows it."""
    return wire.UserItem(**_user_members(user, groups))


def _user_members(user: User, groups: list[str]) -> dict[str, Any]:
    return {
        "id": user.id,
        "uid": user.uid,
        "name": user.name,
        "kind": user.kind,
        "display_name": user.display_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "manager": user.manager,
        "groups": groups,
        "roles": [role for role in user.roles.split(",") if role],
        "active": user.active,
        "created_at": to_iso(user.created_at),
        "updated_at": to_iso(user.updated_at),
    }


async def _groups_of(request: Request, names: list[str]) -> dict[str, list[str]]:
    """Direct groups by user name."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in await request.app.rows(Membership, "member", names):
        if row.member_type == "user":
            found[row.member].append(row.group_name)
    return found


async def find_user(request: Request, name: str) -> User:
    """The user whose name is in the path, if the caller is it or an admin."""
    if name != request.caller.name:
        require_admin(request.caller)
    user = await request.app.row(User, name=name)
    if user is None:
        raise rejected("not_found", f"There is no user {name!r}.", reason="unknown_user", name=name)
    return user


def _people_query(entity: str, params: wire.PeopleParams) -> Query:
    words = params.q.strip()
    parts = [Cmp(field, "icontains", words) for field in ("name", "display_name")]
    query = Query(
        entity=entity,
        order=(Order("name"),),
        limit=params.limit,
        after=params.after or None,
        want_total=params.total,
    )
    return Query(**{**_members(query), "where": either(*parts)}) if words else query


def _members(query: Query) -> dict[str, Any]:
    return {name: getattr(query, name) for name in query.__struct_fields__}


def _by_id(rows: list[Any], ids: list[tuple[int, int]]) -> list[Any]:
    """Rows in the order of a page."""
    found = {row.id: row for row in rows}
    return [found[row_id] for row_id, _ in ids if row_id in found]


async def list_users(request: Request, params: wire.PeopleParams, body: None) -> Response:
    page = await request.app.list(_people_query("user", params), request.caller)
    users = _by_id(await request.app.rows(User, "id", [row_id for row_id, _ in page.ids]), page.ids)
    groups = await _groups_of(request, [user.name for user in users])
    items = [user_item(user, groups[user.name]) for user in users]
    return json_response(wire.UserPage(items=items, next=page.next, total=_total(page.total)))


def _total(total: int | None) -> Any:
    return UNSET if total is None else total


async def get_user(request: Request, params: None, body: None) -> Response:
    return await _show_user(request, await find_user(request, request.path_params["name"]))


async def _show_user(request: Request, user: User, status: int = 200) -> Response:
    groups = await _groups_of(request, [user.name])
    return json_response(user_item(user, groups[user.name]), status)


async def get_me(request: Request, params: None, body: None) -> Response:
    caller = request.caller
    user = await find_user(request, caller.name)
    groups = await _groups_of(request, [user.name])
    return json_response(
        wire.Me(
            **_user_members(user, groups[user.name]),
            admin=caller.admin,
            all_groups=sorted(caller.groups),
            reports=sorted(caller.reports),
        )
    )


async def create_user(request: Request, params: None, body: wire.NewUser) -> Response:
    require_admin(request.caller)
    hashed = await request.app.identity.hash_password(body.password) if body.password is not None else None
    user = await request.app.run(
        PutUser(
            actor=request.caller,
            mode="create",
            name=body.name,
            kind=body.kind,
            display_name=body.display_name,
            first_name=body.first_name,
            last_name=body.last_name,
            email=body.email,
            manager=body.manager,
            roles=tuple(body.roles),
            groups=tuple(body.groups),
            active=body.active,
            password_hash=hashed,
        )
    )
    return await _show_user(request, user, 201)


async def change_user(request: Request, params: None, body: wire.UserChange) -> Response:
    require_admin(request.caller)
    plain = ("display_name", "first_name", "last_name", "email", "active")
    changes: dict[str, Any] = {name: value for name in plain if (value := getattr(body, name)) is not UNSET}
    if body.password is not UNSET:
        changes["password_hash"] = await request.app.identity.hash_password(body.password)
    if body.manager is not UNSET:
        changes["manager"] = body.manager or ""
    if body.groups is not UNSET:
        changes["groups"] = tuple(body.groups)
    if body.roles is not UNSET:
        changes["roles"] = tuple(body.roles)
    command = PutUser(actor=request.caller, mode="update", name=request.path_params["name"], **changes)
    return await _show_user(request, await request.app.run(command))


async def delete_user(request: Request, params: None, body: None) -> Response:
    await request.app.run(DeleteUser(actor=request.caller, name=request.path_params["name"]))
    return empty_response()


def _group_item(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "uid": group.uid,
        "name": group.name,
        "display_name": group.display_name,
        "created_at": to_iso(group.created_at),
    }


async def list_groups(request: Request, params: wire.PeopleParams, body: None) -> Response:
    require_admin(request.caller)
    page = await request.app.list(_people_query("group", params), request.caller)
    rows = _by_id(await request.app.rows(Group, "id", [row_id for row_id, _ in page.ids]), page.ids)
    items = [wire.GroupItem(**_group_item(row)) for row in rows]
    return json_response(wire.GroupPage(items=items, next=page.next, total=_total(page.total)))


async def get_group(request: Request, params: None, body: None) -> Response:
    require_admin(request.caller)
    name = request.path_params["name"]
    group = await request.app.row(Group, name=name)
    if group is None:
        raise rejected("not_found", f"There is no group {name!r}.", reason="unknown_group", name=name)
    return await _show_group(request, group)


async def _show_group(request: Request, group: Group, status: int = 200) -> Response:
    rows = await request.app.rows(Membership, "group_name", [group.name])
    members = [wire.Member(type=row.member_type, name=row.member) for row in rows]
    return json_response(wire.GroupDetail(**_group_item(group), members=members), status)


async def create_group(request: Request, params: None, body: wire.NewGroup) -> Response:
    command = PutGroup(
        actor=request.caller,
        mode="create",
        name=body.name,
        display_name=body.display_name,
        members=tuple(body.members),
        groups=tuple(body.groups),
    )
    return await _show_group(request, await request.app.run(command), 201)


async def change_group(request: Request, params: None, body: wire.GroupChange) -> Response:
    changes: dict[str, Any] = {}
    if body.display_name is not UNSET:
        changes["display_name"] = body.display_name
    if body.members is not UNSET:
        changes["members"] = tuple(body.members)
    if body.groups is not UNSET:
        changes["groups"] = tuple(body.groups)
    command = PutGroup(actor=request.caller, mode="update", name=request.path_params["name"], **changes)
    return await _show_group(request, await request.app.run(command))


async def delete_group(request: Request, params: None, body: None) -> Response:
    await request.app.run(DeleteGroup(actor=request.caller, name=request.path_params["name"]))
    return empty_response()


async def add_member(request: Request, params: None, body: wire.NewMember) -> Response:
    name = request.path_params["name"]
    await request.app.run(
        ChangeMembership(
            actor=request.caller, group=name, member_type=body.type, member=body.name, present=True
        )
    )
    return empty_response()


async def remove_member(request: Request, params: wire.MemberParams, body: None) -> Response:
    await request.app.run(
        ChangeMembership(
            actor=request.caller,
            group=request.path_params["name"],
            member_type=params.type,
            member=request.path_params["member"],
            present=False,
        )
    )
    return empty_response()
