"""Running a closed execution again from one of its tasks."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import RerunExecution
from taskyard.engine.flow.pausing import require_closed
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.plan import CHOOSERS
from taskyard.engine.flow.reopening import begin_again, reopen, reopen_record
from taskyard.engine.flow.restarting import start_over
from taskyard.engine.flow.reviving import resume_parents, revive
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import ElementInstance, Execution, Variable
from taskyard.model.ids import row_id_in
from taskyard.model.problem import rejected
from taskyard.model.task import Candidate, Task, TaskAttribute, TaskDocument
from taskyard.model.view import View


@decides(RerunExecution)
def rerun_execution(command: RerunExecution, view: View) -> Execution:
    """From a task: those made after it are removed, and it is done again in place. It may be a task of a child, which
    then runs again from it; what waited for the child waits again."""
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_closed(run, "rerun")
    if command.correlation is not None:
        run.execution.correlation = command.correlation
    input = defused(_object(command.input)) if command.input is not None else None
    if command.from_task is None:
        start_over(run, input)
        session.settle()
        return run.execution
    if input is not None:
        run.set_input_to(input)
    path = _path(run, command.from_task)
    inner, target = path[0]
    _cut(inner, target)
    _again(inner, target, defused(command.task_input))
    for each, record in path[1:]:
        _cut(each, record)
        reopen_record(each, record)
    for each, _ in path:
        revive(each)
    resume_parents(run)
    session.settle()
    return run.execution


def _path(run: Run, task: str) -> list[tuple[Run, ElementInstance]]:
    """The task with its execution, then the tasks that hold that execution, up to the one that is rerun. Raises
    `Rejected` (unknown_task), conflict (execution_open) when one of the executions runs still."""
    unknown = rejected("invalid", f"Task {task} not found", reason="unknown_task", task=task)
    found = run.view.get(ElementInstance, row_id_in(task))
    if found is None or found.uid != task:
        raise unknown
    path: list[tuple[Run, ElementInstance]] = []
    record_id = found.id
    inner = run.session.open_or_none(found.execution_id)
    while inner is not None:
        record = inner.find_record(record_id)
        if record is None:
            break
        if path and record.child_id != path[-1][0].execution.id:
            break
        path.append((inner, record))
        if inner is run:
            return path
        require_closed(inner, "rerun")
        if inner.execution.parent_id is None or inner.execution.parent_element_id is None:
            break
        record_id = inner.execution.parent_element_id
        inner = run.session.open_or_none(inner.execution.parent_id)
    raise unknown


def _cut(run: Run, target: ElementInstance) -> None:
    """Open the execution and remove what was made after the target."""
    reopen(run, "rerun")
    later = [record for record in run.all_records() if record.seq > target.seq]
    _reopen_what_waited(run, [target, *later])
    _drop(run, later)
    for record in run.records.values():
        if record.retried and not any(each.previous_id == record.id for each in _same(run, record)):
            record.retried = False
            run.touch(record)
    run.notes.ended = False
    run.notes.last_id = None


def _reopen_what_waited(run: Run, undone: list[ElementInstance]) -> None:
    """Joins, loops and cases that took the end of these records for theirs wait again, and so on outwards."""
    removed = {record.id for record in undone}
    waiting, seen = list(undone), set[int]()
    while waiting:
        record = waiting.pop()
        if record.id in seen:
            continue
        seen.add(record.id)
        holder = run.record(record.parent_id) if record.parent_id is not None else None
        around = [*_joins_of(run, record, holder), *([holder] if holder is not None else [])]
        for each in around:
            if each.id in removed:
                continue
            if each.kind in CHOOSERS:
                each.pending = 1
                run.touch(each)
            elif behavior_of(each.kind).resumes and each.phase == "closed":
                reopen_record(run, each)
            waiting.append(each)


def _joins_of(run: Run, record: ElementInstance, holder: ElementInstance | None) -> list[ElementInstance]:
    """The joins that wait for a record: those that name it, and the one behind the dynamic fork that made it."""
    names = list(run.plan_of(record).joins.get(record.element, ()))
    if holder is not None and behavior_of(holder.kind).forks:
        following = run.position(holder).following
        names += [following.task_reference_name] if following is not None else []
    found = [run.passes.get((name, record.suffix)) for name in names]
    return [each for each in found if each is not None]


def _drop(run: Run, records: list[ElementInstance]) -> None:
    ids = [record.id for record in records]
    run.view.delete_where(ElementInstance, "id", ids)
    run.view.delete_where(Task, "id", ids)
    run.forget(records)


def _same(run: Run, record: ElementInstance) -> list[ElementInstance]:
    newest = run.passes.get((record.element, record.suffix))
    return [] if newest is None or newest is record else [newest, *_before(run, newest)]


def _before(run: Run, record: ElementInstance) -> list[ElementInstance]:
    found: list[ElementInstance] = []
    while record.previous_id is not None and record.previous_id in run.records:
        record = run.records[record.previous_id]
        found.append(record)
    return found


def _again(run: Run, target: ElementInstance, input: dict[str, Any] | None) -> None:
    """Do the target again in place: the same id, its old input unless another is given."""
    given = input if input is not None else run.input_of(target)
    behavior = behavior_of(target.kind)
    if behavior.tasked:
        _forget_task(run, target.id)
    for row in run.view.find(Variable, execution_id=run.execution.id, scope_id=target.id):
        run.view.delete(row)
    begin_again(run, target)
    run.set_input(target, given)
    run.enter(target)


def _forget_task(run: Run, row_id: int) -> None:
    """Remove the closed task of a record row by row, since one with the same id follows in this command."""
    view = run.view
    for row_type in (TaskDocument, TaskAttribute, Candidate):
        for row in view.find(row_type, task_id=row_id):
            view.delete(row)
    task = view.get(Task, row_id)
    if task is not None:
        view.delete(task)


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise rejected("invalid", f"The input is not a JSON object: {error}", reason="bad_input") from None
