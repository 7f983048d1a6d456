"""Events that a node wants published when its task changes (`onStateChange`).

    {"onScheduled,onStart": [{"type": "tracking:tasks", "payload": {"order": "${workflow.input.id}"}}]}

The type is the queue that event handlers listen to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskyard.engine.event_handlers import publish
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.problem import Rejected
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

SCHEDULED, START = "onScheduled", "onStart"
BY_OUTCOME = {
    "succeeded": "onSuccess",
    "skipped": "onSuccess",
    "failed": "onFailed",
    "expired": "onFailed",
    "cancelled": "onCancelled",
}


def tell(run: Run, record: ElementInstance, before: str | None) -> None:
    """Publish what the record's node wants for what became of it in this command; `before` is the status it had, None
    when it was made."""
    if not run.plan_of(record).tells:
        return
    node = run.node(record)
    for word in _changes(record, before) if node.on_state_change else ():
        for kind, message in _wanted(run, record, word):
            publish(run.view, kind, message, execution_id=run.execution.id)


def prepare(run: Run, record: ElementInstance) -> None:
    """A record is about to be offered to workers: what its start is to tell is kept with it, for whoever leases it."""
    if not run.plan_of(record).tells:
        return
    wanted = _wanted(run, record, START)
    if wanted:
        extra = extra_of(record)
        extra.sub = {**extra.sub, START: [list(each) for each in wanted]}
        keep(record, extra)
        record.timed = True


def started(view: View, execution: Execution, record: ElementInstance) -> None:
    """A worker has taken the task."""
    if record.polls > 1:
        return
    for kind, message in extra_of(record).sub.get(START, ()):
        publish(view, kind, {**message, "taskStatus": "IN_PROGRESS"}, execution_id=execution.id)


def _changes(record: ElementInstance, before: str | None) -> list[str]:
    words = [SCHEDULED] if before is None else []
    if record.native_state == "IN_PROGRESS" and before in (None, "SCHEDULED"):
        words.append(START)
    if record.phase == "closed":
        if before is None and record.started_at is not None:
            words.append(START)
        words.append(BY_OUTCOME[record.outcome or "failed"])
    return words


def _wanted(run: Run, record: ElementInstance, word: str) -> list[tuple[str, dict[str, Any]]]:
    """Queue and message of every event for that change."""
    found: list[tuple[str, dict[str, Any]]] = []
    for words, events in run.node(record).on_state_change.items():
        if word not in [each.strip() for each in words.split(",")] or not isinstance(events, list):
            continue
        found += [
            (event["type"], _message(run, record, event.get("payload")))
            for event in events
            if isinstance(event, dict) and isinstance(event.get("type"), str)
        ]
    return found


def _message(run: Run, record: ElementInstance, payload: Any) -> dict[str, Any]:
    """The payload with its expressions filled in, and what it is about."""
    try:
        given = run.resolve(payload, record) if isinstance(payload, dict) else {}
    except Rejected as refusal:
        given = {"error": refusal.problem.detail}
    about = {
        "workflowInstanceId": run.execution.uid,
        "workflowType": run.execution.key,
        "taskId": record.uid,
        "taskRefName": record.element + record.suffix,
        "taskStatus": record.native_state,
    }
    return {**about, **given}
