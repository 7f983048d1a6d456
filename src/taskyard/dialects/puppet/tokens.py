"""Handler of RBAC's login: a name and a password for a token."""

from __future__ import annotations

import re

from taskyard.app.people import issue_token
from taskyard.dialects.puppet.wire import LoginBody, Token
from taskyard.http.message import Request, Response, json_response
from taskyard.model.problem import rejected

DEFAULT_LIFETIME = "1h"
_SECONDS = {"y": 365 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_LIFETIME = re.compile(r"(\d{1,9})([ydhms])?")
LONGEST_SECONDS = 10 * _SECONDS["y"]
"""What a lifetime of "0" stands for, and the longest there is."""


async def login(request: Request, params: None, body: LoginBody) -> Response:
    """A new token for a user; wrong names and wrong passwords are answered alike."""
    expires_at = request.app.clock.now() + lifetime_seconds(body.lifetime or DEFAULT_LIFETIME) * 1000
    principal = await request.app.identity.by_password(body.login, body.password)
    if principal is None:
        raise rejected(
            "unauthenticated", "The login and password do not belong together.", reason="invalid_login"
        )
    label = body.label or body.description or body.client or "puppet access login"
    issued = await issue_token(
        request.app, principal, principal.name, label=label[:200], expires_at=expires_at
    )
    return json_response(Token(token=issued.token))


def lifetime_seconds(text: str) -> int:
    """Seconds of a lifetime such as `30m`; a number without a unit counts seconds. Raises `Rejected`
    (400)."""
    match = _LIFETIME.fullmatch(text.strip())
    if match is None:
        detail = f"{text!r} is no lifetime: a number with one of the units y, d, h, m, s is."
        raise rejected("invalid", detail, reason="schema_violation", details={"lifetime": text})
    seconds = int(match.group(1)) * _SECONDS[match.group(2) or "s"]
    return min(seconds, LONGEST_SECONDS) if seconds else LONGEST_SECONDS
