"""What the engine keeps beside an element instance: a struct of its own, stored as JSON text."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.model.execution import ElementInstance


class Extra(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`delay` is in milliseconds, `timeout`, `poll_timeout` and `callback` are in seconds; `domain` is where its task was
    offered; `metadata` is what the worker measured; `sub` is what a behavior keeps for itself."""

    delay: int = 0
    timeout: int = 0
    poll_timeout: int = 0
    callback: int = 0
    domain: str | None = None
    metadata: dict[str, Any] | None = None
    sub: dict[str, Any] = {}


_decode = msgspec.json.Decoder(Extra).decode
_encode = msgspec.json.Encoder().encode


def extra_of(record: ElementInstance) -> Extra:
    """What is kept of a record; change it and give it to `keep`."""
    return _decode(record.extra) if record.extra else Extra()


def keep(record: ElementInstance, extra: Extra) -> None:
    """Write it into the record, which the caller saves."""
    text = _encode(extra).decode()
    record.extra = text if text != "{}" else None
