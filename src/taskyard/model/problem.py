"""Problems: what went wrong, to which thing, and what to do. Dialects give them native clothes."""

from __future__ import annotations

from typing import Any

import msgspec

STATUS = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "too_large": 413,
    "unsupported_media_type": 415,
    "unprocessable": 422,
    "too_many": 429,
    "internal": 500,
    "not_served": 501,
    "unavailable": 503,
}
"""Every canonical problem code with the HTTP status it suggests."""


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One fault in the input: `pointer` names the place (`/name` in a body, `?limit` in a query)."""

    pointer: str
    detail: str
    code: str = "invalid"
    value: Any = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal as a value.

    `code` is a key of `STATUS`; `reason` is a finer word that dialects and tests match on (`unknown_definition`);
    `context` holds the values that native error bodies repeat.
    """

    code: str
    detail: str
    reason: str = ""
    hint: str = ""
    retryable: bool = False
    errors: tuple[FieldError, ...] = ()
    context: dict[str, Any] = {}

    @property
    def status(self) -> int:
        return STATUS[self.code]


class Rejected(Exception):
    """Carries a `Problem` out of a decider, a handler or a parser."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def rejected(code: str, detail: str, *, reason: str = "", **context: Any) -> Rejected:
    """A `Rejected` for `code` with `context`; raise it."""
    return Rejected(Problem(code=code, detail=detail, reason=reason, context=context))
