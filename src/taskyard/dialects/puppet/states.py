"""Puppet's states of nodes and jobs and our lifecycle: two total tables for each.

Source: orchestrator API, jobs endpoint. A node's state is that of one task on one node, a job's that of all
of them.
"""

from __future__ import annotations

from typing import NamedTuple


class Point(NamedTuple):
    """A place in the lifecycle: `outcome` only when closed; `stopping` is the flag `cancel_requested`."""

    phase: str
    outcome: str | None = None
    stopping: bool = False


NODE_IN: dict[str, Point] = {
    "new": Point("scheduled"),
    "ready": Point("ready"),
    "running": Point("active"),
    "stopping": Point("active", stopping=True),
    "stopped": Point("closed", "cancelled"),
    "finished": Point("closed", "succeeded"),
    "failed": Point("closed", "failed"),
    "errored": Point("closed", "rejected"),
    "skipped": Point("closed", "skipped"),
}
"""What a node's state means here: `errored` is a task that could not be started on its node at all."""

JOB_IN: dict[str, Point] = {state: NODE_IN[state] for state in NODE_IN if state not in ("errored", "skipped")}
"""What a job's state means here; jobs know neither `errored` nor `skipped`."""

_CLOSED_NODE = {
    "succeeded": "finished",
    "failed": "failed",
    "cancelled": "stopped",
    "rejected": "errored",
    "expired": "failed",
    "skipped": "skipped",
}
_CLOSED_JOB = {**_CLOSED_NODE, "rejected": "failed", "skipped": "finished"}
_OPEN = {"scheduled": "new", "ready": "ready", "active": "running", "waiting": "running"}


def node_state(phase: str, outcome: str | None, stopping: bool) -> str:
    """The node state that a point of the lifecycle is shown as."""
    return _state(_CLOSED_NODE, phase, outcome, stopping)


def job_state(phase: str, outcome: str | None, stopping: bool) -> str:
    """The job state that a point of the lifecycle is shown as."""
    return _state(_CLOSED_JOB, phase, outcome, stopping)


def _state(closed: dict[str, str], phase: str, outcome: str | None, stopping: bool) -> str:
    if phase == "closed":
        return closed[outcome or "succeeded"]
    return "stopping" if stopping else _OPEN[phase]
