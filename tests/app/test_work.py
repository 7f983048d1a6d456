"""Workers lease tasks: in order, once, each with a lease of its own that only its holder can use."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.app.conftest import ADMIN
from tests.store.conftest import Opened

from taskyard.app.work import poll, requeue
from taskyard.engine.leases import ExpireLease, ExtendLease, FinishTask, LeaseTasks, ReturnTasks
from taskyard.engine.tasks import CreateTasks, DeleteTasks, NewTask
from taskyard.model.execution import Event, Incident
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.problem import Rejected
from taskyard.model.task import Lease, Poll, QueueItem, Submission, Task
from taskyard.model.time import FixedClock


def make(opened: Opened, queue: str, number: int = 1, **given: Any) -> list[Task]:
    new = tuple(NewTask(kind="worker", title=f"{queue} {n}", queue=queue, **given) for n in range(number))
    return opened.run(CreateTasks(actor=ADMIN, tasks=new))


def lease(opened: Opened, queue: str, count: int = 1, holder: str = "w", **given: Any) -> list[Any]:
    return opened.run(LeaseTasks(actor=ADMIN, queue=queue, holder=holder, count=count, **given)).tasks


def refusal(opened: Opened, command: Any) -> str:
    with pytest.raises(Rejected) as refused:
        opened.run(command)
    return refused.value.problem.reason


def test_tasks_are_handed_out_by_priority_then_age(opened: Opened, clock: FixedClock) -> None:
    usual = make(opened, "order", 2)
    clock.advance(5)
    late = make(opened, "order")
    urgent = make(opened, "order", priority=1)
    handed = lease(opened, "order", 10)
    assert [leased.task.id for leased in handed] == [task.id for task in [*urgent, *usual, *late]]


def test_many_pollers_at_once_never_get_the_same_task(opened: Opened) -> None:
    made = {task.id for task in make(opened, "rush", 200)}
    commands = [LeaseTasks(actor=ADMIN, queue="rush", holder=f"w{n}", count=3) for n in range(64)]
    answers = opened.run_all(commands)
    handed = [leased.task.id for answer in answers for leased in answer.tasks]
    assert len(handed) == 192
    assert len(set(handed)) == 192
    assert set(handed) < made
    rest = lease(opened, "rush", 100)
    assert {leased.task.id for leased in rest} == made - set(handed)
    holders = opened.matching(Lease, queue="rush")
    assert len(holders) == 200


def test_a_lease_has_holder_token_and_end(opened: Opened, clock: FixedClock) -> None:
    make(opened, "face", 2)
    first, second = (lease(opened, "face", lease_ms=ms)[0].lease for ms in (30_000, None))
    assert (first.holder, first.expires_at) == ("w", clock.now() + 30_000)
    assert second.expires_at == clock.now() + second.lease_ms
    assert first.token != second.token
    task = opened.row(Task, id=first.task_id)
    assert task.phase == "active"
    assert opened.row(QueueItem, task_id=first.task_id) is None


def test_a_domain_is_a_queue_of_its_own(opened: Opened) -> None:
    make(opened, "domain")
    assert lease(opened, "domain", domain="blue") == []
    assert len(lease(opened, "domain")) == 1


def test_a_result_closes_the_task_and_is_kept(opened: Opened) -> None:
    make(opened, "finish")
    leased = lease(opened, "finish")[0]
    command = FinishTask(
        actor=ADMIN, task=leased.task.uid, holder="w", token=leased.lease.token, output={"a": 1}
    )
    done = opened.run(command)
    assert (done.phase, done.outcome) == ("closed", "succeeded")
    assert opened.row(Lease, task_id=leased.task.id) is None
    assert opened.row(Submission, task_id=leased.task.id, kind="result") is not None
    assert refusal(opened, command) == "task_closed"


def test_only_the_holder_of_the_lease_may_extend_and_finish(opened: Opened, clock: FixedClock) -> None:
    make(opened, "fence")
    leased = lease(opened, "fence", holder="one")[0]
    uid = leased.task.uid
    assert refusal(opened, FinishTask(actor=ADMIN, task=uid, holder="two")) == "lease_lost"
    assert refusal(opened, ExtendLease(actor=ADMIN, task=uid, holder="two")) == "lease_lost"
    assert refusal(opened, FinishTask(actor=ADMIN, task=uid, holder="one", token="x")) == "lease_lost"
    clock.advance(1_000)
    extended = opened.run(ExtendLease(actor=ADMIN, task=uid, holder="one", ms=60_000))
    assert extended.expires_at == clock.now() + 60_000
    assert refusal(opened, ExtendLease(actor=ADMIN, task="nothing", holder="one")) == "lease_lost"
    assert refusal(opened, FinishTask(actor=ADMIN, task="nothing", holder="one")) == "unknown_task"


def test_a_late_worker_cannot_touch_what_another_has_now(opened: Opened, clock: FixedClock) -> None:
    make(opened, "late")
    first = lease(opened, "late", holder="same", lease_ms=1_000)[0]
    assert opened.run(ExpireLease(task_id=first.task.id)) is None
    clock.advance(1_000)
    assert opened.run(ExpireLease(task_id=first.task.id)) == "late"
    second = lease(opened, "late", holder="same")[0]
    assert second.task.id == first.task.id
    late = FinishTask(actor=ADMIN, task=first.task.uid, holder="same", token=first.lease.token)
    assert refusal(opened, late) == "lease_lost"
    late_extension = ExtendLease(actor=ADMIN, task=first.task.uid, holder="same", token=first.lease.token)
    assert refusal(opened, late_extension) == "lease_lost"
    timely = FinishTask(actor=ADMIN, task=first.task.uid, holder="same", token=second.lease.token)
    assert opened.run(timely).phase == "closed"


def test_a_task_that_loses_its_workers_again_and_again_is_shown_to_a_person(
    opened: Opened, clock: FixedClock
) -> None:
    task = make(opened, "cursed")[0]
    for _ in range(5):
        assert len(lease(opened, "cursed", lease_ms=1_000)) == 1
        clock.advance(1_000)
        opened.run(ExpireLease(task_id=task.id))
    assert lease(opened, "cursed") == []
    held = opened.row(Task, id=task.id)
    assert (held.phase, held.waiting_for) == ("waiting", "incident")
    incident = opened.row(Incident, task_id=task.id)
    assert (incident.type, incident.phase) == ("lease_expired", "open")
    assert opened.row(Event, task_id=task.id, type="incident.opened") is not None


def test_what_is_given_back_is_offered_again(opened: Opened) -> None:
    make(opened, "back")
    leased = lease(opened, "back")[0]
    assert opened.run(ReturnTasks(leases=((leased.task.id, "wrong"),))) == 0
    assert lease(opened, "back") == []
    assert opened.run(ReturnTasks(leases=((leased.task.id, leased.lease.token),))) == 1
    assert [again.task.id for again in lease(opened, "back")] == [leased.task.id]


def test_deleting_tasks_takes_them_out_of_queue_and_lease(opened: Opened) -> None:
    tasks = make(opened, "gone", 3)
    lease(opened, "gone")
    assert opened.run(DeleteTasks(actor=ADMIN, task_ids=tuple(task.id for task in tasks))) == 3
    assert lease(opened, "gone", 5) == []
    assert opened.matching(Lease, queue="gone") == []
    assert opened.matching(QueueItem, queue="gone", domain="") == []


def test_taking_tasks_needs_the_right_to_execute_them(opened: Opened) -> None:
    make(opened, "guarded", 2)
    nobody = Principal(id=5, uid="n", name="nobody")
    assert refusal(opened, LeaseTasks(actor=nobody, queue="guarded", holder="w")) == "no_grant"
    grant = GrantFact(action="execute", target_type="definition", target="worker:guarded")
    worker = Principal(id=6, uid="w", name="worker", grants=(grant,))
    assert len(opened.run(LeaseTasks(actor=worker, queue="guarded", holder="w")).tasks) == 1
    assert refusal(opened, LeaseTasks(actor=ADMIN, queue="system:HTTP", holder="w")) == "system_queue"
    assert refusal(opened, LeaseTasks(actor=worker, queue="guarded2", holder="w")) == "no_grant"


def test_a_task_for_workers_needs_a_queue_of_theirs(opened: Opened) -> None:
    for queue in (None, "", "system:HTTP"):
        new = NewTask(kind="worker", title="x", queue=queue)
        assert refusal(opened, CreateTasks(actor=ADMIN, tasks=(new,))) == "bad_task"


def test_a_waiting_poller_gets_the_task_that_is_made(opened: Opened) -> None:
    async def work() -> list[Any]:
        waiting = asyncio.create_task(poll(opened.app, ADMIN, "park", "", "w", 1, 20_000))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        new = NewTask(kind="worker", title="x", queue="park")
        await opened.app.run(CreateTasks(actor=ADMIN, tasks=(new,)))
        return await asyncio.wait_for(waiting, 5)

    assert len(opened.call(work())) == 1


def test_a_poll_of_an_empty_queue_ends_when_its_time_is_up(opened: Opened) -> None:
    assert opened.call(poll(opened.app, ADMIN, "empty", "", "w", 1, 0)) == []
    assert opened.call(poll(opened.app, ADMIN, "empty", "", "w", 1, 50)) == []
    assert opened.call(poll(opened.app, ADMIN, "empty", "", "w", 0, 50)) == []


def test_as_many_are_woken_as_there_is_work_first_come_first_served(opened: Opened) -> None:
    async def work() -> list[int]:
        waiting = []
        for n in range(6):
            waiting.append(asyncio.create_task(poll(opened.app, ADMIN, "fifo", "", f"w{n}", 1, 20_000)))
            await asyncio.sleep(0.02)
        new = NewTask(kind="worker", title="x", queue="fifo")
        await opened.app.run(CreateTasks(actor=ADMIN, tasks=(new, new, new)))
        await asyncio.sleep(0.3)
        done = [n for n, one in enumerate(waiting) if one.done()]
        await opened.app.run(CreateTasks(actor=ADMIN, tasks=(new, new, new)))
        await asyncio.wait_for(asyncio.gather(*waiting), 5)
        return done

    assert opened.call(work()) == [0, 1, 2]


def test_a_poller_that_goes_away_gives_back_what_it_was_handed(opened: Opened) -> None:
    make(opened, "leave")

    async def work() -> None:
        one = asyncio.create_task(poll(opened.app, ADMIN, "leave", "", "gone", 1, 5_000))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        one.cancel()
        assert len(await poll(opened.app, ADMIN, "leave", "", "stays", 1, 5_000)) == 1

    opened.call(work())


def test_polls_are_recorded_at_once_when_new_and_at_most_once_a_second(
    opened: Opened, clock: FixedClock
) -> None:
    key = {"queue": "record", "domain": "d", "holder": "w"}
    opened.call(poll(opened.app, ADMIN, "record", "d", "w"))
    first = opened.row(Poll, **key)
    assert first.at == clock.now()
    clock.advance(999)
    opened.call(poll(opened.app, ADMIN, "record", "d", "w"))
    clock.advance(1)
    opened.call(poll(opened.app, ADMIN, "record", "d", "w"))
    assert opened.row(Poll, **key).at == first.at
    opened.call(asyncio.sleep(1.2))
    assert opened.row(Poll, **key).at == first.at + 1_000


def test_requeue_counts_what_a_queue_has(opened: Opened) -> None:
    make(opened, "count", 3)
    lease(opened, "count")
    assert opened.call(requeue(opened.app, ADMIN, "count")) == 3
    assert len(lease(opened, "count", 9)) == 2
