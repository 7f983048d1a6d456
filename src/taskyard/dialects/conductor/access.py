"""Native credentials and roles: who calls, and which grants a native role stands for."""

from __future__ import annotations

import msgspec

from taskyard.app.signed_token import is_expired
from taskyard.dialects.conductor.queries import ACTIONS
from taskyard.http.auth import bearer, header
from taskyard.http.message import Request
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.problem import rejected

KINDS = ("worker", "workflow", "schema", "event_handler", "webhook")
"""The definition kinds of this API."""

ROLE_ACTIONS: dict[str, tuple[str, ...]] = {
    "conductor.admin": ("manage",),
    "conductor.metadata_manager": ("manage",),
    "conductor.workflow_manager": ("read", "execute"),
    "conductor.read_only": ("read",),
}
"""What a native role may do on every definition of this API. A plain user has no role: it sees what it owns
or has a grant for."""

ROLE_NAMES = {
    "conductor.admin": "ADMIN",
    "conductor.metadata_manager": "METADATA_MANAGER",
    "conductor.workflow_manager": "WORKFLOW_MANAGER",
    "conductor.read_only": "USER_READ_ONLY",
}
"""Native names of those roles."""


async def authenticate(request: Request) -> Principal | None:
    """The caller by `X-Authorization` (a token, bare) or `Authorization: Bearer`; None without a credential.

    Raises `Rejected` with reason `invalid_token` or `expired_token`: clients then fetch a new token.
    """
    token = header(request, "x-authorization") or bearer(request)
    if not token:
        return None
    token = token.removeprefix("Bearer ").strip()
    principal = await request.app.identity.by_token(token)
    if principal is None:
        if await is_expired(request.app, token):
            raise rejected("unauthenticated", "Token is expired", reason="expired_token")
        raise rejected("unauthenticated", "Token cannot be verified", reason="invalid_token")
    return with_roles(principal)


def with_roles(principal: Principal) -> Principal:
    """The principal with the grants that its native roles stand for."""
    granted = tuple(
        GrantFact(action, "kind", kind)
        for role in sorted(principal.roles & ROLE_ACTIONS.keys())
        for action in ROLE_ACTIONS[role]
        for kind in KINDS
    )
    return msgspec.structs.replace(principal, grants=principal.grants + granted) if granted else principal


def asking(principal: Principal, access: str) -> tuple[Principal, str]:
    """Who asks for what, for a list filtered by `access`.

    CREATE on what exists already is documented nowhere; here it shows what the caller may create or update.
    """
    action = ACTIONS[access]
    if access != "CREATE":
        return principal, action
    also = tuple(
        GrantFact("create", grant.target_type, grant.target)
        for grant in principal.grants
        if grant.action == "update"
    )
    return msgspec.structs.replace(principal, grants=principal.grants + also), action
