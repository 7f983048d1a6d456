"""Waiting for an execution: until it has ended, or until something in it, or in what it has started, blocks."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from taskyard.app.application import Application
from taskyard.app.execution_stream import rows_of
from taskyard.app.executions import moment
from taskyard.model.execution import ElementInstance, Execution, Timer
from taskyard.model.problem import rejected
from taskyard.model.query import Cmp, Filter, Order, Query, both, one_of
from taskyard.store.link import Link

BLOCKS = ("WAIT", "YIELD")
"""Types that block while they are open and no timer ends them."""

STARTS = ("SUB_WORKFLOW",)
TIMER = "wait"
DEPTH = 50
WIDTH = 1_000
"""Records of one level that are looked at."""


class Standing(msgspec.Struct, frozen=True):
    """How an execution stands: what blocks it (the execution in which it does, and the record), and the public ids of
    the open executions that were looked at."""

    execution: Execution
    blocked: tuple[Execution, ElementInstance] | None
    watched: list[str]

    @property
    def settled(self) -> bool:
        return self.blocked is not None or self.execution.phase == "closed"


async def settle(
    app: Application, execution: Execution, references: list[str], seconds: float
) -> tuple[Standing, bool]:
    """Wait until the execution has ended or blocks: an open wait without a timer, or a closed task of one of the names
    in `references`, here or in an open sub-workflow. How it stands then, and whether the time was up first."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    with app.wakeups.listen([f"execution:{execution.uid}"]) as waiter:
        while True:
            waiter.take()
            standing = await stand(app, execution, references)
            if standing.settled:
                return standing, False
            joined = [app.wakeups.join(waiter, f"execution:{uid}") for uid in standing.watched]
            if any(joined):
                continue
            left = end - loop.time()
            if left <= 0 or app.wakeups.closed:
                return standing, True
            await waiter.wait(min(left, app.wakeups.slow))


async def stand(app: Application, execution: Execution, references: list[str]) -> Standing:
    """How an execution stands now. A few queries for each level of sub-workflows, however wide it is."""

    def read(link: Link) -> Standing:
        with moment(app, link):
            return _stand(app, link, execution, references)

    if app.store.reads_inline:
        return app.store.read_now(read)
    return await app.store.read(read)


def _stand(app: Application, link: Link, execution: Execution, references: list[str]) -> Standing:
    rows = rows_of(app.store.reader, link)
    current = rows(Execution, "id", [execution.id])
    if not current:
        raise rejected(
            "not_found", f"No such workflow found by id: {execution.uid}", reason="unknown_execution"
        )
    root: Execution = current[0]
    watched: list[str] = []
    level = {root.id: root} if root.phase != "closed" else {}
    for _ in range(DEPTH):
        if not level:
            break
        watched += [one.uid for one in level.values()]
        opened = _records(app, link, level, Cmp("closed_at", "is_null"), one_of("kind", BLOCKS + STARTS))
        blocking = _untimed(opened, rows) + _reached(app, link, level, references)
        if blocking:
            first = min(blocking, key=lambda one: one.seq)
            return Standing(root, (level[first.execution_id], first), watched)
        children = sorted({one.child_id for one in opened if one.child_id is not None})
        found = rows(Execution, "id", children) if children else []
        level = {one.id: one for one in found if one.phase != "closed"}
    return Standing(root, None, watched)


def _untimed(opened: list[ElementInstance], rows: Any) -> list[ElementInstance]:
    """Open waits that no timer ends."""
    waits = [one for one in opened if one.kind in BLOCKS]
    timed = [one.id for one in waits if one.timed]
    ending = {row.task_id for row in rows(Timer, "task_id", timed) if row.kind == TIMER} if timed else set()
    return [one for one in waits if one.id not in ending]


def _reached(
    app: Application, link: Link, level: dict[int, Execution], references: list[str]
) -> list[ElementInstance]:
    """Closed records of the awaited names that no further attempt follows."""
    if not references:
        return []
    bare = sorted({name.partition("__")[0] for name in references} | set(references))
    closed = _records(app, link, level, Cmp("closed_at", "not_null"), one_of("element", bare))
    wanted = set(references)
    return [
        one
        for one in closed
        if not one.retried and (one.element in wanted or one.element + one.suffix in wanted)
    ]


def _records(
    app: Application, link: Link, level: dict[int, Execution], *where: Filter
) -> list[ElementInstance]:
    reader = app.store.reader
    query = Query(
        entity="element",
        where=both(one_of("execution_id", sorted(level)), *where),
        order=(Order("id"),),
        limit=WIDTH,
    )
    page = reader.page(link, query)
    return reader.rows(link, ElementInstance, "id", [row_id for row_id, _ in page.ids])
