"""Changing and removing label tasks."""

from __future__ import annotations

import msgspec

from taskyard.engine.access import require
from taskyard.engine.label_tasks import project_of
from taskyard.engine.protocol import Command, decides
from taskyard.engine.submissions import actor_id, allow, desk_of, recount
from taskyard.model.labeling import LABEL, PROJECT, LabelDocument, title_of
from taskyard.model.problem import rejected
from taskyard.model.task import Comment, Progress, Submission, Task, TaskAttribute, TaskDocument
from taskyard.model.view import View

_encode = msgspec.json.Encoder().encode
_label = msgspec.json.Decoder(LabelDocument)


class ChangeLabelTask(Command, kw_only=True, frozen=True):
    """Change a label task; None leaves a part as it is. `values` are those of the new data, as in `NewLabelTask`."""

    task_id: int
    data: msgspec.Raw | None = None
    meta: msgspec.Raw | None = None
    values: tuple[tuple[str, str | None, float | None], ...] = ()
    overlap: int | None = None
    allow_skip: bool | None = None


class RemoveLabelTasks(Command, kw_only=True, frozen=True):
    """Delete tasks of a project with all that hangs on them. Answers how many."""

    project_id: int
    task_ids: tuple[int, ...]


class RemoveAllLabelTasks(Command, kw_only=True, frozen=True):
    """Delete every task of a project."""

    project_id: int


class ClearSubmissions(Command, kw_only=True, frozen=True):
    """Delete all submissions of a kind from tasks of a project, or those by one author. An annotation takes
    its drafts and reviews along. Answers how many of the kind."""

    project_id: int
    task_ids: tuple[int, ...]
    kind: str
    author_id: int | None = None


@decides(ChangeLabelTask)
def change_label_task(command: ChangeLabelTask, view: View) -> None:
    """Needs `update` on the project."""
    desk = desk_of(view, command.task_id)
    allow(command, "update", desk)
    stored = view.get(TaskDocument, command.task_id)
    before = _label.decode(stored.document) if stored else LabelDocument()
    after = LabelDocument(
        data=before.data if command.data is None else command.data,
        meta=before.meta if command.meta is None else command.meta,
        allow_skip=before.allow_skip if command.allow_skip is None else command.allow_skip,
    )
    if command.data is not None:
        _replace_values(command, view)
        desk.task.title = title_of(command.values, desk.project.name or "")
    text = _encode(after).decode()
    if stored is None:
        view.insert(TaskDocument(task_id=command.task_id, document=text))
    else:
        stored.document = text
        view.update(stored)
    if command.overlap is not None:
        desk.progress.overlap = command.overlap
    recount(view, desk, actor_id(command))
    view.emit("label_task_updated", actor=command.by, task_id=desk.task.id, definition_id=desk.project.id)


def _replace_values(command: ChangeLabelTask, view: View) -> None:
    wanted = {name: (text, number) for name, text, number in command.values}
    for row in view.find(TaskAttribute, task_id=command.task_id):
        if row.name not in wanted and row.name.startswith("data."):
            view.delete(row)
        elif row.name in wanted:
            row.text, row.number = wanted.pop(row.name)
            view.update(row)
    for name, (text, number) in wanted.items():
        view.insert(TaskAttribute(task_id=command.task_id, name=name, text=text, number=number))


@decides(RemoveLabelTasks)
def remove_label_tasks(command: RemoveLabelTasks, view: View) -> int:
    """Needs `update` on the project. Tasks of other projects are not found."""
    project = project_of(view, command.project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    wanted = list(dict.fromkeys(command.task_ids))
    view.load(Task, wanted)
    for task_id in wanted:
        task = view.get(Task, task_id)
        if task is None or task.kind != LABEL or task.definition_id != project.id:
            raise rejected(
                "not_found", "No Task matches the given query.", reason="unknown_task", task=task_id
            )
        view.delete(task)
    view.emit(
        "label_tasks_deleted",
        actor=command.by,
        definition_id=project.id,
        data={"tasks": len(wanted)},
    )
    return len(wanted)


@decides(RemoveAllLabelTasks)
def remove_all_label_tasks(command: RemoveAllLabelTasks, view: View) -> None:
    """Needs `update` on the project."""
    project = project_of(view, command.project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    view.delete_where(Task, "definition_id", [project.id])
    view.emit("label_tasks_deleted", actor=command.by, definition_id=project.id)


@decides(ClearSubmissions)
def clear_submissions(command: ClearSubmissions, view: View) -> int:
    """Needs `manage` on the project for annotations, `update` for predictions."""
    project = project_of(view, command.project_id)
    action = "update" if command.kind == "prediction" else "manage"
    require(command.actor, action, kind=PROJECT, key=project.key, owner=project.owner)
    removed = 0
    view.load(Task, command.task_ids)
    view.load(Progress, command.task_ids)
    for row_type in (Submission, Comment):
        view.expect(row_type, ("task_id",), [(task_id,) for task_id in command.task_ids])
    for task_id in dict.fromkeys(command.task_ids):
        desk = desk_of(view, task_id)
        if desk.project.id != project.id:
            raise rejected(
                "not_found", "No Task matches the given query.", reason="unknown_task", task=task_id
            )
        rows = view.find(Submission, task_id=task_id)
        doomed = {
            row.id for row in rows if row.kind == command.kind and command.author_id in (None, row.author_id)
        }
        for row in rows:
            if row.id in doomed or (row.parent_id in doomed and row.kind in ("draft", "review")):
                view.delete(row)
        if doomed:
            recount(view, desk, actor_id(command))
            removed += len(doomed)
    view.emit(
        f"{command.kind}s_cleared",
        actor=command.by,
        definition_id=project.id,
        data={"tasks": len(command.task_ids), "removed": removed},
    )
    return removed
