"""Saved views over the tasks of a project."""

from __future__ import annotations

from taskyard.engine.access import require
from taskyard.engine.label_tasks import project_of
from taskyard.engine.protocol import Command, decides
from taskyard.model.identity import SavedView
from taskyard.model.labeling import PROJECT
from taskyard.model.problem import rejected
from taskyard.model.view import View


class PutView(Command, kw_only=True, frozen=True):
    """Make a view (`view_id` None) or change one. `document` is JSON text. Answers the row id."""

    project_id: int
    view_id: int | None = None
    title: str = ""
    document: str
    position: int | None = None


class DeleteViews(Command, kw_only=True, frozen=True):
    """Remove one view of a project, or all (`view_id` None). Answers how many."""

    project_id: int
    view_id: int | None = None


class OrderViews(Command, kw_only=True, frozen=True):
    """Bring the views of a project into the given order; others follow behind."""

    project_id: int
    view_ids: tuple[int, ...]


@decides(PutView)
def put_view(command: PutView, view: View) -> int:
    """Needs `review` on the project."""
    _allow(command, command.project_id, view)
    present = view.find(SavedView, definition_id=command.project_id)
    if command.view_id is not None:
        row = _one(present, command.view_id)
        row.title, row.document = command.title or row.title, command.document
        row.position = row.position if command.position is None else command.position
        view.update(row)
        return row.id
    following = max((row.position for row in present), default=-1) + 1
    row = SavedView(
        id=view.row_id(),
        definition_id=command.project_id,
        owner_id=command.actor.id if command.actor else None,
        title=command.title,
        position=following if command.position is None else command.position,
        document=command.document,
        created_at=view.now,
    )
    view.insert(row)
    return row.id


@decides(DeleteViews)
def delete_views(command: DeleteViews, view: View) -> int:
    """Needs `review` on the project."""
    _allow(command, command.project_id, view)
    present = view.find(SavedView, definition_id=command.project_id)
    doomed = present if command.view_id is None else [_one(present, command.view_id)]
    for row in doomed:
        view.delete(row)
    return len(doomed)


@decides(OrderViews)
def order_views(command: OrderViews, view: View) -> None:
    """Needs `review` on the project."""
    _allow(command, command.project_id, view)
    present = view.find(SavedView, definition_id=command.project_id)
    first = [_one(present, view_id) for view_id in dict.fromkeys(command.view_ids)]
    named = {row.id for row in first}
    rest = sorted((row for row in present if row.id not in named), key=lambda row: (row.position, row.id))
    for position, row in enumerate([*first, *rest]):
        if row.position != position:
            row.position = position
            view.update(row)


def _allow(command: Command, project_id: int, view: View) -> None:
    project = project_of(view, project_id)
    require(command.actor, "review", kind=PROJECT, key=project.key, owner=project.owner)


def _one(present: list[SavedView], view_id: int) -> SavedView:
    for row in present:
        if row.id == view_id:
            return row
    raise rejected("not_found", "No View matches the given query.", reason="unknown_view")
