"""Rows that are made while a batch is written: all or nothing, counted, and gentle to the rest of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from taskyard.model.command import Command, decides
from taskyard.model.identity import Group
from taskyard.model.ids import Ids
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import Query, eq
from taskyard.model.task import Task, TaskDocument
from taskyard.model.view import View


class Pour(Command, kw_only=True, frozen=True):
    """Insert `count` tasks with documents, `size` at a time; `twice` repeats a uid, `refuse` thinks better of it."""

    queue: str
    count: int
    size: int = 3
    twice: bool = False
    refuse: bool = False


@decides(Pour)
def pour(command: Pour, view: View) -> None:
    now = view.now

    def slices(ids: Ids) -> Iterator[list[Any]]:
        for start in range(0, command.count, command.size):
            tasks = [
                Task(
                    id=ids.row_id(),
                    uid="same" if command.twice else ids.uid(),
                    kind="worker",
                    queue=command.queue,
                    created_at=now,
                    updated_at=now,
                )
                for _ in range(start, min(start + command.size, command.count))
            ]
            yield tasks
            yield [TaskDocument(task_id=task.id, document="{}") for task in tasks]
            yield []

    view.insert_slices((Task, TaskDocument), slices)
    if command.refuse:
        raise rejected("conflict", "on second thoughts, no")


class Plant(Command, kw_only=True, frozen=True):
    """Insert one group in the plain way."""

    name: str


@decides(Plant)
def plant(command: Plant, view: View) -> None:
    view.insert(Group(id=view.row_id(), uid=view.uid(), name=command.name, created_at=view.now))


def poured(opened: Any, queue: str) -> list[Task]:
    return opened.matching(Task, queue=queue)


def test_every_slice_is_there_with_ids_of_its_own(opened: Any) -> None:
    opened.run(Pour(queue="whole", count=10))
    tasks = poured(opened, "whole")
    assert len({task.id for task in tasks}) == len({task.uid for task in tasks}) == 10
    assert len({task.rev for task in tasks}) == 1
    assert tasks[0].rev > 0
    assert opened.row(TaskDocument, task_id=tasks[-1].id).document == "{}"


def test_they_are_counted(opened: Any) -> None:
    query = Query(entity="task", where=eq("kind", "worker"), limit=0, want_total=True)
    before = opened.page(query).total
    opened.run(Pour(queue="counted", count=7))
    assert opened.page(query).total == before + 7


def test_a_refusal_leaves_nothing(opened: Any) -> None:
    with pytest.raises(Rejected, match="second thoughts"):
        opened.run(Pour(queue="refused", count=5, refuse=True))
    assert poured(opened, "refused") == []


def test_a_fault_in_a_late_slice_leaves_nothing_and_spares_the_others(opened: Any) -> None:
    answers = opened.run_all(
        [Plant(name="before"), Pour(queue="late", count=5, size=1, twice=True), Plant(name="after")]
    )
    assert isinstance(answers[1], Rejected)
    assert [answers[0], answers[2]] == [None, None]
    assert poured(opened, "late") == []
    assert opened.row(Group, name="before")
    assert opened.row(Group, name="after")
