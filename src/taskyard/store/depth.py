"""How much waits in the queues and how much is handed out, counted in the indexes of both tables."""

from __future__ import annotations

from typing import NamedTuple

from taskyard.store.link import Link


class Depth(NamedTuple):
    """One queue of one domain: how many tasks are ready, how many are leased."""

    queue: str
    domain: str
    ready: int
    leased: int


def depths(link: Link, postgres: bool, queues: tuple[str, ...] | None = None) -> list[Depth]:
    """The depth of the named queues in every domain, or of all queues that hold anything, in order."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, table in enumerate(("queue_items", "leases")):
        for queue, domain, number in _counted(link, postgres, table, queues):
            found.setdefault((queue, domain), [0, 0])[place] = number
    return [Depth(*name, *numbers) for name, numbers in sorted(found.items())]


def _counted(
    link: Link, postgres: bool, table: str, queues: tuple[str, ...] | None
) -> list[tuple[str, str, int]]:
    select = f"SELECT queue, domain, count(*) FROM {table}"
    if queues is None:
        return link.rows(f"{select} GROUP BY queue, domain", {})
    place = "%(queue)s" if postgres else ":queue"
    sql = f"{select} WHERE queue = {place} GROUP BY queue, domain"
    return [row for queue in queues for row in link.rows(sql, {"queue": queue})]
