"""Use-cases around the lines that workers write about their tasks."""

from __future__ import annotations

from taskyard.app.application import Application
from taskyard.engine.task_logs import WriteTaskLog
from taskyard.model.task import TaskLog

__all__ = ["WriteTaskLog", "lines_of"]


async def lines_of(app: Application, task_id: int) -> list[TaskLog]:
    """The lines about one task, oldest first. Checks no permission."""
    return sorted(await app.rows(TaskLog, "task_id", [task_id]), key=lambda line: (line.at, line.id))
