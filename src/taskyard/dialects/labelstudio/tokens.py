"""Tokens: the legacy key, personal access tokens (a refresh JWT) and the short-lived access tokens made from
them."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.identity import hash_token
from taskyard.app.people import IssueToken, RevokeToken, issue_token
from taskyard.dialects.labelstudio.access import (
    ACCESS_SECONDS,
    REFRESH_SECONDS,
    Claims,
    read_token,
    restored,
    sign,
    unsigned,
)
from taskyard.dialects.labelstudio.user_wire import AccessOut, JwtSettings, RefreshBody, RefreshOut, TokenOut
from taskyard.http.auth import header, scheme
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.identity import Credential
from taskyard.model.ids import uuid7
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected, rejected

REFRESH = "refresh"
LEGACY = "label studio"


async def list_(request: Request, params: None, body: None) -> Response:
    """`GET token/`: the caller's personal access tokens, without their signatures."""
    live = await _live(request, request.caller.id)
    tokens = [await sign(request.app, _claims(row, request.caller)) for row in live]
    return json_response([TokenOut(token=unsigned(token)) for token in tokens])


async def create(request: Request, params: None, body: dict[str, Any] | None) -> Response:
    """`POST token/`: a new personal access token; one at a time."""
    if await _live(request, request.caller.id):
        raise rejected(
            "conflict",
            "You already have a valid token. Please revoke it before creating a new one.",
            reason="token_exists",
        )
    return json_response(TokenOut(token=await _issue(request, request.caller)), 201)


async def refresh(request: Request, params: None, body: RefreshBody) -> Response:
    """`POST token/refresh`: an access token for 300 seconds. The refresh token is the credential."""
    claims = await _valid(request, body.refresh)
    now = request.app.clock.now() // 1000
    access = msgspec.structs.replace(claims, token_type="access", iat=now, exp=now + ACCESS_SECONDS)
    return json_response(AccessOut(access=await sign(request.app, access)))


async def blacklist(request: Request, params: None, body: RefreshBody) -> Response:
    """`POST token/blacklist/`: revoke a personal access token of the caller's, given whole or as listed."""
    wanted = restored(body.refresh).get("jti")
    for row in await _live(request, request.caller.id):
        if row.uid == wanted:
            await request.app.run(RevokeToken(actor=request.caller, credential_id=row.id))
            return empty_response()
    raise rejected("not_found", "Token not found or already blacklisted", reason="unknown_token")


async def rotate(request: Request, params: None, body: RefreshBody) -> Response:
    """`POST token/rotate/`: revoke a personal access token and give a new one for it."""
    claims = await _valid(request, body.refresh)
    for row in await _live(request, request.caller.id):
        if row.uid == claims.jti:
            await request.app.run(RevokeToken(actor=request.caller, credential_id=row.id))
            return json_response(RefreshOut(refresh=await _issue(request, request.caller)))
    raise _invalid()


async def settings(request: Request, params: None, body: None) -> Response:
    """`GET jwt/settings`: both kinds of token are always on."""
    return json_response(JwtSettings())


async def current(request: Request, params: None, body: None) -> Response:
    """`GET current-user/token`: the key this request came with; others are kept as digests only."""
    key = scheme(request, "token", "bearer") or header(request, "x-api-key")
    if key is None or key.count(".") == 2:
        raise rejected(
            "not_found",
            "Keys are stored as digests only. POST current-user/reset-token/ makes a new one.",
            reason="token_not_kept",
        )
    return json_response(TokenOut(token=key))


async def reset(request: Request, params: None, body: dict[str, Any] | None) -> Response:
    """`POST current-user/reset-token/`: a new key; keys made here before stop working."""
    caller = request.caller
    for row in await request.app.matching(Credential, principal_id=caller.id):
        if row.label == LEGACY and row.revoked_at is None:
            await request.app.run(RevokeToken(actor=caller, credential_id=row.id))
    issued = await issue_token(request.app, caller, caller.name, label=LEGACY)
    return json_response(TokenOut(token=issued.token), 201)


async def _issue(request: Request, caller: Principal) -> str:
    app = request.app
    now = app.clock.now()
    row = Credential(
        id=0,
        uid=uuid7(now),
        principal_id=caller.id,
        kind=REFRESH,
        hash="",
        created_at=now,
        expires_at=now + REFRESH_SECONDS * 1000,
    )
    token = await sign(app, _claims(row, caller))
    await app.run(
        IssueToken(
            actor=caller,
            name=caller.name,
            hash=hash_token(token),
            kind=REFRESH,
            label="personal access token",
            uid=row.uid,
            expires_at=row.expires_at,
        )
    )
    return token


async def _live(request: Request, user_id: int) -> list[Credential]:
    now = request.app.clock.now()
    found = await request.app.matching(Credential, principal_id=user_id)
    return [
        row
        for row in found
        if row.kind == REFRESH and row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
    ]


async def _valid(request: Request, token: str) -> Claims:
    claims = await read_token(request.app, token)
    if claims is None or claims.token_type != REFRESH:
        raise _invalid()
    if await request.app.identity.by_token(token) is None:
        raise _invalid()
    return claims


def _claims(row: Credential, caller: Principal) -> Claims:
    """The claims of a stored token. They follow from the row alone, so that a list can show the token
    again."""
    return Claims(
        token_type=REFRESH,
        exp=(row.expires_at or 0) // 1000,
        iat=(row.expires_at or 0) // 1000 - REFRESH_SECONDS,
        jti=row.uid,
        user_id=str(caller.id),
        name=caller.name,
    )


def _invalid() -> Rejected:
    return rejected("unauthenticated", "Token is invalid", reason="invalid_token")
