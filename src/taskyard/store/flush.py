"""Writes the changes of a unit, table by table, set-based."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from taskyard.model.definition import (
    Definition,
    DefinitionTag,
    Resource,
    ResourceBytes,
    Starter,
    Version,
    VersionDocument,
)
from taskyard.model.execution import (
    ElementFragment,
    ElementInput,
    ElementInstance,
    ElementOutput,
    Execution,
    ExecutionDocument,
    ExecutionNotes,
    Incident,
    Message,
    Timer,
    Variable,
    Wait,
)
from taskyard.model.identity import Counter
from taskyard.model.row import Row
from taskyard.model.task import (
    Attachment,
    Candidate,
    Comment,
    Lease,
    Progress,
    QueueItem,
    Submission,
    SubmissionDocument,
    Task,
    TaskAttribute,
    TaskDocument,
    TaskLog,
)
from taskyard.store.codec import key_of, shape_of
from taskyard.store.counter import COUNTED, PROGRESS_MEASURES, Deltas, state_of
from taskyard.store.difference import differences
from taskyard.store.engine_sqlite import list_value
from taskyard.store.link import Link
from taskyard.store.load import ARRAY_CASTS
from taskyard.store.shelf import NAME, SELDOM
from taskyard.store.unit import Unit

CHILDREN: dict[type[Row], tuple[tuple[type[Row], str], ...]] = {
    Task: (
        (TaskDocument, "task_id"),
        (TaskAttribute, "task_id"),
        (Candidate, "task_id"),
        (Progress, "task_id"),
        (Lease, "task_id"),
        (QueueItem, "task_id"),
        (TaskLog, "task_id"),
        (Timer, "task_id"),
        (Submission, "task_id"),
        (Comment, "task_id"),
        (Attachment, "task_id"),
    ),
    Submission: ((SubmissionDocument, "submission_id"),),
    Execution: (
        (Task, "execution_id"),
        (ElementInstance, "execution_id"),
        (ExecutionDocument, "execution_id"),
        (ExecutionNotes, "execution_id"),
        (Variable, "execution_id"),
        (Wait, "execution_id"),
        (Timer, "execution_id"),
        (Incident, "execution_id"),
        (Message, "execution_id"),
    ),
    ElementInstance: (
        (ElementInput, "element_id"),
        (ElementOutput, "element_id"),
        (ElementFragment, "element_id"),
    ),
    Definition: ((DefinitionTag, "definition_id"), (Version, "definition_id")),
    Version: ((VersionDocument, "version_id"), (Starter, "version_id")),
    Resource: ((ResourceBytes, "resource_id"),),
}
"""What hangs on a row and goes with it; the row's key is `id`."""

COUNTER_TYPES = (str, str, str, int, str, int)


class Flush:
    """Writes units to one database."""

    def __init__(self, postgres: bool, shard: int) -> None:
        self.postgres = postgres
        self.shard = shard

    def write(self, link: Link, unit: Unit) -> None:
        """Write every change of the unit inside the open transaction. Nothing to write: nothing happens, so that a look
        that finds nothing costs no disk."""
        if unit.empty:
            return
        deltas = Deltas()
        for row_type, column, values in unit.wiped:
            self._wipe(link, row_type, f'"{column}" {self._among(row_type, column)}', values, deltas)
        inserts: dict[type[Row], list[Row]] = defaultdict(list)
        updates: dict[type[Row], list[Row]] = defaultdict(list)
        deletes: dict[type[Row], list[Row]] = defaultdict(list)
        for slot, row in unit.changed.items():
            before = unit.base.get(slot)
            if row is None and before is not None:
                deletes[slot[0]].append(before)
            elif row is not None:
                (updates if before is not None else inserts)[slot[0]].append(row)
                if slot[0] in COUNTED:
                    deltas.change(before, row)
        for rows in unit.bulk:
            row_type = type(rows[0])
            inserts[row_type].extend(rows)
            if row_type in COUNTED:
                deltas.add(rows)
        self._delete(link, deletes, deltas)
        for rows in unit.sliced():
            deltas.add(rows)
            shape = shape_of(type(rows[0]))
            link.insert(type(rows[0]).TABLE, shape.names, shape.types, _tuples(rows))
        with link.at_once():
            self._put(link, unit, inserts, updates)
            if counts := deltas.rows(self.shard):
                link.add(Counter.TABLE, Counter.KEY, COUNTER_TYPES, counts)
            if not unit.touched.isdisjoint(SELDOM):
                link.count(NAME)

    def _put(
        self,
        link: Link,
        unit: Unit,
        inserts: dict[type[Row], list[Row]],
        updates: dict[type[Row], list[Row]],
    ) -> None:
        for row_type in sorted(inserts, key=_table):
            shape = shape_of(row_type)
            link.insert(
                row_type.TABLE, shape.names, shape.types, _tuples(sorted(inserts[row_type], key=key_of))
            )
        for row_type in sorted(updates, key=_table):
            rows = sorted(updates[row_type], key=key_of)
            pairs = [(old, row) for row in rows if (old := unit.base[row_type, key_of(row)]) is not None]
            for names, types, tuples in differences(row_type, pairs, together=self.postgres):
                link.update(row_type.TABLE, row_type.KEY, names, types, tuples)
        self._mark_candidates(link, unit, updates.get(Task, []))
        link.mark(unit.rev)

    def _mark_candidates(self, link: Link, unit: Unit, tasks: list[Row]) -> None:
        """Keep `open` of the candidates of tasks that were closed or opened again."""
        for is_open in (True, False):
            changed = [
                task.id  # type: ignore[attr-defined]
                for task in tasks
                if (task.closed_at is None) is is_open  # type: ignore[attr-defined]
                and (unit.base[Task, (task.id,)].closed_at is None) is not is_open  # type: ignore[union-attr, attr-defined]
            ]
            if changed:
                link.rows(
                    f'UPDATE task_candidates SET "open" = {is_open} WHERE "task_id" {self._among(Task, "id")}',
                    {"values": changed if self.postgres else list_value(changed)},
                )

    def _delete(self, link: Link, deletes: dict[type[Row], list[Row]], deltas: Deltas) -> None:
        for row_type in sorted(deletes, key=_table):
            rows = deletes[row_type]
            if row_type in CHILDREN:
                ids = [row.id for row in rows]  # type: ignore[attr-defined]
                self._wipe(link, row_type, f'"id" {self._among(row_type, "id")}', ids, deltas)
                continue
            for row in rows if row_type in COUNTED else ():
                deltas.change(row, None)
            shape = shape_of(row_type)
            types = [shape.types[shape.names.index(name)] for name in shape.key]
            link.delete(row_type.TABLE, shape.key, types, sorted(key_of(row) for row in rows))

    def _wipe(self, link: Link, row_type: type[Row], where: str, values: list[Any], deltas: Deltas) -> None:
        """Delete rows and all that hangs on them, and take them out of the counters."""
        given = {"values": values if self.postgres else list_value(values)}
        if row_type is Task and self.postgres:
            # What another transaction is hanging on these tasks right now is there once the tasks are held.
            held = f"SELECT 1 FROM tasks WHERE {where} ORDER BY id FOR UPDATE"
            link.rows(f"SELECT count(*) FROM ({held}) AS held", given)
        if row_type is Task or row_type is Progress:
            deltas.take(self._counted(link, row_type, where, given))
        for child, column in CHILDREN.get(row_type, ()):
            inner = f'"{column}" IN (SELECT "id" FROM "{row_type.TABLE}" WHERE {where})'
            self._wipe(link, child, inner, values, deltas)
        link.rows(f'DELETE FROM "{row_type.TABLE}" WHERE {where}', given)

    def _counted(
        self, link: Link, row_type: type[Row], where: str, given: dict[str, Any]
    ) -> list[tuple[Any, int]]:
        if row_type is Task:
            columns = "tenant,kind,coalesce(definition_id,0),phase,outcome,suspended,waiting_for"
            groups = link.rows(
                f"SELECT {columns},count(*) FROM tasks WHERE {where} GROUP BY {columns}", given
            )
            return [
                ((tenant, "tasks", kind, definition, state_of(phase, outcome, bool(held), waiting)), n)
                for tenant, kind, definition, phase, outcome, held, waiting, n in groups
            ]
        sums = ",".join(
            f"sum(CASE WHEN {m} THEN 1 ELSE 0 END)" if m == "labeled" else f"sum({m})"
            for m in PROGRESS_MEASURES
        )
        groups = link.rows(
            f"SELECT definition_id,{sums} FROM task_progress WHERE {where} GROUP BY definition_id", given
        )
        return [
            (("", measure, "label", definition, ""), int(amount))
            for definition, *amounts in groups
            for measure, amount in zip(PROGRESS_MEASURES, amounts, strict=True)
        ]

    def _among(self, row_type: type[Row], column: str) -> str:
        shape = shape_of(row_type)
        if self.postgres:
            return f"= ANY(%(values)s::{ARRAY_CASTS[shape.types[shape.names.index(column)]]})"
        return "IN (SELECT value FROM json_each(:values))"


def _table(row_type: type[Row]) -> str:
    return row_type.TABLE


def _tuples(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [msgspec.structs.astuple(row) for row in rows]
