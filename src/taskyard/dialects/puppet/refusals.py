"""The rows of Puppet's surface that this server refuses, each with its reason. Data only.

Sources: orchestrator API v1 and v2 documentation, RBAC API v1, Puppet HTTP API v3.
"""

from __future__ import annotations

from taskyard.dialects.puppet.wire import FileServerError
from taskyard.http.operation import Operation, refused

RUNNING = "tasks are listed and served here, but not run on nodes yet"
JOBS = "there are no jobs yet, because tasks are not run yet"
SCHEDULES = "schedules are not kept yet, because tasks are not run yet"
NODES = "there is no inventory of nodes yet, because tasks are not run yet"
PLANS = "plans are not read or run"
CATALOGUES = "Puppet catalogues are not compiled or applied here"
BROKER = "the PCP broker is not served; tasks are to reach nodes over SSH"
IDENTITY = "users, roles and tokens are managed by the native API (/v1/users, /v1/grants)"
CLASSIFIER = "node groups are not kept"

_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        "Commands",
        RUNNING,
        """
        POST /orchestrator/v1/command/task runTask
        POST /orchestrator/v1/command/stop stopJob
        POST /orchestrator/v1/command/task_target createTaskTarget
        """,
    ),
    (
        "Commands",
        SCHEDULES,
        """
        POST /orchestrator/v1/command/schedule_task scheduleTask
        POST /orchestrator/v1/command/schedule_deploy scheduleDeploy
        POST /orchestrator/v1/command/schedule_plan schedulePlan
        """,
    ),
    (
        "Commands",
        PLANS,
        """
        POST /orchestrator/v1/command/plan_run runPlan
        POST /orchestrator/v1/command/environment_plan_run runEnvironmentPlan
        POST /orchestrator/v1/command/plan_start startPlan
        POST /orchestrator/v1/command/plan_finish finishPlan
        POST /orchestrator/v1/command/plan_task runPlanTask
        POST /orchestrator/v1/command/stop_plan stopPlan
        """,
    ),
    (
        "Commands",
        CATALOGUES,
        """
        POST /orchestrator/v1/command/deploy deploy
        """,
    ),
    (
        "Jobs",
        JOBS,
        """
        GET /orchestrator/v1/jobs listJobs
        GET /orchestrator/v1/jobs/{id} getJob
        GET /orchestrator/v1/jobs/{id}/nodes listJobNodes
        GET /orchestrator/v1/jobs/{id}/report getJobReport
        GET /orchestrator/v1/jobs/{id}/events listJobEvents
        GET /orchestrator/v1/usage getUsage
        """,
    ),
    (
        "Scheduled jobs",
        SCHEDULES,
        """
        GET /orchestrator/v1/scheduled_jobs listScheduledJobs
        DELETE /orchestrator/v1/scheduled_jobs/{id} deleteScheduledJob
        GET /orchestrator/v1/scheduled_jobs/environment_jobs listEnvironmentJobs
        POST /orchestrator/v1/scheduled_jobs/environment_jobs createEnvironmentJob
        GET /orchestrator/v1/scheduled_jobs/environment_jobs/{id} getEnvironmentJob
        PUT /orchestrator/v1/scheduled_jobs/environment_jobs/{id} updateEnvironmentJob
        """,
    ),
    (
        "Inventory",
        NODES,
        """
        GET /orchestrator/v1/inventory listInventory
        POST /orchestrator/v1/inventory queryInventory
        GET /orchestrator/v1/inventory/{node} getInventoryNode
        GET /orchestrator/v1/scopes/task_targets listTaskTargets
        GET /orchestrator/v1/scopes/task_targets/{id} getTaskTarget
        """,
    ),
    (
        "Plans",
        PLANS,
        """
        GET /orchestrator/v1/plans listPlans
        GET /orchestrator/v1/plans/{module}/{planname} getPlan
        GET /orchestrator/v1/plan_jobs listPlanJobs
        GET /orchestrator/v1/plan_jobs/{id} getPlanJob
        GET /orchestrator/v1/plan_jobs/{id}/events listPlanJobEvents
        GET /orchestrator/v1/plan_jobs/{id}/event/{eventId} getPlanJobEvent
        """,
    ),
    (
        "Environments",
        CATALOGUES,
        """
        GET /orchestrator/v1/environments listEnvironments
        GET /orchestrator/v1/environments/{environment} getEnvironment
        GET /orchestrator/v1/environments/{environment}/applications listApplications
        GET /orchestrator/v1/environments/{environment}/instances listInstances
        """,
    ),
    (
        "Broker",
        BROKER,
        """
        GET /pcp/{clientType} connectPcp1
        GET /pcp2/{clientType} connectPcp2
        """,
    ),
    (
        "RBAC",
        IDENTITY,
        """
        GET /rbac-api/v1/users listUsers
        POST /rbac-api/v1/users createUser
        GET /rbac-api/v1/users/current getCurrentUser
        GET /rbac-api/v1/users/{id} getUser
        GET /rbac-api/v1/roles listRoles
        GET /rbac-api/v1/roles/{id} getRole
        POST /rbac-api/v1/permitted arePermitted
        DELETE /rbac-api/v1/tokens/{token} revokeToken
        """,
    ),
    (
        "Classifier",
        CLASSIFIER,
        """
        GET /classifier-api/v1/groups listGroups
        GET /classifier-api/v1/groups/{id} getGroup
        """,
    ),
    (
        "Puppet",
        CATALOGUES,
        """
        GET /puppet/v3/environments listPuppetEnvironments
        GET /puppet/v3/tasks listPuppetTasks
        GET /puppet/v3/tasks/{module}/{task} getPuppetTask
        GET /puppet/v3/plans listPuppetPlans
        GET /puppet/v3/file_metadata/{path...} getFileMetadata
        GET /puppet/v3/file_metadatas/{path...} listFileMetadata
        GET /puppet/v3/catalog/{node} getCatalog
        POST /puppet/v3/catalog/{node} compileCatalog
        GET /puppet/v3/node/{node} getNode
        PUT /puppet/v3/facts/{node} putFacts
        PUT /puppet/v3/report/{node} putReport
        """,
    ),
)


def refused_operations() -> tuple[Operation, ...]:
    """A refused row for each operation of the table."""
    rows: list[Operation] = []
    for tag, why, lines in _TABLE:
        for line in lines.split("\n"):
            if line.strip():
                method, path, name = line.split()
                returns = dict.fromkeys((401, 501), FileServerError) if path.startswith("/puppet/") else {}
                rows.append(refused(method, path, name, why, tag=tag, returns=returns))
    return tuple(rows)
