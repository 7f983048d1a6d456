"""Use-cases around executions: the commands that change them, and the reads that show them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from taskyard.app.application import Application
from taskyard.app.execution_records import (
    ExecutionView,
    Record,
    RunDefinitions,
    records,
    views,
)
from taskyard.app.execution_stream import Form, Layout, pieces, rows_of
from taskyard.engine.flow.commands import (
    DecideExecution,
    JumpExecution,
    Leased,
    PauseExecution,
    RemoveExecution,
    Reported,
    ReportReference,
    ReportTask,
    RerunExecution,
    ResetCallbacks,
    RestartExecution,
    ResumeExecution,
    RetryExecution,
    SendMessage,
    SetVariables,
    SignalExecution,
    SkipTask,
    Started,
    StartExecution,
    TerminateExecution,
    UpdateExecution,
    UpgradeExecution,
)
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.principal import Principal
from taskyard.model.problem import Problem, Rejected, rejected
from taskyard.model.query import Cmp, Filter, Order, Query, both, eq, one_of
from taskyard.store.link import Link
from taskyard.store.payloads import payloads
from taskyard.store.read import begin_read

__all__ = [
    "DecideExecution",
    "ExecutionView",
    "Form",
    "JumpExecution",
    "Leased",
    "PauseExecution",
    "Record",
    "RemoveExecution",
    "ReportReference",
    "ReportTask",
    "Reported",
    "RerunExecution",
    "ResetCallbacks",
    "RestartExecution",
    "ResumeExecution",
    "RetryExecution",
    "SendMessage",
    "SetVariables",
    "SignalExecution",
    "SkipTask",
    "StartExecution",
    "Started",
    "TerminateExecution",
    "UpdateExecution",
    "UpgradeExecution",
]

KIND = "workflow"
SHORT = 500
"""Task records up to which an answer is made at once instead of streamed."""

INLINE = 12
"""Task records up to which it is made on the event loop, where the database is in the process."""

_known: WeakKeyDictionary[Application, RunDefinitions] = WeakKeyDictionary()


def definitions_of(app: Application) -> RunDefinitions:
    """What executions of this application run, as far as it was needed lately."""
    return _known.setdefault(app, RunDefinitions())


async def find(app: Application, uid: str, principal: Principal, action: str = "read") -> Execution:
    """The workflow execution with that public id.

    Raises `Rejected`: not_found (unknown_execution), forbidden (no_grant) when the caller may not do `action` on it."""
    row = await app.row(Execution, uid=uid)
    if row is None or row.kind != KIND:
        raise rejected(
            "not_found", f"No such workflow found by id: {uid}", reason="unknown_execution", execution=uid
        )
    await allow(app, row, principal, action)
    return row


async def allow(app: Application, row: Execution, principal: Principal, action: str) -> None:
    """Raise `Rejected` (forbidden) unless the caller may do `action` on the execution."""
    if principal.admin or await app.visible("execution", row.id, principal, action):
        return
    raise Rejected(
        Problem(
            code="forbidden",
            reason="no_grant",
            detail=f"User {principal.name!r} may not {action} executions of workflow {row.key!r}.",
            hint="An admin can give the grant: taskyard grant add.",
            context={"action": action, "kind": KIND, "key": row.key},
        )
    )


async def find_many(
    app: Application, uids: list[str], principal: Principal, action: str = "read"
) -> dict[str, Execution]:
    """By public id, the executions that are there and on which the caller may do `action`; two queries."""
    rows = {row.id: row for row in await app.rows(Execution, "uid", uids) if row.kind == KIND}
    if not principal.admin and rows:
        query = Query(entity="execution", where=one_of("id", sorted(rows)), limit=None)
        page = await app.list(query, principal, action)
        rows = {row_id: rows[row_id] for row_id, _ in page.ids}
    return {row.uid: row for row in rows.values()}


async def view(app: Application, execution: Execution) -> ExecutionView:
    """An execution with its payloads and what it runs, as it is now."""
    known = definitions_of(app)

    def read(link: Link) -> ExecutionView:
        rows = rows_of(app.store.reader, link)
        with moment(app, link):
            return views(rows(Execution, "id", [execution.id]) or [execution], known, rows)[0]

    return await _read(app, read, INLINE)


async def shown(
    app: Application, layout: Layout, form: Form, *, tasks: bool, steps: int
) -> bytes | AsyncIterator[bytes]:
    """The executions of a layout as text: at once where there are few task records (`steps`), else as a stream. All is
    of one moment of the database, read by one query per table for many executions or many records."""
    known, reader = definitions_of(app), app.store.reader

    def read(link: Link) -> Iterator[bytes]:
        with moment(app, link):
            yield from pieces(layout, form, known, reader, link, tasks)

    if steps <= SHORT:
        return await _read(app, lambda link: b"".join(read(link)), steps)
    return app.store.stream(read)


async def records_of(app: Application, elements: list[ElementInstance]) -> list[Record]:
    """The records of element instances that were just handed out or read, in the given order; those whose execution was
    removed meanwhile are left out. Checks no permission."""
    known = definitions_of(app)

    def read(link: Link) -> list[Record]:
        found = payloads(link, [one.id for one in elements])
        inputs = {row_id: one.input for row_id, one in found.items() if one.input is not None}
        outputs = {row_id: one.output for row_id, one in found.items() if one.output is not None}
        executions = {one.execution.id: one.execution for one in found.values()}
        kept = [one for one in elements if one.id in found]
        return records(kept, executions, known, rows_of(app.store.reader, link), (inputs, outputs))

    return await _read(app, read, len(elements))


async def record(app: Application, uid: str, principal: Principal) -> Record:
    """The task record with that public id; not_found (unknown_task), forbidden."""
    element = await app.row(ElementInstance, uid=uid)
    found = await records_of(app, [element]) if element is not None else []
    if not found or found[0].execution.kind != KIND:
        raise rejected("not_found", f"Task not found for taskId: {uid}", reason="unknown_task", task=uid)
    await allow(app, found[0].execution, principal, "read")
    return found[0]


async def record_page(
    app: Application, execution: Execution, statuses: list[str], start: int, count: int
) -> tuple[list[Record], int]:
    """A part of an execution's records in the order of scheduling, and how many there are in all."""
    where: Filter = eq("execution_id", execution.id)
    if statuses:
        where = both(where, one_of("native_state", statuses))
    query = Query(
        entity="element", where=where, order=(Order("seq"),), limit=count, offset=start, want_total=True
    )
    known, reader = definitions_of(app), app.store.reader

    def read(link: Link) -> tuple[list[Record], int]:
        page = reader.page(link, query)
        rows = rows_of(reader, link)
        by_id = {row.id: row for row in rows(ElementInstance, "id", [row_id for row_id, _ in page.ids])}
        elements = [by_id[row_id] for row_id, _ in page.ids if row_id in by_id]
        return records(elements, {execution.id: execution}, known, rows), page.total or 0

    return await _read(app, read, count)


async def by_correlation(
    app: Application, names: list[str], correlations: list[str], closed: bool, principal: Principal
) -> dict[str, list[Execution]]:
    """Executions of these workflows by correlation id, oldest first; `closed` wants the closed ones too."""
    found: dict[str, list[Execution]] = {each: [] for each in correlations}
    where = both(eq("kind", KIND), one_of("key", names), one_of("correlation", correlations))
    if not closed:
        where = both(where, Cmp("phase", "ne", "closed"))
    query = Query(entity="execution", where=where, order=(Order("id"),), limit=None)
    page = await app.list(query, principal)
    for row in await app.rows(Execution, "id", [row_id for row_id, _ in page.ids]):
        found[row.correlation or ""].append(row)
    return found


async def running_ids(
    app: Application, name: str, version: int, since: int, until: int, principal: Principal
) -> list[str]:
    """Public ids of the open executions of one version of a workflow; with both bounds (epoch milliseconds, both
    included) of all that were started between them."""
    where = both(eq("kind", KIND), eq("key", name), eq("version", version))
    if since and until:
        where = both(where, Cmp("created_at", "ge", since), Cmp("created_at", "le", until))
    else:
        where = both(where, Cmp("phase", "ne", "closed"))
    query = Query(entity="execution", where=where, order=(Order("id"),), limit=None)
    page = await app.list(query, principal)
    rows = await app.rows(Execution, "id", [row_id for row_id, _ in page.ids])
    return [row.uid for row in rows]


@contextmanager
def moment(app: Application, link: Link) -> Iterator[None]:
    """All reads inside see the database at one moment."""
    begin_read(link, app.store.postgres)
    try:
        yield
    finally:
        link.rollback()


async def _read(app: Application, function: Any, size: int) -> Any:
    """Run a read: a small one at once where the database is in the process, else on a thread."""
    if app.store.reads_inline and size <= INLINE:
        return app.store.read_now(function)
    return await app.store.read(function)
