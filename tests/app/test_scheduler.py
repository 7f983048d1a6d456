"""Timers fire at their moments and leases end at theirs, exactly, once, whatever fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.app.conftest import ADMIN
from tests.store.conftest import Opened

from taskyard.app.scheduler import Scheduler
from taskyard.app.work import keep_work
from taskyard.config import Settings
from taskyard.engine import timers, work
from taskyard.engine.leases import LeaseTasks
from taskyard.model.command import Command, decides
from taskyard.model.execution import Incident, Timer
from taskyard.model.problem import rejected
from taskyard.model.task import Lease, QueueItem, Task
from taskyard.model.time import FixedClock
from taskyard.model.view import View

FIRED: list[tuple[str, int]] = []


class StartTimer(Command, kw_only=True, frozen=True):
    """Start a test timer that is due in `delay` ms."""

    delay: int
    kind: str = "test_ring"
    task_id: int | None = None


class OpenLater(Command, kw_only=True, frozen=True):
    """Open a task that is offered in `delay` ms, with leases of `lease_ms`."""

    queue: str
    domain: str = ""
    delay: int = 0
    lease_ms: int = 1_000


class Withdraw(Command, kw_only=True, frozen=True):
    """Close a task."""

    task_id: int


@decides(StartTimer)
def start_timer(command: StartTimer, view: View) -> int:
    due_at = view.now + command.delay
    return timers.start(view, command.kind, due_at, task_id=command.task_id, data={"at": due_at}).id


@timers.fires("test_ring")
def ring(view: View, timer: Timer) -> None:
    FIRED.append((f"{timers.data_of(timer)['at']}", timer.id))


@timers.fires("test_break")
def break_down(view: View, timer: Timer) -> None:
    raise ZeroDivisionError("never again")


@timers.fires("test_refuse")
def refuse(view: View, timer: Timer) -> None:
    view.emit("never.kept")
    raise rejected("conflict", "not now")


@decides(OpenLater)
def open_later(command: OpenLater, view: View) -> int:
    row_id = view.row_id()
    task = Task(id=row_id, uid=view.uid(row_id), kind="worker", created_at=view.now, updated_at=view.now)
    work.open_task(
        view,
        task,
        queue=command.queue,
        domain=command.domain,
        lease_ms=command.lease_ms,
        available_at=view.now + command.delay if command.delay else None,
    )
    return row_id


@decides(Withdraw)
def withdraw(command: Withdraw, view: View) -> None:
    task = view.get(Task, command.task_id)
    assert task is not None
    work.close_task(view, task, "cancelled")


@pytest.fixture
def scheduler(opened: Opened) -> Scheduler:
    async def make() -> Scheduler:
        return Scheduler(opened.app)

    FIRED.clear()
    return opened.call(make())


def test_a_timer_fires_at_its_moment_and_not_before(
    opened: Opened, scheduler: Scheduler, clock: FixedClock
) -> None:
    timer = opened.run(StartTimer(delay=1_000))
    clock.advance(999)
    assert opened.call(scheduler.turn()) == 0
    clock.advance(1)
    assert opened.call(scheduler.turn()) == 1
    assert [fired for _, fired in FIRED] == [timer]
    assert opened.row(Timer, id=timer) is None
    assert opened.call(scheduler.turn()) == 0


def test_a_timer_fires_once_though_several_look(opened: Opened, clock: FixedClock) -> None:
    timer = opened.run(StartTimer(delay=10))
    clock.advance(10)
    answers = opened.run_all([timers.FireTimer(timer_id=timer) for _ in range(5)])
    assert sorted(answers) == [False, False, False, False, True]


def test_firing_too_early_does_nothing(opened: Opened, clock: FixedClock) -> None:
    timer = opened.run(StartTimer(delay=10))
    assert opened.run(timers.FireTimer(timer_id=timer)) is False
    assert opened.row(Timer, id=timer) is not None
    clock.advance(10)
    assert opened.run(timers.FireTimer(timer_id=timer)) is True


def test_many_timers_fire_together(opened: Opened, scheduler: Scheduler, clock: FixedClock) -> None:
    opened.run_all([StartTimer(delay=5) for _ in range(700)])
    clock.advance(5)
    assert opened.call(scheduler.turn()) + opened.call(scheduler.turn()) == 700
    assert len({fired for _, fired in FIRED}) == 700


@pytest.mark.parametrize("kind", ["test_break", "test_refuse"])
def test_a_timer_that_fails_is_tried_later_each_time_then_shown_to_a_person(
    opened: Opened, scheduler: Scheduler, clock: FixedClock, kind: str
) -> None:
    timer = opened.run(StartTimer(delay=0, kind=kind, task_id=77))
    waits = []
    for _ in range(timers.ATTEMPTS):
        row = opened.row(Timer, id=timer)
        waits.append(row.due_at - clock.now())
        clock.advance(max(0, row.due_at - clock.now()))
        opened.call(scheduler.turn())
    assert waits[1:] == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]
    assert opened.row(Timer, id=timer) is None
    incidents = [one for one in opened.matching(Incident, task_id=77) if kind in (one.message or "")]
    assert [one.type for one in incidents] == ["timer_failed"]


def test_one_failing_timer_does_not_hold_up_others(
    opened: Opened, scheduler: Scheduler, clock: FixedClock
) -> None:
    opened.run_all([StartTimer(delay=1, kind="test_break"), *[StartTimer(delay=1) for _ in range(20)]])
    clock.advance(1)
    opened.call(scheduler.turn())
    assert len(FIRED) == 20


def test_a_task_is_offered_when_its_time_has_come(
    opened: Opened, scheduler: Scheduler, clock: FixedClock
) -> None:
    task_id = opened.run(OpenLater(queue="later", delay=5_000))
    assert opened.row(Task, id=task_id).phase == "scheduled"
    look = LeaseTasks(actor=ADMIN, queue="later", holder="w")
    clock.advance(4_999)
    opened.call(scheduler.turn())
    assert opened.run(look).tasks == []
    clock.advance(1)
    opened.call(scheduler.turn())
    assert [leased.task.id for leased in opened.run(look).tasks] == [task_id]


def test_a_task_that_is_closed_before_its_time_is_never_offered(
    opened: Opened, scheduler: Scheduler, clock: FixedClock
) -> None:
    task_id = opened.run(OpenLater(queue="never", delay=5_000))
    opened.run(Withdraw(task_id=task_id))
    assert opened.matching(Timer, task_id=task_id, kind="offer") == []
    clock.advance(5_000)
    opened.call(scheduler.turn())
    assert opened.row(QueueItem, task_id=task_id) is None
    assert opened.row(Task, id=task_id).phase == "closed"


def test_a_lease_ends_at_its_moment(opened: Opened, scheduler: Scheduler, clock: FixedClock) -> None:
    task_id = opened.run(OpenLater(queue="ending", lease_ms=2_000))
    opened.run(LeaseTasks(actor=ADMIN, queue="ending", holder="w"))
    clock.advance(1_999)
    opened.call(scheduler.turn())
    assert opened.row(Lease, task_id=task_id) is not None
    clock.advance(1)
    opened.call(scheduler.turn())
    assert opened.row(Lease, task_id=task_id) is None
    assert opened.row(QueueItem, task_id=task_id) is not None


@pytest.fixture(params=["sqlite", "postgres"])
def running(request: Any, tmp_path: Any) -> Iterator[Opened]:
    """An application by the real clock with its scheduler at work."""
    url = request.getfixturevalue("postgres").create() if request.param == "postgres" else None
    found = Opened(Settings(data=str(tmp_path), database_url=url))

    async def start() -> None:
        keep_work(found.app)

    found.call(start())
    FIRED.clear()
    yield found
    found.call(found.app.close())
    found.close()


def test_the_scheduler_wakes_for_what_commits_make_due_sooner(running: Opened) -> None:
    running.run(StartTimer(delay=60_000))
    time.sleep(0.2)
    began = time.perf_counter()
    running.run(StartTimer(delay=150))
    while not FIRED and time.perf_counter() - began < 5:
        time.sleep(0.002)
    assert 0.14 < time.perf_counter() - began < 0.4
    assert len(FIRED) == 1


def test_delays_of_many_tasks_are_exact(running: Opened) -> None:
    delays = [50 * n for n in range(1, 20)]
    began = running.app.clock.now()
    running.run_all([StartTimer(delay=delay) for delay in delays])
    late: list[int] = []
    seen = 0
    while seen < len(delays) and running.app.clock.now() - began < 10_000:
        for due, _ in FIRED[seen:]:
            late.append(running.app.clock.now() - int(due))
            seen += 1
        time.sleep(0.001)
    assert seen == len(delays)
    assert sorted(late)[len(late) // 2] < 50


def test_timers_of_a_process_that_is_gone_are_fired_by_the_next(tmp_path: Any) -> None:
    settings = Settings(data=str(tmp_path))
    before = Opened(settings)
    before.run(StartTimer(delay=1))
    before.close()
    FIRED.clear()
    after = Opened(settings)
    try:

        async def start() -> None:
            keep_work(after.app)

        after.call(start())
        fired = threading.Event()
        for _ in range(200):
            if FIRED:
                fired.set()
                break
            time.sleep(0.01)
        assert fired.is_set()
    finally:
        after.call(after.app.close())
        after.close()


def test_readiness_tells_of_the_scheduler(running: Opened) -> None:
    assert running.call(running.app.ready())["scheduler"] is True
