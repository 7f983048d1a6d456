"""Credentials of Camunda clients: HTTP Basic, or a bearer token; and the name of the engine in the path."""

from __future__ import annotations

from taskyard.dialects.camunda7.errors import refusal
from taskyard.http.auth import basic, bearer
from taskyard.http.message import Request
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected

ENGINE = "default"


async def authenticate(request: Request) -> Principal | None:
    """The caller, or None without credentials.

    Basic takes the user's password or one of the user's tokens. A path that names an engine other than
    `default` is refused before anything else.
    """
    engine = request.path_params.get("engine")
    if engine is not None and engine != ENGINE:
        if request.app.anonymous is not None:
            raise refusal("invalid", "No process engine available", reason="unknown_engine")
        raise refusal("not_found", f"Process engine {engine} not available", reason="unknown_engine")
    identity = request.app.identity
    pair = basic(request)
    if pair is not None:
        user, secret = pair
        principal = await identity.by_token(secret)
        if principal is None or principal.name != user:
            principal = await identity.by_password(user, secret)
        if principal is None:
            raise rejected("unauthenticated", "The user or the password is wrong", reason="bad_credentials")
        return principal
    token = bearer(request)
    if token is not None:
        principal = await identity.by_token(token)
        if principal is None:
            raise rejected("unauthenticated", "The token is not known", reason="bad_credentials")
        return principal
    return None
