"""The net under the engine: an open execution that waits for nothing is decided anew, or shown to a person.

Every command leaves its execution with something to wait for, so that there is nothing to find here; what is found is
counted, and is a fault to look into.
"""

from __future__ import annotations

from taskyard.engine.protocol import Command, decides, engine_of, has_engine
from taskyard.model.execution import Execution, Incident, Timer, Wait
from taskyard.model.task import Task
from taskyard.model.view import View


class Reconcile(Command, kw_only=True, frozen=True):
    """Have an execution (row id) that waits for nothing decided anew. Answers whether it was stuck.

    One that still waits for nothing afterwards gets an incident, `execution_stuck`."""

    execution_id: int


@decides(Reconcile)
def reconcile(command: Reconcile, view: View) -> bool:
    execution = view.get(Execution, command.execution_id)
    if execution is None or not _should_wait(execution) or waits(view, execution.id):
        return False
    revive(view, execution)
    return True


def revive(view: View, execution: Execution) -> None:
    """Have a locked execution decided anew if it is open and waits for nothing; where that does not help, open an
    incident."""
    if not _should_wait(execution) or waits(view, execution.id):
        return
    if has_engine(execution.kind):
        engine_of(execution.kind).decide(view, execution)
    left = view.get(Execution, execution.id)
    if left is None or not _should_wait(left) or waits(view, left.id):
        return
    incident = Incident(
        id=view.row_id(),
        uid=view.uid(),
        execution_id=left.id,
        type="execution_stuck",
        message="The execution is open and waits for nothing.",
        created_at=view.now,
    )
    view.insert(incident)
    data = {"incident": incident.uid, "type": incident.type}
    view.emit("incident.opened", execution_id=left.id, data=data)


def waits(view: View, execution_id: int) -> bool:
    """The execution waits for something: a timer, a task, a child, a message, a person."""
    return bool(
        view.find(Timer, locked=False, execution_id=execution_id)
        or view.find(Wait, locked=False, execution_id=execution_id)
        or view.find(Incident, locked=False, execution_id=execution_id, phase="open")
        or view.find(Task, locked=False, execution_id=execution_id, closed_at=None)
        or view.find(Execution, locked=False, parent_id=execution_id, closed_at=None)
    )


def _should_wait(execution: Execution) -> bool:
    return execution.phase != "closed" and not execution.suspended
