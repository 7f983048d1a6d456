"""Which domain of its queue a task goes to (reference: Conductor §4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine import work
from taskyard.model.flow import MAX_NAME

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

NONE = "NO_DOMAIN"


def domain_of(run: Run, queue: str) -> str:
    """The first listed domain that workers of the queue asked lately; if there is none the last of the list. Names that
    no worker can ask for are passed over."""
    wanted = run.notes.task_to_domain.get(queue) or run.notes.task_to_domain.get("*")
    if not wanted:
        return ""
    names = [name.strip() for name in wanted.split(",") if 0 < len(name.strip()) <= MAX_NAME]
    for name in names:
        if name.upper() != NONE and work.recently_polled(run.view, queue, name):
            return name
    return "" if not names or names[-1].upper() == NONE else names[-1]
