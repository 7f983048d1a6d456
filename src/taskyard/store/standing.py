"""Standing figures of running work, for the metrics."""

from __future__ import annotations

import msgspec

from taskyard.store.link import Link
from taskyard.telemetry import DEFINITIONS_NAMED

OPEN = "('scheduled', 'ready', 'active', 'waiting')"


class Standing(msgspec.Struct, frozen=True):
    """`queues`: how many tasks can be leased and since when the oldest can, by queue; `executions`: how many of the first
    definitions are open, by key; `outbox`: messages not sent yet."""

    queues: dict[str, tuple[int, int]]
    executions: dict[str, int]
    outbox: int


def standing(link: Link) -> Standing:
    """Counted in indexes; costs what waits, not what is done."""
    queues = link.rows("SELECT queue, count(*), min(ready_at) FROM queue_items GROUP BY queue")
    executions = link.rows(
        "SELECT d.key, (SELECT count(*) FROM executions e WHERE e.kind = d.kind AND e.key = d.key "
        f"AND e.phase IN {OPEN}) FROM definitions d WHERE d.kind IN ('workflow', 'process') "
        f"ORDER BY d.id LIMIT {DEFINITIONS_NAMED}"
    )
    outbox = link.rows("SELECT count(*) FROM outbox")
    return Standing(
        queues={name: (int(number), int(since)) for name, number, since in queues},
        executions={key: int(number) for key, number in executions if number},
        outbox=int(outbox[0][0]),
    )
