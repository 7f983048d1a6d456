"""The server's own workers: they lease tasks from queues `system:<TYPE>`, do them, and report like any worker.

What a stopped server had in work is offered again, so that everything here happens at least once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from taskyard.app import secrets
from taskyard.app.application import Application
from taskyard.app.work import Leased, poll
from taskyard.engine.expressions.template import put_secrets, secrets_in
from taskyard.engine.flow.commands import ReportTask
from taskyard.engine.leases import SYSTEM, ExpireLease, ExtendLease
from taskyard.model.execution import ElementInput, ElementInstance
from taskyard.model.problem import Rejected
from taskyard.model.task import Lease, Task
from taskyard.store.due import abandoned
from taskyard.telemetry import log

MOST = 32
"""Tasks of one type that a process does at once."""
LEASE_MS = 30_000
EXTEND_SECONDS = 10.0
WAIT_MS = 60_000
RETRY_SECONDS = 1.0
REPORTS = 5
"""How often a report is tried while the store is away; then the lease runs out and the task is done again."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class SystemJob(msgspec.Struct, frozen=True):
    """A task to do. `input` has its secrets put in: it is not to be stored or logged."""

    task: Task
    lease: Lease
    element: ElementInstance | None
    input: dict[str, Any]


class Performed(msgspec.Struct, frozen=True):
    """What came of it: a status of `engine.flow.status`, with output and, where it failed, the reason."""

    status: str
    output: dict[str, Any] = {}
    reason: str | None = None
    callback_after: int = 0


Perform = Callable[[Application, SystemJob], Awaitable[Performed]]

_performers: dict[str, Perform] = {}


def performs(kind: str) -> Callable[[Perform], Perform]:
    """Register who does the tasks of a type: `async perform(app, job) -> Performed`. What it raises fails the task. It must
    keep its own limits of time and size."""

    def register(perform: Perform) -> Perform:
        _performers[kind] = perform
        return perform

    return register


class SystemWork:
    """The workers of one process, for every type that has somebody to do it."""

    def __init__(self, app: Application, holder: str, performers: dict[str, Perform] | None = None) -> None:
        self.app = app
        self.holder = holder
        self.performers = dict(_performers if performers is None else performers)
        self._serving: list[asyncio.Task[None]] = []
        self._busy: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up what a former process left, where no other can be at work, and begin."""
        if self.app.store.reads_inline:
            left = self.app.store.read_now(lambda link: abandoned(link, SYSTEM))
            for lease in left:
                command = ExpireLease(task_id=lease.task_id, execution_id=lease.execution_id, abandoned=True)
                await self.app.run(command)
        for kind, perform in self.performers.items():
            self._serving.append(asyncio.create_task(self._serve(kind, perform)))

    async def close(self) -> None:
        tasks = [*self._serving, *self._busy]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, kind: str, perform: Perform) -> None:
        running: set[asyncio.Task[None]] = set()
        while not self.app.wakeups.closed:
            if len(running) >= MOST:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                continue
            try:
                leased = await poll(
                    self.app, None, SYSTEM + kind, "", self.holder, MOST - len(running), WAIT_MS, LEASE_MS
                )
            except Rejected as refusal:
                log.warning("system_work_waits", kind=kind, error=refusal.problem.detail)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for one in leased:
                task = asyncio.create_task(self._do(one, perform))
                for group in (running, self._busy):
                    group.add(task)
                    task.add_done_callback(group.discard)

    async def _do(self, leased: Leased, perform: Perform) -> None:
        """Do one task with its lease kept alive, and report it."""
        doing = asyncio.ensure_future(self._performed(leased, perform))
        try:
            while not (await asyncio.wait({doing}, timeout=EXTEND_SECONDS))[0]:
                if not await self._extended(leased):
                    return
            await self._report(leased, doing.result())
        finally:
            doing.cancel()

    async def _performed(self, leased: Leased, perform: Perform) -> Performed:
        try:
            job = SystemJob(leased.task, leased.lease, leased.element, await self._input(leased))
            return await perform(self.app, job)
        except Rejected as refusal:
            return Performed("FAILED", reason=refusal.problem.detail)
        except Exception as fault:
            log.error("system_work_failed", task=leased.task.uid, exc_info=fault)
            return Performed("FAILED", reason=f"{type(fault).__name__}: {fault}")

    async def _input(self, leased: Leased) -> dict[str, Any]:
        stored = await self.app.row(ElementInput, element_id=leased.task.id)
        value = _decode(stored.document) if stored is not None else {}
        wanted = secrets_in(value)
        if not wanted:
            return value
        known = await secrets.lookup(self.app, wanted)
        return put_secrets(value, known.get)

    async def _extended(self, leased: Leased) -> bool:
        """The task is still this worker's."""
        command = ExtendLease(task=leased.task.uid, holder=self.holder, token=leased.lease.token, ms=LEASE_MS)
        try:
            await self.app.run(command)
        except Rejected as refusal:
            return refusal.problem.code == "unavailable"
        return True

    async def _report(self, leased: Leased, performed: Performed) -> None:
        command = ReportTask(
            task=leased.task.uid,
            status=performed.status,
            output=performed.output,
            reason=performed.reason,
            callback_after=performed.callback_after,
            worker=self.holder,
        )
        for attempt in range(REPORTS):
            try:
                await self.app.run(command)
                return
            except Rejected as refusal:
                if refusal.problem.code != "unavailable":
                    log.warning("system_work_refused", task=leased.task.uid, error=refusal.problem.detail)
                    return
            await asyncio.sleep(RETRY_SECONDS * 2**attempt)


async def keep_system_work(app: Application, holder: str) -> None:
    """Do the tasks that are the server's own until the application closes. `holder` names this process."""
    workers = SystemWork(app, holder)
    app.on_close(workers.close)
    await workers.start()
