"""Searches for executions and for their task records, of what the caller may see; what is committed is found at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import msgspec

from taskyard.app.application import Application
from taskyard.app.execution_records import ExecutionView, Record, records, views
from taskyard.app.execution_stream import rows_of
from taskyard.app.executions import definitions_of, moment
from taskyard.model.definition import Definition
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.principal import ACTIONS, Principal
from taskyard.model.query import Cmp, Filter, Has, Order, Query, both, either, eq, one_of
from taskyard.store.link import Link

T = TypeVar("T")

KIND = "workflow"
INLINE = 12
"""Up to how many results are shown on the event loop, where the database is in the process."""


class FoundExecutions(NamedTuple):
    """A page of executions, without their records, and how many there are in all."""

    views: list[ExecutionView]
    total: int


class FoundTasks(NamedTuple):
    """A page of task records, and how many there are in all."""

    records: list[Record]
    total: int


async def search_executions(
    app: Application,
    principal: Principal,
    where: Filter | None,
    order: tuple[Order, ...],
    start: int,
    size: int,
) -> FoundExecutions:
    """Executions of workflows from place `start` on, at most `size`."""
    query = Query(
        entity="execution",
        where=both(eq("kind", KIND), where),
        order=order,
        limit=size,
        offset=start,
        want_total=True,
    )
    page = await app.list(query, principal)
    ids = [row_id for row_id, _ in page.ids]
    return FoundExecutions(await views_of(app, ids), page.total or 0)


async def search_tasks(
    app: Application,
    principal: Principal,
    where: Filter | None,
    order: tuple[Order, ...],
    start: int,
    size: int,
) -> FoundTasks:
    """Task records of workflow executions from place `start` on, at most `size`."""
    scope = await tasks_scope(app, principal)
    query = Query(
        entity="element",
        where=both(eq("execution.kind", KIND), where, scope),
        order=order,
        limit=size,
        offset=start,
        want_total=True,
    )
    page = await app.list(query, msgspec.structs.replace(principal, admin=True))
    found = await _records(app, [row_id for row_id, _ in page.ids])
    return FoundTasks(found, page.total or 0)


async def views_of(app: Application, ids: list[int]) -> list[ExecutionView]:
    """Executions by row id, in that order, without their records. Checks no permission."""
    known = definitions_of(app)

    def read(link: Link) -> list[ExecutionView]:
        rows = rows_of(app.store.reader, link)
        with moment(app, link):
            found = {row.id: row for row in rows(Execution, "id", ids)}
            return views([found[row_id] for row_id in ids if row_id in found], known, rows)

    return await _read(app, read, len(ids)) if ids else []


async def _records(app: Application, ids: list[int]) -> list[Record]:
    """Records by row id, in that order."""
    known = definitions_of(app)

    def read(link: Link) -> list[Record]:
        rows = rows_of(app.store.reader, link)
        with moment(app, link):
            found = {row.id: row for row in rows(ElementInstance, "id", ids)}
            elements = [found[row_id] for row_id in ids if row_id in found]
            wanted = sorted({one.execution_id for one in elements})
            executions = {row.id: row for row in rows(Execution, "id", wanted)}
            return records(elements, executions, known, rows)

    return await _read(app, read, len(ids)) if ids else []


async def tasks_scope(app: Application, principal: Principal) -> Filter | None:
    """The task records that the caller may see: those of executions that it may see, and those of workers whose tasks it
    may do. None: all."""
    if principal.admin:
        return None
    work = eq("kind", "SIMPLE")
    parts: list[Filter] = [eq("execution.creator", principal.name)]
    for grant in principal.grants:
        if grant.target_type == "any" or (grant.target_type, grant.target) == ("kind", KIND):
            return None
        if (grant.target_type, grant.target) == ("kind", "worker") and grant.action in ("execute", "manage"):
            parts.append(work)
    parts.append(one_of("execution.key", await _keys(app, principal, KIND, "read")))
    parts.append(both(work, one_of("name", await _keys(app, principal, "worker", "execute"))))
    return either(*parts)


async def _keys(app: Application, principal: Principal, kind: str, action: str) -> list[str]:
    """The names of the definitions of a kind on which the caller may do `action`, registered or named by a grant."""
    actions = (action, "manage") if action != "read" else ACTIONS
    query = Query(entity="definition", where=eq("kind", kind), order=(Order("key"),), limit=None)
    page = await app.list(query, principal, action)
    rows = await app.rows(Definition, "id", [row_id for row_id, _ in page.ids])
    named = {
        grant.target.partition(":")[2]
        for grant in principal.grants
        if grant.target_type == "definition"
        and grant.target.startswith(f"{kind}:")
        and grant.action in actions
    }
    return sorted({row.key for row in rows} | named)


def by_tasks(where: Filter | None) -> Filter:
    """Executions that have a task record for which this holds."""
    return Has("elements", where if where is not None else Cmp("id", "not_null"))


async def _read(app: Application, function: Callable[[Link], T], size: int) -> T:
    """Run a read: a small one at once where the database is in the process, else on a thread."""
    if app.store.reads_inline and size <= INLINE:
        return app.store.read_now(function)
    return await app.store.read(function)
