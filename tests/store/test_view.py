"""What else deciders may do: keep what they built, ask for answers, wake those who wait, load many rows at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.store.conftest import Opened

from taskyard.app.application import TRIES
from taskyard.engine.definitions import PutDefinition
from taskyard.model.command import Command, Find, decides, foresees
from taskyard.model.definition import Definition, DefinitionTag
from taskyard.model.evaluation import Answer, Question, Unanswered
from taskyard.model.execution import Event, Execution, Snapshot, Timer
from taskyard.model.identity import Sequence as Numbers
from taskyard.model.ids import row_id_in
from taskyard.model.problem import Rejected, rejected
from taskyard.model.task import Lease, Poll, QueueItem
from taskyard.model.view import View
from taskyard.store.commit import Committed
from taskyard.store.constants import Built, Constants

built: list[str] = []


def plan(row: Snapshot) -> list[str]:
    built.append(row.sha256)
    return row.document.split()


class Keep(Command, kw_only=True, frozen=True):
    """Insert a snapshot, or find it, and use what is built from it."""

    sha256: str
    document: str = "a b c"
    refuse: bool = False


@decides(Keep)
def keep(command: Keep, view: View) -> tuple[int, list[str]]:
    found = view.find(Snapshot, locked=False, sha256=command.sha256)
    if not found:
        row = Snapshot(id=view.row_id(), sha256=command.sha256, document=command.document)
        view.insert(row)
        found = [row]
    value = view.constant(Snapshot, found[0].id, plan)
    if command.refuse:
        raise rejected("conflict", "no")
    return found[0].id, value


class Ask(Command, kw_only=True, frozen=True):
    """Add numbers, each sum an expression; count how often it was decided in the store."""

    name: str
    times: int


@decides(Ask)
def ask(command: Ask, view: View) -> list[Any]:
    row = view.get(Numbers, command.name)
    view.insert(Numbers(name=command.name, next=1)) if row is None else view.update(row)
    view.wake("asked")
    found = []
    for number in range(command.times):
        answer = view.evaluate(Question("jq", f"{number}+1", "null"))
        found.append(answer.error or answer.value)
    return found


class Sums:
    """Evaluates sums of two numbers."""

    def __init__(self) -> None:
        self.rounds = 0

    async def evaluate(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        self.rounds += 1
        await asyncio.sleep(0)
        return {question: Answer(sum(map(int, question.expression.split("+")))) for question in questions}


class Ring(Command, kw_only=True, frozen=True):
    """Insert a row and wake; `refuse` takes both back."""

    name: str
    topics: tuple[str, ...]
    due: int | None = None
    refuse: bool = False


@decides(Ring)
def ring(command: Ring, view: View) -> None:
    view.insert(Numbers(name=command.name, next=1))
    for topic in command.topics:
        view.wake(topic)
    if command.due is not None:
        view.insert(Timer(id=view.row_id(), kind="none", due_at=command.due))
        view.insert(
            Lease(task_id=view.row_id(), holder="h", token="t", expires_at=command.due + 1, created_at=0)
        )
    if command.refuse:
        raise rejected("conflict", "no")


class Visit(Command, kw_only=True, frozen=True):
    """Read rows of many kinds of keys."""

    queue: str
    holders: tuple[str, ...]


@foresees(Visit)
def foresee_visit(command: Visit) -> list[Any]:
    return [
        *[(Poll, (command.queue, "", holder)) for holder in command.holders],
        Find(QueueItem, {"queue": command.queue, "domain": ""}),
    ]


@decides(Visit)
def visit(command: Visit, view: View) -> list[Any]:
    there = []
    for holder in command.holders:
        poll = view.get(Poll, command.queue, "", holder)
        there.append(poll.at if poll else None)
        if poll is None:
            view.insert(Poll(queue=command.queue, holder=holder, at=len(there)))
    items = view.find(QueueItem, queue=command.queue, domain="")
    return [*there, len(items)]


class Cross(Command, kw_only=True, frozen=True):
    """Find by two columns, one of which may be NULL, for many values."""

    pairs: tuple[tuple[str, int | None], ...]


@decides(Cross)
def cross(command: Cross, view: View) -> list[int]:
    names = ("type", "task_id")
    view.expect(Event, names, command.pairs)
    return [len(view.find(Event, **dict(zip(names, pair, strict=True)))) for pair in command.pairs]


class Emit(Command, kw_only=True, frozen=True):
    pairs: tuple[tuple[str, int | None], ...]


@decides(Emit)
def emit(command: Emit, view: View) -> None:
    for kind, task_id in command.pairs:
        view.emit(kind, task_id=task_id)


class Newborn(Command, kw_only=True, frozen=True):
    """Ask about rows that cannot be there yet, since their owner is made in this command."""

    rounds: int


@decides(Newborn)
def newborn(command: Newborn, view: View) -> int:
    count = 0
    for _ in range(command.rounds):
        owner = view.row_id()
        assert view.get(QueueItem, owner) is None
        assert view.last(Timer, "due_at", task_id=owner) is None
        view.insert(Timer(id=view.row_id(), task_id=owner, kind="none", due_at=2**50))
        count += len(view.find(Timer, task_id=owner))
    return count


class Name(Command, kw_only=True, frozen=True):
    pass


@decides(Name)
def name(command: Name, view: View) -> list[tuple[int, str]]:
    found = []
    for _ in range(3):
        row_id = view.row_id()
        view.get(Numbers, f"name{row_id}")  # decided anew
        found.append((row_id, view.uid(row_id)))
    return found


@pytest.fixture
def heard(opened: Any) -> Any:
    commits: list[Committed] = []
    opened.store.listeners.append(commits.append)
    yield commits
    opened.store.listeners.remove(commits.append)


def test_a_constant_is_built_once(opened: Any) -> None:
    built.clear()
    digest = f"once{opened.store.postgres}"
    row_id, value = opened.run(Keep(sha256=digest))
    assert value == ["a", "b", "c"]
    again = opened.run_all([Keep(sha256=digest) for _ in range(50)])
    assert all(answer[0] == row_id and answer[1] is value for answer in again)
    assert built == [digest]


def test_a_constant_of_a_refused_command_is_forgotten(opened: Any) -> None:
    built.clear()
    digest = f"refused{opened.store.postgres}"
    first = opened.run_all(
        [Keep(sha256=digest, document="x", refuse=True), Keep(sha256=digest, document="y")]
    )
    assert isinstance(first[0], Rejected)
    assert first[1][1] == ["y"]
    assert opened.run(Keep(sha256=digest))[1] == ["y"]
    assert set(built) == {digest}


def test_constants_are_bounded_in_number_and_bytes() -> None:
    kept = Constants(most=3, most_bytes=100)
    for number in range(5):
        kept.put((Snapshot, number, "x"), Built(number, 10))
    assert [kept.get((Snapshot, number, "x")) is not None for number in range(5)] == [False] * 2 + [True] * 3
    kept.put((Snapshot, 9, "x"), Built(9, 90))
    assert len(kept) == 2
    kept.put((Snapshot, 10, "x"), Built(10, 101))
    assert kept.get((Snapshot, 10, "x")) is None


def test_constants_are_shared_between_threads() -> None:
    kept = Constants(most=50, most_bytes=10_000)

    def work(seed: int) -> None:
        for number in range(2_000):
            key = (Snapshot, (number * seed) % 97, "x")
            kept.get(key)
            kept.put(key, Built(number, 7))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 3, 5, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) <= 50
    assert kept.size == 7 * len(kept)


def test_questions_are_answered_between_two_decisions(opened: Any, heard: list[Committed]) -> None:
    opened.app.scripts = Sums()
    assert opened.run(Ask(name="sums", times=4)) == [1, 2, 3, 4]
    assert opened.app.scripts.rounds == 4
    assert opened.row(Numbers, name="sums").next == 1
    assert [commit.topics for commit in heard if commit.topics] == [{"asked": 1}]


def test_too_many_questions_are_refused(opened: Any) -> None:
    opened.app.scripts = Sums()
    most = TRIES * opened.settings.max_expressions
    assert len(opened.run(Ask(name="most", times=most))) == most
    with pytest.raises(Rejected) as refused:
        opened.run(Ask(name="more", times=most + 1))
    assert refused.value.problem.reason == "too_many_expressions"
    assert opened.row(Numbers, name="more") is None


def test_questions_without_anybody_to_answer_them_fail(opened: Any) -> None:
    opened.app.scripts = None
    with pytest.raises(Unanswered):
        opened.run(Ask(name="nobody", times=1))
    assert opened.row(Numbers, name="nobody") is None


def test_wakes_are_told_once_what_they_are_about_can_be_read(opened: Any) -> None:
    seen: list[tuple[dict[str, int], Any]] = []

    def listen(commit: Committed) -> None:
        if "queue::ring" in commit.topics:
            rows = opened.store.reader.matching(link, Numbers, {"name": "ring"}, 1)
            seen.append((commit.topics, rows))

    link = opened.store._reader()
    opened.store.listeners.append(listen)
    opened.run(Ring(name="ring", topics=("queue::ring", "queue::ring", "execution:1")))
    opened.store.listeners.remove(listen)
    assert seen[0][0] == {"queue::ring": 2, "execution:1": 1}
    assert [row.name for row in seen[0][1]] == ["ring"]


def test_a_refused_command_wakes_nobody(opened: Any, heard: list[Committed]) -> None:
    opened.run_all([Ring(name="quiet", topics=("a",), refuse=True), Ring(name="loud", topics=("b",))])
    assert [topic for commit in heard for topic in commit.topics] == ["b"]


def test_listeners_hear_when_the_next_thing_is_due(opened: Any, heard: list[Committed]) -> None:
    opened.run(Ring(name="due", topics=(), due=2**45))
    opened.run(Ring(name="undue", topics=()))
    assert [commit.soonest for commit in heard] == [2**45, None]
    assert {Timer, Lease} <= heard[0].touched


def test_a_listener_that_fails_takes_no_commit_back(opened: Any) -> None:
    def fail(commit: Committed) -> None:
        raise OSError("no")

    opened.store.listeners.append(fail)
    opened.run(Ring(name="failing", topics=("a",)))
    opened.store.listeners.remove(fail)
    assert opened.row(Numbers, name="failing").next == 1


def statements(opened: Any, work: Callable[[], Any]) -> list[str]:
    """The statements that lanes ran to load rows meanwhile."""
    ran: list[str] = []

    def watched(many: Any) -> Any:
        return lambda asked: (ran.extend(sql for sql, _ in asked), many(asked))[1]

    for lane in opened.store.lanes:
        lane.link.many = watched(lane.link.many)
    work()
    for lane in opened.store.lanes:
        del lane.link.many
    return ran


def test_rows_of_composite_keys_are_loaded_at_once(opened: Any) -> None:
    holders = tuple(f"w{number}" for number in range(40))
    first = opened.run(Visit(queue="visited", holders=holders))
    assert first == [None] * 40 + [0]
    ran = statements(opened, lambda: opened.run(Visit(queue="visited", holders=holders)))
    assert opened.run(Visit(queue="visited", holders=(*holders, "new"))) == [*range(1, 41), None, 0]
    assert len(ran) == 2


def test_finds_of_the_same_columns_are_loaded_at_once(opened: Any) -> None:
    pairs = (*[(f"kind{number % 3}", number) for number in range(30)], ("kind0", None), ("kind1", None))
    opened.run(Emit(pairs=(*pairs, ("kind0", None), ("kind0", 3))))
    found: list[Any] = []
    ran = statements(opened, lambda: found.append(opened.run(Cross(pairs=pairs))))
    assert found == [[1, 1, 1, 2, *[1] * 26, 2, 1]]
    assert len(ran) == 2  # one for numbers, one for NULL


def test_what_a_batch_needs_is_loaded_in_rounds(opened: Any) -> None:
    commands = [Visit(queue=f"many{number}", holders=("a", "b")) for number in range(50)]
    for command in commands:
        opened.run(command)
    answers: list[Any] = []
    ran = statements(opened, lambda: answers.extend(opened.run_all(commands)))
    assert answers == [[1, 2, 0]] * 50
    assert len(ran) <= 8  # a few batches of two statements each, not one hundred


def test_what_is_made_here_is_not_looked_for(opened: Any) -> None:
    ran = statements(opened, lambda: opened.run(Newborn(rounds=500)))
    assert ran == []


def test_public_ids_tell_their_row(opened: Any) -> None:
    found = opened.run(Name())
    assert len({row_id for row_id, _ in found}) == 3
    assert all(row_id_in(uid) == row_id for row_id, uid in found)
    assert opened.matching(Execution, uid=found[0][1]) == []


class Read(Command, kw_only=True, frozen=True):
    """Look at a definition, not locked, in each of the ways."""

    key: str


@decides(Read)
def read(command: Read, view: View) -> tuple[str | None, int]:
    found = view.find(Definition, locked=False, kind="workflow", key=command.key)
    if not found:
        return None, 0
    peeked = view.peek(Definition, found[0].id)
    assert peeked is not None
    return peeked.name, len(view.find(DefinitionTag, locked=False, definition_id=peeked.id))


def put(opened: Any, key: str, name: str, *tags: str) -> None:
    pairs = tuple((tag, "x") for tag in tags)
    opened.run(PutDefinition(kind="workflow", key=key, document="{}", name=name, tags=pairs))


def test_definitions_are_read_once_and_seen_as_they_are(opened: Any) -> None:
    assert opened.run(Read(key="shelved")) == (None, 0)
    put(opened, "shelved", "first", "a")
    assert opened.run_all([Read(key="shelved")] * 20) == [("first", 1)] * 20
    ran = statements(opened, lambda: [opened.run(Read(key="shelved")) for _ in range(10)])
    assert len(ran) <= 3 * len(opened.store.lanes)
    put(opened, "shelved", "second", "a", "b")
    assert [opened.run(Read(key="shelved")) for _ in range(5)] == [("second", 2)] * 5


def test_another_process_sees_changed_definitions_at_once(place: Any, opened: Any) -> None:
    if place.database_url is None:
        return  # the process lock lets nobody else in
    other = Opened(place)
    try:
        for number in range(5):
            put(opened, "elsewhere", f"name{number}")
            assert [other.run(Read(key="elsewhere"))[0] for _ in range(4)] == [f"name{number}"] * 4
    finally:
        other.close()


def test_a_look_that_finds_nothing_writes_nothing(opened: Any) -> None:
    snapshot = opened.call(opened.store.read(lambda link: link.snapshot()))
    assert opened.run(Cross(pairs=(("nothing", None),))) == [0]
    if not opened.store.postgres:
        assert opened.call(opened.store.read(lambda link: link.snapshot())) == snapshot
