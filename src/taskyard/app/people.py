"""Use-cases around people: users, groups, grants, tokens. The commands, and what must happen before they
run."""

from __future__ import annotations

import msgspec

from taskyard.app.application import Application
from taskyard.app.identity import hash_token, new_token
from taskyard.engine.grants import DeleteGrant, PutGrant
from taskyard.engine.identity import ChangeMembership, DeleteGroup, DeleteUser, PutGroup, PutUser
from taskyard.engine.tokens import IssueToken, RevokeToken
from taskyard.model.identity import Credential
from taskyard.model.principal import Principal

__all__ = [
    "ChangeMembership",
    "DeleteGrant",
    "DeleteGroup",
    "DeleteUser",
    "IssueToken",
    "Issued",
    "PutGrant",
    "PutGroup",
    "PutUser",
    "RevokeToken",
    "issue_token",
]


class Issued(msgspec.Struct, frozen=True):
    """A new token: its stored credential and the only copy of its text."""

    credential: Credential
    token: str


async def issue_token(
    app: Application,
    actor: Principal | None,
    name: str,
    *,
    label: str = "",
    expires_at: int | None = None,
) -> Issued:
    """Make a token for a user. `actor` must be that user or an admin; raises `Rejected`."""
    token = new_token()
    command = IssueToken(actor=actor, name=name, hash=hash_token(token), label=label, expires_at=expires_at)
    return Issued(await app.run(command), token)
