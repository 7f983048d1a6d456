"""Who shall annotate or review which label tasks."""

from __future__ import annotations

import msgspec

from taskyard.engine.access import require
from taskyard.engine.label_tasks import open_project, project_of, settings_of
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import VersionDocument
from taskyard.model.labeling import LABEL, PROJECT
from taskyard.model.problem import rejected
from taskyard.model.task import Candidate, Task
from taskyard.model.view import View

CANDIDATE = "candidate"
_encode = msgspec.json.Encoder().encode


class AssignTasks(Command, kw_only=True, frozen=True):
    """Assign users to tasks of a project, as `role` candidate (to annotate) or reviewer. `replace` takes the
    tasks from the users who had them in that role. Answers how many assignments there are new."""

    project_id: int
    task_ids: tuple[int, ...]
    users: tuple[str, ...]
    role: str
    replace: bool = False


class UnassignTask(Command, kw_only=True, frozen=True):
    """Take a task from users (None: from all) in a role (None: in every role). Answers from how many."""

    project_id: int
    task_id: int
    users: tuple[str, ...] | None = None
    role: str | None = None


@decides(AssignTasks)
def assign_tasks(command: AssignTasks, view: View) -> int:
    """Needs `manage` on the project."""
    project_id = _allow(command, command.project_id, view)
    view.load(Task, command.task_ids)
    view.expect(Candidate, ("task_id",), [(task_id,) for task_id in command.task_ids])
    made = 0
    for task_id in dict.fromkeys(command.task_ids):
        task = _task_of(view, task_id, project_id)
        present = [row for row in view.find(Candidate, task_id=task_id) if row.role == command.role]
        names = {row.name for row in present if row.type == "user"}
        for row in present if command.replace else ():
            if row.type != "user" or row.name not in command.users:
                view.delete(row)
        for position, name in enumerate(dict.fromkeys(command.users)):
            if name not in names:
                view.insert(
                    Candidate(
                        task_id=task_id,
                        role=command.role,
                        type="user",
                        name=name,
                        position=position,
                        open=task.closed_at is None,
                    )
                )
                made += 1
        view.update(task)
    if made and command.role == CANDIDATE:
        _note(view, command.project_id)
    _tell(command, view, "label_tasks_assigned", len(command.task_ids))
    return made


@decides(UnassignTask)
def unassign_task(command: UnassignTask, view: View) -> int:
    """Needs `manage` on the project."""
    project_id = _allow(command, command.project_id, view)
    task = _task_of(view, command.task_id, project_id)
    removed = 0
    for row in view.find(Candidate, task_id=command.task_id):
        if command.role in (None, row.role) and (command.users is None or row.name in command.users):
            view.delete(row)
            removed += 1
    view.update(task)
    _tell(command, view, "label_task_unassigned", 1)
    return removed


def _allow(command: Command, project_id: int, view: View) -> int:
    project = project_of(view, project_id)
    require(command.actor, "manage", kind=PROJECT, key=project.key, owner=project.owner)
    return project.id


def _note(view: View, project_id: int) -> None:
    """Let lists know that this project assigns tasks."""
    project = open_project(view, project_id)
    settings = settings_of(view, project)
    document = view.get(VersionDocument, project.latest_id)
    if document is not None and not settings.assigns_tasks:
        document.document = _encode(msgspec.structs.replace(settings, assigns_tasks=True)).decode()
        view.update(document)
        view.update(project)


def _task_of(view: View, task_id: int, project_id: int) -> Task:
    task = view.get(Task, task_id)
    if task is None or task.kind != LABEL or task.definition_id != project_id:
        raise rejected("not_found", "No Task matches the given query.", reason="unknown_task", task=task_id)
    return task


def _tell(command: AssignTasks | UnassignTask, view: View, event: str, tasks: int) -> None:
    view.emit(
        event,
        actor=command.by,
        definition_id=command.project_id,
        data={"tasks": tasks, "users": list(command.users or ())},
    )
