"""Trying a workflow out: the real engine runs it, and mocks stand for everything that would reach outside.

A test run starts no other work, tells nobody and waits for nothing but mocks. It is bounded in reports and in time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from taskyard.app.execution_stream import rows_of
from taskyard.engine.flow.commands import RemoveExecution, ReportTask, StartExecution
from taskyard.engine.flow.tested import REAL
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.principal import Principal
from taskyard.model.query import Cmp, Order, Query, both, eq
from taskyard.store.link import Link

if TYPE_CHECKING:
    from taskyard.app.application import Application

MOST = 10_000
"""Mocks that one test run takes."""

SECONDS = 30.0
"""How long one test run takes at most."""

PAUSE = 0.05
WIDTH = 1_000


class Mock(msgspec.Struct, kw_only=True):
    """What one attempt at a task gives back; the times are milliseconds that it is shown to have taken."""

    status: str = "COMPLETED"
    output: dict[str, Any] = {}
    execution_time: int = 0
    queue_wait_time: int = 0


class Mocks(msgspec.Struct, kw_only=True):
    """The mocks of a workflow by reference name, each list in the order of attempts; `children` by the reference name
    of the task that starts the sub-workflow."""

    tasks: dict[str, list[Mock]] = {}
    children: dict[str, Mocks] = {}


class Tested(msgspec.Struct, frozen=True):
    """The execution of a test run, and the mock that each task (public id) took."""

    execution: Execution
    taken: dict[str, Mock]


async def run(app: Application, command: StartExecution, mocks: Mocks) -> Tested:
    """Start a test run and report mocks until it ends, a task has none, or none is left. Raises `Rejected` like a start."""
    started = await app.run(msgspec.structs.replace(command, test=True))
    test = _Test(app, command.actor)
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    while loop.time() < end and len(test.taken) < MOST:
        row = await app.row(Execution, id=started.execution.id)
        if row is None or row.phase == "closed":
            break
        moved = await test.turn(row, mocks)
        if test.stopped:
            break
        if not moved:
            await asyncio.sleep(PAUSE)
    row = await app.row(Execution, id=started.execution.id)
    return Tested(row or started.execution, test.taken)


async def remove(app: Application, actor: Principal, execution: Execution) -> None:
    """Take the execution of a test run away, with what it started."""
    await app.run(
        RemoveExecution(actor=actor, execution=execution.uid, terminate=True, reason="The test run is over")
    )


class _Test:
    """One test run: what was reported so far, and whether it must stop."""

    def __init__(self, app: Application, actor: Principal | None) -> None:
        self.app = app
        self.actor = actor
        self.taken: dict[str, Mock] = {}
        self.stopped = False

    async def turn(self, execution: Execution, mocks: Mocks) -> bool:
        """Report the next mock of every open task, here and in sub-workflows; whether there was any."""
        opened = await self._open(execution)
        held = [element for element in opened if element.kind not in REAL]
        if any(_listed(mocks, element) is None for element in held):
            self.stopped = True
            return False
        moved = False
        for element in opened:
            if element.kind == "SUB_WORKFLOW" and element.child_id is not None:
                child = await self.app.row(Execution, id=element.child_id)
                if child is not None and child.phase != "closed":
                    moved |= await self.turn(child, mocks.children.get(element.element, Mocks()))
                    if self.stopped:
                        return moved
        for element in held:
            if waiting := _listed(mocks, element):
                await self._report(element, waiting.pop(0))
                moved = True
        if held and not moved:
            self.stopped = True
        return moved

    async def _open(self, execution: Execution) -> list[ElementInstance]:
        query = Query(
            entity="element",
            where=both(eq("execution_id", execution.id), Cmp("closed_at", "is_null")),
            order=(Order("id"),),
            limit=WIDTH,
        )

        def read(link: Link) -> list[ElementInstance]:
            page = self.app.store.reader.page(link, query)
            rows = rows_of(self.app.store.reader, link)
            return rows(ElementInstance, "id", [row_id for row_id, _ in page.ids])

        return sorted(await self.app.store.read(read), key=lambda element: element.seq)

    async def _report(self, element: ElementInstance, mock: Mock) -> None:
        self.taken[element.uid] = mock
        await self.app.run(
            ReportTask(
                actor=self.actor,
                task=element.uid,
                status=mock.status,
                output=mock.output,
                reason=None if mock.status == "COMPLETED" else f"The mock says {mock.status}",
            )
        )


def _listed(mocks: Mocks, element: ElementInstance) -> list[Mock] | None:
    """The mocks left for a record; None when none were ever given for its name."""
    return mocks.tasks.get(element.element + element.suffix, mocks.tasks.get(element.element))
