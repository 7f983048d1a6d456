"""Operations on tasks and on what is said about them: annotations, predictions, drafts, reviews, comments,
views."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.labelstudio import task_list, tasks, wire
from taskyard.http.operation import Operation, served

_tasks: dict[str, Any] = {"tag": "tasks"}

TASKS = (
    served(
        "GET",
        "/tasks/",
        "tasks.list",
        task_list.list_,
        params=task_list.TaskListParams,
        returns={200: wire.TaskPage},
        summary="A page of a project's tasks, in the shape of the caller's role",
        **_tasks,
    ),
    served(
        "POST",
        "/tasks/",
        "tasks.create",
        tasks.create,
        body=wire.TaskBody,
        returns={201: dict[str, Any]},
        **_tasks,
    ),
    served("GET", "/tasks/{id}/", "tasks.get", tasks.get, returns={200: dict[str, Any]}, **_tasks),
    served(
        "PATCH",
        "/tasks/{id}/",
        "tasks.update",
        tasks.update,
        body=wire.TaskBody,
        returns={200: dict[str, Any]},
        **_tasks,
    ),
    served(
        "PUT",
        "/tasks/{id}/",
        "tasks.replace",
        tasks.update,
        body=wire.TaskBody,
        returns={200: dict[str, Any]},
        **_tasks,
    ),
    served("DELETE", "/tasks/{id}/", "tasks.delete", tasks.delete, returns={204: None}, **_tasks),
    served(
        "GET",
        "/projects/{id}/tasks/",
        "projects.tasks.list",
        tasks.list_of_project,
        params=wire.PageParams,
        returns={200: list[dict[str, Any]]},
        **_tasks,
    ),
    served(
        "POST",
        "/projects/{id}/tasks/",
        "projects.tasks.create",
        tasks.create_in_project,
        params=wire.PageParams,
        body=wire.TaskBody,
        returns={201: dict[str, Any]},
        **_tasks,
    ),
    served(
        "DELETE",
        "/projects/{id}/tasks/",
        "tasks.delete_all_tasks",
        tasks.delete_of_project,
        params=wire.PageParams,
        returns={204: None},
        **_tasks,
    ),
)

OPERATIONS: tuple[Operation, ...] = TASKS
