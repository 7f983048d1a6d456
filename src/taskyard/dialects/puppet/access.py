"""Credentials of the orchestrator API, and what its callers may do.

A token comes in the header `X-Authentication`, in the query parameter `token`, or as `Authorization: Bearer`.
Every authenticated caller sees all tasks, as in Puppet, with `permitted` saying which of them he may run; the
content of a task's files is for callers who may at least read one of the tasks that the file belongs to.
"""

from __future__ import annotations

from taskyard.app.access import can
from taskyard.app.code_catalog import permitted_tasks
from taskyard.app.identity import hash_token
from taskyard.http.auth import bearer, header
from taskyard.http.message import Request
from taskyard.http.params import parse_query
from taskyard.model.identity import Credential
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected, rejected

KIND = "node"
"""The definition kind of Puppet tasks; grants name them `node:package::install`."""


async def authenticate(request: Request) -> Principal | None:
    """The caller; None without any credential. Raises `Rejected` for one that is not valid, with its
    reason."""
    token = header(request, "x-authentication") or _parameter(request) or bearer(request)
    if token is None:
        return None
    principal = await request.app.identity.by_token(token)
    if principal is None:
        raise await _refusal(request, token)
    return principal


def _parameter(request: Request) -> str | None:
    if "token=" not in request.query_string:
        return None
    try:
        pairs = parse_query(request.query_string)
    except UnicodeDecodeError:
        return None
    return next((value for name, value in pairs if name == "token" and value), None)


async def _refusal(request: Request, token: str) -> Rejected:
    """Why a token is not valid."""
    credential = await request.app.row(Credential, hash=hash_token(token))
    if credential is not None and credential.revoked_at is not None:
        return rejected("unauthenticated", "Authentication token has been revoked.", reason="revoked_token")
    expires_at = credential.expires_at if credential is not None else None
    if expires_at is not None and expires_at <= request.app.clock.now():
        return rejected("unauthenticated", "The provided token has expired.", reason="expired_token")
    return rejected("unauthenticated", "The provided token is not known.", reason="unknown_token")


class Permissions:
    """Which tasks one caller may do one action on; asks the database only where tags could matter."""

    def __init__(self, request: Request, by_tag: frozenset[str], action: str) -> None:
        self._principal = request.caller
        self._by_tag = by_tag
        self._action = action

    def hold(self, task: str) -> bool:
        """Whether the caller may do it on the task of that full name."""
        return task in self._by_tag or can(self._principal, self._action, kind=KIND, key=task)


async def permissions(request: Request, action: str) -> Permissions:
    """The caller's permissions for `action`."""
    tagged = any(grant.target_type == "tag" for grant in request.caller.grants)
    by_tag: frozenset[str] = frozenset()
    if tagged and not request.caller.admin:
        by_tag = await permitted_tasks(request.app, request.caller, action)
    return Permissions(request, by_tag, action)
