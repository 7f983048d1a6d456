"""Looks into queues from outside of the write lanes: is anything ready, and which tasks belong there."""

from __future__ import annotations

from collections.abc import Mapping

from taskyard.store.link import Link

Place = tuple[str, str]
"""A queue and a domain."""


def ready(link: Link, wanted: Mapping[Place, int]) -> dict[Place, int]:
    """How many tasks can be leased in each place, counted up to the number given for it; none: left out."""
    queue, domain, most = (
        ("%(queue)s", "%(domain)s", "%(most)s") if link.postgres else (":queue", ":domain", ":most")
    )
    sql = (
        f"SELECT count(*) FROM (SELECT 1 FROM queue_items WHERE queue = {queue} AND domain = {domain} "
        f"LIMIT {most}) AS head"
    )
    found = {
        place: link.rows(sql, {"queue": place[0], "domain": place[1], "most": number})[0][0]
        for place, number in wanted.items()
    }
    return {place: number for place, number in found.items() if number}


def members(link: Link, queue: str, after: int, size: int) -> list[int]:
    """Row ids of the open tasks of a queue, in order, from behind `after`."""
    names = ("%(queue)s", "%(after)s", "%(size)s") if link.postgres else (":queue", ":after", ":size")
    rows = link.rows(
        f"SELECT id FROM tasks WHERE queue = {names[0]} AND closed_at IS NULL AND id > {names[1]} "
        f"ORDER BY id LIMIT {names[2]}",
        {"queue": queue, "after": after, "size": size},
    )
    return [row[0] for row in rows]


def old_polls(link: Link, before: int, most: int) -> list[tuple[str, str, str]]:
    """The keys of polls from before a moment, at most so many. Reads the whole table: for now and then."""
    names = ("%(before)s", "%(most)s") if link.postgres else (":before", ":most")
    rows = link.rows(
        f"SELECT queue, domain, holder FROM polls WHERE at < {names[0]} LIMIT {names[1]}",
        {"before": before, "most": most},
    )
    return [(row[0], row[1], row[2]) for row in rows]
