"""Label Studio's credentials, and a project's roles as our grants."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from taskyard.dialects.labelstudio.errors import not_found
from taskyard.http.auth import bearer, header, scheme
from taskyard.http.message import Request
from taskyard.model.definition import Definition
from taskyard.model.labeling import PROJECT
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.problem import rejected

ACCESS_SECONDS = 300
REFRESH_SECONDS = 200 * 365 * 86_400
_HEADER = {"alg": "HS256", "typ": "JWT"}


class Claims(msgspec.Struct, kw_only=True):
    """Claims of our tokens: `token_type` is access or refresh; `user_id` is text, as clients of the original
    see it; `name` is ours, so that an access token needs no look-up by number."""

    token_type: str
    exp: int
    iat: int
    jti: str
    user_id: str
    name: str


ORGANIZATION_ROLES = {
    "labelstudio.owner": "manage",
    "labelstudio.administrator": "manage",
    "labelstudio.manager": "create",
}
"""What a role in the organization gives on all projects. Reviewers and annotators need a role in each project."""


def empowered(principal: Principal) -> Principal:
    """The principal with what their role in the organization gives."""
    more = [
        GrantFact(action, "kind", PROJECT)
        for word, action in ORGANIZATION_ROLES.items()
        if word in principal.roles
    ]
    return msgspec.structs.replace(principal, grants=(*principal.grants, *more)) if more else principal


async def authenticate(request: Request) -> Principal | None:
    """The caller by `Authorization: Token`, `Authorization: Bearer` (an access token of ours, or any opaque
    token) or `X-API-Key`. Raises `Rejected` (unauthenticated) for one that does not hold."""
    token = scheme(request, "token") or header(request, "x-api-key")
    if token is not None:
        principal = await _by_opaque(request, token)
        if principal is None:
            raise rejected("unauthenticated", "Invalid token.", reason="invalid_token")
        return empowered(principal)
    token = bearer(request)
    if token is None:
        return None
    principal = await _by_bearer(request, token)
    if principal is None:
        raise rejected(
            "unauthenticated", "Authentication credentials were not provided.", reason="bad_bearer"
        )
    return empowered(principal)


async def _by_opaque(request: Request, token: str) -> Principal | None:
    """A personal access token of ours opens nothing but `/api/token/refresh`."""
    if token.count(".") == 2 and await read_token(request.app, token) is not None:
        return None
    return await request.app.identity.by_token(token)


async def _by_bearer(request: Request, token: str) -> Principal | None:
    claims = await read_token(request.app, token) if token.count(".") == 2 else None
    if claims is None:
        return await request.app.identity.by_token(token)
    return await request.app.identity.by_name(claims.name) if claims.token_type == "access" else None


async def sign(app: Any, claims: Claims) -> str:
    """The signed token of claims; the same claims always give the same token."""
    return jwt.encode(_HEADER, msgspec.structs.asdict(claims), await _key(app))


async def read_token(app: Any, token: str) -> Claims | None:
    """The claims of a token of ours that has not expired, or None."""
    try:
        found = jwt.decode(token, await _key(app), algorithms=["HS256"]).claims
        claims = msgspec.convert(found, Claims)
    except (JoseError, ValueError, msgspec.ValidationError, binascii.Error):
        return None
    return claims if claims.exp > app.clock.now() // 1000 else None


async def _key(app: Any) -> OctKey:
    """The installation's key, told apart by purpose so that no other API's tokens hold here."""
    return OctKey.import_key(f"labelstudio:{await app.signing_key()}".encode())


def unsigned(token: str) -> str:
    """A token without its signature, as lists show it."""
    return token.rpartition(".")[0]


def restored(token: str) -> dict[str, Any]:
    """The payload of a token or of its unsigned form, unverified; empty when it cannot be read."""
    parts = token.split(".")
    if len(parts) < 2:
        return {}
    try:
        found = msgspec.json.decode(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def role_in(principal: Principal, project: Definition) -> str:
    """The caller's role in a project: OW, AD, MA, RE, AN, or "" for none.

    Admins and owners are OW; whoever may manage or update is AD, may review RE, may annotate or read AN.
    `create` on all projects alone, which managers of the organization have, is no role in any of them.
    """
    if principal.admin or project.owner == principal.name:
        return "OW"
    actions = {
        grant.action
        for grant in principal.grants
        if grant.target_type == "any"
        or (grant.target_type == "kind" and grant.target == PROJECT)
        or (grant.target_type == "definition" and grant.target == f"{PROJECT}:{project.key}")
    }
    if actions & {"manage", "update"}:
        return "AD"
    if "review" in actions or (actions == {"read"} and "labelstudio.reviewer" in principal.roles):
        return "RE"
    return "AN" if actions - {"create"} else ""


def int_of(request: Request, name: str, model: str) -> int:
    """A path's integer; what is none names no row."""
    text = request.path_params[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise not_found(model)
    return int(text)


async def project_for(request: Request, action: str = "read", name: str = "id") -> Definition:
    """The path's project. One that the caller may not see is not found; one that the caller may see but not
    do `action` on is forbidden."""
    return await project_by_id(request, int_of(request, name, "Project"), action)


async def project_by_id(request: Request, project_id: int, action: str = "read") -> Definition:
    """The project of that number, as `project_for`."""
    app, caller = request.app, request.caller
    project = await app.row(Definition, id=project_id)
    if project is None or project.kind != PROJECT or not await app.visible("definition", project_id, caller):
        raise not_found("Project", project=project_id)
    if action != "read" and not await app.visible("definition", project_id, caller, action):
        raise rejected(
            "forbidden", "The caller's role does not allow this.", reason="no_grant", action=action
        )
    return project
