"""Reads in a few rounds what many pieces of work will need, which would ask for it one by one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from taskyard.engine.expressions.template import roots
from taskyard.engine.flow.plan import CHOOSERS
from taskyard.model.execution import ElementFragment, ElementInput, ElementInstance, ExecutionDocument

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

ABOUT_RECORDS = ("proceed", "again", "retry", "failed", "enter", "more")
"""Kinds of work whose second member is a record's id."""
DYNAMIC = "FORK_JOIN_DYNAMIC"
INPUT = {("workflow", "input")}
FEW = 8
"""So many pieces are as quickly read for one by one."""


def work(run: Run) -> None:
    """For the work that one command does."""
    if len(run.work) <= FEW:
        return
    pieces = list(islice(run.work, run.view.limits.steps))
    ids = [piece[1] for piece in pieces if piece[0] in ABOUT_RECORDS]
    again = {piece[1] for piece in pieces if piece[0] in ("retry", "enter", "more")}
    records = _records(run, ids)
    _records(run, [each.parent_id for each in records if each.parent_id is not None])
    _fragments(run, records)
    run.view.load(ElementInput, [each.id for each in records if each.id in again and each.id in run.before])


def behind(run: Run, record: ElementInstance) -> None:
    """For a record of the outermost sequence that is about to succeed: the input of the execution, if what follows is
    given some of it, or if the execution ends. Before anything is done, since all of it would be done once more."""
    if record.parent_id is not None:
        return
    following = run.position(record).following
    if following is None:
        run.view.get(ExecutionDocument, run.execution.id)  # it will be written
    elif roots(following.input_parameters) >= INPUT:
        run.view.peek(ExecutionDocument, run.execution.id)


def whole(run: Run) -> None:
    """For a look at every record, which have been read."""
    records = list(run.records.values())
    _fragments(run, records)
    run.load_outputs([each for each in records if each.kind in CHOOSERS])
    run.view.load(
        ElementInput, [each.id for each in records if each.kind == DYNAMIC and each.id in run.before]
    )


def _records(run: Run, ids: Iterable[int]) -> list[ElementInstance]:
    wanted = list(dict.fromkeys(ids))
    run.view.load(ElementInstance, [each for each in wanted if each not in run.records])
    return [found for each in wanted if (found := run.find_record(each)) is not None]


def _fragments(run: Run, records: list[ElementInstance]) -> None:
    ids = {each.fragment_id for each in records if each.fragment_id is not None}
    run.view.load(ElementFragment, sorted(each for each in ids if each in run.before))
