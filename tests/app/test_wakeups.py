"""No wake-up is lost, whoever waits, wherever the commit happens."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.app.conftest import ADMIN
from tests.app.test_scheduler import OpenLater
from tests.store.conftest import Opened

from taskyard.app.wakeups import Wakeups
from taskyard.app.work import keep_work, poll
from taskyard.config import Settings
from taskyard.engine.leases import FinishTask
from taskyard.engine.tasks import CreateTasks, NewTask


def start(opened: Opened) -> Opened:
    async def keep() -> None:
        keep_work(opened.app)

    opened.call(keep())
    return opened


def stop(opened: Opened) -> None:
    opened.call(opened.app.close())
    opened.close()


def new(queue: str) -> CreateTasks:
    return CreateTasks(actor=ADMIN, tasks=(NewTask(kind="worker", title="x", queue=queue),))


@pytest.fixture
def pair(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[tuple[Opened, Opened]]:
    """Two processes, as far as the database can tell, that share a PostgreSQL."""
    settings = Settings(data=str(tmp_path), database_url=request.getfixturevalue("postgres").create())
    both = start(Opened(settings)), start(Opened(settings))
    yield both
    for one in both:
        stop(one)


def test_what_was_told_before_the_wait_is_not_lost() -> None:
    async def work() -> bool:
        wakeups = Wakeups()
        with wakeups.listen(["a"]) as waiter:
            wakeups.tell({"a": 1})
            return await waiter.wait(5)

    assert asyncio.run(work())


def test_a_wait_ends_when_its_time_is_up() -> None:
    async def work() -> bool:
        return await Wakeups().wait(["a"], 0.02)

    assert asyncio.run(work()) is False


def test_everyone_who_wants_to_hear_is_told_and_workers_only_as_many_as_there_is_work() -> None:
    async def work() -> tuple[list[int], list[int]]:
        wakeups = Wakeups()
        with (
            wakeups.listen(["q"]) as one,
            wakeups.listen(["q"]) as two,
            wakeups.listen(["q"], wants=1) as first,
            wakeups.listen(["q"], wants=3) as second,
            wakeups.listen(["q"], wants=1) as third,
        ):
            left = wakeups.tell_here({"q": 3})
            assert left == {}
            told = [waiter.told for waiter in (first, second, third)]
            left = wakeups.tell_here({"q": 9})
            assert left == {"q": 7}
            return [one.told, two.told], told

    assert asyncio.run(work()) == ([2, 2], [1, 2, 0])


def test_who_leaves_passes_on_what_it_was_told() -> None:
    async def work() -> int:
        wakeups = Wakeups()
        with wakeups.listen(["q"], wants=1) as second:
            first = wakeups.listen(["q"], wants=1)
            with first:
                second.wants = 0
                wakeups.tell({"q": 1})
                second.wants = 1
            return second.told

    assert asyncio.run(work()) == 1


def test_until_looks_again_whenever_it_is_told() -> None:
    async def work() -> tuple[int | None, int]:
        wakeups = Wakeups()
        looks = 0

        async def look() -> int | None:
            nonlocal looks
            looks += 1
            return looks if looks == 3 else None

        waiting = asyncio.create_task(wakeups.until(["e"], look, 5))
        for _ in range(2):
            await asyncio.sleep(0.01)
            wakeups.tell({"e": 1})
        return await waiting, looks

    assert asyncio.run(work()) == (3, 3)


@pytest.mark.parametrize("seed", range(3))
def test_every_task_reaches_a_poller_however_they_come_and_go(opened: Opened, seed: int) -> None:
    """Tasks and pollers arrive in a random order, some pollers leave early; in the end all tasks are done, each once,
    and no poller waited while there was work."""
    queue = f"chaos{seed}"
    dice = random.Random(seed)
    total = 150
    done: list[int] = []

    async def worker(name: str) -> None:
        while len(done) < total:
            wait = dice.choice([0, 1, 5, 30, 20_000])
            polling = asyncio.create_task(
                poll(opened.app, ADMIN, queue, "", name, dice.choice([1, 1, 2, 5]), wait)
            )
            if wait == 20_000 and dice.random() < 0.2:
                await asyncio.sleep(dice.random() * 0.01)
                polling.cancel()
            try:
                handed = await polling
            except asyncio.CancelledError:
                continue
            for leased in handed:
                await opened.app.run(
                    FinishTask(actor=ADMIN, task=leased.task.uid, holder=name, token=leased.lease.token)
                )
                done.append(leased.task.id)

    async def feed() -> None:
        for _ in range(total):
            await asyncio.sleep(dice.random() * 0.005)
            await opened.app.run(new(queue))

    async def work() -> None:
        workers = [asyncio.create_task(worker(f"w{n}")) for n in range(8)]
        await feed()
        while len(done) < total:
            await asyncio.sleep(0.01)
        for one in workers:
            one.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    opened.call(asyncio.wait_for(work(), 40))
    assert len(done) == len(set(done)) == total


def test_a_poller_hears_of_work_that_another_process_made_ready(pair: tuple[Opened, Opened]) -> None:
    here, there = pair
    took: list[float] = []
    for n in range(5):

        async def waiting(n: int = n) -> float:
            assert len(await poll(here.app, ADMIN, f"far{n}", "", "w", 1, 10_000)) == 1
            return time.perf_counter()

        parked = asyncio.run_coroutine_threadsafe(waiting(), here.loop)
        time.sleep(0.3)
        began = time.perf_counter()
        there.run(new(f"far{n}"))
        took.append(parked.result(10) - began)
    assert sorted(took)[2] < 0.3


def test_a_poller_finds_work_though_nobody_told_it(request: pytest.FixtureRequest, tmp_path: Any) -> None:
    settings = Settings(data=str(tmp_path), database_url=request.getfixturevalue("postgres").create())
    here, silent = start(Opened(settings)), Opened(settings)
    try:
        for domain in ("", "a:b"):

            async def waiting(domain: str = domain) -> int:
                return len(await poll(here.app, ADMIN, "silent", domain, "w", 1, 10_000))

            parked = asyncio.run_coroutine_threadsafe(waiting(), here.loop)
            time.sleep(0.2)
            began = time.perf_counter()
            if domain:
                silent.run(OpenLater(queue="silent", domain=domain))
            else:
                silent.run(new("silent"))
            assert parked.result(10) == 1
            assert time.perf_counter() - began < 3
    finally:
        stop(here)
        stop(silent)


def test_two_processes_never_hand_out_the_same_task(pair: tuple[Opened, Opened]) -> None:
    number = 120
    pair[0].run(
        CreateTasks(
            actor=ADMIN, tasks=tuple(NewTask(kind="worker", title="x", queue="shared") for _ in range(number))
        )
    )

    async def drain(opened: Opened, holder: str) -> list[int]:
        async def one() -> list[int]:
            found: list[int] = []
            while handed := await poll(opened.app, ADMIN, "shared", "", holder, 3, 300):
                found += [leased.task.id for leased in handed]
            return found

        return [row_id for part in await asyncio.gather(*[one() for _ in range(6)]) for row_id in part]

    running = [
        asyncio.run_coroutine_threadsafe(drain(opened, f"p{n}"), opened.loop) for n, opened in enumerate(pair)
    ]
    handed = [row_id for one in running for row_id in one.result(60)]
    assert len(handed) == len(set(handed)) == number
