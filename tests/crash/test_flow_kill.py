"""A server that is killed while it runs workflows, at every named point of the write path and at any moment: nothing that
it acknowledged is lost, nothing runs twice to completion, everything goes on and comes to its end.

`TASKYARD_TEST_KILLS` is how often it is killed per database: few by default, many in `make nightly`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

from tests.crash.flow_load import Ledger, Load, check_ended, open_executions, register
from tests.server import Server
from tests.trouble.doctor import healthy

from taskyard.store.crash_point import POINTS

SEED = 7
KILLS = int(os.environ.get("TASKYARD_TEST_KILLS", "16"))
STARTS = 12
"""Executions that each life of the server may start."""
LIFE_SECONDS = 1.5
END_SECONDS = 60
PASSES = {"load": 250, "decide": 600, "flush": 120, "commit": 120, "committed": 120, "reply": 120}
"""How often a point is passed, at most, before the server dies there: within its life under this load."""


def test_killed_again_and_again(database: str | None, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    server = Server(tmp_path / "doomed", database)
    ledger = Ledger()
    server.start()
    register(server.as_admin)
    server.kill()
    died_at_point = 0
    for number in range(KILLS):
        point = (*POINTS, None)[number % (len(POINTS) + 1)]
        server.settings = (
            {} if point is None else {"test_kill": f"{point}:{chance.randint(40, PASSES[point])}"}
        )
        if not came_up(server):
            died_at_point += 1
            continue
        with Load(server, ledger, number * STARTS, STARTS):
            died_at_point += ended_by_itself(
                server, LIFE_SECONDS if point else chance.uniform(0.05, LIFE_SECONDS)
            )
            server.kill()
        if number % 6 == 5:
            healthy(server)
    assert died_at_point >= KILLS // 3, died_at_point
    server.settings = {}
    server.start()
    with Load(server, ledger, 0, 0):
        deadline = time.monotonic() + END_SECONDS
        while open_executions(server.as_admin, ledger) and time.monotonic() < deadline:
            time.sleep(0.3)
    assert open_executions(server.as_admin, ledger) == []
    assert len(ledger.executions) >= KILLS
    check_ended(server.as_admin, ledger)
    server.stop()
    healthy(server)


def came_up(server: Server) -> bool:
    """The server is ready; False when it died at its point before it was, for it has much to catch up with."""
    try:
        server.start()
    except AssertionError:
        assert server.process is not None
        assert server.process.returncode == -signal.SIGKILL, server.tail()
        return False
    return True


def ended_by_itself(server: Server, seconds: float) -> bool:
    """The process died before the time was over."""
    assert server.process is not None
    try:
        server.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
