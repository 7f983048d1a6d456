"""Deciders for definitions: put, delete, suspend, tag. Kinds with rules of their own build on `put`."""

from __future__ import annotations

from taskyard.engine import throttles
from taskyard.engine.access import require
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, DefinitionTag, Starter, Version, VersionDocument
from taskyard.model.problem import rejected
from taskyard.model.task import Throttle
from taskyard.model.view import View

Tags = tuple[tuple[str, str], ...]


class PutDefinition(Command, kw_only=True, frozen=True):
    """Store a definition and its document.

    `mode`: create (conflict if there), update (not found if absent; adds a version), upsert (either), replace
    (writes over the present latest version, or over the version whose number is `version`; new when absent),
    rewrite (the same; not found if absent). `version` None numbers the version after the latest; a given number
    must be new in mode create and new_version. `tags` None leaves tags as they are; a tuple replaces them;
    `more_tags` are added.
    Answers the version.
    """

    kind: str
    key: str
    document: str
    mode: str = "upsert"
    tenant: str = ""
    version: int | None = None
    uid: str | None = None
    name: str | None = None
    description: str | None = None
    owner: str | None = None
    category: str | None = None
    version_tag: str | None = None
    deployment_id: int | None = None
    resource_name: str | None = None
    diagram_name: str | None = None
    startable: bool = True
    history_days: int | None = None
    starters: tuple[tuple[str, str], ...] = ()
    tags: Tags | None = None
    more_tags: Tags = ()


class PutDefinitions(Command, kw_only=True, frozen=True):
    """Put several definitions, all or none. Answers the versions."""

    puts: tuple[PutDefinition, ...]


class DeleteDefinition(Command, kw_only=True, frozen=True):
    """Delete a definition with all versions, or one version of it; the last version takes the definition along."""

    kind: str
    key: str
    tenant: str = ""
    version: int | None = None


class SuspendDefinition(Command, kw_only=True, frozen=True):
    """Suspend or activate one version (`version_id`) or every version of a definition."""

    kind: str
    key: str
    tenant: str = ""
    version_id: int | None = None
    suspended: bool


class TagDefinition(Command, kw_only=True, frozen=True):
    """Add, remove or replace tags. `mode` remove of a pair that is not there is not found. Answers the tags."""

    kind: str
    key: str
    tenant: str = ""
    mode: str = "add"
    tags: Tags


def definition_of(view: View, kind: str, key: str, tenant: str = "") -> Definition | None:
    found = view.find(Definition, tenant=tenant, kind=kind, key=key)
    return found[0] if found else None


def existing(view: View, kind: str, key: str, tenant: str = "") -> Definition:
    """The definition; raises `Rejected` (not_found, unknown_definition)."""
    found = definition_of(view, kind, key, tenant)
    if found is None:
        detail = f"There is no {kind} definition {key!r}."
        raise rejected("not_found", detail, reason="unknown_definition", kind=kind, key=key)
    return found


def _owners(definition: Definition) -> tuple[str | None, str | None]:
    return definition.owner, definition.created_by


def tags_of(view: View, definition: Definition) -> Tags:
    return tuple((tag.key, tag.value) for tag in view.find(DefinitionTag, definition_id=definition.id))


@decides(PutDefinition)
def put_definition(command: PutDefinition, view: View) -> Version:
    actor = command.actor
    present = definition_of(view, command.kind, command.key, command.tenant)
    if present is None:
        if command.mode in ("update", "rewrite"):
            existing(view, command.kind, command.key, command.tenant)
        require(actor, "create", kind=command.kind, key=command.key, tags=command.tags or ())
        return put(command, view, None)
    if command.mode == "create" and command.version is None:
        raise rejected(
            "conflict",
            f"{command.kind} definition {command.key!r} exists already.",
            reason="definition_exists",
            kind=command.kind,
            key=command.key,
        )
    tags = tags_of(view, present)
    require(actor, "update", kind=command.kind, key=command.key, owner=_owners(present), tags=tags)
    return put(command, view, present)


@decides(PutDefinitions)
def put_definitions(command: PutDefinitions, view: View) -> list[Version]:
    _expect(command.puts, view)
    return [put_definition(part, view) for part in command.puts]


def _expect(puts: tuple[PutDefinition, ...], view: View) -> None:
    """Have what is there of many definitions loaded in a few rounds."""
    view.expect(Definition, ("tenant", "kind", "key"), [(put.tenant, put.kind, put.key) for put in puts])
    present = [found for put in puts if (found := definition_of(view, put.kind, put.key, put.tenant))]
    view.expect(Version, ("definition_id",), [(definition.id,) for definition in present])
    view.expect(DefinitionTag, ("definition_id",), [(definition.id,) for definition in present])
    latest = [definition.latest_id for definition in present if definition.latest_id is not None]
    view.expect(Starter, ("version_id",), [(version_id,) for version_id in latest])
    view.load(VersionDocument, latest)
    view.load(Throttle, [put.key for put in puts if put.kind == "worker"])


def put(command: PutDefinition, view: View, present: Definition | None) -> Version:
    """Write definition, version, document, tags and starters. Checks no permission."""
    actor = command.by
    definition = present or Definition(
        id=view.row_id(),
        uid=view.uid(),
        tenant=command.tenant,
        kind=command.kind,
        key=command.key,
        latest=0,
        created_at=view.now,
        created_by=actor,
        updated_at=view.now,
    )
    versions = view.find(Version, definition_id=definition.id) if present else []
    version = _place(command, view, definition, versions)
    version.name, version.description = command.name, command.description
    version.category, version.version_tag = command.category, command.version_tag
    version.deployment_id, version.resource_name = command.deployment_id, command.resource_name
    version.diagram_name, version.startable = command.diagram_name, command.startable
    version.history_days = command.history_days
    version.updated_at, version.updated_by = view.now, actor
    fresh = all(version.id != other.id for other in versions)
    if fresh:
        view.insert(version)
        view.insert(VersionDocument(version_id=version.id, document=command.document))
        for other in versions:
            if other.latest and version.latest:
                other.latest = False
                view.update(other)
    else:
        view.update(version)
        _write_document(view, version.id, command.document)
    if not fresh or command.starters:
        _write_starters(view, version.id, command.starters)
    if version.latest:
        _become_latest(command, view, definition, version)
    if command.owner is not None or present is None:
        definition.owner = command.owner
    definition.updated_at, definition.updated_by = view.now, actor
    (view.update if present else view.insert)(definition)
    _put_tags(command, view, present, definition, versions)
    view.emit(
        "definition.changed" if present else "definition.created",
        actor=actor,
        definition_id=definition.id,
        data={"kind": command.kind, "key": command.key, "version": version.version},
    )
    return version


def _become_latest(command: PutDefinition, view: View, definition: Definition, version: Version) -> None:
    """The definition shows its newest version, and the limits of work follow it."""
    definition.latest, definition.latest_id = version.version, version.id
    definition.name, definition.description = command.name, command.description
    if command.kind == "worker":
        throttles.follow(view, command.key, command.document)


def _put_tags(
    command: PutDefinition,
    view: View,
    present: Definition | None,
    definition: Definition,
    versions: list[Version],
) -> None:
    """Replace or add the tags of a put. Every version shows them, so a change touches the other versions too."""
    before = tags_of(view, definition) if present else ()
    wanted = before if command.tags is None else command.tags
    wanted = tuple(dict.fromkeys((*wanted, *command.more_tags)))
    if set(wanted) == set(before):
        return
    _replace_tags(view, definition, wanted, before)
    for other in versions:
        if (current := view.get(Version, other.id)) is not None:
            view.update(current)


def _place(command: PutDefinition, view: View, definition: Definition, versions: list[Version]) -> Version:
    """The version to write: a present one (mode replace) or a new one with the right number."""
    by_number = {version.version: version for version in versions}
    newest = max(by_number, default=0)
    wanted = command.version
    if command.mode in ("replace", "rewrite") and by_number:
        found = by_number.get(wanted if wanted is not None else newest)
        if found is not None:
            return found
    number = wanted if wanted is not None else newest + 1
    if number in by_number:
        raise rejected(
            "conflict",
            f"{command.kind} definition {command.key!r} has a version {number} already.",
            reason="version_exists",
            kind=command.kind,
            key=command.key,
            version=number,
        )
    return Version(
        id=view.row_id(),
        uid=(command.uid or view.uid()).replace("{version}", str(number)),
        tenant=command.tenant,
        definition_id=definition.id,
        kind=command.kind,
        key=command.key,
        version=number,
        latest=not by_number or number > newest,
        created_at=view.now,
        created_by=command.by,
        updated_at=view.now,
    )


def _write_document(view: View, version_id: int, document: str) -> None:
    present = view.get(VersionDocument, version_id)
    if present is None:
        view.insert(VersionDocument(version_id=version_id, document=document))
    else:
        present.document = document
        view.update(present)


def _write_starters(view: View, version_id: int, starters: tuple[tuple[str, str], ...]) -> None:
    present = {(row.type, row.name): row for row in view.find(Starter, version_id=version_id)}
    for key in set(present) - set(starters):
        view.delete(present[key])
    for kind, name in sorted(set(starters) - set(present)):
        view.insert(Starter(version_id=version_id, type=kind, name=name))


def _replace_tags(view: View, definition: Definition, tags: Tags, before: Tags) -> None:
    for key, value in sorted(set(before) - set(tags)):
        view.delete(DefinitionTag(definition_id=definition.id, key=key, value=value))
    for key, value in sorted(set(tags) - set(before)):
        view.insert(DefinitionTag(definition_id=definition.id, key=key, value=value))


@decides(DeleteDefinition)
def delete_definition(command: DeleteDefinition, view: View) -> None:
    definition = existing(view, command.kind, command.key, command.tenant)
    tags = tags_of(view, definition)
    require(command.actor, "delete", kind=command.kind, key=command.key, owner=_owners(definition), tags=tags)
    versions = view.find(Version, definition_id=definition.id)
    if command.version is not None and all(version.version != command.version for version in versions):
        raise rejected(
            "not_found",
            f"{command.kind} definition {command.key!r} has no version {command.version}.",
            reason="unknown_version",
            kind=command.kind,
            key=command.key,
            version=command.version,
        )
    doomed = [version for version in versions if command.version in (None, version.version)]
    remove(view, definition, versions, doomed)
    view.emit(
        "definition.deleted",
        actor=command.by,
        definition_id=definition.id,
        data={"kind": command.kind, "key": command.key, "versions": [version.version for version in doomed]},
    )


def remove(view: View, definition: Definition, versions: list[Version], doomed: list[Version]) -> None:
    """Delete versions; what is left gets a new latest one, or the definition goes too. Checks no permission."""
    gone = {version.id for version in doomed}
    left = [version for version in versions if version.id not in gone]
    if not left:
        view.delete(definition)
        return
    for version in doomed:
        view.delete(version)
    newest = max(left, key=lambda version: version.version)
    if not newest.latest:
        newest.latest = True
        view.update(newest)
    definition.latest, definition.latest_id = newest.version, newest.id
    definition.name, definition.description = newest.name, newest.description
    definition.updated_at = view.now
    view.update(definition)


@decides(SuspendDefinition)
def suspend_definition(command: SuspendDefinition, view: View) -> None:
    definition = existing(view, command.kind, command.key, command.tenant)
    tags = tags_of(view, definition)
    require(command.actor, "update", kind=command.kind, key=command.key, owner=_owners(definition), tags=tags)
    for version in view.find(Version, definition_id=definition.id):
        if command.version_id in (None, version.id) and version.suspended != command.suspended:
            version.suspended = command.suspended
            version.updated_at = view.now
            view.update(version)
            if version.latest:
                definition.suspended = command.suspended
    definition.updated_at = view.now
    view.update(definition)
    view.emit(
        "definition.suspended" if command.suspended else "definition.activated",
        actor=command.by,
        definition_id=definition.id,
    )


@decides(TagDefinition)
def tag_definition(command: TagDefinition, view: View) -> Tags:
    definition = existing(view, command.kind, command.key, command.tenant)
    present = tags_of(view, definition)
    require(
        command.actor, "update", kind=command.kind, key=command.key, owner=_owners(definition), tags=present
    )
    if command.mode == "remove":
        for pair in command.tags:
            if pair not in present:
                detail = f"{command.key!r} has no tag {pair[0]}:{pair[1]}."
                raise rejected("not_found", detail, reason="unknown_tag")
        wanted = tuple(pair for pair in present if pair not in command.tags)
    elif command.mode == "replace":
        wanted = command.tags
    else:
        wanted = tuple(dict.fromkeys((*present, *command.tags)))
    _replace_tags(view, definition, wanted, present)
    definition.updated_at = view.now
    view.update(definition)
    for version in view.find(Version, definition_id=definition.id):
        view.update(version)
    return wanted
