"""Two server processes on one PostgreSQL: both write, each sees what the other changes, and one may die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.crash.work import CONFIG, Recorded
from tests.postgres import Cluster
from tests.server import Server
from tests.trouble.doctor import healthy

IDENTITY_SECONDS = 2
"""How old what a process remembers of identities may be (SECURITY.md)."""

SLACK = 1.0


class Pair:
    """Two servers, and clients that send to both in turn."""

    def __init__(self, home: Path, url: str) -> None:
        self.one = Server(home / "one", url).start()
        self.two = Server(home / "two", url).start()

    def each(self, calls: int, call: Callable[[httpx.Client, int], httpx.Response]) -> list[httpx.Response]:
        """`call(client, number)` so many times at once, on either server by turns."""
        clients = [server.client(server.token) for server in (self.one, self.two)]
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda number: call(clients[number % 2], number), range(calls)))


@pytest.fixture(scope="module")
def pair(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    made = Pair(tmp_path_factory.mktemp("pair"), postgres.create())
    yield made
    for server in (made.one, made.two):
        server.stop()


def test_both_write_the_same_things_at_once(pair: Pair) -> None:
    def write(client: httpx.Client, number: int) -> httpx.Response:
        body = [
            {"name": f"shared{n}", "ownerEmail": "a@b.example", "description": str(number)} for n in range(5)
        ]
        return client.post("/api/metadata/taskdefs", json=body)

    answers = pair.each(60, write)
    assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers][:3]
    lists = [server.as_admin.get("/api/metadata/taskdefs").json() for server in (pair.one, pair.two)]
    assert lists[0] == lists[1]
    assert len(lists[0]) == 5
    assert len({each["description"] for each in lists[0]}) == 1, "a registration is one change"
    healthy(pair.one)


def test_a_task_has_one_taker_over_both(pair: Pair) -> None:
    made = pair.one.as_admin.post(
        "/v1/tasks", json={"title": "both want it", "candidate_users": ["*"]}
    ).json()
    takers = [pair.one.user(f"taker{n}", roles=["admin"]) for n in range(8)]
    clients = [
        server.client(taker.token)
        for n, taker in enumerate(takers)
        for server in [(pair.one, pair.two)[n % 2]]
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda client: client.post(f"/v1/tasks/{made['id']}/claim"), clients))
    winners = [taker.name for taker, answer in zip(takers, answers, strict=True) if answer.status_code == 200]
    assert len(winners) == 1, [answer.text for answer in answers]
    for server in (pair.one, pair.two):
        assert server.as_admin.get(f"/v1/tasks/{made['id']}").json()["assignee"] == winners[0]


def eventually(holds: Callable[[], bool]) -> None:
    """It holds within the documented seconds."""
    deadline = time.monotonic() + IDENTITY_SECONDS + SLACK
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_identity_changes_reach_the_other_process(pair: Pair) -> None:
    user = pair.one.user("moving", password="old words", roles=["admin"])
    there = pair.two.client(user.token)
    old, new = pair.two.basic("moving", "old words"), pair.two.basic("moving", "new words")
    definitions = "/engine-rest/process-definition"
    assert there.get("/v1/tasks").status_code == 200
    assert old.get(definitions).status_code == 200
    assert new.get(definitions).status_code == 401
    changed = pair.one.as_admin.patch("/v1/users/moving", json={"password": "new words", "roles": []})
    assert changed.status_code == 200, changed.text
    eventually(lambda: old.get(definitions).status_code == 401)
    eventually(lambda: new.get(definitions).status_code == 200)
    eventually(lambda: there.get("/v1/me").json()["roles"] == [])
    tokens = pair.one.as_admin.get("/v1/users/moving/tokens").json()["items"]
    for token in tokens:
        gone = pair.one.as_admin.delete(f"/v1/users/moving/tokens/{token['id']}")
        assert gone.status_code in (200, 204), gone.text
    eventually(lambda: there.get("/v1/tasks").status_code == 401)


def test_one_dies_and_the_other_finishes_its_work(pair: Pair) -> None:
    """What the dead process had acknowledged is made by the one that lives; open transactions of the dead one block
    nobody."""
    work = Recorded("orphaned")
    work.prepare(pair.one.as_admin)
    batch = threading.Thread(target=work.run, args=(pair.one,))
    batch.start()
    assert work.acknowledged.wait(60)
    pair.one.kill()
    batch.join()
    living = pair.two.as_admin
    assert living.post("/v1/tasks", json={"title": "still here"}).status_code == 201
    made = living.post("/api/projects/", json={"title": "Still here", "label_config": CONFIG})
    assert made.status_code == 201
    assert work.found(living) == work.whole()
    pair.one.start()
    assert work.found(pair.one.as_admin) == work.whole()
    healthy(pair.one)
