"""Deciders for tokens: issue and revoke."""

from __future__ import annotations

from taskyard.engine.access import require_admin
from taskyard.engine.identity import user_named
from taskyard.engine.protocol import Command, decides
from taskyard.model.identity import Credential
from taskyard.model.problem import rejected
from taskyard.model.view import View

KEPT = 24 * 3_600_000
"""Milliseconds for which a token that is over is kept, so that its user is told what happened to it."""

LIVE = 10_000
"""Most tokens of one user that are not over."""


class IssueToken(Command, kw_only=True, frozen=True):
    """Store the digest of a new token for a user, and forget those that have been over for long. Answers the
    credential; too many live tokens are `too_many`."""

    name: str
    hash: str
    kind: str = "token"
    label: str = ""
    uid: str | None = None
    expires_at: int | None = None


class RevokeToken(Command, kw_only=True, frozen=True):
    """Make a token useless from now on. Owners may revoke their own."""

    credential_id: int


@decides(IssueToken)
def issue_token(command: IssueToken, view: View) -> Credential:
    if command.actor is not None and command.actor.name != command.name:
        require_admin(command.actor)
    user = user_named(view, command.name)
    _forget_old(view, user.id)
    credential = Credential(
        id=view.row_id(),
        uid=command.uid or view.uid(),
        principal_id=user.id,
        kind=command.kind,
        hash=command.hash,
        label=command.label,
        created_at=view.now,
        expires_at=command.expires_at,
    )
    view.insert(credential)
    view.emit("token.issued", actor=command.by, data={"user": command.name, "credential": credential.id})
    return credential


def _forget_old(view: View, user_id: int) -> None:
    live = 0
    for credential in view.find(Credential, principal_id=user_id):
        over = min(filter(None, (credential.expires_at, credential.revoked_at)), default=None)
        if over is None or over > view.now:
            live += 1
        elif over < view.now - KEPT:
            view.delete(credential)
    if live >= LIVE:
        raise rejected(
            "too_many", f"The user has {live} tokens; revoke some first.", reason="too_many_tokens"
        )


@decides(RevokeToken)
def revoke_token(command: RevokeToken, view: View) -> None:
    credential = view.get(Credential, command.credential_id)
    own = credential is not None and command.actor is not None and credential.principal_id == command.actor.id
    if not own:
        require_admin(command.actor)
    if credential is None:
        raise rejected("not_found", f"There is no token {command.credential_id}.", reason="unknown_token")
    credential.revoked_at = view.now
    view.update(credential)
    view.emit("token.revoked", actor=command.by, data={"credential": credential.id})
