"""Operations on tasks: the list, single tasks, answers, reviews, comments, views and the data manager."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.labelstudio import (
    annotations,
    assignments,
    comments,
    data_manager,
    drafts,
    predictions,
    reviews,
    task_list,
    tasks,
    views,
    wire,
)
from taskyard.http.operation import Handler, Operation, partial, served

Thing = dict[str, Any]
Things = list[dict[str, Any]]


def _row(
    method: str, path: str, name: str, handler: Handler, returns: dict[int, Any], summary: str, **rest: Any
) -> Operation:
    """A served row whose tag is the first part of its name."""
    tag = name.partition(".")[0]
    return served(method, path, name, handler, returns=returns, summary=summary, tag=tag, **rest)


def _one(
    path: str, noun: str, module: Any, body: Any, name: str, params: Any = None
) -> tuple[Operation, ...]:
    """The four operations on one thing of a kind."""
    return (
        _row("GET", path, f"{noun}.get", module.get, {200: Thing}, f"One {name}", params=params),
        _row(
            "PATCH",
            path,
            f"{noun}.update",
            module.update,
            {200: Thing},
            f"Change the {name}; what is left out stays",
            params=params,
            body=body,
        ),
        _row(
            "PUT",
            path,
            f"{noun}.replace",
            getattr(module, "replace", module.update),
            {200: Thing},
            f"Change the {name}",
            params=params,
            body=body,
        ),
        _row(
            "DELETE", path, f"{noun}.delete", module.delete, {204: None}, f"Delete the {name}", params=params
        ),
    )


def _pair(
    path: str, noun: str, handlers: tuple[Any, Any], params: Any, body: Any, names: tuple[str, str]
) -> tuple[Operation, ...]:
    """List and create."""
    listing, creating = handlers
    return (
        _row("GET", path, f"{noun}.list", listing, {200: Things}, names[0], params=params),
        _row("POST", path, f"{noun}.create", creating, {201: Thing}, names[1], params=params, body=body),
    )


TASKS = (
    _row(
        "GET",
        "/tasks/",
        "tasks.list",
        task_list.list_,
        {200: wire.TaskPage},
        "The tasks of a project or view, in the shape of the caller's role",
        params=task_list.TaskListParams,
    ),
    _row("POST", "/tasks/", "tasks.create", tasks.create, {201: Thing}, "Make a task", body=wire.TaskBody),
    *_one("/tasks/{id}/", "tasks", tasks, wire.TaskBody, "task"),
    _row(
        "GET",
        "/projects/{id}/tasks/",
        "projects.tasks",
        tasks.list_of_project,
        {200: Things},
        "The tasks of a project as a bare array",
        params=wire.PageParams,
    ),
    _row(
        "POST",
        "/projects/{id}/tasks/",
        "projects.create_task",
        tasks.create_in_project,
        {201: Thing},
        "Make a task in the project",
        params=wire.PageParams,
        body=wire.TaskBody,
    ),
    _row(
        "DELETE",
        "/projects/{id}/tasks/",
        "tasks.delete_all_tasks",
        tasks.delete_of_project,
        {204: None},
        "Delete all tasks of the project",
        params=wire.PageParams,
    ),
)

ANSWERS = (
    *_pair(
        "/tasks/{id}/annotations/",
        "annotations",
        (annotations.list_of_task, annotations.create),
        wire.AnnotationParams,
        wire.AnnotationBody,
        ("The annotations of a task", "Annotate a task"),
    ),
    *_one(
        "/annotations/{id}/",
        "annotations",
        annotations,
        wire.AnnotationBody,
        "annotation",
        wire.AnnotationParams,
    ),
    _row(
        "POST",
        "/annotations/{id}/convert-to-draft",
        "annotations.convert_to_draft",
        annotations.convert_to_draft,
        {200: Thing},
        "Turn an annotation into a draft",
    ),
    *_pair(
        "/tasks/{id}/drafts",
        "drafts",
        (drafts.list_of_task, drafts.create),
        None,
        wire.DraftBody,
        ("The caller's drafts of a task", "Keep a draft"),
    ),
    _row(
        "GET",
        "/tasks/{id}/annotations/{annotation_id}/drafts",
        "drafts.list_of_annotation",
        drafts.list_of_annotation,
        {200: Things},
        "The caller's drafts of an annotation",
    ),
    _row(
        "POST",
        "/tasks/{id}/annotations/{annotation_id}/drafts",
        "drafts.create_of_annotation",
        drafts.create_of_annotation,
        {201: Thing},
        "Keep a draft of a changed annotation",
        body=wire.DraftBody,
    ),
    *_one("/drafts/{id}/", "drafts", drafts, wire.DraftBody, "draft"),
    *_pair(
        "/predictions/",
        "predictions",
        (predictions.list_, predictions.create),
        wire.PredictionListParams,
        wire.PredictionBody,
        ("Predictions of a task or a project", "Add a prediction"),
    ),
    *_one("/predictions/{id}/", "predictions", predictions, wire.PredictionBody, "prediction"),
)

REMARKS = (
    *_pair(
        "/annotation-reviews/",
        "annotation_reviews",
        (reviews.list_, reviews.create),
        wire.ReviewListParams,
        wire.ReviewBody,
        ("Reviews of an annotation or a project", "Accept or reject an annotation"),
    ),
    *_one("/annotation-reviews/{id}/", "annotation_reviews", reviews, wire.ReviewBody, "review"),
    *_pair(
        "/comments/",
        "comments",
        (comments.list_, comments.create),
        wire.CommentListParams,
        wire.CommentBody,
        ("Comments on an annotation, a draft, a task or projects", "Write a comment"),
    ),
    *_one("/comments/{id}/", "comments", comments, wire.CommentBody, "comment", wire.CommentListParams),
)

MANAGER = (
    _row(
        "GET",
        "/dm/views/",
        "views.list",
        views.list_,
        {200: list[wire.ViewOut]},
        "Saved views",
        params=wire.ProjectParams,
    ),
    _row(
        "POST",
        "/dm/views/",
        "views.create",
        views.create,
        {201: wire.ViewOut},
        "Save a view",
        params=wire.ProjectParams,
        body=wire.ViewBody,
    ),
    *_one("/dm/views/{id}/", "views", views, wire.ViewBody, "view", wire.ProjectParams),
    _row(
        "DELETE",
        "/dm/views/reset/",
        "views.delete_all",
        views.reset,
        {204: None},
        "Delete all views of a project",
        params=wire.ProjectParams,
        body=wire.ViewResetBody | None,
    ),
    _row(
        "POST",
        "/dm/views/order/",
        "views.update_order",
        views.order,
        {200: Thing},
        "Bring views into an order",
        params=wire.ProjectParams,
        body=wire.ViewOrderBody,
    ),
    _row(
        "GET",
        "/dm/columns/",
        "data_manager.columns",
        data_manager.columns,
        {200: Thing},
        "The columns to filter and sort by",
        params=wire.ProjectParams,
    ),
    _row(
        "GET",
        "/dm/project/",
        "data_manager.project",
        data_manager.state,
        {200: Thing},
        "How many tasks and answers there are",
        params=wire.ProjectParams,
    ),
    _row(
        "GET",
        "/dm/actions/",
        "actions.list",
        data_manager.actions,
        {200: Things},
        "What can be done with a selection of tasks",
        params=wire.ActionParams,
    ),
    partial(
        "POST",
        "/dm/actions/",
        "actions.create",
        data_manager.act,
        "deleting tasks, annotations and predictions, and annotations from predictions; no other action",
        returns={200: wire.ActionDone},
        summary="Do an action on a selection of tasks",
        tag="actions",
        params=wire.ActionParams,
        body=wire.ActionBody,
    ),
)

_ASSIGNEES = "/projects/{id}/tasks/{task_pk}/assignees"

ASSIGNMENTS = (
    _row(
        "POST",
        "/projects/{id}/tasks/assignees",
        "projects.assignments.bulk_assign",
        assignments.assign_many,
        {200: Thing},
        "Give the selected tasks to users",
        params=wire.AssignmentParams,
        body=wire.BulkAssignmentBody,
    ),
    _row(
        "GET",
        _ASSIGNEES,
        "projects.assignments.list",
        assignments.list_,
        {200: Things},
        "Who has the task",
        params=wire.AssignmentParams,
    ),
    _row(
        "POST",
        _ASSIGNEES,
        "projects.assignments.assign",
        assignments.assign,
        {201: Thing},
        "Give the task to more users",
        params=wire.AssignmentParams,
        body=wire.AssignmentBody,
    ),
    _row(
        "PATCH",
        _ASSIGNEES,
        "projects.assignments.update",
        assignments.update,
        {200: Thing},
        "Give the task to these users only",
        params=wire.AssignmentParams,
        body=wire.AssignmentBody,
    ),
    _row(
        "DELETE",
        _ASSIGNEES,
        "projects.assignments.delete",
        assignments.delete,
        {204: None},
        "Take the task from users",
        params=wire.AssignmentParams,
    ),
)

OPERATIONS: tuple[Operation, ...] = (*TASKS, *ANSWERS, *REMARKS, *MANAGER, *ASSIGNMENTS)
