"""The operations of Camunda 7 that this server knows of but does not serve, as one table.

Each line names methods and a path as the OpenAPI document of Camunda 7.24 lists them; every line becomes one
refused row per method. Rows that are served stand in `operations.py`, the expansion of `/process-definition`
paths too.
"""

from __future__ import annotations

import re

from taskyard.http.operation import Operation, refused

NOT_RUN = "processes are deployed, versioned and listed, but not run by this release"

_PROCESS_INSTANCE = """
GET,POST /process-instance
GET,POST /process-instance/count
POST /process-instance/delete
POST /process-instance/delete-historic-query-based
POST /process-instance/job-retries
POST /process-instance/job-retries-historic-query-based
POST /process-instance/message-async
PUT /process-instance/suspended
POST /process-instance/suspended-async
POST /process-instance/variables-async
DELETE,GET /process-instance/{id}
GET /process-instance/{id}/activity-instances
DELETE,GET,PUT /process-instance/{id}/comment
DELETE /process-instance/{id}/comment/{commentId}
POST /process-instance/{id}/modification
POST /process-instance/{id}/modification-async
PUT /process-instance/{id}/suspended
GET,POST /process-instance/{id}/variables
DELETE,GET,PUT /process-instance/{id}/variables/{varName}
GET,POST /process-instance/{id}/variables/{varName}/data
GET,POST /execution
GET,POST /execution/count
GET /execution/{id}
POST /execution/{id}/create-incident
GET,POST /execution/{id}/localVariables
DELETE,GET,PUT /execution/{id}/localVariables/{varName}
GET,POST /execution/{id}/localVariables/{varName}/data
GET /execution/{id}/messageSubscriptions/{messageName}
POST /execution/{id}/messageSubscriptions/{messageName}/trigger
POST /execution/{id}/signal
GET,POST /variable-instance
GET,POST /variable-instance/count
GET /variable-instance/{id}
GET /variable-instance/{id}/data
GET /event-subscription
GET /event-subscription/count
POST /message
POST /signal
POST /condition
"""

_TASK = """
GET,POST /task
GET,POST /task/count
POST /task/create
DELETE,GET,PUT /task/{id}
POST /task/{id}/assignee
GET /task/{id}/attachment
POST /task/{id}/attachment/create
DELETE,GET /task/{id}/attachment/{attachmentId}
GET /task/{id}/attachment/{attachmentId}/data
POST /task/{id}/bpmnError
POST /task/{id}/bpmnEscalation
POST /task/{id}/claim
DELETE,GET,PUT /task/{id}/comment
POST /task/{id}/comment/create
DELETE,GET /task/{id}/comment/{commentId}
POST /task/{id}/complete
POST /task/{id}/delegate
GET /task/{id}/deployed-form
GET /task/{id}/form
GET /task/{id}/form-variables
GET,POST /task/{id}/identity-links
POST /task/{id}/identity-links/delete
GET,POST /task/{id}/localVariables
DELETE,GET,PUT /task/{id}/localVariables/{varName}
GET,POST /task/{id}/localVariables/{varName}/data
GET /task/{id}/rendered-form
POST /task/{id}/resolve
POST /task/{id}/submit-form
POST /task/{id}/unclaim
GET,POST /task/{id}/variables
DELETE,GET,PUT /task/{id}/variables/{varName}
GET,POST /task/{id}/variables/{varName}/data
GET,OPTIONS /filter
GET /filter/count
POST /filter/create
DELETE,GET,OPTIONS,PUT /filter/{id}
GET,POST /filter/{id}/count
GET,POST /filter/{id}/list
GET,POST /filter/{id}/singleResult
"""

_EXTERNAL_TASK = """
GET,POST /external-task
GET,POST /external-task/count
POST /external-task/fetchAndLock
PUT /external-task/retries
POST /external-task/retries-async
GET /external-task/topic-names
GET /external-task/{id}
POST /external-task/{id}/bpmnError
POST /external-task/{id}/complete
GET /external-task/{id}/errorDetails
POST /external-task/{id}/extendLock
POST /external-task/{id}/failure
POST /external-task/{id}/lock
PUT /external-task/{id}/priority
PUT /external-task/{id}/retries
POST /external-task/{id}/unlock
"""

_JOB = """
GET,POST /job
GET,POST /job/count
POST /job/retries
PUT /job/suspended
GET /job/{id}
PUT /job/{id}/duedate
POST /job/{id}/duedate/recalculate
POST /job/{id}/execute
PUT /job/{id}/priority
PUT /job/{id}/retries
GET /job/{id}/stacktrace
PUT /job/{id}/suspended
GET,POST /job-definition
GET,POST /job-definition/count
PUT /job-definition/suspended
GET /job-definition/{id}
PUT /job-definition/{id}/jobPriority
PUT /job-definition/{id}/retries
PUT /job-definition/{id}/suspended
GET /batch
GET /batch/count
GET /batch/statistics
GET /batch/statistics/count
DELETE,GET /batch/{id}
PUT /batch/{id}/suspended
POST /modification/execute
POST /modification/executeAsync
POST /migration/execute
POST /migration/executeAsync
POST /migration/generate
POST /migration/validate
"""

_HISTORY = """
GET,POST /history/activity-instance
GET,POST /history/activity-instance/count
GET /history/activity-instance/{id}
GET /history/batch
GET /history/batch/cleanable-batch-report
GET /history/batch/cleanable-batch-report/count
GET /history/batch/count
POST /history/batch/set-removal-time
DELETE,GET /history/batch/{id}
POST /history/cleanup
GET /history/cleanup/configuration
GET /history/cleanup/job
GET /history/cleanup/jobs
GET /history/decision-definition/cleanable-decision-instance-report
GET /history/decision-definition/cleanable-decision-instance-report/count
GET /history/decision-instance
GET /history/decision-instance/count
POST /history/decision-instance/delete
POST /history/decision-instance/set-removal-time
GET /history/decision-instance/{id}
GET /history/decision-requirements-definition/{id}/statistics
GET,POST /history/detail
GET /history/detail/count
GET /history/detail/{id}
GET /history/detail/{id}/data
GET,POST /history/external-task-log
GET,POST /history/external-task-log/count
GET /history/external-task-log/{id}
GET /history/external-task-log/{id}/error-details
GET /history/identity-link-log
GET /history/identity-link-log/count
GET /history/incident
GET /history/incident/count
GET,POST /history/job-log
GET,POST /history/job-log/count
GET /history/job-log/{id}
GET /history/job-log/{id}/stacktrace
GET /history/process-definition/cleanable-process-instance-report
GET /history/process-definition/cleanable-process-instance-report/count
GET /history/process-definition/{id}/statistics
GET,POST /history/process-instance
GET,POST /history/process-instance/count
POST /history/process-instance/delete
GET /history/process-instance/report
POST /history/process-instance/set-removal-time
DELETE,GET /history/process-instance/{id}
DELETE /history/process-instance/{id}/variable-instances
GET,POST /history/task
GET,POST /history/task/count
GET /history/task/report
GET /history/user-operation
GET /history/user-operation/count
PUT /history/user-operation/{operationId}/clear-annotation
PUT /history/user-operation/{operationId}/set-annotation
GET,POST /history/variable-instance
GET,POST /history/variable-instance/count
DELETE,GET /history/variable-instance/{id}
GET /history/variable-instance/{id}/data
"""

_IDENTITY = """
GET,OPTIONS /user
GET /user/count
POST /user/create
DELETE,OPTIONS /user/{id}
PUT /user/{id}/credentials
GET,PUT /user/{id}/profile
POST /user/{id}/unlock
GET,OPTIONS,POST /group
GET,POST /group/count
POST /group/create
DELETE,GET,OPTIONS,PUT /group/{id}
OPTIONS /group/{id}/members
DELETE,PUT /group/{id}/members/{userId}
GET,OPTIONS /tenant
GET /tenant/count
POST /tenant/create
DELETE,GET,OPTIONS,PUT /tenant/{id}
OPTIONS /tenant/{id}/group-members
DELETE,PUT /tenant/{id}/group-members/{groupId}
OPTIONS /tenant/{id}/user-members
DELETE,PUT /tenant/{id}/user-members/{userId}
GET /identity/groups
GET,POST /identity/password-policy
POST /identity/verify
GET,OPTIONS /authorization
GET /authorization/check
GET /authorization/count
POST /authorization/create
DELETE,GET,OPTIONS,PUT /authorization/{id}
"""

_DECISION = """
GET /decision-definition
GET /decision-definition/count
GET /decision-definition/key/{key}
GET /decision-definition/key/{key}/diagram
POST /decision-definition/key/{key}/evaluate
PUT /decision-definition/key/{key}/history-time-to-live
GET /decision-definition/key/{key}/tenant-id/{tenant-id}
GET /decision-definition/key/{key}/tenant-id/{tenant-id}/diagram
POST /decision-definition/key/{key}/tenant-id/{tenant-id}/evaluate
PUT /decision-definition/key/{key}/tenant-id/{tenant-id}/history-time-to-live
GET /decision-definition/key/{key}/tenant-id/{tenant-id}/xml
GET /decision-definition/key/{key}/xml
GET /decision-definition/{id}
GET /decision-definition/{id}/diagram
POST /decision-definition/{id}/evaluate
PUT /decision-definition/{id}/history-time-to-live
GET /decision-definition/{id}/xml
GET /decision-requirements-definition
GET /decision-requirements-definition/count
GET /decision-requirements-definition/key/{key}
GET /decision-requirements-definition/key/{key}/diagram
GET /decision-requirements-definition/key/{key}/tenant-id/{tenant-id}
GET /decision-requirements-definition/key/{key}/tenant-id/{tenant-id}/diagram
GET /decision-requirements-definition/key/{key}/tenant-id/{tenant-id}/xml
GET /decision-requirements-definition/key/{key}/xml
GET /decision-requirements-definition/{id}
GET /decision-requirements-definition/{id}/diagram
GET /decision-requirements-definition/{id}/xml
"""

_METRICS = """
GET /metrics
DELETE /metrics/task-worker
GET /metrics/{metrics-name}/sum
GET,POST /schema/log
GET,POST /telemetry/configuration
GET /telemetry/data
"""

_CASE = """
GET,POST /case-definition
GET /case-definition/count
GET /case-definition/{rest...}
GET,POST /case-execution
GET,POST /case-execution/{rest...}
GET,POST /case-instance
GET,POST /case-instance/{rest...}
"""

_GROUPS: tuple[tuple[str, str, str], ...] = (
    ("Process instances", NOT_RUN, _PROCESS_INSTANCE),
    ("Tasks", f"{NOT_RUN}, so there are no tasks of processes", _TASK),
    ("External tasks", f"{NOT_RUN}, so there are no external tasks", _EXTERNAL_TASK),
    ("Jobs", f"{NOT_RUN}, so there are no jobs or batches", _JOB),
    ("History", f"{NOT_RUN}, so there is no history of them", _HISTORY),
    ("Identity", "users, groups and permissions are managed through the native API at /v1", _IDENTITY),
    ("Decisions", "decision tables (DMN) are stored, but not evaluated", _DECISION),
    ("Metrics", "figures about this server are served at /metrics", _METRICS),
    ("Cases", "cases (CMMN) are not served", _CASE),
)


def operation_name(method: str, path: str) -> str:
    """A name for an operation, made of its method and path: `getHistoryTaskCount`."""
    words = re.findall(r"[A-Za-z0-9]+", path.replace("{", "by-").replace("...", ""))
    return method.lower() + "".join(word[:1].upper() + word[1:] for word in words)


def refused_operations() -> tuple[Operation, ...]:
    """Every row of the table."""
    rows: list[Operation] = []
    for tag, why, lines in _GROUPS:
        for line in lines.split("\n"):
            if line:
                methods, path = line.split(" ")
                names = [(method, operation_name(method, path)) for method in methods.split(",")]
                rows += [refused(method, path, name, why, tag=tag) for method, name in names]
    return tuple(rows)
