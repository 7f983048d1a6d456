"""The `Collection` around items: whole for a page, streamed for everything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def _tail(count: int, has_more: bool, limit: int, offset: int, total: int | None, href: str) -> bytes:
    members: dict[str, Any] = {
        "count": count,
        "hasMore": has_more,
        "limit": limit,
        "offset": offset,
        "totalResult": total is not None,
    }
    if total is not None:
        members["totalResults"] = total
    members["links"] = [{"rel": "self", "href": href}]
    return _encode(members)[1:]


def page(
    items: list[bytes], *, has_more: bool, limit: int, offset: int, total: int | None, href: str
) -> bytes:
    """A page. `limit` and `offset` are the effective ones; `total` None leaves `totalResults` out."""
    return b'{"items":[' + b",".join(items) + b"]," + _tail(len(items), has_more, limit, offset, total, href)


async def whole(
    items: AsyncGenerator[bytes, None],
    *,
    most: int | None,
    limit: int,
    offset: int,
    total: int | None,
    href: str,
) -> AsyncIterator[bytes]:
    """Everything, or the first `most` items, one by one; the counts follow the items that they count.

    `total` None leaves `totalResults` out; otherwise it is corrected when the stream, which sees its own
    moment, holds more or fewer.
    """
    yield b'{"items":['
    count = 0
    has_more = False
    async with aclosing(items):
        async for item in items:
            if count == most:
                has_more = True
                break
            yield item if count == 0 else b"," + item
            count += 1
    if total is not None and not has_more:
        total = offset + count if count else min(total, offset)
    yield b"]," + _tail(count, has_more, limit, offset, total, href)
