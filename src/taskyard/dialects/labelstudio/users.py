"""Users, the caller, and the one organization."""

from __future__ import annotations

from taskyard.app.people import DeleteUser, PutUser
from taskyard.dialects.labelstudio.access import int_of
from taskyard.dialects.labelstudio.errors import field_fault, not_found
from taskyard.dialects.labelstudio.pages import links, page_of
from taskyard.dialects.labelstudio.user_render import user_out, who_am_i
from taskyard.dialects.labelstudio.user_wire import (
    ORGANIZATION,
    MembershipsPage,
    OrganizationOut,
    PageParams,
    UserBody,
)
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.identity import User
from taskyard.model.problem import Rejected
from taskyard.model.query import Order, Query

DEFAULT_SIZE = 30
LARGEST_SIZE = 1_000
MOST_USERS = 10_000


async def whoami(request: Request, params: None, body: None) -> Response:
    """`GET current-user/whoami`"""
    return json_response(who_am_i(await _user(request, request.caller.id), request.caller))


async def list_(request: Request, params: None, body: None) -> Response:
    """`GET users/`: all users for an admin, else the caller alone."""
    page = await request.app.list(
        Query(entity="user", order=(Order("id"),), limit=MOST_USERS), request.caller
    )
    rows = await request.app.rows(User, "id", [row_id for row_id, _ in page.ids])
    return json_response([user_out(row) for row in rows])


async def create(request: Request, params: None, body: UserBody) -> Response:
    """`POST users/`: needs an admin."""
    name = body.username or body.email
    if not name:
        raise field_fault("email", "This field is required.")
    await _put(request, name, "create", body)
    made = await request.app.row(User, name=name)
    if made is None:
        raise not_found("User")
    return json_response(user_out(made), 201)


async def get(request: Request, params: None, body: None) -> Response:
    """`GET users/{id}/`"""
    return json_response(user_out(await _visible(request)))


async def update(request: Request, params: None, body: UserBody) -> Response:
    """`PATCH users/{id}/`: needs an admin. The login stays."""
    user = await _visible(request)
    await _put(request, user.name, "update", body)
    return json_response(user_out(await _user(request, user.id)))


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE users/{id}/`: needs an admin."""
    user = await _visible(request)
    await request.app.run(DeleteUser(actor=request.caller, name=user.name))
    return empty_response()


async def organizations(request: Request, params: None, body: None) -> Response:
    """`GET organizations/`: there is one."""
    return json_response([OrganizationOut()])


async def organization(request: Request, params: None, body: None) -> Response:
    """`GET organizations/{id}/`"""
    _check_organization(request)
    return json_response(OrganizationOut())


async def memberships(request: Request, params: PageParams, body: None) -> Response:
    """`GET organizations/{id}/memberships`: every user whom the caller may see. A page beyond the end is empty, because
    the SDK reads on until it is."""
    _check_organization(request)
    ask = page_of(params.page, params.page_size, default=DEFAULT_SIZE, largest=LARGEST_SIZE)
    query = Query(entity="user", order=(Order("id"),), limit=ask.size, offset=ask.offset, want_total=True)
    page = await request.app.list(query, request.caller)
    rows = await request.app.rows(User, "id", [row_id for row_id, _ in page.ids])
    following, previous = links(request, ask, page.total or 0)
    results = [
        {
            "id": row.id,
            "organization": ORGANIZATION,
            "user": {**user_out(row), "created_projects": [], "contributed_to_projects": []},
        }
        for row in rows
    ]
    return json_response(
        MembershipsPage(count=page.total or 0, next=following, previous=previous, results=results)
    )


async def _put(request: Request, name: str, mode: str, body: UserBody) -> None:
    password = await request.app.identity.hash_password(body.password) if body.password else None
    if body.email is not None and ("@" not in body.email or len(body.email) > 254):
        raise field_fault("email", "Enter a valid email address.")
    try:
        await request.app.run(
            PutUser(
                actor=request.caller,
                name=name,
                mode=mode,
                email=body.email,
                first_name=body.first_name,
                last_name=body.last_name,
                display_name=_display_name(body),
                password_hash=password,
            )
        )
    except Rejected as refusal:
        if refusal.problem.reason == "user_exists":
            raise field_fault("email", "user with this email address already exists.") from None
        raise


def _display_name(body: UserBody) -> str | None:
    name = " ".join(part for part in (body.first_name, body.last_name) if part)
    return name or None


async def _visible(request: Request) -> User:
    number = int_of(request, "id", "User")
    if number != request.caller.id and not await request.app.visible("user", number, request.caller):
        raise not_found("User")
    return await _user(request, number)


async def _user(request: Request, number: int) -> User:
    user = await request.app.row(User, id=number)
    if user is None:
        raise not_found("User")
    return user


def _check_organization(request: Request) -> None:
    if int_of(request, "id", "Organization") != ORGANIZATION:
        raise not_found("Organization")
