"""Standing figures for `/metrics`, read from the database when somebody asks."""

from __future__ import annotations

from collections import Counter as Tally

from taskyard.app.application import Application
from taskyard.model.execution import Incident
from taskyard.model.identity import Counter
from taskyard.telemetry import INCIDENTS_OPEN, TASKS_OPEN


async def gauge(app: Application) -> None:
    """Set the gauges to what the database says now."""
    tasks: Tally[tuple[str, str]] = Tally()
    for row in await app.matching(Counter, measure="tasks"):
        tasks[row.kind, row.state.partition("/")[0]] += row.n
    for (kind, phase), number in tasks.items():
        if phase != "closed":
            TASKS_OPEN.labels(kind, phase).set(number)
    incidents = Tally(row.type for row in await app.matching(Incident, phase="open"))
    INCIDENTS_OPEN.clear()
    for kind, number in incidents.items():
        INCIDENTS_OPEN.labels(kind).set(number)
