"""Handlers of tokens: where clients trade their credentials for one, and who the caller is."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.signed_token import issue_signed_token
from taskyard.dialects.conductor.access import ROLE_ACTIONS, ROLE_NAMES
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.wire import GroupName, Permission, Role, TokenAnswer, TokenRequest, UserInfo
from taskyard.http.message import Request, Response, json_response
from taskyard.model.identity import User
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected

LIFETIME = 24 * 3_600_000
"""Milliseconds a token lives unless the request says otherwise. Clients renew theirs after 45 minutes."""

LONGEST = 3650 * 24 * 3_600_000


class UserInfoParams(Params):
    """`claims` adds what the token says of the caller."""

    claims: bool = False


async def create(request: Request, params: None, body: Any) -> Response:
    """A signed token for a key and its secret, or an e-mail address (or name) and its password.

    Answers 404 on a server without authentication: clients then go on without credentials.
    """
    if request.app.anonymous is not None:
        raise rejected("not_found", "This server asks for no credentials", reason="no_authentication")
    wanted = _read(body)
    principal = await _verified(request, wanted)
    lifetime = LIFETIME if wanted.expiration is None else min(wanted.expiration, LONGEST)
    token = await issue_signed_token(
        request.app,
        principal,
        label="conductor",
        expires_at=request.app.clock.now() + lifetime if lifetime >= 0 else None,
        claims={"name": principal.display_name or principal.name},
    )
    return json_response(TokenAnswer(token=token))


async def user_info(request: Request, params: UserInfoParams, body: None) -> Response:
    """Who the caller is."""
    caller = request.caller
    claims = {"sub": caller.name, "name": caller.display_name or caller.name} if params.claims else None
    return json_response(
        UserInfo(
            id=caller.name,
            name=caller.display_name or caller.name,
            uuid=caller.uid,
            roles=_roles(caller),
            groups=[GroupName(id=name, description="") for name in sorted(caller.groups)],
            contact_information={"email": caller.email} if caller.email else {},
            namespace="taskyard",
            application_user=False,
            email=caller.email or None,
            claims=claims,
        )
    )


def _read(body: Any) -> TokenRequest:
    try:
        return msgspec.convert(body, TokenRequest, strict=False)
    except msgspec.ValidationError as fault:
        raise rejected("invalid", f"JSON parse error: {fault}", reason="unreadable") from None


async def _verified(request: Request, wanted: TokenRequest) -> Principal:
    name = wanted.key_id or wanted.email
    secret = wanted.key_secret or wanted.password
    if not name or not secret:
        raise rejected(
            "invalid", "keyId and keySecret, or email and password, are required", reason="missing_credential"
        )
    if not wanted.key_id:
        user = await request.app.row(User, email=name)
        name = user.name if user is not None else name
    principal = await request.app.identity.by_password(name, secret)
    if principal is None:
        detail = "Invalid key or secret" if wanted.key_id else "Invalid email or password"
        raise rejected("unauthenticated", detail, reason="bad_credential")
    return principal


def _roles(caller: Principal) -> list[Role]:
    """The caller's roles under native names, with what they permit."""
    roles = [Role(name="ADMIN", permissions=[Permission(name="MANAGE")])] if caller.admin else []
    for role in sorted(caller.roles & ROLE_ACTIONS.keys()):
        permissions = [Permission(name=action.upper()) for action in ROLE_ACTIONS[role]]
        roles.append(Role(name=ROLE_NAMES[role], permissions=permissions))
    return roles or [Role(name="USER", permissions=[])]
