"""G8, G9 and G13: what durable writes cost over HTTP, alone, and with kept totals."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any
from unittest import mock

from tests.server import Server
from tools.bench.figure import at_least, at_most, ratio
from tools.bench.load import by_cost, interleaved, rates
from tools.bench.stage import Stage, as_admin
from tools.bench.world import settings_of

from taskyard.engine.tasks import CreateTasks, NewTask
from taskyard.model.time import SystemClock
from taskyard.server import load_deciders, prepare, store_settings
from taskyard.store import flush
from taskyard.store.batch import Ticket
from taskyard.store.block import Blocks
from taskyard.store.counter import Deltas
from taskyard.store.lane import Lane, Waiting
from taskyard.store.store import Store

CLIENTS = 64
BODY = (
    '{"title":"Invoice 4711","priority":2,"candidate_groups":["finance"],"category":"invoices",'
    '"payload":{"amount":100}}'
)


def created(stage: Stage) -> None:
    """G8: durable creates against a fixed answer of the same server, 64 clients."""
    for database in stage.databases:
        data, url = stage.worlds.empty(database)
        server = Server(data, url).start()
        try:
            targets = {
                "create": as_admin(server, "/v1/tasks", body=BODY, connections=CLIENTS),
                "fixed": as_admin(server, "/healthz", connections=CLIENTS),
            }
            loads = interleaved(targets, stage.rounds, stage.seconds)
        finally:
            server.stop()
        rate = rates(loads["create"])
        note = f"{statistics.median(rate):.0f}/s, {by_cost(loads['create'], loads['fixed'])}"
        value = ratio(rate, rates(loads["fixed"]))
        stage.add("G8", database, "POST /v1/tasks / GET /healthz", value, at_least(0.30), note=note)


def alone(stage: Stage) -> None:
    """G9: a lone client's command through the lane against the same transaction run inline on the loop."""
    for database in stage.databases:
        with _opened(stage, database) as store:
            lane = _idle_lane(store)
            through, inline = asyncio.run(_lone(store, lane, stage.rounds, 100 if stage.quick else 400))
        note = f"p50 {statistics.median(through) * 1000:.2f} / {statistics.median(inline) * 1000:.2f} ms"
        what = "one client: command through the lane / inline, time"
        stage.add("G9", database, what, ratio(through, inline), at_most(1.8), note=note)


def counted(stage: Stage) -> None:
    """G13: creates with kept totals against creates without them, 64 clients in this process."""
    for database in stage.databases:
        with _opened(stage, database) as store:
            kept, bare = [], []
            for turn in range(stage.rounds + 1):
                kept_rate = asyncio.run(_throughput(store, stage.seconds))
                with mock.patch.object(flush, "Deltas", Uncounted):
                    bare_rate = asyncio.run(_throughput(store, stage.seconds))
                if turn:
                    kept.append(kept_rate)
                    bare.append(bare_rate)
        note = f"{statistics.median(kept):.0f} / {statistics.median(bare):.0f} per s"
        what = f"{CLIENTS} clients: creates with kept totals / without"
        stage.add("G13", database, what, ratio(kept, bare), at_least(0.85), note=note)


class Uncounted(Deltas):
    """Counts nothing."""

    def change(self, before: Any, after: Any) -> None:
        return None

    def add(self, rows: Any) -> None:
        return None


class _opened:
    """An empty store of this process."""

    def __init__(self, stage: Stage, database: str) -> None:
        data, url = stage.worlds.empty(database)
        settings = settings_of(data, url)
        store_settings(settings)
        prepare(settings)
        load_deciders()
        self.store = Store(store_settings(settings), SystemClock())

    def __enter__(self) -> Store:
        self.store.open()
        return self.store

    def __exit__(self, *error: object) -> None:
        self.store.close()


def _command(number: int) -> CreateTasks:
    task = NewTask(title=f"Invoice {number}", candidate_groups=("finance",), attributes={"category": "a"})
    return CreateTasks(actor=None, tasks=(task,))


def _idle_lane(store: Store) -> Lane:
    """A lane that nobody started, with a connection and ids of its own; used only while the others are idle."""
    first, link = store.lanes[0], store._writer()
    return Lane(
        link,
        waiting=Waiting(),
        clock=first.clock,
        blocks=Blocks(lambda size: link.reserve("row", size)),
        postgres=first.postgres,
        shard=0,
        committed=first.committed,
        limits=first.limits,
        constants=first.constants,
    )


async def _lone(store: Store, lane: Lane, rounds: int, count: int) -> tuple[list[float], list[float]]:
    """Median seconds of a command, per round: through the lane, and inline."""
    loop = asyncio.get_running_loop()
    through, inline = [], []
    for turn in range(rounds + 1):
        some = []
        for number in range(count):
            begun = time.perf_counter()
            await store.submit(_command(number))
            some.append(time.perf_counter() - begun)
        others = []
        for number in range(count):
            ticket = Ticket(_command(number), loop, loop.create_future())
            begun = time.perf_counter()
            lane._batch([ticket])
            others.append(time.perf_counter() - begun)
        if turn:
            through.append(statistics.median(some))
            inline.append(statistics.median(others))
    return through, inline


async def _throughput(store: Store, seconds: float) -> float:
    """Creates per second of many clients, each waiting for its own before the next."""
    end = time.perf_counter() + seconds
    done = 0

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await store.submit(_command(done))
            done += 1

    begun = time.perf_counter()
    await asyncio.gather(*[client() for _ in range(CLIENTS)])
    return done / (time.perf_counter() - begun)
