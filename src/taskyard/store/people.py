"""Reads of the identity tables that follow chains: groups within groups, reports of reports."""

from __future__ import annotations

from taskyard.store.link import Link

DEPTH = 20
"""Longest chain of groups or managers that is followed."""

GROUPS = """
WITH RECURSIVE found(name, depth) AS (
    SELECT group_name, 1 FROM memberships WHERE member_type = 'user' AND member = {0}
    UNION
    SELECT m.group_name, f.depth + 1 FROM memberships m JOIN found f ON m.member_type = 'group' AND m.member = f.name
    WHERE f.depth < {1}
)
SELECT DISTINCT name FROM found
"""
REPORTS = """
WITH RECURSIVE found(name, depth) AS (
    SELECT name, 1 FROM principals WHERE manager = {0}
    UNION
    SELECT p.name, f.depth + 1 FROM principals p JOIN found f ON p.manager = f.name WHERE f.depth < {1}
)
SELECT DISTINCT name FROM found
"""


def groups_of(link: Link, name: str, postgres: bool) -> frozenset[str]:
    """Every group that a user is in, directly or through groups."""
    return _chain(link, GROUPS, name, postgres)


def reports_of(link: Link, name: str, postgres: bool) -> frozenset[str]:
    """Every user whose manager chain holds the name."""
    return _chain(link, REPORTS, name, postgres) - {name}


def _chain(link: Link, sql: str, name: str, postgres: bool) -> frozenset[str]:
    places = ("%(name)s", "%(depth)s") if postgres else (":name", ":depth")
    return frozenset(row[0] for row in link.rows(sql.format(*places), {"name": name, "depth": DEPTH}))
