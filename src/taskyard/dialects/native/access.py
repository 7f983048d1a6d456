"""Credentials of the native API: a Bearer token, or user and password by Basic."""

from __future__ import annotations

from typing import Any

from taskyard.http.auth import basic, bearer
from taskyard.http.message import Request
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected

SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
}


async def authenticate(request: Request) -> Principal | None:
    """The principal of the credential; None without one. Raises `Rejected` for one that is wrong."""
    token = bearer(request)
    if token is not None:
        principal = await request.app.identity.by_token(token)
        if principal is None:
            raise rejected(
                "unauthenticated", "The token is unknown, expired or revoked.", reason="bad_credentials"
            )
        return principal
    pair = basic(request)
    if pair is None:
        return None
    principal = await request.app.identity.by_password(*pair)
    if principal is None:
        raise rejected("unauthenticated", "The user name or the password is wrong.", reason="bad_credentials")
    return principal
