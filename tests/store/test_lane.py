"""The write lane: what is acknowledged is committed, what is refused leaves no trace, and counts stay exact."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from taskyard.engine.identity import PutUser
from taskyard.engine.tasks import ClaimTask, CompleteTask, CreateTasks, DeleteTasks, NewTask
from taskyard.engine.tokens import IssueToken
from taskyard.model.command import Command, decides
from taskyard.model.identity import Credential, Group, Sequence
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import Query, eq
from taskyard.model.task import Candidate, Task
from taskyard.model.view import View

ADMIN = Principal(id=1, uid="a", name="root", admin=True)


class Twist(Command, kw_only=True, frozen=True):
    """Change a row, insert another, then refuse."""

    task_id: int


@decides(Twist)
def twist(command: Twist, view: View) -> None:
    task = view.get(Task, command.task_id)
    assert task is not None
    task.title = "twisted"
    view.update(task)
    view.insert(Sequence(name=f"twist{command.task_id}", next=1))
    view.emit("twisted", task_id=task.id)
    raise rejected("conflict", "on second thoughts, no")


class Count(Command, kw_only=True, frozen=True):
    """Take the next number of a sequence."""

    name: str


@decides(Count)
def count(command: Count, view: View) -> int:
    present = view.get(Sequence, command.name)
    if present is None:
        view.insert(Sequence(name=command.name, next=2))
        return 1
    present.next += 1
    view.update(present)
    return present.next - 1


class Clash(Command, kw_only=True, frozen=True):
    """Insert a group; the name is unique, which only the database knows."""

    name: str


@decides(Clash)
def clash(command: Clash, view: View) -> None:
    view.insert(Group(id=view.row_id(), uid=view.uid(), name=command.name, created_at=view.now))


def create(opened: Any, *titles: str, **fields: Any) -> list[Task]:
    return opened.run(
        CreateTasks(actor=ADMIN, tasks=tuple(NewTask(title=title, **fields) for title in titles))
    )


def total(opened: Any, where: Any) -> int:
    return opened.page(Query(entity="task", where=where, limit=0, want_total=True)).total


def test_a_refused_command_leaves_no_trace(opened: Any) -> None:
    (task,) = create(opened, "straight")
    with pytest.raises(Rejected, match="second thoughts"):
        opened.run(Twist(task_id=task.id))
    assert opened.row(Task, id=task.id).title == "straight"
    assert opened.row(Sequence, name=f"twist{task.id}") is None


def test_a_refused_command_does_not_hurt_its_batch(opened: Any) -> None:
    (task,) = create(opened, "straight")
    answers = opened.run_all(
        [Twist(task_id=task.id), Count(name="calm"), Twist(task_id=task.id), Count(name="calm")]
    )
    assert [type(answer) for answer in answers] == [Rejected, int, Rejected, int]
    assert opened.row(Sequence, name="calm").next == 3


def test_what_the_database_refuses_fails_alone(opened: Any) -> None:
    answers = opened.run_all(
        [Clash(name="twins"), Count(name="twins"), Clash(name="twins"), Count(name="twins")]
    )
    assert [isinstance(answer, Rejected) for answer in answers].count(True) == 1
    assert [answer for answer in answers if isinstance(answer, int)] == [1, 2]
    assert len(opened.matching(Group, name="twins")) == 1


def test_commands_of_a_batch_see_each_other(opened: Any) -> None:
    numbers = opened.run_all([Count(name="row") for _ in range(300)])
    assert sorted(numbers) == list(range(1, 301))


def test_one_of_many_claims_wins(opened: Any) -> None:
    (task,) = create(opened, "wanted", candidate_groups=("all",))
    callers = [Principal(id=n, uid=str(n), name=f"u{n}", groups=frozenset({"all"})) for n in range(50)]
    answers = opened.run_all([ClaimTask(actor=caller, task_id=task.id) for caller in callers])
    winners = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(winners) == 1
    assert opened.row(Task, id=task.id).assignee == winners[0].assignee


def test_counters_equal_counted_rows(opened: Any) -> None:
    tasks = create(opened, *[f"c{n}" for n in range(40)], definition="Counted")
    opened.run_all([CompleteTask(actor=ADMIN, task_id=task.id) for task in tasks[:15]])
    opened.run(DeleteTasks(actor=ADMIN, task_ids=tuple(task.id for task in tasks[10:20])))
    mine = eq("definition_id", tasks[0].definition_id)
    assert total(opened, mine) == 30
    for phase in ("ready", "closed"):
        by_counter = total(opened, opened.both(mine, eq("phase", phase)))
        by_rows = len(
            opened.page(Query(entity="task", where=opened.both(mine, eq("phase", phase)), limit=100)).ids
        )
        assert by_counter == by_rows == {"ready": 20, "closed": 10}[phase]


def test_a_change_gives_a_new_rev(opened: Any) -> None:
    (task,) = create(opened, "rev", candidate_groups=("all",))
    before = opened.row(Task, id=task.id).rev
    opened.run(
        ClaimTask(actor=Principal(id=9, uid="9", name="z", groups=frozenset({"all"})), task_id=task.id)
    )
    assert opened.row(Task, id=task.id).rev > before


def test_row_ids_only_grow(opened: Any) -> None:
    first = create(opened, *[f"g{n}" for n in range(1500)])
    then = create(opened, "later")
    ids = [task.id for task in first] + [task.id for task in then]
    assert len(set(ids)) == len(ids)
    assert [task.id for task in first] == sorted(task.id for task in first)


def test_many_clients_at_once(opened: Any) -> None:
    async def work() -> list[Any]:
        return await asyncio.gather(*[opened.app.run(Count(name="busy")) for _ in range(2_000)])

    assert sorted(opened.call(work())) == list(range(1, 2_001))


def test_candidates_know_whether_their_task_is_open(opened: Any) -> None:
    (task,) = create(opened, "shared", candidate_groups=("crew",))
    assert [row.open for row in opened.matching(Candidate, task_id=task.id)] == [True]
    opened.run(CompleteTask(actor=ADMIN, task_id=task.id))
    assert [row.open for row in opened.matching(Candidate, task_id=task.id)] == [False]


def test_tokens_that_are_long_over_are_forgotten(opened: Any) -> None:
    user = opened.run(PutUser(name="keeper"))
    day = 24 * 3_600_000
    now = opened.app.clock.now()
    for number, expires_at in enumerate((now - 2 * day, now - day // 2, now + day, None)):
        opened.run(IssueToken(name="keeper", hash=f"keeper{number}", expires_at=expires_at))
    opened.run(IssueToken(name="keeper", hash="keeper-last"))
    kept = {row.hash for row in opened.matching(Credential, principal_id=user.id)}
    assert kept == {"keeper1", "keeper2", "keeper3", "keeper-last"}
