"""The product's own rounds: commands through `Application.run`, with its deciders, checks, timers and wake-ups.

Run as `python -m tools.bench.cycling WORK CLIENTS DATA [URL]`; see `rounds`. WORK is `queue` (a task is created, leased and
finished), `engine` (the task is the only step of a workflow) or `steps` (a workflow of three steps).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvloop
from tools.bench.rounds import work
from tools.bench.world import settings_of

from taskyard.app.application import Application
from taskyard.engine.flow.commands import ReportTask, StartExecution
from taskyard.engine.leases import FinishTask, LeaseTasks
from taskyard.engine.tasks import CreateTasks, NewTask
from taskyard.engine.work import Handout
from taskyard.model.principal import Principal
from taskyard.server import Server

QUEUES = 8
PAYLOAD = msgspec.json.encode({"invoice": 4711, "text": "x" * 420}).decode()
RESULT = {"approved": True, "amount": 100}


class Bench:
    """What one client does, over and over."""

    def __init__(self, app: Application, admin: Principal) -> None:
        self.app = app
        self.admin = admin

    async def queue(self, number: int) -> None:
        """Create, lease and finish one task."""
        queue = f"q{number % QUEUES}"
        new = NewTask(kind="worker", title="Invoice 4711", queue=queue, payload=PAYLOAD)
        await self.app.run(CreateTasks(actor=self.admin, tasks=(new,)))
        holder = f"w{number}"
        leased = (await self.lease(queue, holder)).tasks[0]
        await self.app.run(FinishTask(actor=self.admin, task=leased.task.uid, holder=holder, output=RESULT))

    async def engine(self, number: int) -> None:
        """Start a workflow of one step, lease it and report it."""
        await self.workflow(f"one{number % QUEUES}", 1)

    async def steps(self, number: int) -> None:
        """The same with three steps."""
        await self.workflow(f"three{number % QUEUES}", 3)

    async def workflow(self, name: str, steps: int) -> None:
        await self.app.run(
            StartExecution(actor=self.admin, key=name, document=workflow(name, steps), input=PAYLOAD)
        )
        for step in range(steps):
            leased = (await self.lease(f"{name}.{step}", name)).tasks[0]
            report = ReportTask(actor=self.admin, task=leased.task.uid, status="COMPLETED", output=RESULT)
            await self.app.run(report)

    async def lease(self, queue: str, holder: str) -> Handout:
        """One task; another client may have been quicker, then one of its tasks comes soon."""
        while True:
            handed = await self.app.run(LeaseTasks(actor=self.admin, queue=queue, holder=holder))
            if handed.tasks:
                return handed


def workflow(name: str, steps: int) -> str:
    """A definition of that many worker tasks, one after the other, each of a queue of its own."""
    tasks = [
        {
            "name": f"{name}.{step}",
            "task_reference_name": f"step{step}",
            "input_parameters": {"invoice": "${workflow.input.invoice}"},
        }
        for step in range(steps)
    ]
    document = {"document": "flow.workflow/1", "name": name, "version": 1, "tasks": tasks}
    return msgspec.json.encode(document).decode()


async def main(what: str, clients: int, data: str, url: str | None = None) -> None:
    server = Server(settings_of(Path(data), url))
    await server.open()
    app = server.app
    assert app is not None
    admin = await app.identity.by_name("admin")
    assert admin is not None
    bench = Bench(app, admin)
    works: dict[str, Callable[[int], Awaitable[None]]] = {
        "queue": bench.queue,
        "engine": bench.engine,
        "steps": bench.steps,
    }
    try:
        await work(clients, works[what])
    finally:
        await server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
