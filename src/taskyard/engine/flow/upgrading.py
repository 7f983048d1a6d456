"""Going on with another version of the definition."""

from __future__ import annotations

from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow import snapshot
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.commands import UpgradeExecution
from taskyard.engine.flow.pausing import require_open
from taskyard.engine.flow.permission import may_operate
from taskyard.engine.flow.plan import FlowPlan
from taskyard.engine.flow.reopening import tell
from taskyard.engine.flow.restarting import document_of, version_of
from taskyard.engine.flow.run import Place, Run
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(UpgradeExecution)
def upgrade_execution(command: UpgradeExecution, view: View) -> Execution:
    """Every open task, and every task that holds one, must be in the other version in the same place (conflict,
    not_upgradable). `task_output` names tasks of the outermost sequence that the other version has in addition: they
    count as done with that output. `input` is merged into the execution's input."""
    session = Session(view, command.actor)
    run = session.find(command.execution)
    may_operate(run)
    require_open(run)
    execution = run.execution
    version = version_of(view, execution, command.version)
    before = run.plan
    records = run.all_records()
    run.take_plan(snapshot.take(session, document_of(view, version), execution.tenant))
    for record in records:
        if record.phase != "closed" and record.fragment_id is None:
            _check(before, run.plan, record, version.version)
    execution.version, execution.version_id = version.version, version.id
    execution.definition_id = version.definition_id
    if command.input:
        run.set_input_to({**run.input, **defused(command.input)})
    for reference, output in defused(command.task_output).items():
        _pass_by(run, reference, output)
    for record in records:
        if record.phase != "closed":
            behavior_of(record.kind).resumed(run, record, run.node(record))
    tell(run, "upgraded", status="PAUSED" if execution.suspended else "RUNNING", version=version.version)
    session.settle()
    return execution


def _check(before: FlowPlan, after: FlowPlan, record: ElementInstance, version: int) -> None:
    old, new = before.positions[record.element], after.positions.get(record.element)
    holders_before, holders_after = list(before.holders(record.element)), list(after.holders(record.element))
    if new is None or new.node.type != old.node.type or holders_before != holders_after:
        raise rejected(
            "conflict",
            f"Version {version} has no task {record.element} in the same place: the execution is at it now.",
            reason="not_upgradable",
        )


def _pass_by(run: Run, reference: str, output: object) -> None:
    """Let a task count as done that the version before did not have."""
    position = run.plan.positions.get(reference)
    if position is None or position.container is not None or run.latest(reference) is not None:
        raise rejected(
            "invalid",
            f"{reference} is not a task of the outermost sequence that has not run yet.",
            reason="unknown_reference",
        )
    record = run.make(Place(position.node))
    run.set_input(record, {})
    run.shut(record, "SKIPPED", output if isinstance(output, dict) else {"output": output})
