"""Limits on handing out: how many at once, how many per sliding window; others in the queue are not held up."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from tests.app.conftest import ADMIN
from tests.store.conftest import Opened

from taskyard.app.work import poll
from taskyard.engine import work
from taskyard.engine.definitions import PutDefinition
from taskyard.engine.leases import ExpireLease, FinishTask, LeaseTasks, ReturnTasks
from taskyard.engine.tasks import DeleteTasks
from taskyard.model.command import Command, decides
from taskyard.model.flow import TaskDef
from taskyard.model.task import Task, Throttle
from taskyard.model.time import FixedClock
from taskyard.model.view import View


class OpenLimited(Command, kw_only=True, frozen=True):
    """Open tasks under a limit."""

    queue: str
    number: int = 1
    name: str | None = None
    most: int = 0
    per_period: int = 0
    period_ms: int = 0


@decides(OpenLimited)
def open_limited(command: OpenLimited, view: View) -> list[int]:
    made = []
    for _ in range(command.number):
        row_id = view.row_id()
        task = Task(
            id=row_id,
            uid=view.uid(row_id),
            kind="worker",
            title=command.queue,
            created_at=view.now,
            updated_at=view.now,
        )
        throttle = None
        if command.name:
            throttle = Throttle(
                name=command.name,
                most=command.most,
                per_period=command.per_period,
                period_ms=command.period_ms,
            )
        work.open_task(view, task, queue=command.queue, lease_ms=10_000, throttle=throttle)
        made.append(row_id)
    return made


def lease(opened: Opened, queue: str, count: int = 1) -> work.Handout:
    return opened.run(LeaseTasks(actor=ADMIN, queue=queue, holder="w", count=count))


def finish(opened: Opened, leased: Any) -> None:
    opened.run(FinishTask(actor=ADMIN, task=leased.task.uid, holder="w", token=leased.lease.token))


def test_not_more_are_leased_at_once_than_the_limit(opened: Opened) -> None:
    opened.run(OpenLimited(queue="most", number=10, name="most", most=3))
    first = lease(opened, "most", 10)
    assert len(first.tasks) == 3
    assert lease(opened, "most", 10).tasks == []
    assert lease(opened, "most").throttles == ("most",)
    finish(opened, first.tasks[0])
    assert len(lease(opened, "most", 10).tasks) == 1


def test_the_limit_holds_for_pollers_of_one_batch(opened: Opened) -> None:
    opened.run(OpenLimited(queue="burst", number=50, name="burst", most=7))
    answers = opened.run_all(
        [LeaseTasks(actor=ADMIN, queue="burst", holder=f"w{n}", count=2) for n in range(20)]
    )
    assert sum(len(answer.tasks) for answer in answers) == 7


def test_every_end_of_a_lease_frees_a_place(opened: Opened, clock: FixedClock) -> None:
    opened.run(OpenLimited(queue="ends", number=8, name="ends", most=1))
    handed = lease(opened, "ends").tasks[0]
    opened.run(ReturnTasks(leases=((handed.task.id, handed.lease.token),)))
    handed = lease(opened, "ends").tasks[0]
    clock.advance(10_000)
    opened.run(ExpireLease(task_id=handed.task.id))
    handed = lease(opened, "ends").tasks[0]
    opened.run(DeleteTasks(actor=ADMIN, task_ids=(handed.task.id,)))
    handed = lease(opened, "ends").tasks[0]
    finish(opened, handed)
    assert opened.row(Throttle, name="ends").running == 0


def test_the_window_slides(opened: Opened, clock: FixedClock) -> None:
    opened.run(OpenLimited(queue="window", number=9, name="window", per_period=2, period_ms=1_000))
    start = clock.now()
    assert len(lease(opened, "window").tasks) == 1
    clock.advance(600)
    assert len(lease(opened, "window", 5).tasks) == 1
    held = lease(opened, "window")
    assert (held.tasks, held.again_at) == ([], start + 1_000)
    clock.advance(399)
    assert lease(opened, "window").tasks == []
    clock.advance(1)
    assert len(lease(opened, "window", 5).tasks) == 1
    assert lease(opened, "window").again_at == start + 1_600


def test_no_window_of_a_great_limit_holds_more_than_it_may(opened: Opened, clock: FixedClock) -> None:
    opened.run(OpenLimited(queue="great", number=2_000, name="great", per_period=500, period_ms=1_000))
    moments: list[int] = []
    for _ in range(60):
        moments += [clock.now()] * len(lease(opened, "great", 40).tasks)
        clock.advance(37)
    fullest = max(sum(1 for at in moments if start <= at < start + 1_000) for start in set(moments))
    assert fullest <= 500
    assert len(moments) >= 900
    assert len(opened.row(Throttle, name="great").recent) < 3_000


def test_tasks_of_other_names_pass_by_the_limited_ones(opened: Opened) -> None:
    opened.run(OpenLimited(queue="mixed", number=60, name="narrow", most=1))
    free = opened.run(OpenLimited(queue="mixed", number=2))
    assert len(lease(opened, "mixed").tasks) == 1
    assert [leased.task.id for leased in lease(opened, "mixed", 5).tasks] == free


def test_a_parked_poller_gets_the_place_that_becomes_free(opened: Opened) -> None:
    opened.run(OpenLimited(queue="wait", number=3, name="wait", most=1))
    held = lease(opened, "wait").tasks[0]

    async def work() -> int:
        parked = [
            asyncio.create_task(poll(opened.app, ADMIN, "wait", "", f"p{n}", 1, 20_000)) for n in range(2)
        ]
        await asyncio.sleep(0.1)
        assert not any(one.done() for one in parked)
        await opened.app.run(FinishTask(actor=ADMIN, task=held.task.uid, holder="w", token=held.lease.token))
        done, left = await asyncio.wait(parked, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.1)
        assert len([one for one in parked if one.done()]) == 1
        leased = done.pop().result()[0]
        await opened.app.run(
            FinishTask(
                actor=ADMIN, task=leased.task.uid, holder=leased.lease.holder, token=leased.lease.token
            )
        )
        return len(await asyncio.wait_for(left.pop(), 5))

    assert opened.call(work()) == 1


def test_a_parked_poller_wakes_when_the_window_has_moved_on(opened: Opened, clock: FixedClock) -> None:
    opened.run(OpenLimited(queue="slide", number=2, name="slide", per_period=1, period_ms=300))
    assert len(lease(opened, "slide").tasks) == 1

    async def work() -> int:
        parked = asyncio.create_task(poll(opened.app, ADMIN, "slide", "", "p", 1, 20_000))
        await asyncio.sleep(0.1)
        clock.advance(300)
        return len(await asyncio.wait_for(parked, 5))

    assert opened.call(work()) == 1


def test_limits_follow_the_worker_definition(opened: Opened) -> None:
    def put(most: int) -> None:
        document = msgspec.json.encode(TaskDef(name="ruled", concurrent_exec_limit=most)).decode()
        opened.run(PutDefinition(actor=ADMIN, kind="worker", key="ruled", name="ruled", document=document))

    opened.run(OpenLimited(queue="ruled", number=9, name="ruled", most=1))
    assert len(lease(opened, "ruled", 9).tasks) == 1
    put(4)
    assert len(lease(opened, "ruled", 9).tasks) == 3
    put(0)
    assert len(lease(opened, "ruled", 9).tasks) == 5
