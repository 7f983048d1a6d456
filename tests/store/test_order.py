"""The first and the last rows of an order, as deciders see them: what is stored, with what the batch changed."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskyard.model.command import Command, Pick, decides, foresees
from taskyard.model.problem import Rejected, rejected
from taskyard.model.task import QueueItem
from taskyard.model.view import View

ORDER = ("rank", "ready_at", "task_id")
names = (f"q{number}" for number in itertools.count())
Op = tuple[Any, ...]


class Play(Command, kw_only=True, frozen=True):
    """Do a list of things to queues, and tell what was seen; `refuse` takes everything back."""

    ops: tuple[Op, ...]
    refuse: bool = False


@decides(Play)
def play(command: Play, view: View) -> list[Any]:
    seen: list[Any] = []
    for op, *rest in command.ops:
        if op == "put":
            number, queue, rank = rest
            if view.get(QueueItem, number) is None:
                view.insert(QueueItem(task_id=number, queue=queue, rank=rank, ready_at=0, lease_ms=1))
        elif op == "move":
            number, queue, rank = rest
            if (item := view.get(QueueItem, number)) is not None:
                item.queue, item.rank = queue, rank
                view.update(item)
        elif op == "drop":
            if (item := view.get(QueueItem, rest[0])) is not None:
                view.delete(item)
        elif op == "take":
            taken = view.pick(QueueItem, ORDER, rest[1], queue=rest[0])
            for item in taken:
                view.delete(item)
            seen.append([item.task_id for item in taken])
        elif op == "look":
            seen.append([item.task_id for item in view.pick(QueueItem, ORDER, rest[1], queue=rest[0])])
        else:
            last = view.last(QueueItem, "rank", queue=rest[0])
            seen.append(last and (last.rank, last.task_id))
    if command.refuse:
        raise rejected("conflict", "taken back")
    return seen


class Take(Command, kw_only=True, frozen=True):
    """Take the first items of a queue, as a poll does; says beforehand that it will."""

    queue: str
    count: int = 1


@foresees(Take)
def foresee_take(command: Take) -> list[Pick]:
    return [Pick(QueueItem, ORDER, command.count, {"queue": command.queue})]


@decides(Take)
def take(command: Take, view: View) -> list[int]:
    taken = view.pick(QueueItem, ORDER, command.count, queue=command.queue)
    for item in taken:
        again = view.get(QueueItem, item.task_id)
        assert again is not None
        view.delete(again)
    return [item.task_id for item in taken]


class Slow(Command, kw_only=True, frozen=True):
    """Take an item, then ask for rows one after the other, so that it is decided again and again."""

    queue: str
    refuse: bool = False


@decides(Slow)
def slow(command: Slow, view: View) -> list[int]:
    taken = view.pick(QueueItem, ORDER, 1, queue=command.queue)
    for number in range(5):
        view.get(QueueItem, -1 - number)
    if command.refuse:
        raise rejected("conflict", "not after all")
    for item in taken:
        view.delete(item)
    return [item.task_id for item in taken]


class Hold(Command, kw_only=True, frozen=True):
    """Hold the first item of a queue until the test lets go."""

    queue: str


HELD, GO = threading.Event(), threading.Event()


@decides(Hold)
def hold(command: Hold, view: View) -> list[int]:
    taken = view.pick(QueueItem, ORDER, 1, queue=command.queue)
    HELD.set()
    GO.wait(20)
    return [item.task_id for item in taken]


def fill(opened: Any, count: int) -> tuple[str, list[int]]:
    """A queue with that many items, and their ids in order."""
    queue = next(names)
    base = 2**42 + 1000 * int(queue[1:])
    items = [base + number for number in range(count)]
    opened.run(Play(ops=tuple(("put", item, queue, 0) for item in items)))
    return queue, items


def expected(model: dict[int, tuple[str, int]], ops: tuple[Op, ...]) -> list[Any]:
    """The same, the slow way; changes the model."""
    seen: list[Any] = []
    for op, *rest in ops:
        mine = sorted((rank, number) for number, (queue, rank) in model.items() if queue == rest[0])
        if op == "put":
            model.setdefault(rest[0], (rest[1], rest[2]))
        elif op == "move" and rest[0] in model:
            model[rest[0]] = (rest[1], rest[2])
        elif op == "drop":
            model.pop(rest[0], None)
        elif op in ("take", "look"):
            seen.append([number for _, number in mine[: rest[1]]])
            for _, number in mine[: rest[1]] if op == "take" else ():
                del model[number]
        elif op == "last":
            seen.append(mine[-1] if mine else None)
    return seen


numbers = st.integers(0, 11)
queues = st.sampled_from("ab")
ops = st.one_of(
    st.tuples(st.just("put"), numbers, queues, st.integers(0, 3)),
    st.tuples(st.just("move"), numbers, queues, st.integers(0, 3)),
    st.tuples(st.just("drop"), numbers),
    st.tuples(st.sampled_from(("take", "look")), queues, st.integers(1, 4)),
    st.tuples(st.just("last"), queues),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rounds=st.lists(st.tuples(st.lists(ops, max_size=8), st.booleans()), max_size=6))
def test_orders_agree_with_a_sorted_list(opened: Any, rounds: list[tuple[list[Op], bool]]) -> None:
    prefix, base = next(names), 2**41
    model: dict[int, tuple[str, int]] = {}

    def named(op: Op) -> Op:
        return tuple(
            f"{prefix}{part}"
            if part in ("a", "b")
            else part + base
            if place == 1 and op[0] in MOVES
            else part
            for place, part in enumerate(op)
        )

    opened.run(Play(ops=tuple(("drop", base + number) for number in range(12))))
    for some, refuse in rounds:
        script = tuple(named(op) for op in some)
        before = dict(model)
        wanted = expected(model, script)
        if refuse:
            with pytest.raises(Rejected):
                opened.run(Play(ops=script, refuse=True))
            model = before
        else:
            assert opened.run(Play(ops=script)) == wanted


MOVES = ("put", "move", "drop")


def test_those_who_ask_at_once_get_different_items(opened: Any) -> None:
    queue, items = fill(opened, 50)
    answers = opened.run_all([Take(queue=queue) for _ in range(64)])
    assert sorted(itertools.chain(*answers)) == items
    assert sorted(map(len, answers)) == [0] * 14 + [1] * 50
    assert opened.matching(QueueItem, queue=queue) == []


def test_items_go_out_in_their_order(opened: Any) -> None:
    queue, items = fill(opened, 30)
    got = [opened.run(Take(queue=queue, count=7)) for _ in range(5)]
    assert [number for some in got for number in some] == items


def test_who_is_decided_again_keeps_what_it_took(opened: Any) -> None:
    queue, items = fill(opened, 20)
    answers = opened.run_all([Slow(queue=queue) for _ in range(24)])
    assert sorted(itertools.chain(*answers)) == items
    assert sorted(map(len, answers)) == [0] * 4 + [1] * 20


def test_what_a_refused_command_took_goes_to_the_next(opened: Any) -> None:
    queue, items = fill(opened, 2)
    commands = [Slow(queue=queue, refuse=True), Slow(queue=queue, refuse=True), Take(queue=queue, count=2)]
    answers = opened.run_all(commands)
    assert [isinstance(answer, Rejected) for answer in answers] == [True, True, False]
    left = [row.task_id for row in opened.matching(QueueItem, queue=queue)]
    assert sorted([*answers[2], *left]) == items
    if not opened.store.postgres:  # one lane: nobody else held them
        assert left == []


def test_what_another_transaction_holds_is_passed_over(opened: Any) -> None:
    queue, items = fill(opened, 3)
    HELD.clear()
    GO.clear()
    holding = threading.Thread(target=lambda: opened.run(Hold(queue=queue)))
    holding.start()
    assert HELD.wait(10)
    if not opened.store.postgres:  # one lane: the second command waits for the first
        GO.set()
    try:
        taken = opened.run(Take(queue=queue, count=3))
    finally:
        GO.set()
        holding.join()
    assert taken == (items[1:] if opened.store.postgres else items)
    assert taken + opened.run(Take(queue=queue, count=3)) == sorted(items, key=lambda item: item not in taken)
