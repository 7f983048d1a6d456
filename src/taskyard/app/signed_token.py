"""Signed tokens (JWT, RFC 7519) for APIs whose clients expect one.

A signed token is stored by its digest like every other, so it can be revoked and every dialect takes it;
the signature and the claims are for clients that look inside.
"""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from taskyard.app.application import Application
from taskyard.app.identity import hash_token, new_token
from taskyard.engine.tokens import IssueToken
from taskyard.model.principal import Principal

ALGORITHM = "HS256"
ISSUER = "taskyard"
LONGEST = 4_096
"""Characters of a token that is worth looking into."""


async def issue_signed_token(
    app: Application, principal: Principal, *, label: str, expires_at: int | None, claims: dict[str, Any]
) -> str:
    """A new token of the principal with `claims` beside the registered ones. Times are epoch milliseconds."""
    registered: dict[str, Any] = {"iss": ISSUER, "sub": principal.name, "jti": new_token()}
    registered["iat"] = app.clock.now() // 1000
    if expires_at is not None:
        registered["exp"] = expires_at // 1000
    token = jwt.encode({"alg": ALGORITHM}, claims | registered, await _key(app))
    command = IssueToken(
        actor=principal, name=principal.name, hash=hash_token(token), label=label, expires_at=expires_at
    )
    await app.run(command)
    return token


async def is_expired(app: Application, token: str) -> bool:
    """The token was signed here and its time is over."""
    if token.count(".") != 2 or len(token) > LONGEST:
        return False
    try:
        claims = jwt.decode(token, await _key(app), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError):
        return False
    expires = claims.get("exp")
    return isinstance(expires, int) and expires * 1000 <= app.clock.now()


async def _key(app: Application) -> OctKey:
    return OctKey.import_key(await app.signing_key())
