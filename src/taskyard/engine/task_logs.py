"""Lines that workers write about their tasks."""

from __future__ import annotations

from taskyard.engine.leases import require_taker
from taskyard.engine.protocol import Command, decides
from taskyard.model.execution import ElementInstance
from taskyard.model.ids import row_id_in
from taskyard.model.problem import rejected
from taskyard.model.task import Task, TaskLog
from taskyard.model.view import View

LINE_LENGTH = 64 * 1024
"""Characters of a line that are kept."""


class WriteTaskLog(Command, kw_only=True, frozen=True):
    """Write a line about a task, open or closed. Answers the row.

    `task` is the public id. Raises not_found (unknown_task), forbidden.
    """

    task: str
    text: str


@decides(WriteTaskLog)
def write_task_log(command: WriteTaskLog, view: View) -> TaskLog:
    row_id, name = _task(view, command.task)
    require_taker(view, command.actor, name)
    line = TaskLog(id=view.row_id(), task_id=row_id, at=view.now, text=command.text[:LINE_LENGTH])
    view.insert(line)
    return line


def _task(view: View, uid: str) -> tuple[int, str]:
    """The row id of a task and the name whose workers do it."""
    row_id = row_id_in(uid)
    element = view.peek(ElementInstance, row_id)
    if element is not None and element.uid == uid:
        return element.id, element.name
    for task in view.find(Task, locked=False, uid=uid):
        return task.id, task.queue or ""
    raise rejected("not_found", f"There is no task {uid!r}.", reason="unknown_task", key=uid)
