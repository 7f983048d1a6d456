"""Credentials: a bearer token, or name and password; what the agent card declares."""

from __future__ import annotations

from taskyard.http.auth import basic, bearer
from taskyard.http.message import Request
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected

SCHEMES: dict[str, str] = {"bearer": "Bearer", "basic": "Basic"}
"""Security schemes by the name that the card gives them."""


async def authenticate(request: Request) -> Principal | None:
    """The caller; None without any credential. Raises `Rejected` for one that is not valid."""
    token = bearer(request)
    if token is not None:
        principal = await request.app.identity.by_token(token)
        if principal is None:
            raise rejected("unauthenticated", "The token is not valid.", reason="unauthenticated")
        return principal
    pair = basic(request)
    if pair is None:
        return None
    principal = await request.app.identity.by_password(*pair)
    if principal is None:
        raise rejected(
            "unauthenticated", "User and password do not belong together.", reason="unauthenticated"
        )
    return principal
