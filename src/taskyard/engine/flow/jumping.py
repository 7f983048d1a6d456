"""Leaving what runs and going on somewhere else."""

from __future__ import annotations

from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import JumpExecution
from taskyard.engine.flow.pausing import require_open
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.reopening import tell
from taskyard.engine.flow.run import Place, Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import Execution, Timer
from taskyard.model.flow import WorkflowTask
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(JumpExecution)
def jump_execution(command: JumpExecution, view: View) -> Execution:
    """Open tasks are cancelled. A task of the outermost sequence can be jumped to, and one of a loop that is open."""
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_open(run)
    place = _place(run, command.reference)
    around = place.parent_id
    run.work.clear()
    run.notes.held = []
    run.proceeding.clear()
    for timer in view.find(Timer, execution_id=run.execution.id):
        if timer.kind == "continue":
            view.delete(timer)
    for record in run.open_records():
        if record.id != around:
            behavior_of(record.kind).cancelled(run, record, run.node(record))
            run.shut(record, "CANCELED", reason=f"Left for {command.reference}")
    run.notes.ended = False
    tell(run, "jumped", status="PAUSED" if run.execution.suspended else "RUNNING", ref=command.reference)
    run.schedule(place, more_input=defused(command.input) or None)
    session.settle()
    return run.execution


def _place(run: Run, reference: str) -> Place:
    position = run.plan.positions.get(reference)
    if position is None:
        raise rejected(
            "invalid",
            f"The task referenced by {reference} does not exist in the WorkflowDefinition {run.execution.key}",
            reason="unknown_reference",
        )
    if position.container is None:
        return Place(position.node)
    loop = run.latest(position.container)
    if loop is None or loop.phase == "closed" or not _is_outermost_loop(run, position.container):
        raise rejected(
            "conflict",
            f"The task {reference} lies inside {position.container}, which is not open: jump to that one.",
            reason="not_reachable",
        )
    number = max(1, loop.iteration)
    return Place(position.node, loop.id, loop.fragment_id, f"{loop.suffix}__{number}", number)


def _is_outermost_loop(run: Run, reference: str) -> bool:
    position = run.plan.positions[reference]
    node: WorkflowTask = position.node
    return node.type == "DO_WHILE" and position.container is None
