"""Deciders that keep node definitions equal to the tasks of a Puppet code directory."""

from __future__ import annotations

from taskyard.engine.access import require_admin
from taskyard.engine.definitions import PutDefinition, put, remove
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.view import View

KIND = "node"
FORGET_AFTER_MS = 24 * 60 * 60 * 1000
"""Code is deployed by removing and copying, so a task that is missing may be back in a moment: it is
suspended at once and deleted, with its tags, after this time."""


class PutNode(Command, kw_only=True, frozen=True):
    """Put a task as it should stand: its full name, and its document (JSON text). The same document keeps its
    version. Answers whether anything changed."""

    name: str
    description: str | None
    document: str


class RetireNode(Command, kw_only=True, frozen=True):
    """Suspend a task that is gone, or delete it when it has been gone for long. Answers whether anything
    changed."""

    name: str


@decides(PutNode)
def put_node(command: PutNode, view: View) -> bool:
    require_admin(command.actor)
    found = view.find(Definition, tenant="", kind=KIND, key=command.name)
    present = found[0] if found else None
    if present is not None and present.latest_id is not None:
        document = view.peek(VersionDocument, present.latest_id)
        if document is not None and document.document == command.document:
            return present.suspended and _suspend(present, view, False)
    wanted = PutDefinition(
        kind=KIND,
        key=command.name,
        name=command.name,
        description=command.description,
        document=command.document,
    )
    put(wanted, view, present)
    if present is not None and present.suspended:
        _suspend(present, view, False)
    return True


@decides(RetireNode)
def retire_node(command: RetireNode, view: View) -> bool:
    require_admin(command.actor)
    for definition in view.find(Definition, tenant="", kind=KIND, key=command.name):
        if not definition.suspended:
            return _suspend(definition, view, True)
        if definition.updated_at <= view.now - FORGET_AFTER_MS:
            versions = view.find(Version, definition_id=definition.id)
            remove(view, definition, versions, versions)
            data = {"kind": KIND, "key": command.name}
            view.emit("definition.deleted", definition_id=definition.id, data=data)
            return True
    return False


def _suspend(definition: Definition, view: View, suspended: bool) -> bool:
    for version in view.find(Version, definition_id=definition.id):
        version.suspended = suspended
        version.updated_at = view.now
        view.update(version)
    definition.suspended = suspended
    definition.updated_at = view.now
    view.update(definition)
    view.emit("definition.suspended" if suspended else "definition.activated", definition_id=definition.id)
    return True
