"""The server does its own tasks: at least once, kept alive while they take long, taken up after a stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.app.conftest import ADMIN
from tests.app.test_scheduler import OpenLater
from tests.store.conftest import Opened

from taskyard.app.application import Application
from taskyard.app.system_work import Performed, SystemJob, SystemWork
from taskyard.app.work import keep_work
from taskyard.config import Settings
from taskyard.engine.leases import LeaseTasks
from taskyard.model.problem import Rejected
from taskyard.model.task import Lease, Submission, Task


@pytest.fixture(params=["sqlite", "postgres"])
def running(request: Any, tmp_path: Any) -> Iterator[Opened]:
    url = request.getfixturevalue("postgres").create() if request.param == "postgres" else None
    found = Opened(Settings(data=str(tmp_path), database_url=url))

    async def start() -> None:
        keep_work(found.app)

    found.call(start())
    yield found
    found.call(found.app.close())
    found.close()


def workers(opened: Opened, **performers: Any) -> SystemWork:
    async def start() -> SystemWork:
        made = SystemWork(opened.app, "this", performers)
        await made.start()
        return made

    return opened.call(start())


def wait_for_end(opened: Opened, task_id: int) -> Task:
    for _ in range(500):
        task = opened.row(Task, id=task_id)
        if task.phase == "closed":
            return task
        time.sleep(0.01)
    raise AssertionError(f"task {task_id} is still {task.phase}")


async def echo(app: Application, job: SystemJob) -> Performed:
    return Performed("COMPLETED", {"task": job.task.uid})


async def explode(app: Application, job: SystemJob) -> Performed:
    raise ValueError("no")


def test_a_task_of_the_server_is_done_and_reported(running: Opened) -> None:
    made = workers(running, ECHO=echo)
    task_id = running.run(OpenLater(queue="system:ECHO", lease_ms=60_000))
    done = wait_for_end(running, task_id)
    assert done.outcome == "succeeded"
    assert running.row(Submission, task_id=task_id, kind="result") is not None
    assert running.row(Lease, task_id=task_id) is None
    running.call(made.close())


def test_what_breaks_fails_the_task_and_not_the_worker(running: Opened) -> None:
    made = workers(running, BREAK=explode)
    first, second = (running.run(OpenLater(queue="system:BREAK", lease_ms=60_000)) for _ in range(2))
    assert [wait_for_end(running, task_id).outcome for task_id in (first, second)] == ["failed", "failed"]
    running.call(made.close())


def test_tasks_are_done_side_by_side_up_to_a_bound(running: Opened) -> None:
    at_work, most = 0, 0

    async def slow(app: Application, job: SystemJob) -> Performed:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.05)
        at_work -= 1
        return Performed("COMPLETED")

    made = workers(running, SLOW=slow)
    ids = running.run_all([OpenLater(queue="system:SLOW", lease_ms=60_000) for _ in range(80)])
    for task_id in ids:
        assert wait_for_end(running, task_id).outcome == "succeeded"
    assert 8 <= most <= 32
    running.call(made.close())


def test_nobody_else_may_take_tasks_of_the_server(running: Opened) -> None:
    running.run(OpenLater(queue="system:ALONE"))
    with pytest.raises(Rejected):
        running.run(LeaseTasks(actor=ADMIN, queue="system:ALONE", holder="w"))


def test_what_a_stopped_server_had_in_work_is_done_after_its_return(tmp_path: Any) -> None:
    settings = Settings(data=str(tmp_path))
    before = Opened(settings)
    task_id = before.run(OpenLater(queue="system:AGAIN", lease_ms=3_600_000))
    assert len(before.run(LeaseTasks(queue="system:AGAIN", holder="gone")).tasks) == 1
    before.close()
    after = Opened(settings)
    made = workers(after, AGAIN=echo)
    assert wait_for_end(after, task_id).outcome == "succeeded"
    after.call(made.close())
    after.close()
