"""Readers of the credential headers that the dialects share. They read only; who it is decides
`app.identity`."""

from __future__ import annotations

import binascii
from base64 import b64decode

from taskyard.http.message import Request
from taskyard.model.problem import rejected


def header(request: Request, name: str) -> str | None:
    """The value of a header, stripped; None when absent or blank. `name` in lower case."""
    value = request.headers.get(name)
    return value.strip() or None if value is not None else None


def scheme(request: Request, *names: str) -> str | None:
    """What follows one of the scheme names (any case) in `Authorization`; None for another scheme or none."""
    value = request.headers.get("authorization")
    if value is None:
        return None
    for name in names:
        size = len(name)
        if value[size : size + 1] == " " and value[:size].lower() == name.lower():
            return value[size + 1 :].strip() or None
    return None


def bearer(request: Request) -> str | None:
    """The token of `Authorization: Bearer …`, or None."""
    return scheme(request, "bearer")


def basic(request: Request) -> tuple[str, str] | None:
    """User and password of `Authorization: Basic …`, or None without one.

    Raises `Rejected` (`unauthenticated`, reason `malformed_credential`) for one that cannot be read.
    """
    encoded = scheme(request, "basic")
    if encoded is None:
        return None
    try:
        text = b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise rejected(
            "unauthenticated", "The Basic credential cannot be read.", reason="malformed_credential"
        ) from None
    name, colon, password = text.partition(":")
    if not colon:
        raise rejected("unauthenticated", "The Basic credential has no colon.", reason="malformed_credential")
    return name, password
