"""Labelling projects: their settings, their members, and what a change of settings does to their tasks."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.access import require
from taskyard.engine.label_tasks import count, open_project, project_of, settings_of, settle
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, Resource, Version, VersionDocument
from taskyard.model.execution import Job
from taskyard.model.identity import Grant, SavedView, Sequence, User
from taskyard.model.labeling import PROJECT, ROLE_ACTIONS, ProjectDocument
from taskyard.model.problem import rejected
from taskyard.model.task import Progress, Submission, Task
from taskyard.model.view import View

_encode = msgspec.json.Encoder().encode


class CreateProject(Command, kw_only=True, frozen=True):
    """Make a project. The answer is its row id. The creator becomes its owner."""

    title: str
    description: str = ""
    settings: ProjectDocument


class UpdateProject(Command, kw_only=True, frozen=True):
    """Change a project; None leaves a part as it is. `changes` are members of `ProjectDocument` by name."""

    project_id: int
    title: str | None = None
    description: str | None = None
    changes: dict[str, Any] = {}


class DeleteProject(Command, kw_only=True, frozen=True):
    """Remove a project with its tasks, views, uploads, jobs and members."""

    project_id: int


class PutMember(Command, kw_only=True, frozen=True):
    """Give a user a role in a project, instead of the roles it had there."""

    project_id: int
    user_id: int
    role: str


class RemoveMember(Command, kw_only=True, frozen=True):
    """Take a user's roles in a project. The answer says whether there were any."""

    project_id: int
    user_id: int


def target_of(project: Definition) -> str:
    """How grants name the project."""
    return f"{PROJECT}:{project.key}"


@decides(CreateProject)
def create_project(command: CreateProject, view: View) -> int:
    """Needs `create` on projects."""
    require(command.actor, "create", kind=PROJECT)
    name = command.by
    project_id, version_id = view.row_id(), view.row_id()
    view.insert(
        Definition(
            id=project_id,
            uid=view.uid(),
            kind=PROJECT,
            key=str(project_id),
            name=command.title,
            description=command.description,
            owner=name,
            latest_id=version_id,
            created_at=view.now,
            created_by=name,
            updated_at=view.now,
            updated_by=name,
        )
    )
    view.insert(
        Version(
            id=version_id,
            uid=view.uid(),
            definition_id=project_id,
            kind=PROJECT,
            key=str(project_id),
            version=1,
            name=command.title,
            description=command.description,
            created_at=view.now,
            created_by=name,
            updated_at=view.now,
            updated_by=name,
        )
    )
    view.insert(VersionDocument(version_id=version_id, document=_encode(command.settings).decode()))
    if name is not None:
        _grant(view, name, str(project_id), "OW", name)
    view.emit("project_created", actor=name, definition_id=project_id)
    return project_id


@decides(UpdateProject)
def update_project(command: UpdateProject, view: View) -> None:
    """Needs `update` on the project. Changed settings that decide when a task is done are applied to all
    tasks."""
    project = open_project(view, command.project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    version = view.get(Version, project.latest_id)
    document = view.get(VersionDocument, project.latest_id)
    if command.changes and document is not None:
        before = settings_of(view, project)
        after = msgspec.structs.replace(before, **command.changes)
        _apply_settings(view, project, before, after)
        document.document = _encode(after).decode()
        view.update(document)
    for row in (project, version):
        if row is None:
            continue
        row.name = command.title if command.title is not None else row.name
        row.description = command.description if command.description is not None else row.description
        row.updated_at = view.now
        row.updated_by = command.by
        view.update(row)
    view.emit("project_updated", actor=command.by, definition_id=project.id)


@decides(DeleteProject)
def delete_project(command: DeleteProject, view: View) -> None:
    """Needs `delete` on the project."""
    project = open_project(view, command.project_id)
    require(command.actor, "delete", kind=PROJECT, key=project.key, owner=project.owner)
    grants = view.find(Grant, target_type="definition", target=target_of(project))
    numbers = view.get(Sequence, f"label:{project.id}")
    for row in (*grants, *([numbers] if numbers else [])):
        view.delete(row)
    view.delete_where(Task, "definition_id", [project.id])
    view.delete_where(SavedView, "definition_id", [project.id])
    view.delete_where(Resource, "owner_id", [project.id])
    view.delete_where(Job, "definition_id", [project.id])
    view.delete(project)
    view.emit("project_deleted", actor=command.by, definition_id=project.id)


@decides(PutMember)
def put_member(command: PutMember, view: View) -> None:
    """Needs `manage` on the project. The project's creator stays its owner."""
    project, user = _project_and_user(command.project_id, command.user_id, command, view)
    if command.role not in ROLE_ACTIONS:
        raise rejected("invalid", f'"{command.role}" is not a valid choice.', reason="unknown_role")
    existing = _grants_of(view, project, user)
    for grant in existing:
        if grant.role != "OW" or user.name != project.owner:
            view.delete(grant)
    if not (user.name == project.owner and any(grant.role == "OW" for grant in existing)):
        _grant(view, user.name, project.key, command.role, command.by)
    view.emit(
        "project_member_put",
        actor=command.by,
        definition_id=project.id,
        data={"user": user.name, "role": command.role},
    )


@decides(RemoveMember)
def remove_member(command: RemoveMember, view: View) -> bool:
    """Needs `manage` on the project."""
    project, user = _project_and_user(command.project_id, command.user_id, command, view)
    existing = _grants_of(view, project, user)
    for grant in existing:
        view.delete(grant)
    if existing:
        view.emit(
            "project_member_removed",
            actor=command.by,
            definition_id=project.id,
            data={"user": user.name},
        )
    return bool(existing)


def _project_and_user(project_id: int, user_id: int, command: Command, view: View) -> tuple[Definition, User]:
    project = project_of(view, project_id)
    require(command.actor, "manage", kind=PROJECT, key=project.key, owner=project.owner)
    user = view.peek(User, user_id)
    if user is None or user.kind != "user":
        raise rejected("not_found", "No User matches the given query.", reason="unknown_user", user=user_id)
    return project, user


def _grants_of(view: View, project: Definition, user: User) -> list[Grant]:
    """The grants by which a user has a role in a project."""
    found = view.find(Grant, target_type="definition", target=target_of(project))
    return [
        grant for grant in found if grant.subject_type == "user" and grant.subject == user.name and grant.role
    ]


def _grant(view: View, name: str, key: str, role: str, by: str | None) -> None:
    for action in ROLE_ACTIONS[role]:
        view.insert(
            Grant(
                id=view.row_id(),
                subject_type="user",
                subject=name,
                action=action,
                target_type="definition",
                target=f"{PROJECT}:{key}",
                role=role,
                created_at=view.now,
                created_by=by,
            )
        )


def _apply_settings(view: View, project: Definition, before: ProjectDocument, after: ProjectDocument) -> None:
    """Recompute the tasks where the change reaches them: overlap, what counts as done, which predictions
    score."""
    overlap = (before.maximum_annotations, before.overlap_cohort_percentage) != (
        after.maximum_annotations,
        after.overlap_cohort_percentage,
    )
    if not overlap and (before.skip_queue, before.model_version) == (after.skip_queue, after.model_version):
        return
    progress = view.find(Progress, definition_id=project.id)
    if not progress:
        return
    tasks = {task.id: task for task in view.find(Task, definition_id=project.id)}
    given: dict[int, list[Submission]] = {}
    for submission in view.find(Submission, definition_id=project.id):
        given.setdefault(submission.task_id, []).append(submission)
    if overlap:
        _spread_overlap(progress, after)
    for row in progress:
        task = tasks[row.task_id]
        count(row, given.get(row.task_id, ()), after)
        settle(task, row, view.now)
        view.update(row)
        view.update(task)


def _spread_overlap(progress: list[Progress], settings: ProjectDocument) -> None:
    """Give tasks their overlap after a change of the maximum or of the cohort.

    Where some tasks have more than one and the new maximum is more than one, those keep to it; with a cohort
    below 100 percent that share of the tasks (rounded half up, most annotated first) gets the maximum and the
    rest one; else all get it.
    """
    maximum = settings.maximum_annotations
    wide = [row for row in progress if row.overlap > 1]
    if settings.overlap_cohort_percentage < 100:
        size = int(len(progress) * settings.overlap_cohort_percentage / 100 + 0.5)
        ranked = sorted(progress, key=lambda row: (-row.annotations, row.task_id))
        for place, row in enumerate(ranked):
            row.overlap = maximum if place < size else 1
        return
    for row in wide if wide and len(wide) < len(progress) and maximum > 1 else progress:
        row.overlap = maximum
