"""Assignments: which annotators and reviewers a task is for."""

from __future__ import annotations

from typing import Any

from taskyard.app.label_answers import AssignTasks, UnassignTask
from taskyard.app.labeling import members
from taskyard.dialects.labelstudio.access import project_for
from taskyard.dialects.labelstudio.data_manager import PORTION, selected_tasks
from taskyard.dialects.labelstudio.errors import field_fault, not_found
from taskyard.dialects.labelstudio.pages import comma_list
from taskyard.dialects.labelstudio.queries import is_nothing
from taskyard.dialects.labelstudio.task_access import open_task
from taskyard.dialects.labelstudio.wire import (
    ActionBody,
    AssignmentBody,
    AssignmentParams,
    BulkAssignmentBody,
)
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Definition
from taskyard.model.identity import User
from taskyard.model.task import Candidate

ROLES = {"AN": "candidate", "RE": "reviewer"}
TYPES = {role: type for type, role in ROLES.items()}


async def list_(request: Request, params: AssignmentParams, body: None) -> Response:
    """`GET projects/{id}/tasks/{task_pk}/assignees`"""
    project = await project_for(request, "review")
    return json_response(await _assignments(request, await _task_in(request, project)))


async def assign(request: Request, params: AssignmentParams, body: AssignmentBody) -> Response:
    """`POST`: more users get the task. Answers the first assignment, as the documented answer is one."""
    return await _assigned(request, body, 201, replace=False)


async def update(request: Request, params: AssignmentParams, body: AssignmentBody) -> Response:
    """`PATCH`: these users have the task, and nobody else."""
    return await _assigned(request, body, 200, replace=True)


async def delete(request: Request, params: AssignmentParams, body: None) -> Response:
    """`DELETE`: nobody has the task, or none of `users`, or none of a `type`."""
    project = await project_for(request, "manage")
    task_id = await _task_in(request, project)
    if params.type not in (None, *ROLES):
        raise field_fault("type", f'"{params.type}" is not a valid choice.')
    users: tuple[str, ...] | None = None
    if params.users:
        numbers = comma_list(params.users)
        if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in numbers):
            raise field_fault("users", "users must be a comma list of numbers.")
        users = await _names(request, project, [int(text) for text in numbers])
    await request.app.run(
        UnassignTask(
            actor=request.caller,
            project_id=project.id,
            task_id=task_id,
            users=users,
            role=ROLES[params.type] if params.type else None,
        )
    )
    return empty_response()


async def assign_many(request: Request, params: AssignmentParams, body: BulkAssignmentBody) -> Response:
    """`POST projects/{id}/tasks/assignees`: users get all selected tasks."""
    project = await project_for(request, "manage")
    if is_nothing(body.selected_items):
        raise field_fault(
            "selectedItems", 'No tasks selected: name them in "included", or set "all" to true.'
        )
    names = await _names(request, project, body.users)
    chosen = await selected_tasks(
        request, project, ActionBody(selected_items=body.selected_items, filters=body.filters)
    )
    made = 0
    for start in range(0, len(chosen), PORTION):
        made += await request.app.run(
            AssignTasks(
                actor=request.caller,
                project_id=project.id,
                task_ids=tuple(chosen[start : start + PORTION]),
                users=names,
                role=ROLES[body.type],
            )
        )
    return json_response({"assignments": made, "async": False, "task_ids": chosen})


async def _assigned(request: Request, body: AssignmentBody, status: int, replace: bool) -> Response:
    project = await project_for(request, "manage")
    task_id = await _task_in(request, project)
    names = await _names(request, project, body.users)
    await request.app.run(
        AssignTasks(
            actor=request.caller,
            project_id=project.id,
            task_ids=(task_id,),
            users=names,
            role=ROLES[body.type],
            replace=replace,
        )
    )
    found = [row for row in await _assignments(request, task_id) if row["type"] == body.type]
    first = [row for row in found if row["assignee"] in body.users]
    return json_response(first[0] if first else {}, status)


async def _task_in(request: Request, project: Definition) -> int:
    opened = await open_task(request, "task_pk")
    if opened.project.id != project.id:
        raise not_found("Task")
    return opened.task.id


async def _names(request: Request, project: Definition, numbers: list[int]) -> tuple[str, ...]:
    """The names of members of the project by their numbers."""
    known = {member.user.id: member.user.name for member in await members(request.app, project)}
    for number in numbers:
        if number not in known:
            raise field_fault("users", f"User {number} is not a member of the project.")
    return tuple(known[number] for number in numbers)


async def _assignments(request: Request, task_id: int) -> list[dict[str, Any]]:
    rows = [row for row in await request.app.rows(Candidate, "task_id", [task_id]) if row.type == "user"]
    users = {user.name: user.id for user in await request.app.rows(User, "name", [row.name for row in rows])}
    return [
        {
            "id": None,
            "task": task_id,
            "assignee": users[row.name],
            "type": TYPES[row.role],
            "created_at": None,
        }
        for row in sorted(rows, key=lambda row: (row.role, row.position))
        if row.name in users and row.role in TYPES
    ]
