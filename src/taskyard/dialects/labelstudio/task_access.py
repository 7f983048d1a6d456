"""One task or answer by the number in a path, seen as the caller may, and single answers as responses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from taskyard.app.label_imports import settings_of
from taskyard.dialects.labelstudio.access import int_of, role_in
from taskyard.dialects.labelstudio.errors import not_found
from taskyard.dialects.labelstudio.moments import filled, people_in
from taskyard.dialects.labelstudio.queries import assigned_or_free
from taskyard.http.message import JSON, Request, Response
from taskyard.model.definition import Definition
from taskyard.model.identity import User
from taskyard.model.labeling import LABEL, PROJECT
from taskyard.model.principal import Principal
from taskyard.model.query import Filter, Query, both, eq
from taskyard.model.task import Submission, SubmissionDocument, Task

_encode = msgspec.json.Encoder().encode


class Opened(msgspec.Struct, frozen=True):
    """A task, its project, and the caller's role there."""

    task: Task
    project: Definition
    role: str


def reader(caller: Principal) -> Principal:
    """The caller as one who sees every task of a project.

    Only for queries that are bound to a project in which the caller has a role: inside it the role decides what
    is shown, not the rules for single tasks.
    """
    return msgspec.structs.replace(caller, admin=True)


async def open_task(request: Request, name: str = "id") -> Opened:
    """The path's task; one that the caller may not see is not found."""
    return await open_task_of(request, int_of(request, name, "Task"))


async def open_task_of(request: Request, task_id: int) -> Opened:
    """The task with that number, as `open_task`."""
    app, caller = request.app, request.caller
    task = await app.row(Task, id=task_id)
    if task is None or task.kind != LABEL or task.definition_id is None:
        raise not_found("Task", task=task_id)
    project = await app.row(Definition, id=task.definition_id)
    role = role_in(caller, project) if project is not None and project.kind == PROJECT else ""
    if project is None or not role:
        raise not_found("Task", task=task_id)
    bound = await shown_to(request, project, role)
    if bound is not None:
        query = Query(entity="task", where=both(eq("id", task_id), bound), limit=1)
        if not (await app.list(query, reader(caller))).ids:
            raise not_found("Task", task=task_id)
    return Opened(task, project, role)


async def shown_to(request: Request, project: Definition, role: str) -> Filter | None:
    """What bounds the tasks of a project that the caller is shown; None shows all of them."""
    if role != "AN" or not (await settings_of(request.app, project)).assigns_tasks:
        return None
    return assigned_or_free(request.caller.name, request.caller.id)


async def open_submission(request: Request, kind: str, name: str = "id") -> tuple[Submission, Opened]:
    """The path's annotation, prediction, draft or review. Drafts are their author's alone; annotators see only
    their own annotations."""
    model = kind.capitalize()
    row = await request.app.row(Submission, id=int_of(request, name, model))
    if row is None or row.kind != kind:
        raise not_found(model)
    opened = await open_task_of(request, row.task_id)
    if kind == "prediction" and await hides_predictions(request, opened.project, opened.role):
        raise not_found(model)
    own = kind == "draft" or (kind == "annotation" and opened.role == "AN")
    if own and row.author_id != request.caller.id:
        raise not_found(model)
    return row, opened


async def hides_predictions(request: Request, project: Definition, role: str) -> bool:
    """The project shows its annotators no predictions, and the caller is one."""
    return role == "AN" and not (await settings_of(request.app, project)).show_collab_predictions


async def documents(request: Request, rows: Iterable[Submission]) -> dict[int, str]:
    """What submissions say, by row id."""
    found = await request.app.rows(SubmissionDocument, "submission_id", [row.id for row in rows])
    return {row.submission_id: row.document for row in found}


async def finished(app: Any, items: list[bytes]) -> list[bytes]:
    """Rendered items with ages and people filled in."""
    people = people_in(items)
    users = {user.id: user for user in await app.rows(User, "id", sorted(people))} if people else {}
    now = app.clock.now()
    return [filled(item, users, now) for item in items]


async def shown(request: Request, value: Any, status: int = 200) -> Response:
    """One object, or a list of them, with ages and people filled in."""
    return Response(status=status, body=(await finished(request.app, [_encode(value)]))[0], media_type=JSON)
