"""Two total maps: lifecycle → Oracle state, and Oracle state → the filter that finds it; and Oracle state →
the state of the A2A task that every item also is."""

from __future__ import annotations

from taskyard.model.query import All, Cmp, Filter, Not, both, eq, one_of
from taskyard.model.task import Task

STATUSES = (
    "ASSIGNED",
    "COMPLETED",
    "SUSPENDED",
    "WITHDRAWN",
    "EXPIRED",
    "ERRORED",
    "ALERTED",
    "INFO_REQUESTED",
)
"""The values of the `status` parameter: the seven documented ones, and the one that deployed clients send
besides."""

A2A_STATES = {
    "ASSIGNED": "input-required",
    "INFO_REQUESTED": "input-required",
    "ALERTED": "input-required",
    "SUSPENDED": "submitted",
    "OUTCOME_UPDATED": "working",
    "COMPLETED": "completed",
    "WITHDRAWN": "canceled",
    "EXPIRED": "failed",
    "ERRORED": "failed",
}
"""The A2A v0.3 state of each Oracle state."""

FINAL = frozenset({"COMPLETED", "WITHDRAWN", "EXPIRED", "ERRORED"})

_BY_OUTCOME = {
    "succeeded": "COMPLETED",
    "skipped": "COMPLETED",
    "cancelled": "WITHDRAWN",
    "expired": "EXPIRED",
    "failed": "ERRORED",
    "rejected": "ERRORED",
}


def state_of(task: Task) -> str:
    """The Oracle state of a task that people do; defined for every point of the lifecycle.

    `rejected` is the refusal of an agent, never a person's REJECT, which is a completed task with that
    outcome.
    """
    if task.phase == "closed":
        return _BY_OUTCOME.get(task.outcome or "", "ERRORED")
    if task.suspended:
        return "SUSPENDED"
    if task.native_state == "ALERTED":
        return "ALERTED"
    if task.phase == "waiting" and task.waiting_for == "input":
        return "INFO_REQUESTED"
    return "OUTCOME_UPDATED" if task.phase in ("scheduled", "waiting") else "ASSIGNED"


_OPEN = Cmp("closed_at", "is_null")
_RUNNING = both(_OPEN, eq("suspended", False))
_NOT_ALERTED = Not(eq("native_state", "ALERTED"))
_AT_WORK = Cmp("phase", "not_in", ("scheduled", "waiting"))
"""Ready or active, said so that the index of open tasks in their order serves the list rather than the one of
phases."""
_ASKED = both(eq("phase", "waiting"), eq("waiting_for", "input"))

FILTERS: dict[str, Filter] = {
    "ASSIGNED": All((_OPEN, eq("suspended", False), _AT_WORK, _NOT_ALERTED)),
    "SUSPENDED": All((_OPEN, eq("suspended", True))),
    "ALERTED": All((_RUNNING, eq("native_state", "ALERTED"))),
    "INFO_REQUESTED": All((_RUNNING, _NOT_ALERTED, _ASKED)),
    "COMPLETED": All((eq("phase", "closed"), one_of("outcome", ("succeeded", "skipped")))),
    "WITHDRAWN": All((eq("phase", "closed"), eq("outcome", "cancelled"))),
    "EXPIRED": All((eq("phase", "closed"), eq("outcome", "expired"))),
    "ERRORED": All((eq("phase", "closed"), one_of("outcome", ("failed", "rejected")))),
}
"""The tasks in each state that can be asked for."""
