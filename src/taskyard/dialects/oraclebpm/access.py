"""Credentials: Basic with user and password, or a Bearer token."""

from __future__ import annotations

from typing import Any

from taskyard.http.auth import basic, bearer
from taskyard.http.message import Request
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected

SECURITY_SCHEMES: dict[str, Any] = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


async def authenticate(request: Request) -> Principal | None:
    """The principal of the credential; None without one. Raises `Rejected` for one that is wrong."""
    pair = basic(request)
    if pair is not None:
        principal = await request.app.identity.by_password(*pair)
    else:
        token = bearer(request)
        if token is None:
            return None
        principal = await request.app.identity.by_token(token)
    if principal is None:
        raise rejected("unauthenticated", "The credential is not valid.", reason="bad_credentials")
    return principal
