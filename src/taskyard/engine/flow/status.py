"""The statuses of a flow's element instances, and what they mean in the canonical lifecycle.

Source: Conductor's task statuses, with the table of terminal, successful and retriable ones.
"""

from __future__ import annotations

import msgspec


class Status(msgspec.Struct, frozen=True):
    """One status: its place in the lifecycle, whether the flow goes on after it, whether another attempt may follow."""

    phase: str
    outcome: str | None
    successful: bool
    retriable: bool

    @property
    def closed(self) -> bool:
        return self.phase == "closed"


STATUSES: dict[str, Status] = {
    "SCHEDULED": Status("ready", None, True, True),
    "IN_PROGRESS": Status("active", None, True, True),
    "COMPLETED": Status("closed", "succeeded", True, True),
    "COMPLETED_WITH_ERRORS": Status("closed", "succeeded", True, True),
    "SKIPPED": Status("closed", "skipped", True, False),
    "FAILED": Status("closed", "failed", False, True),
    "FAILED_WITH_TERMINAL_ERROR": Status("closed", "failed", False, False),
    "TIMED_OUT": Status("closed", "expired", False, True),
    "CANCELED": Status("closed", "cancelled", False, False),
}

EXECUTION_STATUSES: dict[str | None, str] = {
    None: "RUNNING",
    "succeeded": "COMPLETED",
    "failed": "FAILED",
    "expired": "TIMED_OUT",
    "cancelled": "TERMINATED",
}
"""By the outcome of the execution; an open one that is suspended is PAUSED."""

OUTCOMES = {word: outcome for outcome, word in EXECUTION_STATUSES.items() if outcome}
