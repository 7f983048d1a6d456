"""What an execution waits for right now, and what happened to it so far. Bounded, whatever the size of the execution."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.application import Application
from taskyard.app.execution_stream import rows_of
from taskyard.app.executions import moment
from taskyard.engine.incidents import ResolveIncident
from taskyard.model.execution import ElementInstance, Event, Execution, Incident, Timer, Wait
from taskyard.model.query import Cmp, Filter, Order, Query, both, eq
from taskyard.model.row import Row
from taskyard.model.task import Task
from taskyard.store.link import Link

__all__ = ["ResolveIncident", "Waiting", "incidents_of", "timeline", "waits_of"]

MOST = 100
"""Waits of one kind that are told."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an execution waits for. `kind`: worker, human or system (a task), timer, execution (one that it
    started), incident, or the kind of another wait. `element` is the name of the task in the definition. `uid` is the
    public id of the task, execution or incident."""

    kind: str
    element: str | None = None
    uid: str | None = None
    name: str | None = None
    phase: str | None = None
    queue: str | None = None
    assignee: str | None = None
    holder: str | None = None
    message: str | None = None
    since: int | None = None
    due_at: int | None = None


async def waits_of(app: Application, execution: Execution) -> list[Waiting]:
    """What the execution waits for: open tasks, timers, executions it started, incidents, everything else."""

    def read(link: Link) -> list[Waiting]:
        with moment(app, link):
            return _Waits(app, link, execution).all()

    return await app.store.read(read)


async def timeline(
    app: Application, execution: Execution, after: str | None, limit: int
) -> tuple[list[Event], str | None]:
    """A page of the execution's history, oldest first, and where the next page begins."""
    query = Query(
        entity="event",
        where=eq("execution_id", execution.id),
        order=(Order("id"),),
        limit=limit,
        after=after,
    )

    def read(link: Link) -> tuple[list[Event], str | None]:
        page = app.store.reader.page(link, query)
        rows = app.store.reader.rows(link, Event, "id", [row_id for row_id, _ in page.ids])
        return sorted(rows, key=lambda row: row.id), page.next if page.has_more else None

    return await app.store.read(read)


async def incidents_of(app: Application, execution: Execution) -> list[Incident]:
    """The incidents of the execution, newest first."""
    query = Query(
        entity="incident",
        where=eq("execution_id", execution.id),
        order=(Order("id", desc=True),),
        limit=MOST,
    )

    def read(link: Link) -> list[Incident]:
        return _page(app, link, query, Incident)

    return await app.store.read(read)


def _page(app: Application, link: Link, query: Query, row_type: type[Any]) -> list[Any]:
    page = app.store.reader.page(link, query)
    rows = {
        row.id: row for row in app.store.reader.rows(link, row_type, "id", [each for each, _ in page.ids])
    }
    return [rows[each] for each, _ in page.ids if each in rows]


class _Waits:
    """One reading of what an execution waits for."""

    def __init__(self, app: Application, link: Link, execution: Execution) -> None:
        self.app, self.link, self.execution = app, link, execution
        self.rows = rows_of(app.store.reader, link)

    def all(self) -> list[Waiting]:
        tasks = self._some("task", Task, eq("execution_id", self.execution.id), Cmp("closed_at", "is_null"))
        timers = self._matching(Timer)
        waits = self._matching(Wait)
        children = self._some(
            "execution", Execution, eq("parent_id", self.execution.id), Cmp("phase", "ne", "closed")
        )
        incidents = self._some(
            "incident", Incident, eq("execution_id", self.execution.id), eq("phase", "open")
        )
        elements = self._elements(tasks, timers, waits, children, incidents)
        return [
            *(_task(row, elements.get(row.id)) for row in tasks),
            *(_timer(row, elements.get(row.task_id)) for row in timers),
            *(_other(row, elements.get(row.element_id)) for row in waits),
            *(_child(row, elements.get(row.parent_element_id)) for row in children),
            *(_incident(row, elements.get(row.task_id)) for row in incidents),
        ]

    def _some(self, entity: str, row_type: type[Row], *where: Filter) -> list[Any]:
        query = Query(entity=entity, where=both(*where), order=(Order("id"),), limit=MOST)
        return _page(self.app, self.link, query, row_type)

    def _matching(self, row_type: type[Row]) -> list[Any]:
        return self.app.store.reader.matching(self.link, row_type, {"execution_id": self.execution.id}, MOST)

    def _elements(self, *groups: list[Any]) -> dict[int | None, ElementInstance]:
        """The element instances that rows point at, by row id."""
        tasks, timers, waits, children, incidents = groups
        wanted = {row.id for row in tasks}
        wanted |= {row.task_id for row in (*timers, *incidents)}
        wanted |= {row.element_id for row in waits} | {row.parent_element_id for row in children}
        ids = sorted(each for each in wanted if each is not None)
        return {row.id: row for row in self.rows(ElementInstance, "id", ids)} if ids else {}


def _name(element: ElementInstance | None) -> str | None:
    return None if element is None else element.element + element.suffix


def _task(task: Task, element: ElementInstance | None) -> Waiting:
    return Waiting(
        kind=task.kind,
        element=_name(element),
        uid=task.uid,
        name=element.name if element else task.title,
        phase=task.phase,
        queue=task.queue,
        assignee=task.assignee,
        holder=element.holder if element else None,
        since=task.created_at,
        due_at=task.due_at,
    )


def _timer(timer: Timer, element: ElementInstance | None) -> Waiting:
    return Waiting(kind="timer", name=timer.kind, element=_name(element), due_at=timer.due_at)


def _other(wait: Wait, element: ElementInstance | None) -> Waiting:
    return Waiting(kind=wait.kind, element=_name(element), since=wait.created_at)


def _child(child: Execution, element: ElementInstance | None) -> Waiting:
    return Waiting(
        kind="execution",
        element=_name(element),
        uid=child.uid,
        name=child.key,
        phase=child.phase,
        since=child.created_at,
    )


def _incident(incident: Incident, element: ElementInstance | None) -> Waiting:
    return Waiting(
        kind="incident",
        element=incident.element or _name(element),
        uid=incident.uid,
        name=incident.type,
        message=incident.message,
        since=incident.created_at,
    )
