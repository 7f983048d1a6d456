"""Time from the start of the process to its first answer, and what it holds in memory when idle."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.postgres import free_port
from tests.server import TOKEN
from tools.bench.figure import at_most
from tools.bench.stage import SMALL, Stage, resident


def starts(stage: Stage) -> None:
    """Existing databases, small and large, and fresh ones."""
    stage.stop_servers()
    for database in stage.databases:
        for size in (SMALL, stage.big):
            world = stage.world(database, size)
            begun = [_start(world.data, world.url) for _ in range(stage.rounds)]
            value = statistics.median(seconds for seconds, _ in begun)
            what = f"start to first 200, {size:,} rows per list"
            stage.add("Start", database, what, value, at_most(1.0), unit="s")
            memory = statistics.median(megabytes for _, megabytes in begun)
            stage.add("Memory", database, f"idle, {size:,} rows per list", memory, at_most(120), unit="MB")
        fresh = [_start(*stage.worlds.empty(database)) for _ in range(stage.rounds)]
        value = statistics.median(seconds for seconds, _ in fresh)
        stage.add("Start", database, "start to first 200, fresh database", value, at_most(2.0), unit="s")


def _start(data: Path, url: str | None) -> tuple[float, float]:
    """Seconds to the first 200 of a page of tasks, and resident megabytes a moment later."""
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "taskyard", "serve", "--port", str(port), "--data", str(data)]
    command += ["--database-url", url] if url else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TASKYARD_")}
    environment["TASKYARD_ADMIN_TOKEN"] = TOKEN
    with (data / "server.log").open("ab") as log:
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _await_answer(process, port)
        seconds = time.perf_counter() - begun
        time.sleep(1)
        return seconds, resident(process)
    finally:
        process.terminate()
        process.wait(30)


def _await_answer(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            client.request("GET", "/v1/tasks?limit=1", headers={"Authorization": f"Bearer {TOKEN}"})
            if client.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"the server ended with {process.returncode}")
