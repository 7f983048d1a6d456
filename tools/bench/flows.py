"""Workflows as wholes: three steps beside bare commits, and what a step costs in long and in wide ones."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psycopg
from tests.server import TOKEN, Server
from tools.bench import rounds
from tools.bench.cycles import CLIENTS, product, register, rival, workflows
from tools.bench.cycling import PAYLOAD
from tools.bench.figure import at_least, at_most, ratio
from tools.bench.load import Target
from tools.bench.rounds import Worker
from tools.bench.stage import Stage
from tools.bench.world import settings_of

from taskyard.app.application import Application
from taskyard.engine.flow.commands import Leased, Reported, ReportTask, StartExecution
from taskyard.engine.leases import LeaseTasks
from taskyard.model.execution import Execution
from taskyard.server import Server as Product

STEPS = 3
IN_PROCESS, OVER_HTTP = 1.0, 0.5
"""What share of bare commits the commands of workflows have to reach: our own bounds, nobody gave others."""
COMMANDS = 1 + 2 * STEPS
"""Durable commands of such a workflow: its start, and a lease and a report for each step."""
SHORT, LONG = 10, 1_000
NARROW, WIDE = 100, 10_000
BRANCH_WORKERS = 16


def three_steps(stage: Stage) -> None:
    """Start → three worker tasks → completed, 64 clients, beside as many bare commits as that takes commands."""
    for database in stage.databases:
        workers: dict[str, Worker] = {}
        data, url = stage.worlds.empty(database)
        server = Server(data, url).start()
        over_http = []
        try:
            register(server, "three", STEPS)
            workers = {
                "ours": product(stage, database, "steps"),
                "bare": rival(stage, database, "bare"),
            }
            target = Target(url=server.url, token=TOKEN)
            found = rounds.interleaved(workers, stage.rounds, stage.seconds)
            for turn in range(stage.rounds + 1):
                rate = workflows(target, "three", STEPS, stage.seconds)
                bare = workers["bare"].round(stage.seconds).rate
                if turn:
                    over_http.append((rate, bare))
        finally:
            for worker in workers.values():
                worker.close()
            server.stop()
        _add_ratio(
            stage,
            database,
            "in process",
            rounds.rates(found["ours"]),
            rounds.rates(found["bare"]),
            IN_PROCESS,
        )
        ours, bare = (list(each) for each in zip(*over_http, strict=True))
        _add_ratio(stage, database, "over HTTP", ours, bare, OVER_HTTP)


def _add_ratio(
    stage: Stage, database: str, where: str, ours: list[float], bare: list[float], bound: float
) -> None:
    value = ratio(ours, [each / COMMANDS for each in bare])
    note = f"{statistics.median(ours):.0f} workflows, {statistics.median(bare):.0f} bare commits per s"
    what = f"workflow of {STEPS} steps, {CLIENTS} clients, {where} / {COMMANDS} bare commits"
    stage.add("Workflows", database, what, value, at_least(bound), note=note)


class Cost(NamedTuple):
    """Seconds, bytes written and processor seconds of this process, per step."""

    seconds: float
    written: float
    spent: float


def lengths(stage: Stage) -> None:
    """What a step costs in a workflow of ten and in one of a thousand."""
    for database in stage.databases:
        long, short = asyncio.run(_lengths(stage, database))
        _compare(stage, database, f"step of a workflow of {LONG:,} / of {SHORT}", long, short, 1.3)


def widths(stage: Stage) -> None:
    """What a branch costs in a dynamic fork of a hundred and in one of ten thousand."""
    for database in stage.databases:
        wide, narrow = asyncio.run(_widths(stage, database))
        what = f"branch of a dynamic fork of {WIDE:,} / of {NARROW}"
        _compare(stage, database, what, wide, narrow, 1.5)


def _compare(stage: Stage, database: str, what: str, many: list[Cost], few: list[Cost], bound: float) -> None:
    cpu = ratio([cost.spent for cost in many], [cost.spent for cost in few])
    seconds = [cost.seconds * 1000 for cost in many], [cost.seconds * 1000 for cost in few]
    written = [cost.written / 1000 for cost in many], [cost.written / 1000 for cost in few]
    for name, unit, (above, below) in (("time", "ms", seconds), ("bytes written", "KB", written)):
        note = f"{statistics.median(below):.2f} → {statistics.median(above):.2f} {unit}"
        note += f", {cpu:.2f}x by processor time" if name == "time" else ""
        stage.add("Workflows", database, f"{what}, {name}", ratio(above, below), at_most(bound), note=note)


class Line:
    """The product in this process, with what was written to its database so far."""

    def __init__(self, stage: Stage, database: str) -> None:
        self.data, self.url = stage.worlds.empty(database)
        self.server = Product(settings_of(self.data, self.url))

    async def __aenter__(self) -> Line:
        await self.server.open()
        assert self.server.app is not None
        self.app: Application = self.server.app
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.server.close()

    def written(self) -> int:
        """Bytes of the database's log so far; for SQLite all that this process has written to files, log and table
        pages."""
        if self.url is None:
            counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
            return int(counts["wchar"])
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
            assert row is not None
            return int(row[0])

    async def take(self, queue: str) -> Leased | None:
        handed = await self.app.run(LeaseTasks(queue=queue, holder="bench"))
        return handed.tasks[0] if handed.tasks else None

    async def report(self, execution: str, leased: Leased, output: dict[str, Any]) -> Leased | None:
        """Complete a task and take the next."""
        report = ReportTask(
            task=leased.task.uid,
            execution=execution,
            status="COMPLETED",
            output=output,
            worker="bench",
            then_lease=True,
        )
        reported: Reported = await self.app.run(report)
        return reported.next

    async def ended(self, execution: str) -> None:
        """Raises unless the execution has ended well."""
        row = await self.app.row(Execution, uid=execution)
        if row is None or row.outcome != "succeeded":
            raise RuntimeError(f"the execution ended otherwise: {row}")


async def _lengths(stage: Stage, database: str) -> tuple[list[Cost], list[Cost]]:
    long, short = [], []
    async with Line(stage, database) as line:
        for turn in range(4 if stage.quick else 1 + stage.rounds):
            few = await _measured(line, LONG, lambda: _one_by_one(line, SHORT, LONG // SHORT))
            many = await _measured(line, LONG, lambda: _one_by_one(line, LONG, 1))
            if turn:
                short.append(few)
                long.append(many)
    return long, short


async def _widths(stage: Stage, database: str) -> tuple[list[Cost], list[Cost]]:
    """Rounds of forks of a hundred and one of ten thousand; with `--quick` a single one."""
    wide, narrow = [], []
    async with Line(stage, database) as line:
        await _fork(line, NARROW)
        for _ in range(1 if stage.quick else 3):
            few = [await _measured(line, NARROW, lambda: _fork(line, NARROW)) for _ in range(20)]
            narrow.append(Cost(*(statistics.median(column) for column in zip(*few, strict=True))))
            wide.append(await _measured(line, WIDE, lambda: _fork(line, WIDE)))
    return wide, narrow


async def _measured(line: Line, pieces: int, work: Any) -> Cost:
    written, begun, spent = line.written(), time.perf_counter(), time.process_time()
    await work()
    seconds, processor = time.perf_counter() - begun, time.process_time() - spent
    return Cost(seconds / pieces, (line.written() - written) / pieces, processor / pieces)


async def _one_by_one(line: Line, steps: int, times: int) -> None:
    """Workflows whose every step uses what the one before gave."""
    name = f"line{steps}"
    tasks = [
        {
            "name": name,
            "task_reference_name": f"step{step}",
            "input_parameters": {
                "invoice": "${workflow.input.invoice}",
                "before": f"${{step{step - 1}.output.r}}",
            },
        }
        for step in range(steps)
    ]
    document = _document(name, tasks)
    for _ in range(times):
        started = await line.app.run(StartExecution(key=name, document=document, input=PAYLOAD))
        execution = started.execution.uid
        leased = await line.take(name)
        for step in range(steps):
            assert leased is not None
            leased = await line.report(execution, leased, {"r": step})
        await line.ended(execution)


async def _fork(line: Line, width: int) -> None:
    """A dynamic fork whose branches several workers do."""
    fork = {
        "name": "fork",
        "task_reference_name": "fork",
        "type": "FORK_JOIN_DYNAMIC",
        "dynamic_fork_tasks_param": "tasks",
        "dynamic_fork_tasks_input_param_name": "inputs",
        "input_parameters": {"tasks": "${workflow.input.tasks}", "inputs": "${workflow.input.inputs}"},
    }
    join = {"name": "join", "task_reference_name": "join", "type": "JOIN"}
    branches = [
        {"name": "branch", "taskReferenceName": f"b{number}", "type": "SIMPLE"} for number in range(width)
    ]
    inputs = {f"b{number}": {"number": number} for number in range(width)}
    given = msgspec.json.encode({"tasks": branches, "inputs": inputs}).decode()
    started = await line.app.run(
        StartExecution(key="fork", document=_document("fork", [fork, join]), input=given)
    )
    execution = started.execution.uid

    async def worker() -> None:
        leased = await line.take("branch")
        while leased is not None:
            leased = await line.report(execution, leased, {"r": 1})

    await asyncio.gather(*[worker() for _ in range(BRANCH_WORKERS)])
    await line.ended(execution)


def _document(name: str, tasks: list[dict[str, Any]]) -> str:
    document = {"document": "flow.workflow/1", "name": name, "version": 1, "tasks": tasks}
    return msgspec.json.encode(document).decode()
