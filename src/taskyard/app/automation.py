"""Use-cases around what starts executions by itself: schedules, event handlers, incoming webhooks."""

from __future__ import annotations

from taskyard.engine.cron import BadRule, next_of
from taskyard.engine.event_handlers import PutEventHandler
from taskyard.engine.schedules import (
    DeleteSchedule,
    PauseSchedule,
    PauseScheduler,
    PutSchedule,
    RearmSchedule,
    TagSchedule,
)

__all__ = [
    "BadRule",
    "DeleteSchedule",
    "PauseSchedule",
    "PauseScheduler",
    "PutEventHandler",
    "PutSchedule",
    "RearmSchedule",
    "TagSchedule",
    "next_of",
]
