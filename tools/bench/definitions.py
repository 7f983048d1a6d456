"""Lists that have no pages: task definitions of Conductor, tasks of Puppet."""

from __future__ import annotations

import statistics
from pathlib import Path

from tests.server import Server
from tools.bench.figure import at_most, ratio
from tools.bench.load import interleaved, medians
from tools.bench.pages import size_of
from tools.bench.stage import SMALL, Stage, as_admin

TEN = 10_000
METADATA = (
    '{"description":"Restarts a service","input_method":"stdin","parameters":'
    '{"name":{"description":"Which","type":"String[1]"},"force":{"type":"Optional[Boolean]"}}}'
)


def conductor(stage: Stage) -> None:
    """Ten thousand task definitions listed, per definition against a thousand."""
    for database in stage.databases:
        servers = {size: stage.server(database, size) for size in (SMALL, TEN)}
        targets = {
            str(size): as_admin(server, "/api/metadata/taskdefs", connections=1)
            for size, server in servers.items()
        }
        size = size_of(targets[str(TEN)])
        loads = interleaved(targets, stage.rounds, max(3, stage.seconds))
        many, few = medians(loads[str(TEN)]), medians(loads[str(SMALL)])
        note = f"{statistics.median(many):.0f} ms, {size / 1e6:.1f} MB"
        value = ratio([each / (TEN / SMALL) for each in many], few)
        what = f"{TEN:,} task definitions: time of each / of {SMALL:,}"
        stage.add("Lists", database, what, value, at_most(1.5), note=note)


def puppet(stage: Stage) -> None:
    """The task list of a code directory. All of it is the answer, so it is time per task that is compared."""
    most = 5_000 if stage.quick else 20_000
    servers: dict[int, Server] = {}
    try:
        for size in (SMALL, most):
            code = _code_directory(stage, size)
            data, _ = stage.worlds.empty("sqlite")
            servers[size] = Server(data, flags=("--puppet-code", str(code))).start()
        targets = {
            str(size): as_admin(server, "/orchestrator/v1/tasks", connections=1)
            for size, server in servers.items()
        }
        loads = interleaved(targets, stage.rounds, max(3, stage.seconds))
    finally:
        for server in servers.values():
            server.stop()
    many, few = medians(loads[str(most)]), medians(loads[str(SMALL)])
    note = f"{statistics.median(few):.1f} → {statistics.median(many):.0f} ms"
    value = ratio([each / (most / SMALL) for each in many], few)
    what = f"Puppet tasks: time of each of {most:,} / of {SMALL:,}"
    stage.add("Lists", "-", what, value, at_most(1.5), note=note)


def _code_directory(stage: Stage, tasks: int, per_module: int = 20) -> Path:
    home = stage.worlds.home / f"code-{tasks}"
    for module in range(tasks // per_module):
        where = home / "environments" / "production" / "modules" / f"module{module}" / "tasks"
        if where.exists():
            continue
        where.mkdir(parents=True)
        for number in range(per_module):
            (where / f"task{number}.sh").write_text("#!/bin/sh\necho done\n")
            (where / f"task{number}.json").write_text(METADATA)
    return home
