"""Puppet's surface as data: what is served here, then (refusals.py) everything that is not, with the
reason."""

from __future__ import annotations

from taskyard.dialects.puppet import files, service, tasks, tokens, wire
from taskyard.dialects.puppet.queries import EnvironmentParams, FileParams
from taskyard.dialects.puppet.refusals import refused_operations
from taskyard.http.operation import Operation, partial, served

ONLY_TASK_FILES = "only files that a valid task of the environment names are served"

FILE_ERRORS = (400, 401, 403, 404, 500, 503)

TASKS = (
    served(
        "GET",
        "/orchestrator/v1/tasks",
        "listTasks",
        tasks.list_tasks,
        params=EnvironmentParams,
        returns={200: wire.TaskList, 400: wire.ErrorBody, 404: wire.ErrorBody},
        summary="All tasks of an environment, in name order",
        tag="Tasks",
    ),
    served(
        "GET",
        "/orchestrator/v1/tasks/{module}/{taskname}",
        "getTask",
        tasks.get_task,
        params=EnvironmentParams,
        returns={200: wire.TaskDetail, 400: wire.ErrorBody, 404: wire.ErrorBody, 500: wire.ErrorBody},
        summary="One task with its metadata and files",
        tag="Tasks",
    ),
)

SERVICE = (
    served(
        "GET",
        "/orchestrator",
        "getRoot",
        service.root,
        returns={200: wire.Root},
        summary="What the orchestrator offers",
        tag="Service",
    ),
    served(
        "GET",
        "/orchestrator/v1",
        "getRootOfVersion",
        service.root,
        returns={200: wire.Root},
        summary="What the orchestrator offers",
        tag="Service",
    ),
    served(
        "GET",
        "/orchestrator/v1/status",
        "getStatus",
        service.status,
        returns={200: wire.ServiceStatus},
        summary="The state of the orchestrator",
        tag="Service",
        auth=False,
    ),
    served(
        "POST",
        "/rbac-api/v1/auth/token",
        "login",
        tokens.login,
        body=wire.LoginBody,
        body_media=("application/json", "text/plain", "application/x-www-form-urlencoded"),
        returns={200: wire.Token, 400: wire.ErrorBody, 401: wire.ErrorBody},
        summary="A token for a login and a password",
        tag="RBAC",
        auth=False,
    ),
)

FILES = (
    partial(
        "GET",
        "/puppet/v3/file_content/{path...}",
        "getFileContent",
        files.file_content,
        ONLY_TASK_FILES,
        params=FileParams,
        returns={200: bytes, **dict.fromkeys(FILE_ERRORS, wire.FileServerError)},
        summary="A file of a task as it is now",
        tag="Files",
    ),
    partial(
        "GET",
        "/puppet/v3/static_file_content/{path...}",
        "getStaticFileContent",
        files.static_file_content,
        ONLY_TASK_FILES + ", in the present version of the code",
        params=FileParams,
        returns={200: bytes, **dict.fromkeys(FILE_ERRORS, str)},
        summary="A file of a task in a version of the code",
        tag="Files",
    ),
    served(
        "GET",
        "/{module}/tasks/{path...}",
        "getTaskFile",
        files.short_form,
        params=FileParams,
        returns={200: bytes, **dict.fromkeys(FILE_ERRORS, wire.ErrorBody)},
        summary="A file of a task by the short form of its path",
        tag="Files",
        fallback=True,
    ),
)

OPERATIONS: tuple[Operation, ...] = (*TASKS, *SERVICE, *FILES, *refused_operations())
