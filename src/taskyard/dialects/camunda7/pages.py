"""Reading long lists a chunk at a time, so that memory stays bounded whatever their length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from taskyard.http.message import Request
from taskyard.model.query import Query
from taskyard.model.row import Row

R = TypeVar("R", bound=Row)
CHUNK = 500


async def chunks(request: Request, query: Query, row_type: type[R]) -> AsyncIterator[list[R]]:
    """The rows of a query in order, in lists of at most 500. The query's limit may be None."""
    left, offset, after = query.limit, query.offset, None
    while left is None or left > 0:
        size = CHUNK if left is None else min(left, CHUNK)
        part = msgspec.structs.replace(query, limit=size, offset=offset, after=after)
        page = await request.app.list(part, request.caller)
        ids = [row_id for row_id, _ in page.ids]
        rows = {row.id: row for row in await request.app.rows(row_type, "id", ids)}
        yield [rows[row_id] for row_id in ids if row_id in rows]
        if not page.has_more:
            return
        offset, after = 0, page.next
        left = None if left is None else left - len(ids)
