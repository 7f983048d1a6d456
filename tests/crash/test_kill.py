"""A server that is killed in the middle of its work: all of it or nothing is there, and all that was acknowledged."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import pytest
from tests.crash.work import KINDS, Work
from tests.server import Server
from tests.trouble.doctor import healthy

SEED = 20
MOMENTS = 2


def started(server: Server, mark: str) -> tuple[list[Work], list[threading.Thread]]:
    """Every kind of work at once, on its way."""
    works = [kind(f"{mark}{kind.__name__.lower()}") for kind in KINDS]  # type: ignore[attr-defined]
    for work in works:
        work.prepare(server.as_admin)
    threads = [threading.Thread(target=work.run, args=(server,)) for work in works]
    for thread in threads:
        thread.start()
    return works, threads


def killed(server: Server, threads: list[threading.Thread]) -> None:
    server.kill()
    for thread in threads:
        thread.join()
    server.start()


def check(server: Server, works: list[Work]) -> None:
    for work in works:
        found = work.found(server.as_admin)
        assert found in (0, work.whole()), (type(work).__name__, found, work.whole())
        if work.acknowledged.is_set():
            assert found == work.whole(), type(work).__name__
    healthy(server)


@pytest.fixture(scope="module")
def doomed(database: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server that all tests kill."""
    server = Server(tmp_path_factory.mktemp("doomed"), database).start()
    yield server
    server.stop()


def test_killed_at_any_moment(doomed: Server) -> None:
    chance = random.Random(SEED)
    for moment in range(MOMENTS):
        works, threads = started(doomed, f"any{moment}")
        time.sleep(chance.uniform(0.02, 1.5))
        killed(doomed, threads)
        check(doomed, works)


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=lambda index: KINDS[index].__name__)  # type: ignore[attr-defined]
def test_killed_right_after_the_acknowledgement(doomed: Server, kind: int) -> None:
    works, threads = started(doomed, f"ack{kind}")
    assert works[kind].acknowledged.wait(60), works[kind].answer
    killed(doomed, threads)
    check(doomed, works)
    assert works[kind].found(doomed.as_admin) == works[kind].whole()


def test_what_was_killed_can_be_sent_again(doomed: Server) -> None:
    works, threads = started(doomed, "again")
    time.sleep(0.1)
    killed(doomed, threads)
    for work in works:
        if work.found(doomed.as_admin) == 0:
            work.run(doomed)
        assert work.found(doomed.as_admin) == work.whole(), type(work).__name__
    healthy(doomed)
