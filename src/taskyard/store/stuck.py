"""Finds open executions that wait for nothing, page by page."""

from __future__ import annotations

import msgspec

from taskyard.store.link import Link

_NOTHING = (
    "NOT EXISTS (SELECT 1 FROM timers x WHERE x.execution_id = e.id) "
    "AND NOT EXISTS (SELECT 1 FROM element_instances i JOIN tasks t ON t.id = i.id "
    "WHERE i.execution_id = e.id AND i.closed_at IS NULL AND t.closed_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM waits w WHERE w.execution_id = e.id) "
    "AND NOT EXISTS (SELECT 1 FROM executions c WHERE c.parent_id = e.id AND c.closed_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM incidents n WHERE n.execution_id = e.id AND n.phase = 'open')"
)


class StuckPage(msgspec.Struct, frozen=True):
    """Row ids of executions that wait for nothing, and where the next page begins; None behind the last."""

    ids: list[int]
    after: tuple[int, int] | None


def stuck(link: Link, after: tuple[int, int], before: int, size: int) -> StuckPage:
    """Look at `size` executions by `(updated_at, id)` from behind `after`, those changed before the moment `before`."""
    mark = (lambda name: f"%({name})s") if link.postgres else (lambda name: f":{name}")
    page = link.rows(
        "SELECT updated_at, id, closed_at, suspended FROM executions "
        f"WHERE (updated_at, id) > ({mark('at')}, {mark('id')}) AND updated_at < {mark('before')} "
        f"ORDER BY updated_at, id LIMIT {mark('size')}",
        {"at": after[0], "id": after[1], "before": before, "size": size},
    )
    open_ids = [row[1] for row in page if row[2] is None and not row[3]]
    found: list[int] = []
    if open_ids:
        among = ",".join(str(int(row_id)) for row_id in open_ids)
        rows = link.rows(
            f"SELECT e.id FROM executions e WHERE e.id IN ({among}) AND {_NOTHING} ORDER BY e.id"
        )
        found = [row[0] for row in rows]
    more = len(page) == size
    return StuckPage(found, (page[-1][0], page[-1][1]) if more else None)
