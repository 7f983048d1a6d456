"""The rows for operators, and of test runs."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import admin, workflow_tests
from taskyard.dialects.conductor import execution_wire as shapes
from taskyard.http.operation import served

ADMIN = (
    served(
        "GET",
        "/admin/config",
        "getAllConfig",
        admin.config,
        returns={200: dict[str, Any]},
        summary="The settings of this server; secrets are not shown",
    ),
    served(
        "GET",
        "/admin/task/{type}",
        "viewTasks",
        admin.pending,
        params=admin.PendingParams,
        returns={200: list[shapes.Task]},
        summary="Open tasks of a type, the most urgent first",
    ),
    served(
        "POST",
        "/admin/sweep/requeue/{workflowId}",
        "requeueSweep",
        admin.sweep,
        returns={200: str},
        summary="Look at an execution now",
    ),
    served(
        "POST",
        "/admin/consistency/verifyAndRepair/{workflowId}",
        "verifyAndRepairWorkflowConsistency",
        admin.verify,
        returns={200: str},
        summary="Look at an execution now; whether there was anything to repair",
    ),
)

TESTS = (
    served(
        "POST",
        "/workflow/test",
        "testWorkflow",
        workflow_tests.test,
        body=Any,
        body_shown=workflow_tests.TestRequest,
        returns={200: shapes.Workflow},
        summary="Try a workflow out with mocks for its tasks; the execution is removed once it is shown",
    ),
)
