"""How an execution ends: by itself, by a failure, or because somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskyard.engine import timers
from taskyard.engine.flow import cascade, conformity, failure_workflow, rate_limit
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.payload import is_too_large
from taskyard.engine.flow.status import EXECUTION_STATUSES
from taskyard.model.execution import ElementInstance
from taskyard.model.problem import Rejected

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

CHILD_STATUS = {"succeeded": "COMPLETED", "failed": "FAILED", "cancelled": "CANCELED", "expired": "TIMED_OUT"}
"""The status of a task whose child ended so."""


def complete_if_done(run: Run) -> None:
    """End a run whose outermost sequence is through and that has nothing open any more."""
    if not (run.open and run.notes.ended and run.execution.open_steps == 0 and not run.work):
        return
    if run.execution.suspended:
        return
    if run.notes.failures:
        close(run, "failed", "; ".join(run.notes.failures))
    else:
        _complete(run)


def _complete(run: Run) -> None:
    """A success, unless the output cannot be made or does not fit."""
    try:
        output = _output(run)
    except Rejected as refusal:
        close(run, "failed", refusal.problem.detail, {})
        return
    fault = conformity.workflow_output_fault(run, output)
    close(run, "succeeded" if fault is None else "failed", fault, output)


def _output(run: Run) -> dict[str, Any]:
    """What the definition says, else what the last task gave."""
    wanted = run.plan.workflow.output_parameters
    if wanted:
        return run.resolve(wanted)
    last = run.record(run.notes.last_id) if run.notes.last_id is not None else None
    return run.output_of(last) if last is not None else {}


def _output_or_none(run: Run) -> dict[str, Any]:
    """The output of what ends otherwise; nothing when it cannot be made."""
    try:
        return _output(run)
    except Rejected:
        return {}


def close(
    run: Run,
    outcome: str,
    reason: str | None = None,
    output: dict[str, Any] | None = None,
    *,
    failure: bool | None = None,
    failed: ElementInstance | None = None,
    leave: ElementInstance | None = None,
) -> None:
    """End an execution: cancel what is open (but for `leave`), start its failure workflow, tell its parent.

    `failure` says whether the failure workflow starts; by default it does when the outcome is failed or expired.
    `failed` is the task that brought it down. Without `output` the definition's output parameters are resolved.
    """
    if not run.open:
        return
    run.work.clear()
    run.proceeding.clear()
    run.execution.reason = reason
    doomed = [record for record in run.open_records() if record is not leave]
    cascade.foresee(run, doomed)
    for record in doomed:
        behavior_of(record.kind).cancelled(run, record, run.node(record))
        run.shut(record, "CANCELED", reason=record.reason)
    if run.plan.workflow.timeout_seconds > 0:
        timers.cancel_all(run.view, execution_id=run.execution.id)
    execution = run.execution
    if execution.phase == "scheduled":
        rate_limit.leave(run)
    result = output if output is not None else _output_or_none(run)
    execution.phase, execution.outcome = "closed", outcome
    execution.suspended = False
    execution.closed_at = execution.updated_at = run.now
    run.notes.held.clear()
    if outcome in ("failed", "expired") if failure is None else failure:
        started = failure_workflow.start(run, outcome, reason, failed)
        if started is not None:
            result = {**result, "conductor.failure_workflow": started}
    run.set_output_to(_within_limit(run, result))
    run.view.emit(
        "execution.closed",
        actor=run.session.actor.name if run.session.actor else None,
        execution_id=execution.id,
        definition_id=execution.definition_id,
        data={"outcome": outcome, "status": EXECUTION_STATUSES[outcome]},
    )
    rate_limit.start_next(run)
    _tell_parent(run, result)


def _tell_parent(run: Run, result: dict[str, Any]) -> None:
    execution = run.execution
    if execution.parent_id is None or execution.parent_element_id is None:
        return
    parent = run.session.open_or_none(execution.parent_id)
    if parent is None or not parent.open:
        return
    record = parent.find_record(execution.parent_element_id)
    if record is None or record.phase == "closed" or record.child_id != execution.id:
        return
    behavior_of(record.kind).child_closed(
        parent, record, parent.node(record), execution.outcome or "failed", result, execution.reason
    )


def _within_limit(run: Run, result: dict[str, Any]) -> dict[str, Any]:
    """The output, or a note in its place when it is larger than outputs may be: the execution must end all the same."""
    if not is_too_large(run.view, result):
        return result
    most = run.view.limits.payload
    return {"error": f"The output is larger than {most} bytes, the most there may be."}
