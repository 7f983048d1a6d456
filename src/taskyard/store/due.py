"""What the scheduler asks of the database: which timers and leases are due, and when the next ones will be."""

from __future__ import annotations

import msgspec

from taskyard.store.link import Link


class DueTimer(msgspec.Struct, frozen=True):
    """A timer whose moment has come. `execution_id` is None where the execution needs no lock first."""

    id: int
    execution_id: int | None
    due_at: int


class DueLease(msgspec.Struct, frozen=True):
    """A lease that has run out."""

    task_id: int
    execution_id: int | None
    expires_at: int


class Due(msgspec.Struct, frozen=True):
    """What is due, earliest first, and the first moment after that; None when nothing is to come."""

    timers: list[DueTimer]
    leases: list[DueLease]
    next_at: int | None


def due(link: Link, now: int, limit: int) -> Due:
    """At most `limit` timers and `limit` leases that are due at `now`."""
    place = (lambda name: f"%({name})s") if link.postgres else (lambda name: f":{name}")
    given = {"now": now, "most": limit}
    timers = link.rows(
        "SELECT id, CASE WHEN kind = 'offer' THEN NULL ELSE execution_id END, due_at FROM timers "
        f"WHERE due_at <= {place('now')} ORDER BY due_at LIMIT {place('most')}",
        given,
    )
    leases = link.rows(
        "SELECT l.task_id, t.execution_id, l.expires_at FROM leases l LEFT JOIN tasks t ON t.id = l.task_id "
        f"WHERE l.expires_at <= {place('now')} ORDER BY l.expires_at LIMIT {place('most')}",
        given,
    )
    following = link.rows(
        f"SELECT (SELECT min(due_at) FROM timers WHERE due_at > {place('now')}), "
        f"(SELECT min(expires_at) FROM leases WHERE expires_at > {place('now')})",
        {"now": now},
    )
    return Due(
        timers=[DueTimer(*row) for row in timers],
        leases=[DueLease(*row) for row in leases],
        next_at=min((moment for moment in following[0] if moment is not None), default=None),
    )


def abandoned(link: Link, prefix: str) -> list[DueLease]:
    """The leases of all queues whose names begin with `prefix`."""
    place = "%(low)s", "%(high)s"
    if not link.postgres:
        place = ":low", ":high"
    rows = link.rows(
        "SELECT l.task_id, t.execution_id, l.expires_at FROM leases l LEFT JOIN tasks t ON t.id = l.task_id "
        f"WHERE l.queue >= {place[0]} AND l.queue < {place[1]}",
        {"low": prefix, "high": prefix + "\U0010ffff"},
    )
    return [DueLease(*row) for row in rows]
