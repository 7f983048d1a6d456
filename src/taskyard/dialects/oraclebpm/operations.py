"""The operations of the task API: what is served, and the rest of its surface, refused."""

from __future__ import annotations

from taskyard.dialects.oraclebpm import acting, tasks, wire
from taskyard.http.operation import Operation, partial, refused, served

_ACTIONS = "only ACQUIRE and outcomes; other actions answer 501"

SERVED: tuple[Operation, ...] = (
    served(
        "GET",
        "/tasks",
        "retrieveTaskList",
        tasks.list_tasks,
        params=wire.TaskListParams,
        returns={200: wire.Collection, 206: wire.Collection},
        tag="tasks",
        summary="Retrieve a task list",
    ),
    served(
        "POST",
        "/tasks",
        "createTask",
        tasks.create_task,
        body=wire.NewTaskBody,
        returns={201: wire.TaskItem},
        tag="tasks",
        summary="Create a task",
    ),
    served(
        "POST",
        "/tasks/todoTask",
        "createToDoTask",
        tasks.create_todo,
        body=wire.ToDoBody,
        returns={201: wire.TaskItem},
        tag="tasks",
        summary="Create a to-do",
    ),
    partial(
        "PUT",
        "/tasks",
        "bulkAction",
        acting.put_tasks,
        _ACTIONS,
        body=wire.BulkActionBody,
        returns={200: wire.BulkAnswer},
        tag="tasks",
        summary="Do one action on many tasks",
    ),
    served(
        "GET",
        "/tasks/{id}",
        "retrieveTask",
        tasks.get_task,
        returns={200: wire.TaskItem},
        tag="tasks",
        summary="Retrieve a task by number or id",
    ),
    served(
        "GET",
        "/tasks/{id}/permissions",
        "retrievePermissions",
        tasks.get_permissions,
        returns={200: wire.Permissions},
        tag="tasks",
        summary="What the caller may do with a task",
    ),
    partial(
        "PUT",
        "/tasks/{id}",
        "performAction",
        acting.put_task,
        _ACTIONS,
        body=wire.ActionBody,
        returns={200: wire.TaskItem},
        tag="tasks",
        summary="Do one action on a task",
    ),
)

_COMMENTS = "comments of a task are not served"
_FILES = "attachments are not served"
_PAYLOAD = "the payload is shown by the native API only"
_STATE = "tasks can be acquired and completed only"
_PROCESSES = "processes are not served"
_VIEWS = "saved views are not served"
_CASES = "case management is not served"
_IDENTITIES = "users and groups are shown by the native API only"

_REFUSED: tuple[tuple[str, str, str, str], ...] = (
    ("GET", "/tasks/{id}/comments", "listComments", _COMMENTS),
    ("POST", "/tasks/{id}/comments", "addComment", _COMMENTS),
    ("GET", "/tasks/{id}/attachments", "listAttachments", _FILES),
    ("POST", "/tasks/{id}/attachments", "addAttachment", _FILES),
    ("GET", "/tasks/{id}/attachments/{name}", "retrieveAttachment", _FILES),
    ("DELETE", "/tasks/{id}/attachments/{name}", "deleteAttachment", _FILES),
    ("GET", "/tasks/{id}/attachments/{name}/stream", "streamAttachment", _FILES),
    ("GET", "/tasks/{id}/history", "retrieveHistory", "the history of a task is not served"),
    ("GET", "/tasks/{id}/payload", "retrievePayload", _PAYLOAD),
    ("POST", "/tasks/{id}/payload", "createPayload", _PAYLOAD),
    ("PUT", "/tasks/{id}/payload", "updatePayload", _PAYLOAD),
    ("POST", "/tasks/{id}/cancel", "cancelTask", _STATE),
    ("POST", "/tasks/{id}/forceCancel", "forceCancelTask", _STATE),
    ("POST", "/tasks/{id}/hold", "holdTask", _STATE),
    ("POST", "/tasks/{id}/release", "releaseTask", _STATE),
    ("POST", "/tasks/{id}/subscribe", "subscribe", "callbacks are not served"),
    ("DELETE", "/tasks/{id}/subscribe", "unsubscribe", "callbacks are not served"),
    ("GET", "/tasks/{id}/executionStatus", "retrieveExecutionStatus", "the task itself tells its state"),
    ("GET", "/tasks/{id}/form", "retrieveForm", "forms are not served"),
    ("GET", "/tasks/views", "listViews", _VIEWS),
    ("POST", "/tasks/views", "createView", _VIEWS),
    ("GET", "/tasks/views/{name}", "retrieveView", _VIEWS),
    ("PUT", "/tasks/views/{name}", "updateView", _VIEWS),
    ("DELETE", "/tasks/views/{name}", "deleteView", _VIEWS),
    ("GET", "/process-definitions", "listProcessDefinitions", _PROCESSES),
    ("GET", "/processes", "listProcesses", _PROCESSES),
    ("POST", "/processes", "startProcess", _PROCESSES),
    ("GET", "/processes/{id}", "retrieveProcess", _PROCESSES),
    ("PUT", "/processes/{id}", "updateProcess", _PROCESSES),
    ("GET", "/processes/{id}/audit", "retrieveAudit", _PROCESSES),
    ("GET", "/identities/{type}/{id}", "retrieveIdentity", _IDENTITIES),
    ("GET", "/cases", "listCases", _CASES),
    ("POST", "/cases", "createCase", _CASES),
    ("GET", "/cases/{path...}", "retrieveCase", _CASES),
    ("POST", "/cases/{path...}", "createInCase", _CASES),
    ("PUT", "/cases/{path...}", "updateCase", _CASES),
    ("DELETE", "/cases/{path...}", "deleteFromCase", _CASES),
    ("GET", "/archives", "listArchives", "archives are not served"),
    ("GET", "/runtime", "retrieveRuntime", "the engine of this server has no such document"),
)

OPERATIONS: tuple[Operation, ...] = (
    *SERVED,
    *(refused(method, path, name, why, tag=path.split("/")[1]) for method, path, name, why in _REFUSED),
)
"""The whole surface."""
