"""Payloads as JSON text, within their limit."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.model.problem import rejected
from taskyard.model.view import View

encode = msgspec.json.Encoder().encode


def text_of(view: View, value: dict[str, Any], what: str) -> str:
    """The JSON text of a payload; raises `Rejected` (too_large, payload_too_large) over the limit."""
    text = encode(value)
    if len(text) > view.limits.payload:
        raise rejected(
            "too_large",
            f"The {what} has {len(text)} bytes; at most {view.limits.payload} are taken.",
            reason="payload_too_large",
        )
    return text.decode()


def is_too_large(view: View, value: dict[str, Any]) -> bool:
    return len(encode(value)) > view.limits.payload
