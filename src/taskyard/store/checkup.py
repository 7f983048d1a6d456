"""Facts that must hold between the tables; `taskyard doctor` and the crash tests ask for them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from taskyard.store import schema
from taskyard.store.counter import PROGRESS_MEASURES
from taskyard.store.engine_sqlite import SqliteLink
from taskyard.store.execution_checkup import ROWS, told
from taskyard.store.link import Link
from taskyard.store.store import StoreSettings, postgres_link


class Finding(msgspec.Struct, frozen=True):
    """One check: its name, whether it holds, and what was found."""

    name: str
    ok: bool
    detail: str


OWNERS = (
    ("task_documents", "task_id", "tasks"),
    ("task_attributes", "task_id", "tasks"),
    ("task_candidates", "task_id", "tasks"),
    ("task_progress", "task_id", "tasks"),
    ("leases", "task_id", "tasks"),
    ("submissions", "task_id", "tasks"),
    ("comments", "task_id", "tasks"),
    ("attachments", "task_id", "tasks"),
    ("submission_documents", "submission_id", "submissions"),
    ("tasks", "definition_id", "definitions"),
    ("definition_versions", "definition_id", "definitions"),
    ("definition_tags", "definition_id", "definitions"),
    ("saved_views", "definition_id", "definitions"),
    ("jobs", "definition_id", "definitions"),
    ("version_documents", "version_id", "definition_versions"),
    ("definition_starters", "version_id", "definition_versions"),
    ("incidents", "version_id", "definition_versions"),
    ("definition_versions", "deployment_id", "deployments"),
    ("resources", "deployment_id", "deployments"),
    ("resources", "owner_id", "definitions"),
    ("resource_bytes", "resource_id", "resources"),
    ("credentials", "principal_id", "principals"),
)
"""`(table, column, table of the row that the column names by its id)`; absent where the column is."""

COUNTED_SUBMISSIONS = {
    "annotations": "s.kind = 'annotation' AND NOT s.cancelled",
    "cancelled": "s.kind = 'annotation' AND s.cancelled",
    "predictions": "s.kind = 'prediction'",
    "drafts": "s.kind = 'draft'",
}
"""Columns of the progress rows with the submissions that they count."""

EMPTY = {
    **{
        f"{table}.{column} names a row of {owner}": (
            f'SELECT count(*) FROM "{table}" c WHERE c."{column}" IS NOT NULL AND NOT EXISTS '
            f'(SELECT 1 FROM "{owner}" o WHERE o.id = c."{column}")'
        )
        for table, column, owner in OWNERS
    },
    **{
        f"counted {column} equal the rows": (
            f"SELECT count(*) FROM task_progress p WHERE p.{column} <> (SELECT count(*) FROM submissions s "
            f"WHERE s.task_id = p.task_id AND {where})"
        )
        for column, where in COUNTED_SUBMISSIONS.items()
    },
    "closed tasks have an outcome and a time": (
        "SELECT count(*) FROM tasks WHERE (phase = 'closed') <> (closed_at IS NOT NULL AND outcome IS NOT NULL)"
    ),
    "closed jobs have an outcome": "SELECT count(*) FROM jobs WHERE (phase = 'closed') <> (outcome IS NOT NULL)",
    "candidates know whether their task is open": (
        "SELECT count(*) FROM task_candidates c JOIN tasks t ON t.id = c.task_id "
        'WHERE c."open" <> (t.closed_at IS NULL)'
    ),
    "submissions have their document": (
        "SELECT count(*) FROM submissions s WHERE kind <> 'review' AND NOT EXISTS "
        "(SELECT 1 FROM submission_documents d WHERE d.submission_id = s.id)"
    ),
    "label tasks have their document and counts": (
        "SELECT count(*) FROM tasks t WHERE kind = 'label' AND (NOT EXISTS "
        "(SELECT 1 FROM task_progress p WHERE p.task_id = t.id) OR NOT EXISTS "
        "(SELECT 1 FROM task_documents d WHERE d.task_id = t.id))"
    ),
    "tasks of a project have numbers of their own": (
        "SELECT count(*) FROM (SELECT definition_id, number FROM tasks WHERE kind = 'label' "
        "GROUP BY definition_id, number HAVING count(*) > 1) AS doubled"
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
    "members exist": (
        "SELECT count(*) FROM memberships m WHERE m.member_type = 'user' AND NOT EXISTS "
        "(SELECT 1 FROM principals p WHERE p.name = m.member)"
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
    for name, sql in {**EMPTY, **ROWS, **told(link.postgres)}.items():
        offenders = link.rows(sql)[0][0]
        findings.append(Finding(name, offenders == 0, f"{offenders} offend" if offenders else "all do"))
    kept = sorted((kind, definition, int(n)) for kind, definition, n in link.rows(COUNTERS))
    counted = sorted((kind, definition, int(n)) for kind, definition, n in link.rows(COUNTED))
    detail = "all do" if kept == counted else f"kept {kept[:5]}, counted {counted[:5]}"
    findings.append(Finding("kept task totals equal the rows", kept == counted, detail))
    findings += [_sums(link, measure) for measure in PROGRESS_MEASURES]
    if isinstance(link, SqliteLink):
        said = link.rows("PRAGMA quick_check(1)")[0][0]
        findings.append(Finding("the database file is sound", said == "ok", said))
    return findings


def _sums(link: Link, measure: str) -> Finding:
    """The kept totals of one column of the progress rows against its sum, by definition."""
    kept = link.rows(
        f"SELECT definition_id, sum(n) FROM counters WHERE measure = '{measure}' "
        "GROUP BY definition_id HAVING sum(n) <> 0"
    )
    amount = f"sum(CASE WHEN {measure} THEN 1 ELSE 0 END)" if measure == "labeled" else f"sum({measure})"
    counted = link.rows(
        f"SELECT definition_id, {amount} FROM task_progress GROUP BY definition_id HAVING {amount} <> 0"
    )
    wrong = sorted(set(kept) ^ set(counted))
    detail = f"kept or counted: {wrong[:5]}" if wrong else "all do"
    return Finding(f"kept totals of {measure} equal the rows", not wrong, detail)
