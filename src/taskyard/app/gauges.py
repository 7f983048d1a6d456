"""Standing figures for `/metrics`, read from the database when somebody asks."""

from __future__ import annotations

from collections import Counter as Tally

from taskyard.app.application import Application
from taskyard.model.execution import Incident
from taskyard.model.identity import Counter
from taskyard.store.standing import standing
from taskyard.telemetry import (
    EXECUTIONS_OPEN,
    INCIDENTS_OPEN,
    OUTBOX_PENDING,
    QUEUE_DEPTH,
    QUEUE_OLDEST,
    TASKS_OPEN,
    definition_label,
)


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
    await _work(app)


async def _work(app: Application) -> None:
    found = await app.store.read(standing)
    for metric in (QUEUE_DEPTH, QUEUE_OLDEST, EXECUTIONS_OPEN):
        metric.clear()
    oldest: dict[str, int] = {}
    for queue, (number, since) in found.queues.items():
        label = definition_label(queue)
        QUEUE_DEPTH.labels(label).inc(number)
        oldest[label] = min(since, oldest.get(label, since))
    for label, since in oldest.items():
        QUEUE_OLDEST.labels(label).set(max(0, app.clock.now() - since) / 1000)
    for key, number in found.executions.items():
        EXECUTIONS_OPEN.labels(definition_label(key)).inc(number)
    OUTBOX_PENDING.set(found.outbox)
