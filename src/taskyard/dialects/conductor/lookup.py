"""One definition by name, with the refusals that this API gives for unknown and for forbidden ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from taskyard.http.message import JSON, Request, Response
from taskyard.model.identity import User
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import Query


@contextmanager
def not_found(detail: str) -> Iterator[None]:
    """Say what is unknown in this API's words."""
    try:
        yield
    except Rejected as refusal:
        if refusal.problem.code != "not_found":
            raise
        raise Rejected(msgspec.structs.replace(refusal.problem, detail=detail)) from None


async def owners_of(request: Request, emails: Iterable[str | None]) -> dict[str, str]:
    """User names by e-mail address, for the addresses that are a user's. The owner named in a definition is
    its owner here too."""
    wanted = sorted({email for email in emails if email})
    users = await request.app.rows(User, "email", wanted)
    return {user.email: user.name for user in users if user.active}


async def render_one(request: Request, query: Query, renderer: Any, missing: str) -> Response:
    """The first item of a query; 404 with `missing` when there is none, 403 when the caller may not read
    it."""
    await require_found(request, query, missing)
    found = await request.app.render_page(msgspec.structs.replace(query, limit=1), request.caller, renderer)
    if not found.items:
        raise rejected("not_found", missing, reason="unknown_definition")
    return Response(body=found.items[0], media_type=JSON)


async def require_found(request: Request, query: Query, missing: str) -> int:
    """The row id of the first row of a query; 404 and 403 as above."""
    one = msgspec.structs.replace(query, limit=1)
    page = await request.app.list(one, request.caller)
    if page.ids:
        return page.ids[0][0]
    if not request.caller.admin:
        everything = msgspec.structs.replace(request.caller, admin=True)
        if (await request.app.list(one, everything)).ids:
            raise rejected("forbidden", "You are not allowed to read this definition", reason="no_grant")
    raise rejected("not_found", missing, reason="unknown_definition")


def version_number(text: str) -> int:
    """The version in a path; raises `Rejected` when it is not a 32-bit integer."""
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 10 and abs(int(text)) < 2**31:
        return int(text)
    detail = f"Failed to convert value '{text}' of path variable 'version' to an integer"
    raise rejected("invalid", detail, reason="bad_version")
