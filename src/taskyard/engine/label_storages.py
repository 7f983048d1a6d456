"""Storages of labelling projects: where the addresses in their task data point."""

from __future__ import annotations

import msgspec

from taskyard.engine.access import require
from taskyard.engine.label_tasks import open_project
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.labeling import PROJECT, ProjectDocument, StorageSettings
from taskyard.model.problem import rejected
from taskyard.model.view import View

_decoder = msgspec.json.Decoder(ProjectDocument)
_encode = msgspec.json.Encoder().encode


class PutStorage(Command, kw_only=True, frozen=True):
    """Add a storage to a project (id 0), or change the one with its id. Answers the storage as kept."""

    project_id: int
    storage: StorageSettings


class RemoveStorage(Command, kw_only=True, frozen=True):
    """Take a storage from a project."""

    project_id: int
    storage_id: int


@decides(PutStorage)
def put_storage(command: PutStorage, view: View) -> StorageSettings:
    """Needs `manage` on the project: a storage holds credentials."""
    project, document, settings = _open(command, command.project_id, view)
    storage = command.storage
    if not storage.id:
        storage = msgspec.structs.replace(storage, id=view.row_id(), created_at=view.now)
        kept = (*settings.storages, storage)
    elif any(other.id == storage.id for other in settings.storages):
        kept = tuple(storage if other.id == storage.id else other for other in settings.storages)
    else:
        raise _unknown(storage.id)
    _close(view, project, document, msgspec.structs.replace(settings, storages=kept))
    return storage


@decides(RemoveStorage)
def remove_storage(command: RemoveStorage, view: View) -> None:
    """Needs `manage` on the project."""
    project, document, settings = _open(command, command.project_id, view)
    kept = tuple(other for other in settings.storages if other.id != command.storage_id)
    if len(kept) == len(settings.storages):
        raise _unknown(command.storage_id)
    _close(view, project, document, msgspec.structs.replace(settings, storages=kept))


def _open(
    command: Command, project_id: int, view: View
) -> tuple[Definition, VersionDocument, ProjectDocument]:
    project = open_project(view, project_id)
    require(command.actor, "manage", kind=PROJECT, key=project.key, owner=project.owner)
    document = view.get(VersionDocument, project.latest_id)
    assert document is not None
    return project, document, _decoder.decode(document.document)


def _close(view: View, project: Definition, document: VersionDocument, settings: ProjectDocument) -> None:
    document.document = _encode(settings).decode()
    view.update(document)
    project.updated_at = view.now
    view.update(project)
    view.emit("project_storages_changed", definition_id=project.id)


def _unknown(number: int) -> Exception:
    return rejected(
        "not_found", "No Storage matches the given query.", reason="unknown_storage", storage=number
    )
