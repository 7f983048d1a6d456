"""Versions of process definitions: numbering, suspending, keeping of history, removal.

Whatever adds or removes versions first takes one row, so that two never number versions at the same time.
The value of that row changes with every deployment and removal; who looked at former deployments before
hands in the value it saw.
"""

from __future__ import annotations

from typing import Any

from taskyard.engine.access import require
from taskyard.model.command import Command, decides
from taskyard.model.definition import Definition, DefinitionTag, Deployment, Starter, Version, VersionDocument
from taskyard.model.execution import Incident
from taskyard.model.identity import Setting
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected
from taskyard.model.view import View

TURN = "deployments.turn"
"""The name of the row that serialises changes of versions."""

NATIVE_ID_LIMIT = 64
"""A native id `key:version:uuid` that is longer than this shrinks to the uuid alone."""


class SuspendVersions(Command, kw_only=True, frozen=True):
    """Suspend or activate versions by their row ids. Answers how many changed."""

    ids: tuple[int, ...]
    suspended: bool


class KeepHistory(Command, kw_only=True, frozen=True):
    """Keep the history of a version's executions for `days` (None: for ever)."""

    id: int
    days: int | None


class RemoveVersions(Command, kw_only=True, frozen=True):
    """Remove versions by their row ids; the deployment and its resources stay."""

    ids: tuple[int, ...]


def take_turn(view: View, seen: str | None = None) -> None:
    """Wait for the row that serialises changes of versions, and mark that one happens.

    When `seen` is given and the row has another value by now: `conflict`, reason `deployments_changed`.
    """
    turn = view.get(Setting, TURN)
    if seen is not None and seen != (turn.value if turn else ""):
        raise rejected("conflict", "Another deployment came in between", reason="deployments_changed")
    if turn is None:
        view.insert(Setting(name=TURN, value=str(view.row_id())))
    else:
        turn.value = str(view.row_id())
        view.update(turn)


def authorise(
    view: View, actor: Principal | None, action: str, definition: Definition | None, key: str
) -> None:
    """Raise `forbidden` unless the caller may do `action` on that process definition, or on the key it will
    have."""
    if actor is None or actor.admin:
        return
    owner = definition.owner if definition else None
    tags = view.find(DefinitionTag, definition_id=definition.id) if definition else []
    pairs = [(tag.key, tag.value) for tag in tags]
    require(actor, action, kind="process", key=key, owner=owner, tags=pairs)


def foresee_definitions(view: View, tenant: str, keys: list[str]) -> None:
    """Load the definitions of the keys, and their newest versions, at once."""
    names = ("tenant", "kind", "key")
    view.expect(Definition, names, [(tenant, "process", key) for key in keys])
    found = [row for key in keys for row in view.find(Definition, tenant=tenant, kind="process", key=key)]
    view.load(Version, [row.latest_id for row in found if row.latest_id])


def add_version(view: View, deployment: Deployment, new: Any, actor: Principal | None) -> Version:
    """Insert the next version of a process: one above the newest row that is left of the same key and tenant.

    Needs `create` on the definition.
    """
    who = actor.name if actor else None
    found = view.find(Definition, tenant=deployment.tenant, kind="process", key=new.key)
    authorise(view, actor, "create", found[0] if found else None, new.key)
    definition = found[0] if found else _definition(view, deployment, new, who)
    former = view.get(Version, definition.latest_id) if definition.latest_id else None
    number = former.version + 1 if former else 1
    uid = view.uid()
    native = f"{new.key}:{number}:{uid}"
    version = Version(
        id=view.row_id(),
        uid=native if len(native) <= NATIVE_ID_LIMIT else uid,
        tenant=deployment.tenant,
        definition_id=definition.id,
        kind="process",
        key=new.key,
        version=number,
        name=new.name,
        description=new.description,
        category=new.category,
        version_tag=new.version_tag,
        deployment_id=deployment.id,
        resource_name=new.resource,
        diagram_name=new.diagram,
        startable=new.startable,
        history_days=new.history_days,
        created_at=view.now,
        created_by=who,
        updated_at=view.now,
        updated_by=who,
    )
    if former:
        former.latest = False
        view.update(former)
    view.insert(version)
    view.insert(VersionDocument(version_id=version.id, document=new.document))
    for name in new.starter_users:
        view.insert(Starter(version_id=version.id, type="user", name=name))
    for name in new.starter_groups:
        view.insert(Starter(version_id=version.id, type="group", name=name))
    _point(view, definition, version, who)
    return version


def _definition(view: View, deployment: Deployment, new: Any, who: str | None) -> Definition:
    definition = Definition(
        id=view.row_id(),
        uid=view.uid(),
        tenant=deployment.tenant,
        kind="process",
        key=new.key,
        owner=who,
        latest=0,
        created_at=view.now,
        created_by=who,
        updated_at=view.now,
        updated_by=who,
    )
    view.insert(definition)
    return definition


def _point(view: View, definition: Definition, version: Version, who: str | None) -> None:
    """Make a version the one that its definition shows."""
    definition.name = version.name
    definition.description = version.description
    definition.suspended = version.suspended
    definition.latest = version.version
    definition.latest_id = version.id
    definition.updated_at = view.now
    definition.updated_by = who
    view.update(definition)


def remove_versions(view: View, versions: list[Version], who: str | None = None) -> None:
    """Delete versions with what hangs on them. A definition shows its newest version that is left, or goes
    too."""
    gone = {version.id for version in versions}
    definitions = sorted({version.definition_id for version in versions})
    view.load(Definition, definitions)
    for row_type in (Version, DefinitionTag):
        view.expect(row_type, ("definition_id",), [(row_id,) for row_id in definitions])
    for row_type in (Starter, Incident):
        view.expect(row_type, ("version_id",), [(row_id,) for row_id in sorted(gone)])
    for definition_id in definitions:
        definition = view.get(Definition, definition_id)
        if definition is None:
            continue
        left = [row for row in view.find(Version, definition_id=definition_id) if row.id not in gone]
        if not left:
            for tag in view.find(DefinitionTag, definition_id=definition_id):
                view.delete(tag)
            view.delete(definition)
            continue
        newest = max(left, key=lambda row: row.version)
        if not newest.latest:
            newest.latest = True
            view.update(newest)
        _point(view, definition, newest, who)
    for version in versions:
        for starter in view.find(Starter, version_id=version.id):
            view.delete(starter)
        for incident in view.find(Incident, version_id=version.id):
            view.delete(incident)
        view.delete(version)
    view.delete_where(VersionDocument, "version_id", sorted(gone))


def _wanted(command: Any, view: View, ids: tuple[int, ...], action: str) -> list[Version]:
    view.load(Version, sorted(ids))
    rows = [view.get(Version, row_id) for row_id in sorted(ids)]
    versions = [row for row in rows if row is not None]
    view.load(Definition, sorted({version.definition_id for version in versions}))
    if len(versions) < len(ids):
        raise rejected("not_found", "A process definition is gone by now", reason="unknown_definition")
    for version in versions:
        authorise(view, command.actor, action, view.get(Definition, version.definition_id), version.key)
    return versions


@decides(SuspendVersions)
def suspend_versions(command: SuspendVersions, view: View) -> int:
    changed = 0
    who = command.by
    for version in _wanted(command, view, command.ids, "update"):
        if version.suspended == command.suspended:
            continue
        changed += 1
        version.suspended = command.suspended
        version.updated_at, version.updated_by = view.now, who
        view.update(version)
        definition = view.get(Definition, version.definition_id)
        if definition is not None and definition.latest_id == version.id:
            _point(view, definition, version, who)
        word = "definition.suspended" if command.suspended else "definition.activated"
        view.emit(word, actor=who, definition_id=version.definition_id, data={"version": version.uid})
    return changed


@decides(KeepHistory)
def keep_history(command: KeepHistory, view: View) -> None:
    version = _wanted(command, view, (command.id,), "update")[0]
    version.history_days = command.days
    version.updated_at, version.updated_by = view.now, command.by
    view.update(version)


@decides(RemoveVersions)
def drop_versions(command: RemoveVersions, view: View) -> None:
    take_turn(view)
    versions = _wanted(command, view, command.ids, "delete")
    who = command.by
    remove_versions(view, versions, who)
    for version in versions:
        view.emit(
            "definition.removed",
            actor=who,
            definition_id=version.definition_id,
            data={"version": version.uid},
        )
