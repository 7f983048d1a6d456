"""The workflow that a definition names for the case that its execution fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from taskyard.engine.expressions.secrets import defused
from taskyard.engine.flow.launch import Launch
from taskyard.engine.flow.status import EXECUTION_STATUSES
from taskyard.model.execution import ElementInstance
from taskyard.model.problem import Rejected

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run


def start(run: Run, outcome: str, reason: str | None, failed: ElementInstance | None) -> str | None:
    """Start it with the failed input and what happened; its public id, or None when there is none to start. One that
    cannot be started is noted in the history and does not keep the execution open."""
    workflow = run.plan.workflow
    name = _name(run, (workflow.failure_workflow or "").strip())
    if not name or run.notes.depth >= run.view.limits.depth:
        return None
    execution = run.execution
    input: dict[str, Any] = {
        **run.input,
        "workflowId": execution.uid,
        "reason": defused(reason),
        "failureStatus": EXECUTION_STATUSES[outcome],
        "failureTaskId": failed.uid if failed is not None else "",
        "failedWorkflow": {
            "workflowId": execution.uid,
            "workflowName": execution.key,
            "workflowVersion": execution.version,
            "correlationId": execution.correlation,
            "input": run.input,
            "status": EXECUTION_STATUSES[outcome],
            "failedReferenceTaskNames": list(run.notes.failed_references),
        },
    }
    wanted = Launch(
        key=name,
        version=workflow.failure_workflow_version,
        input=input,
        correlation=execution.correlation,
        priority=execution.priority,
        task_to_domain=run.notes.task_to_domain,
        creator=execution.creator,
        test=run.notes.test,
    )
    actor, run.session.actor = run.session.actor, run.notes.on_behalf
    try:
        started, _ = run.session.launch(wanted)
    except Rejected as refusal:
        run.view.emit(
            "execution.failure_workflow_refused",
            execution_id=execution.id,
            data={"name": name, "reason": refusal.problem.reason},
        )
        return None
    finally:
        run.session.actor = actor
    child = run.session.open(started.id)
    child.notes = msgspec.structs.replace(child.notes, depth=run.notes.depth + 1)
    run.notes.failure_id = started.uid
    return started.uid


def _name(run: Run, written: str) -> str:
    """The name; `$.workflow.input.member` reads it from that member of the input."""
    if not written.startswith("$"):
        return written
    parts = written.strip("${}").strip(".").split(".")
    member = parts[parts.index("input") + 1] if "input" in parts[:-1] else parts[-1]
    found = run.input.get(member)
    return found if isinstance(found, str) else ""
