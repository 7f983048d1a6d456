"""The rows of credentials and of the server itself."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import health, tokens, wire
from taskyard.http.operation import served

TOKENS = (
    served(
        "POST",
        "/token",
        "generateToken",
        tokens.create,
        body=Any,
        body_shown=wire.TokenRequest,
        returns={200: wire.TokenAnswer},
        auth=False,
        summary="Exchange a key and its secret, or an e-mail address and its password, for a token",
    ),
    served(
        "GET",
        "/token/userInfo",
        "getUserInfo",
        tokens.user_info,
        params=tokens.UserInfoParams,
        returns={200: wire.UserInfo},
        summary="Who the caller is",
    ),
)

SERVER = (
    served(
        "GET",
        "/health",
        "getHealth",
        health.get,
        returns={200: wire.Health},
        auth=False,
        summary="Whether the server can serve",
    ),
    served(
        "GET",
        "/health",
        "getHealthAtRoot",
        health.get,
        returns={200: wire.Health},
        auth=False,
        absolute=True,
        summary="Whether the server can serve, at the path outside /api",
    ),
    served(
        "GET",
        "/version",
        "getVersion",
        health.get_version,
        returns={200: str},
        auth=False,
        summary="The version of this server",
    ),
)
