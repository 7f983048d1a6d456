"""Facts that must hold of executions, their tasks, queues and leases; each statement counts offenders."""

from __future__ import annotations

OWNERS = (
    ("element_instances", "execution_id", "executions", "id"),
    ("element_inputs", "element_id", "element_instances", "id"),
    ("element_outputs", "element_id", "element_instances", "id"),
    ("element_fragments", "element_id", "element_instances", "id"),
    ("element_instances", "fragment_id", "element_fragments", "element_id"),
    ("execution_documents", "execution_id", "executions", "id"),
    ("execution_notes", "execution_id", "executions", "id"),
    ("executions", "snapshot_id", "snapshots", "id"),
    ("tasks", "execution_id", "executions", "id"),
    ("timers", "execution_id", "executions", "id"),
    ("waits", "execution_id", "executions", "id"),
    ("variables", "execution_id", "executions", "id"),
    ("messages", "execution_id", "executions", "id"),
    ("incidents", "execution_id", "executions", "id"),
    ("queue_items", "task_id", "tasks", "id"),
)
"""`(table, column, table of the row that the column names, its column)`; absent where the column is."""

STATUS = (
    "CASE WHEN e.closed_at IS NULL THEN CASE WHEN e.suspended THEN 'PAUSED' ELSE 'RUNNING' END "
    "WHEN e.outcome = 'succeeded' THEN 'COMPLETED' WHEN e.outcome = 'failed' THEN 'FAILED' "
    "WHEN e.outcome = 'expired' THEN 'TIMED_OUT' ELSE 'TERMINATED' END"
)
"""The status word of an execution, as its events have it."""

WAITS = (
    "EXISTS (SELECT 1 FROM tasks t WHERE t.execution_id = e.id AND t.closed_at IS NULL)",
    "EXISTS (SELECT 1 FROM timers t WHERE t.execution_id = e.id)",
    "EXISTS (SELECT 1 FROM waits w WHERE w.execution_id = e.id)",
    "EXISTS (SELECT 1 FROM executions c WHERE c.parent_id = e.id AND c.closed_at IS NULL)",
    "EXISTS (SELECT 1 FROM incidents i WHERE i.execution_id = e.id AND i.phase = 'open')",
)

ROWS = {
    **{
        f"{table}.{column} names a row of {owner}": (
            f'SELECT count(*) FROM "{table}" c WHERE c."{column}" IS NOT NULL AND NOT EXISTS '
            f'(SELECT 1 FROM "{owner}" o WHERE o."{theirs}" = c."{column}")'
        )
        for table, column, owner, theirs in OWNERS
    },
    "open executions wait for something": (
        "SELECT count(*) FROM executions e WHERE e.closed_at IS NULL AND NOT e.suspended AND NOT ("
        + " OR ".join(WAITS)
        + ")"
    ),
    "closed executions have an outcome and a time": (
        "SELECT count(*) FROM executions WHERE "
        "(phase = 'closed') <> (closed_at IS NOT NULL AND outcome IS NOT NULL)"
    ),
    "closed executions have no open steps": (
        "SELECT count(*) FROM executions WHERE phase = 'closed' AND open_steps <> 0"
    ),
    "closed element instances have an outcome and a time": (
        "SELECT count(*) FROM element_instances WHERE "
        "(phase = 'closed') <> (closed_at IS NOT NULL AND outcome IS NOT NULL)"
    ),
    "executions count their open steps": (
        "SELECT count(*) FROM executions e WHERE e.open_steps <> (SELECT count(*) FROM element_instances i "
        "WHERE i.execution_id = e.id AND i.closed_at IS NULL)"
    ),
    "executions count the steps they made": (
        "SELECT count(*) FROM executions e WHERE e.steps < (SELECT count(*) FROM element_instances i "
        "WHERE i.execution_id = e.id) OR e.steps < (SELECT coalesce(max(i.seq), 0) FROM element_instances i "
        "WHERE i.execution_id = e.id)"
    ),
    "leases are on open tasks that are worked on": (
        "SELECT count(*) FROM leases l WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = l.task_id "
        "AND t.closed_at IS NULL AND t.phase = 'active')"
    ),
    "queued tasks are open, ready and of that queue": (
        "SELECT count(*) FROM queue_items q WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = q.task_id "
        "AND t.closed_at IS NULL AND t.phase = 'ready' AND t.queue = q.queue)"
    ),
    "no task is queued and leased": (
        "SELECT count(*) FROM queue_items q JOIN leases l ON l.task_id = q.task_id"
    ),
    "ready tasks of queues are queued": (
        "SELECT count(*) FROM tasks t WHERE t.closed_at IS NULL AND t.queue IS NOT NULL AND t.phase = 'ready' "
        "AND t.kind IN ('worker', 'system') AND NOT t.suspended "
        "AND NOT EXISTS (SELECT 1 FROM queue_items q WHERE q.task_id = t.id)"
    ),
    "tasks that workers have are leased": (
        "SELECT count(*) FROM tasks t WHERE t.closed_at IS NULL AND t.queue IS NOT NULL AND t.phase = 'active' "
        "AND t.kind IN ('worker', 'system') "
        "AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.task_id = t.id)"
    ),
    "tasks that are put off have a timer": (
        "SELECT count(*) FROM tasks t WHERE t.closed_at IS NULL AND t.queue IS NOT NULL "
        "AND t.phase = 'scheduled' AND t.kind IN ('worker', 'system') "
        "AND NOT EXISTS (SELECT 1 FROM timers o WHERE o.task_id = t.id)"
    ),
    "tasks of executions are open as long as their element instance": (
        "SELECT count(*) FROM tasks t LEFT JOIN element_instances i ON i.id = t.id "
        "WHERE t.execution_id IS NOT NULL AND (i.id IS NULL OR (i.closed_at IS NULL) <> (t.closed_at IS NULL))"
    ),
    "limits count their leases": (
        "SELECT count(*) FROM throttles h WHERE h.running <> "
        "(SELECT count(*) FROM leases l WHERE l.throttle = h.name)"
    ),
}


def told(postgres: bool) -> dict[str, str]:
    """The history told over again gives the statuses that the rows have. Of several events of the same millisecond any
    may be the last: processes number their events each for itself."""
    element = "(data::json->>'element')::bigint" if postgres else "json_extract(data, '$.element')"
    status = "data::json->>'status'" if postgres else "json_extract(data, '$.status')"
    return {
        "events tell the status of every element instance": _unlike(
            f"SELECT {element} AS id, {status} AS status, at FROM events WHERE type LIKE 'element.%'",
            "element_instances",
            "e.native_state",
        ),
        "events tell the status of every execution": _unlike(
            f"SELECT execution_id AS id, {status} AS status, at FROM events "
            "WHERE type LIKE 'execution.%' AND type <> 'execution.overdue'",
            "executions",
            STATUS,
        ),
    }


def _unlike(history: str, table: str, status: str) -> str:
    """Rows whose status is not that of the last event about them."""
    return (
        f"WITH told AS (SELECT * FROM ({history}) AS h WHERE h.status IS NOT NULL), "
        "latest AS (SELECT id, max(at) AS at FROM told GROUP BY id), "
        "now AS (SELECT DISTINCT t.id, t.status FROM told t JOIN latest l ON l.id = t.id AND l.at = t.at) "
        f'SELECT count(*) FROM "{table}" e LEFT JOIN now n ON n.id = e.id AND n.status = {status} '
        "WHERE n.id IS NULL"
    )
