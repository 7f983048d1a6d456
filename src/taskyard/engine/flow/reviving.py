"""What an execution that runs again still lacks: new attempts, joins and loops in place, and what comes next.

Works on all records of an execution, read at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine import timers
from taskyard.engine.flow import lookahead
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.passes import pass_of
from taskyard.engine.flow.plan import CHOOSERS
from taskyard.engine.flow.reopening import reopen, reopen_record
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance, Timer

if TYPE_CHECKING:
    from taskyard.engine.flow.plan import Position
    from taskyard.engine.flow.run import Run

UNSUCCESSFUL = ("FAILED", "FAILED_WITH_TERMINAL_ERROR", "TIMED_OUT", "CANCELED")


def unsuccessful(run: Run) -> list[ElementInstance]:
    """The records that a retry tries again: the newest of their name and pass, ended without success."""
    run.all_records()
    found = [
        each
        for each in run.passes.values()
        if each.native_state in UNSUCCESSFUL and not each.retried and is_planned(run, each)
    ]
    return sorted(found, key=lambda record: record.seq)


def is_planned(run: Run, record: ElementInstance) -> bool:
    """What the execution runs has the record's node; another version of it may not have."""
    return record.element in run.plan_of(record).positions


def revive(run: Run) -> None:
    """Go on with an execution that was just reopened."""
    tried: list[ElementInstance] = []
    for record in unsuccessful(run):
        if behavior_of(record.kind).resumes:
            reopen_record(run, record)
        else:
            tried.append(record)
    _open_loops(run)
    for record in tried:
        run.work.append(("retry", record.id))
        run.proceeding.add(record.id)
    go_on(run)


def _open_loops(run: Run) -> None:
    """A loop around something open is open, whatever it was before."""
    for record in [each for each in run.records.values() if each.phase != "closed"]:
        around = record.parent_id
        while around is not None:
            holder = run.record(around)
            if behavior_of(holder.kind).resumes and holder.phase == "closed":
                reopen_record(run, holder)
            around = holder.parent_id


def go_on(run: Run) -> int:
    """Recount what open joins wait for, and go on behind every record that is done and has nothing after it. Answers how
    many such records there were."""
    records, busy = run.all_records(), _busy(run)
    lookahead.whole(run)
    for record in records:
        if run.open and record.phase != "closed" and record.id not in busy:
            behavior_of(record.kind).resumed(run, record, run.node(record))
    found = 0
    for record in records:
        if run.open and record.id not in busy and _is_done(run, record):
            found += _follow(run, record)
    return found


def _busy(run: Run) -> set[int]:
    """The records whose insides are about to be scheduled: by work that is to do here, or that goes on in a transaction of
    its own."""
    pieces = list(run.work)
    for timer in run.view.find(Timer, execution_id=run.execution.id):
        if timer.kind == "continue":
            pieces += [tuple(piece) for piece in timers.data_of(timer)["work"]]
    inside = {piece[2] for piece in pieces if piece[0] == "schedule" and piece[2] is not None}
    return inside | {piece[1] for piece in pieces if piece[0] in ("more", "proceed", "again")}


def _is_done(run: Run, record: ElementInstance) -> bool:
    """The record is through for good, and nothing is on its way to go on behind it."""
    if record.phase != "closed" or record.retried or record.id in run.proceeding:
        return False
    if run.passes.get((record.element, record.suffix)) is not record or not is_planned(run, record):
        return False
    return STATUSES[record.native_state or ""].successful


def _follow(run: Run, record: ElementInstance) -> int:
    """Begin again what the record began inside it, or go on behind it, where that is not there. Answers 0 or 1."""
    heads = behavior_of(record.kind).heads(run, record, run.node(record))
    missing = [head for head in heads if not _made_after(run, head, record)]
    for head in missing:
        _begin(run, record, head)
    if heads:
        joined = _beside_heads(run, record, heads)
        if joined is not None and run.open:
            run.schedule(run.beside(record, joined.node))
        return 1 if missing or joined is not None else 0
    if not lacks(run, record):
        return 0
    run.work.append(("again", record.id))
    return 1


def _begin(run: Run, record: ElementInstance, head: Position) -> None:
    if run.open:
        behavior_of(record.kind).begin(run, record, run.node(record), head)


def _beside_heads(run: Run, record: ElementInstance, heads: list[Position]) -> Position | None:
    """The join that a fork schedules together with its branches, where it is not there."""
    following = run.position(record).following
    if not behavior_of(record.kind).forks or following is None:
        return None
    position = run.plan_of(record).positions[following.task_reference_name]
    return None if _made_after(run, position, record) else position


def _made_after(run: Run, position: Position, record: ElementInstance) -> bool:
    made = run.passes.get((position.node.task_reference_name, record.suffix))
    return made is not None and made.seq > _first(run, record).seq


def _first(run: Run, record: ElementInstance) -> ElementInstance:
    while record.previous_id is not None and record.previous_id in run.records:
        record = run.records[record.previous_id]
    return record


def lacks(run: Run, record: ElementInstance) -> bool:
    """Nothing was scheduled behind the record although it is through."""
    while True:
        position = run.position(record)
        if position.following is not None:
            after = run.plan_of(record).positions[position.following.task_reference_name]
            return not _made_after(run, after, record)
        if record.parent_id is None:
            return not run.notes.ended
        holder = run.record(record.parent_id)
        behavior = behavior_of(holder.kind)
        if behavior.forks:
            return False
        if holder.kind in CHOOSERS and holder.pending:
            return True
        if behavior.resumes:
            return holder.phase != "closed" and not _is_later_pass(run, holder, record)
        record = holder


def _is_later_pass(run: Run, loop: ElementInstance, record: ElementInstance) -> bool:
    number = pass_of(loop, record)
    return any(each.parent_id == loop.id and pass_of(loop, each) > number for each in run.records.values())


def resume_parents(run: Run) -> None:
    """Set the executions running again that waited for this one, as far up as they took its end for theirs."""
    while run.execution.parent_id is not None and run.execution.parent_element_id is not None:
        parent = run.session.open_or_none(run.execution.parent_id)
        record = parent.find_record(run.execution.parent_element_id) if parent is not None else None
        if parent is None or record is None:
            return
        if record.child_id != run.execution.id or record.retried or record.phase != "closed":
            return
        if parent.node(record).optional:
            return
        was_closed = not parent.open
        if was_closed:
            reopen(parent, "child")
        else:
            parent.notes.retried_at = parent.now
        reopen_record(parent, record)
        if was_closed:
            revive(parent)
        run = parent
