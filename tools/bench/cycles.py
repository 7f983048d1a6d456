"""G7, G10 and G11: create → lease → complete, each a durable command, beside the ways in which one writes it by hand."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from pathlib import Path

from tests.server import TOKEN, Server
from tools.bench import rounds
from tools.bench.figure import at_least, ratio
from tools.bench.load import Failed, Target
from tools.bench.rounds import Worker
from tools.bench.stage import PEERS, ROOT, Stage

CLIENTS = 64
GOALS = {
    "sqlite": {"aiosqlite": 4.0, "inline": 4.0, "sqlalchemy": 20.0},
    "postgres": {"asyncpg": 4.0, "sqlalchemy": 15.0},
}
"""How many times as fast as each rival it has to be."""
WAYS = {
    "aiosqlite": "aiosqlite, commit per command",
    "inline": "sqlite3 inline, commit per command",
    "sqlalchemy": "SQLAlchemy async",
    "asyncpg": "asyncpg, statement = transaction",
}
OURS = {"queue": "task alone", "engine": "workflow of one step"}
NUMBERS = {"sqlite": "G7", "postgres": "G10"}


def product(stage: Stage, database: str, what: str, clients: int = CLIENTS) -> Worker:
    """The product in a process of its own, on an empty database."""
    data, url = stage.worlds.empty(database)
    return product_on(what, clients, data, url)


def product_on(what: str, clients: int, data: Path, url: str | None) -> Worker:
    command = [sys.executable, "-m", "tools.bench.cycling", what, str(clients), str(data)]
    return Worker(command + ([url] if url else []), ROOT)


def rival(stage: Stage, database: str, way: str) -> Worker:
    """A rival in a process of its own, on an empty database."""
    command = [str(stage.peers_python()), "cycles.py", way, str(CLIENTS), rival_database(stage, database)]
    return Worker(command, PEERS)


def rival_database(stage: Stage, database: str) -> str:
    data, url = stage.worlds.empty(database)
    data.mkdir(parents=True)
    return url or str(data / "rival.db")


def cycles(stage: Stage) -> None:
    """G7 and G10 in process: 64 clients against 64 clients, through all deciders."""
    for database in stage.databases:
        workers: dict[str, Worker] = {}
        try:
            for what in OURS:
                workers[what] = product(stage, database, what)
            for way in GOALS[database]:
                workers[way] = rival(stage, database, way)
            found = rounds.interleaved(workers, stage.rounds, stage.seconds)
        finally:
            for worker in workers.values():
                worker.close()
        for what, name in OURS.items():
            for way, bound in GOALS[database].items():
                value = ratio(rounds.rates(found[what]), rounds.rates(found[way]))
                note = rounds.compared(found[what], found[way])
                label = f"cycle, {name} / {WAYS[way]}"
                stage.add(NUMBERS[database], database, label, value, at_least(bound), note=note)


def cycles_over_http(stage: Stage) -> None:
    """The same as requests, on both sides: a workflow of one step is started, polled for and reported."""
    for database in stage.databases:
        data, url = stage.worlds.empty(database)
        server = Server(data, url).start()
        try:
            register(server, "cycle", 1)
            targets = {"ours": Target(url=server.url, token=TOKEN)}
            for way in GOALS[database]:
                targets[way] = stage.peer("", "cycles_served", way, rival_database(stage, database))
            found: dict[str, list[float]] = {name: [] for name in targets}
            for turn in range(stage.rounds + 1):
                for name, target in targets.items():
                    rate = workflows(target, "cycle", 1, stage.seconds)
                    if turn:
                        found[name].append(rate)
        finally:
            server.stop()
        for way, bound in GOALS[database].items():
            note = f"{statistics.median(found['ours']):.0f} / {statistics.median(found[way]):.0f} per s"
            label = f"cycle over HTTP, workflow of one step / {WAYS[way]}"
            value = ratio(found["ours"], found[way])
            stage.add(NUMBERS[database], database, label, value, at_least(bound), note=note)


def processes(stage: Stage) -> None:
    """G11: two processes on one PostgreSQL against one with as many clients in total."""
    if "postgres" not in stage.databases:
        return
    for what, name in OURS.items():
        workers: list[Worker] = []
        try:
            workers.append(product(stage, "postgres", what, CLIENTS * 2))
            homes = [stage.worlds.empty("postgres") for _ in range(2)]
            workers += [product_on(what, CLIENTS, data, homes[0][1]) for data, _ in homes]
            one, two = _turns(workers, stage)
        finally:
            for worker in workers:
                worker.close()
        note = f"{statistics.median(two):.0f} / {statistics.median(one):.0f} per s"
        label = f"cycle, {name}: 2 processes / 1, {CLIENTS * 2} clients in all"
        stage.add("G11", "postgres", label, ratio(two, one), at_least(1.3), note=note)


def _turns(workers: list[Worker], stage: Stage) -> tuple[list[float], list[float]]:
    """Rates of the one alone and of the two together, per round."""
    alone, *pair = workers
    one, two = [], []
    for turn in range(stage.rounds + 1):
        single = alone.round(stage.seconds).rate
        for worker in pair:
            worker.begin(stage.seconds)
        double = sum(worker.rate().rate for worker in pair)
        if turn:
            one.append(single)
            two.append(double)
    return one, two


def register(server: Server, name: str, steps: int) -> None:
    """Make a workflow of worker tasks known."""
    tasks = [
        {
            "name": f"{name}.{step}",
            "taskReferenceName": f"step{step}",
            "type": "SIMPLE",
            "inputParameters": {"invoice": "${workflow.input.invoice}"},
        }
        for step in range(steps)
    ]
    document = {"name": name, "version": 1, "ownerEmail": "bench@example.org", "tasks": tasks}
    document |= {"schemaVersion": 2, "timeoutSeconds": 0}
    server.as_admin.post("/api/metadata/workflow", json=document).raise_for_status()


def workflows(target: Target, name: str, steps: int, seconds: float) -> float:
    """Workflows per second that end over HTTP, with 64 connections. Raises `Failed` when a request was refused."""
    script = Path(__file__).with_name("cycle.lua")
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
    if target.token is not None:
        command += ["-H", f"Authorization: Bearer {target.token}"]
    done = subprocess.run(
        [*command, target.url, "--", name, str(steps)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    said = re.search(r"cycles (\d+) failed (\d+) empty (\d+) seconds ([\d.]+)", done.stdout)
    if said is None or said[2] != "0" or said[1] == "0" or "Socket errors" in done.stdout:
        raise Failed(f"{target.url}:\n{done.stdout}{done.stderr}")
    return int(said[1]) / float(said[4])
