"""Handlers of sessions, tokens and grants."""

from __future__ import annotations

from msgspec import UNSET

from taskyard.app.access import require_admin
from taskyard.app.people import DeleteGrant, PutGrant, RevokeToken, issue_token
from taskyard.dialects.native import people_wire as wire
from taskyard.dialects.native.moments import moment
from taskyard.dialects.native.people import find_user
from taskyard.dialects.native.wire import Session, SessionBody
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.identity import Credential, Grant
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.model.query import Order, Query, both, eq
from taskyard.model.time import iso_or_none, to_iso

SESSION_HOURS = 12
"""How long the token of a sign-in lives."""


async def open_session(request: Request, params: None, body: SessionBody) -> Response:
    principal = await request.app.identity.by_password(body.username, body.password)
    if principal is None:
        raise rejected("unauthenticated", "The user name or the password is wrong.", reason="bad_credentials")
    expires_at = request.app.clock.now() + SESSION_HOURS * 3_600_000
    issued = await issue_token(request.app, principal, principal.name, label="session", expires_at=expires_at)
    return json_response(Session(token=issued.token, user=principal.name, expires_at=to_iso(expires_at)))


async def close_session(request: Request, params: None, body: None) -> Response:
    """Revoke the token that the call carries."""
    credential_id = request.caller.credential_id
    if credential_id is None:
        raise rejected("invalid", "The call carries no token that could be revoked.", reason="no_session")
    await request.app.run(RevokeToken(actor=request.caller, credential_id=credential_id))
    return empty_response()


def _token_members(row: Credential) -> dict[str, object]:
    return {
        "id": row.id,
        "label": row.label,
        "created_at": to_iso(row.created_at),
        "expires_at": iso_or_none(row.expires_at),
        "revoked_at": iso_or_none(row.revoked_at),
    }


async def list_tokens(request: Request, params: None, body: None) -> Response:
    user = await find_user(request, request.path_params["name"])
    rows = await request.app.rows(Credential, "principal_id", [user.id])
    items = [wire.TokenItem(**_token_members(row)) for row in rows if row.kind == "token"]  # type: ignore[arg-type]
    return json_response(wire.TokenPage(items=items))


async def create_token(request: Request, params: None, body: wire.NewToken | None) -> Response:
    body = body or wire.NewToken()
    user = await find_user(request, request.path_params["name"])
    expires_at = None if body.expires_at is None else _expiry(body.expires_at, request.app.clock.now())
    issued = await issue_token(
        request.app, request.caller, user.name, label=body.label, expires_at=expires_at
    )
    members = _token_members(issued.credential)
    return json_response(wire.IssuedToken(**members, token=issued.token), 201)  # type: ignore[arg-type]


def _expiry(text: str, now: int) -> int:
    try:
        at = moment(text, now)
    except (ValueError, OverflowError):
        at = now
    if at > now:
        return at
    detail = f"must be an ISO-8601 moment in the future, not {text!r}"
    error = FieldError(pointer="/expires_at", detail=detail, value=text)
    problem = Problem(code="invalid", reason="bad_moment", detail=f"/expires_at {detail}.", errors=(error,))
    raise Rejected(problem)


async def revoke_token(request: Request, params: None, body: None) -> Response:
    user = await find_user(request, request.path_params["name"])
    text = request.path_params["id"]
    row = await request.app.row(Credential, id=int(text)) if text.isdecimal() and len(text) < 19 else None
    if row is None or row.principal_id != user.id:
        raise rejected("not_found", f"User {user.name!r} has no token {text}.", reason="unknown_token")
    await request.app.run(RevokeToken(actor=request.caller, credential_id=row.id))
    return empty_response()


def _grant_item(row: Grant) -> wire.GrantItem:
    return wire.GrantItem(
        id=row.id,
        subject_type=row.subject_type,
        subject=row.subject,
        action=row.action,
        target_type=row.target_type,
        target=row.target,
        role=row.role,
        created_at=to_iso(row.created_at),
        created_by=row.created_by,
    )


async def list_grants(request: Request, params: wire.GrantParams, body: None) -> Response:
    require_admin(request.caller)
    where = both(
        eq("subject", params.subject) if params.subject else None,
        eq("target", params.target) if params.target else None,
    )
    query = Query(
        entity="grant",
        where=where,
        order=(Order("id"),),
        limit=params.limit,
        after=params.after or None,
        want_total=params.total,
    )
    page = await request.app.list(query, request.caller)
    rows = {row.id: row for row in await request.app.rows(Grant, "id", [row_id for row_id, _ in page.ids])}
    items = [_grant_item(rows[row_id]) for row_id, _ in page.ids if row_id in rows]
    total = UNSET if page.total is None else page.total
    return json_response(wire.GrantPage(items=items, next=page.next, total=total))


async def create_grant(request: Request, params: None, body: wire.NewGrant) -> Response:
    grant = await request.app.run(
        PutGrant(
            actor=request.caller,
            subject_type=body.subject_type,
            subject=body.subject,
            action=body.action,
            target_type=body.target_type,
            target=body.target,
        )
    )
    return json_response(_grant_item(grant), 201)


async def delete_grant(request: Request, params: None, body: None) -> Response:
    text = request.path_params["id"]
    if not text.isdecimal() or len(text) > 18:
        raise rejected("not_found", f"There is no grant {text}.", reason="unknown_grant")
    await request.app.run(DeleteGrant(actor=request.caller, id=int(text)))
    return empty_response()
