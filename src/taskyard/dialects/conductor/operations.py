"""Conductor's REST surface as data: what is served here, then (refusals.py) everything that is not, with
the reason."""

from __future__ import annotations

import msgspec

from taskyard.dialects.conductor.operations_admin import ADMIN, TESTS
from taskyard.dialects.conductor.operations_bulk import BULK
from taskyard.dialects.conductor.operations_events import EVENTS
from taskyard.dialects.conductor.operations_execution import EXECUTIONS
from taskyard.dialects.conductor.operations_metadata import (
    SCHEMAS,
    TAGS,
    TASK_DEFINITIONS,
    WORKFLOW_DEFINITIONS,
)
from taskyard.dialects.conductor.operations_schedules import SCHEDULES
from taskyard.dialects.conductor.operations_search import TASK_SEARCHES, WORKFLOW_SEARCHES
from taskyard.dialects.conductor.operations_secrets import ENVIRONMENT, SECRETS
from taskyard.dialects.conductor.operations_server import SERVER, TOKENS
from taskyard.dialects.conductor.operations_task import TASKS
from taskyard.dialects.conductor.operations_webhooks import WEBHOOKS
from taskyard.dialects.conductor.refusals import refused_operations
from taskyard.http.operation import Operation


def _areas(area: str, rows: tuple[Operation, ...]) -> tuple[Operation, ...]:
    return tuple(msgspec.structs.replace(row, tag=area) for row in rows)


OPERATIONS: tuple[Operation, ...] = (
    *_areas("Task definitions", TASK_DEFINITIONS),
    *_areas("Workflow definitions", WORKFLOW_DEFINITIONS),
    *_areas("Tags", TAGS),
    *_areas("Schemas", SCHEMAS),
    *_areas("Workflow", EXECUTIONS),
    *_areas("Workflow", WORKFLOW_SEARCHES),
    *_areas("Workflow", TESTS),
    *_areas("Task", TASKS),
    *_areas("Task", TASK_SEARCHES),
    *_areas("Workflow bulk", BULK),
    *_areas("Event", EVENTS),
    *_areas("Webhook", WEBHOOKS),
    *_areas("Scheduler", SCHEDULES),
    *_areas("Secret", SECRETS),
    *_areas("Environment", ENVIRONMENT),
    *_areas("Admin", ADMIN),
    *_areas("Token", TOKENS),
    *_areas("Server", SERVER),
    *refused_operations(),
)
