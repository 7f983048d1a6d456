"""Facts that must hold between the tables; `taskyard doctor` and the crash tests ask for them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from taskyard.store import schema
from taskyard.store.engine_sqlite import SqliteLink
from taskyard.store.link import Link
from taskyard.store.store import StoreSettings, postgres_link


class Finding(msgspec.Struct, frozen=True):
    """One check: its name, whether it holds, and what was found."""

    name: str
    ok: bool
    detail: str


EMPTY = {
    "closed tasks have an outcome and a time": (
        "SELECT count(*) FROM tasks WHERE (phase = 'closed') <> (closed_at IS NOT NULL AND outcome IS NOT NULL)"
    ),
    "task documents have their task": (
        "SELECT count(*) FROM task_documents d WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = d.task_id)"
    ),
    "task attributes have their task": (
        "SELECT count(*) FROM task_attributes a WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = a.task_id)"
    ),
    "candidates have their task": (
        "SELECT count(*) FROM task_candidates c WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = c.task_id)"
    ),
    "submissions have their task": (
        "SELECT count(*) FROM submissions s WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = s.task_id)"
    ),
    "submissions have their document": (
        "SELECT count(*) FROM submissions s WHERE kind <> 'review' AND NOT EXISTS "
        "(SELECT 1 FROM submission_documents d WHERE d.submission_id = s.id)"
    ),
    "label tasks have their counts": (
        "SELECT count(*) FROM tasks t WHERE kind = 'label' AND NOT EXISTS "
        "(SELECT 1 FROM task_progress p WHERE p.task_id = t.id)"
    ),
    "counted annotations equal the rows": (
        "SELECT count(*) FROM task_progress p WHERE annotations <> (SELECT count(*) FROM submissions s "
        "WHERE s.task_id = p.task_id AND s.kind = 'annotation' AND NOT s.cancelled)"
    ),
    "counted predictions equal the rows": (
        "SELECT count(*) FROM task_progress p WHERE predictions <> (SELECT count(*) FROM submissions s "
        "WHERE s.task_id = p.task_id AND s.kind = 'prediction')"
    ),
    "definitions point at their latest version": (
        "SELECT count(*) FROM definitions d WHERE NOT EXISTS (SELECT 1 FROM definition_versions v "
        "WHERE v.id = d.latest_id AND v.definition_id = d.id AND v.latest)"
    ),
    "one latest version per definition": (
        "SELECT count(*) FROM (SELECT definition_id FROM definition_versions WHERE latest "
        "GROUP BY definition_id HAVING count(*) > 1) AS doubled"
    ),
    "versions have their document": (
        "SELECT count(*) FROM definition_versions v WHERE NOT EXISTS "
        "(SELECT 1 FROM version_documents d WHERE d.version_id = v.id)"
    ),
    "resources have their bytes": (
        "SELECT count(*) FROM resources r WHERE NOT EXISTS (SELECT 1 FROM resource_bytes b WHERE b.resource_id = r.id)"
    ),
    "memberships name groups that exist": (
        "SELECT count(*) FROM memberships m WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.name = m.group_name)"
    ),
}
"""Checks whose statement counts offenders."""

TASK_STATES = "kind, coalesce(definition_id, 0)"
COUNTERS = (
    "SELECT kind, definition_id, sum(n) FROM counters WHERE measure = 'tasks' "
    "GROUP BY kind, definition_id HAVING sum(n) <> 0"
)
COUNTED = f"SELECT {TASK_STATES}, count(*) FROM tasks GROUP BY {TASK_STATES}"


def checkup(where: StoreSettings) -> list[Finding]:
    """Run every check on a read-only connection."""
    link: Link = postgres_link(where.url) if where.url else SqliteLink(where.path or Path())
    try:
        return examine(link)
    finally:
        link.close()


def examine(link: Link) -> list[Finding]:
    """Every finding, the good ones too."""
    revision = schema.current(link)
    findings = [
        Finding("schema is up to date", revision == schema.HEAD, f"revision {revision}, needed {schema.HEAD}")
    ]
    if revision is None:
        return findings
    for name, sql in EMPTY.items():
        offenders = link.rows(sql)[0][0]
        findings.append(Finding(name, offenders == 0, f"{offenders} offend" if offenders else "all do"))
    kept = sorted((kind, definition, int(n)) for kind, definition, n in link.rows(COUNTERS))
    counted = sorted((kind, definition, int(n)) for kind, definition, n in link.rows(COUNTED))
    detail = "all do" if kept == counted else f"kept {kept[:5]}, counted {counted[:5]}"
    findings.append(Finding("kept task totals equal the rows", kept == counted, detail))
    return findings
