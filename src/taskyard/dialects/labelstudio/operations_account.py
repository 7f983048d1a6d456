"""Operations on the caller, users, tokens and the organization; version and health."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.labelstudio import system, tokens, users
from taskyard.dialects.labelstudio import user_wire as wire
from taskyard.http.operation import Operation, partial, served

_users: dict[str, Any] = {"tag": "users"}
_tokens: dict[str, Any] = {"tag": "tokens"}
_organizations: dict[str, Any] = {"tag": "organizations"}

OPERATIONS: tuple[Operation, ...] = (
    served("GET", "/version/", "versions.get", system.version, returns={200: dict[str, Any]}, auth=False),
    served("GET", "/health", "health", system.health, returns={200: wire.Health}, auth=False, absolute=True),
    served(
        "GET",
        "/current-user/whoami",
        "users.whoami",
        users.whoami,
        returns={200: wire.WhoAmI},
        **_users,
    ),
    served("GET", "/users/", "users.list", users.list_, returns={200: list[wire.UserOut]}, **_users),
    served(
        "POST",
        "/users/",
        "users.create",
        users.create,
        body=wire.UserBody,
        returns={201: wire.UserOut},
        **_users,
    ),
    served("GET", "/users/{id}/", "users.get", users.get, returns={200: wire.UserOut}, **_users),
    served(
        "PATCH",
        "/users/{id}/",
        "users.update",
        users.update,
        body=wire.UserBody,
        returns={200: wire.UserOut},
        **_users,
    ),
    served("DELETE", "/users/{id}/", "users.delete", users.delete, returns={204: None}, **_users),
    partial(
        "GET",
        "/current-user/token",
        "users.get_token",
        tokens.current,
        "keys are stored as digests, so only the key of this very request can be shown",
        returns={200: wire.TokenOut},
        **_users,
    ),
    served(
        "POST",
        "/current-user/reset-token/",
        "users.reset_token",
        tokens.reset,
        body=dict[str, Any] | None,
        returns={201: wire.TokenOut},
        **_users,
    ),
    served("GET", "/token/", "tokens.get", tokens.list_, returns={200: list[wire.TokenOut]}, **_tokens),
    served(
        "POST",
        "/token/",
        "tokens.create",
        tokens.create,
        body=dict[str, Any] | None,
        returns={201: wire.TokenOut},
        **_tokens,
    ),
    served(
        "POST",
        "/token/refresh",
        "tokens.refresh",
        tokens.refresh,
        body=wire.RefreshBody,
        returns={200: wire.AccessOut},
        auth=False,
        **_tokens,
    ),
    served(
        "POST",
        "/token/blacklist/",
        "tokens.blacklist",
        tokens.blacklist,
        body=wire.RefreshBody,
        returns={204: None},
        **_tokens,
    ),
    served(
        "POST",
        "/token/rotate/",
        "tokens.rotate",
        tokens.rotate,
        body=wire.RefreshBody,
        returns={200: wire.RefreshOut},
        **_tokens,
    ),
    served(
        "GET",
        "/jwt/settings",
        "jwt_settings.get",
        tokens.settings,
        returns={200: wire.JwtSettings},
        **_tokens,
    ),
    served(
        "GET",
        "/organizations/",
        "organizations.list",
        users.organizations,
        returns={200: list[wire.OrganizationOut]},
        **_organizations,
    ),
    served(
        "GET",
        "/organizations/{id}/",
        "organizations.get",
        users.organization,
        returns={200: wire.OrganizationOut},
        **_organizations,
    ),
    served(
        "GET",
        "/organizations/{id}/memberships",
        "organizations.members.list",
        users.memberships,
        params=wire.PageParams,
        returns={200: wire.MembershipsPage},
        **_organizations,
    ),
)
