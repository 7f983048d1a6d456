"""Whether and when another attempt follows (reference: Conductor §4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import TaskDef

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

LARGEST = 2**31 - 1
"""Delays in seconds end here."""


def delay_before_next(run: Run, record: ElementInstance) -> int | None:
    """Milliseconds until the next attempt, or None when there is none."""
    behavior = behavior_of(record.kind)
    if not behavior.retries or not STATUSES[record.native_state or ""].retriable:
        return None
    named = run.task_def(record)
    node = run.node(record)
    budget = behavior.default_attempts
    if node.retry_count is not None:
        budget = node.retry_count
    elif named is not None:
        budget = named.definition.retry_count
    if record.attempt >= budget:
        return None
    rules = named.definition if named is not None else TaskDef()
    if rules.total_timeout_seconds and run.now - record.first_at >= rules.total_timeout_seconds * 1000:
        return None
    jitter = 0
    if rules.backoff_jitter_ms > 0:
        jitter = int.from_bytes(run.view.random(4), "big") % (rules.backoff_jitter_ms + 1)
    return back_off(rules, record.attempt) + jitter


def back_off(rules: TaskDef, attempt: int) -> int:
    """Milliseconds to wait behind failed attempt number `attempt` (0 is the first), without the jitter."""
    seconds = rules.retry_delay_seconds
    match rules.retry_logic:
        case "LINEAR_BACKOFF":
            seconds *= rules.backoff_scale_factor * (attempt + 1)
        case "EXPONENTIAL_BACKOFF":
            seconds = seconds * 2 ** min(attempt, 31)
    seconds = min(seconds, LARGEST)
    if rules.max_retry_delay_seconds > 0:
        seconds = min(seconds, rules.max_retry_delay_seconds)
    return max(0, seconds) * 1000
