"""Members of projects and their roles. The original has them in its Enterprise edition only."""

from __future__ import annotations

from typing import Any

from taskyard.app.labeling import Member, members, put_member, remove_member
from taskyard.dialects.labelstudio.access import int_of, project_by_id, project_for
from taskyard.dialects.labelstudio.errors import field_fault, not_found
from taskyard.dialects.labelstudio.pages import comma_list, flag, links, page_of
from taskyard.dialects.labelstudio.project_wire import (
    BulkMembersBody,
    BulkMembersOut,
    BulkMembersParams,
    MemberBody,
    MemberListParams,
    MemberOut,
    MemberParams,
    ProjectPage,
    RoleBody,
    RoleOut,
    RoleParams,
)
from taskyard.dialects.labelstudio.user_render import user_out
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Definition
from taskyard.model.identity import Grant, User
from taskyard.model.labeling import PROJECT, ROLE_ACTIONS
from taskyard.model.query import Cmp, Query, both, eq

DEFAULT_SIZE = 30
LARGEST_SIZE = 1_000
NEW_MEMBER = "AN"

_ORDERS: dict[str, Any] = {
    "id": lambda member: member.user.id,
    "email": lambda member: member.user.email,
    "first_name": lambda member: member.user.first_name,
    "last_name": lambda member: member.user.last_name,
    "username": lambda member: member.user.name,
    "date_joined": lambda member: member.user.created_at,
    "role": lambda member: member.role,
}


async def create(request: Request, params: None, body: MemberBody) -> Response:
    """`POST projects/{id}/members/`: a user joins, as an annotator unless `role` says else."""
    project = await project_for(request, "manage")
    known = {member.user.id: member.role for member in await members(request.app, project)}
    role = body.role or known.get(body.user) or NEW_MEMBER
    await _put(request, project, body.user, role)
    return json_response(MemberOut(user=body.user, role=role), 201)


async def delete(request: Request, params: MemberParams, body: None) -> Response:
    """`DELETE projects/{id}/members/?user=`: a user leaves."""
    project = await project_for(request, "manage")
    if not params.user or not (params.user.isascii() and params.user.isdigit()) or len(params.user) > 18:
        raise field_fault("user", "A valid integer is required.")
    if not await remove_member(request.app, request.caller, project.id, int(params.user)):
        raise not_found("ProjectMember")
    return empty_response()


async def list_(request: Request, params: MemberListParams, body: None) -> Response:
    """`GET projects/{id}/members/paginated/`: the members as users, with their role in the project. A page beyond the
    end is empty, because the SDK reads on until it is."""
    project = await project_for(request)
    found = [member for member in await members(request.app, project) if _wanted(member, params)]
    if params.ordering:
        name = params.ordering.lstrip("-")
        if name not in _ORDERS:
            raise field_fault("ordering", f'"{name}" is not a field to order by.')
        found.sort(key=_ORDERS[name], reverse=params.ordering.startswith("-"))
    ask = page_of(params.page, params.page_size, default=DEFAULT_SIZE, largest=LARGEST_SIZE)
    part = found[ask.offset : ask.offset + ask.size]
    following, previous = links(request, ask, len(found))
    results = [_member_out(member) for member in part]
    return json_response(ProjectPage(count=len(found), next=following, previous=previous, results=results))


async def bulk_add(request: Request, params: MemberListParams, body: BulkMembersBody) -> Response:
    """`POST projects/{id}/members/bulk/`: all selected users join, with the first of `roles`."""
    project = await project_for(request, "manage")
    role = body.roles[0] if body.roles else NEW_MEMBER
    chosen = await _selected(request, body.all, set(body.included), set(body.excluded))
    for number in chosen:
        await _put(request, project, number, role)
    return json_response(BulkMembersOut(detail=f"{len(chosen)} members added", affected=len(chosen)))


async def bulk_remove(request: Request, params: BulkMembersParams, body: None) -> Response:
    """`DELETE projects/{id}/members/bulk/`: all selected members leave."""
    project = await project_for(request, "manage")
    everyone = flag(params.all, False)
    included, excluded = _numbers("included", params.included), _numbers("excluded", params.excluded)
    present = [member.user.id for member in await members(request.app, project)]
    chosen = [number for number in present if (number not in excluded if everyone else number in included)]
    for number in chosen:
        await remove_member(request.app, request.caller, project.id, number)
    return json_response(BulkMembersOut(detail=f"{len(chosen)} members removed", affected=len(chosen)))


async def roles(request: Request, params: RoleParams, body: None) -> Response:
    """`GET projects/roles/?ids=`: the roles in the projects of these numbers, in all visible ones without."""
    wanted = _numbers("ids", [params.ids or ""])
    where = eq("kind", PROJECT)
    if wanted:
        where = both(where, Cmp("id", "in", tuple(sorted(wanted))))
    page = await request.app.list(Query(entity="definition", where=where, limit=LARGEST_SIZE), request.caller)
    found = await request.app.rows(Definition, "id", [row_id for row_id, _ in page.ids])
    return json_response([role for project in found for role in await _roles(request, project)])


async def project_roles(request: Request, params: None, body: None) -> Response:
    """`GET projects/{id}/roles`"""
    return json_response(await _roles(request, await project_for(request)))


async def create_role(request: Request, params: None, body: RoleBody) -> Response:
    """`POST projects/roles/`: give a user a role in a project; who was no member becomes one."""
    project = await project_by_id(request, body.project, "manage")
    await _put(request, project, body.user, body.role)
    made = [role for role in await _roles(request, project) if role.user == body.user]
    return json_response(made[0], 201)


async def delete_role(request: Request, params: None, body: None) -> Response:
    """`DELETE projects/roles/{id}/`: the member stays, as an annotator."""
    grant = await request.app.row(Grant, id=int_of(request, "id", "ProjectRole"))
    if grant is None or grant.role not in ROLE_ACTIONS or not grant.target.startswith(f"{PROJECT}:"):
        raise not_found("ProjectRole")
    project = await project_by_id(request, int(grant.target.partition(":")[2]), "manage")
    user = await request.app.row(User, name=grant.subject)
    if user is None:
        raise not_found("ProjectRole")
    await _put(request, project, user.id, NEW_MEMBER)
    return empty_response()


async def _put(request: Request, project: Definition, user_id: int, role: str) -> None:
    if role not in ROLE_ACTIONS:
        raise field_fault("role", f'"{role}" is not a valid choice.')
    if await request.app.row(User, id=user_id) is None:
        raise field_fault("user", f'Invalid pk "{user_id}" - object does not exist.')
    await put_member(request.app, request.caller, project.id, user_id, role)


async def _roles(request: Request, project: Definition) -> list[RoleOut]:
    return [
        RoleOut(id=member.grant_id, user=member.user.id, project=project.id, role=member.role)
        for member in await members(request.app, project)
    ]


async def _selected(request: Request, everyone: bool, included: set[int], excluded: set[int]) -> list[int]:
    if not everyone:
        rows = await request.app.rows(User, "id", sorted(included))
        return [row.id for row in rows]
    page = await request.app.list(Query(entity="user", limit=LARGEST_SIZE), request.caller)
    return [row_id for row_id, _ in page.ids if row_id not in excluded]


def _wanted(member: Member, params: MemberListParams) -> bool:
    if params.role and member.role not in comma_list(params.role):
        return False
    if params.ids and str(member.user.id) not in comma_list(params.ids):
        return False
    text = (params.search or "").lower()
    user = member.user
    return not text or any(
        text in field.lower() for field in (user.email, user.first_name, user.last_name, user.name)
    )


def _member_out(member: Member) -> dict[str, Any]:
    return {
        **user_out(member.user),
        "implicit_member": False,
        "project_role": member.role,
        "project_role_source": "manual",
    }


def _numbers(name: str, texts: list[str]) -> set[int]:
    parts = [part for text in texts for part in comma_list(text.strip("[]"))]
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise field_fault(name, f"{name} must be a list of numbers.")
    return {int(part) for part in parts}
