"""What follows a failed task: another attempt, going on without it, or the end of the execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine.flow import retry
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.status import OUTCOMES
from taskyard.model.execution import ElementInstance

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run


def failed(run: Run, record: ElementInstance, final: bool = False) -> None:
    """Decide about a record that was just closed without success (reference: Conductor §4.3)."""
    node = run.node(record)
    _remember(run, record)
    if not final and (delay := retry.delay_before_next(run, record)) is not None:
        run.schedule(run.beside(record, node), previous=record, delay_ms=delay)
        return
    if node.optional:
        record.native_state, record.outcome = "COMPLETED_WITH_ERRORS", "succeeded"
        run.touch(record)
        run.proceed_later(record)
        return
    if node.permissive and not final:
        run.notes.failures.append(_words(record))
        run.proceed_later(record)
        return
    status = {"TIMED_OUT": "TIMED_OUT", "CANCELED": "TERMINATED"}.get(record.native_state or "", "FAILED")
    run.close(OUTCOMES[status], _words(record), failed=record)


def _words(record: ElementInstance) -> str:
    return f"Task {record.uid} failed with status: {record.native_state} and reason: '{record.reason or ''}'"


def _remember(run: Run, record: ElementInstance) -> None:
    reference = record.element + record.suffix
    if behavior_of(record.kind).retries and reference not in run.notes.failed_references:
        run.notes.failed_references.append(reference)
    if record.name not in run.notes.failed_tasks:
        run.notes.failed_tasks.append(record.name)
