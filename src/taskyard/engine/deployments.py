"""Deployments: resources and the process versions read from them, all or nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.access import require
from taskyard.engine.versions import (
    TURN,
    add_version,
    authorise,
    foresee_definitions,
    remove_versions,
    take_turn,
)
from taskyard.model.command import Command, decides, foresees
from taskyard.model.definition import Definition, Deployment, Resource, ResourceBytes, Version
from taskyard.model.identity import Setting
from taskyard.model.problem import rejected
from taskyard.model.view import View


class NewResource(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes to keep under a name; `sha256` is their hexadecimal digest."""

    name: str
    content: bytes
    sha256: str
    media_type: str | None = None


class NewVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A process read from the resource called `resource`; `document` is JSON text of its own struct."""

    resource: str
    key: str
    document: str
    name: str | None = None
    description: str | None = None
    category: str | None = None
    version_tag: str | None = None
    history_days: int | None = None
    startable: bool = True
    diagram: str | None = None
    starter_users: tuple[str, ...] = ()
    starter_groups: tuple[str, ...] = ()


class Deploy(Command, kw_only=True, frozen=True):
    """Keep the resources and make a new version of each process. `seen` is what the caller knows of former
    deployments (see `versions.take_turn`)."""

    tenant: str = ""
    name: str | None = None
    source: str | None = None
    activates_at: int | None = None
    resources: tuple[NewResource, ...]
    versions: tuple[NewVersion, ...] = ()
    seen: str | None = None


class Deployed(msgspec.Struct, frozen=True):
    """What a deployment made, in the order of its processes."""

    deployment: Deployment
    versions: tuple[Version, ...]


class RemoveDeployment(Command, kw_only=True, frozen=True):
    """Remove a deployment with its resources and versions. Unknown: `not_found`, reason
    `unknown_deployment`."""

    uid: str


@foresees(Deploy)
def foresee_deploy(command: Deploy) -> list[Any]:
    return [(Setting, (TURN,))]


@decides(Deploy)
def deploy(command: Deploy, view: View) -> Deployed:
    take_turn(view, command.seen)
    foresee_definitions(view, command.tenant, [version.key for version in command.versions])
    if not command.versions:
        require(command.actor, "create", kind="process")
    who = command.by
    deployment = Deployment(
        id=view.row_id(),
        uid=view.uid(),
        tenant=command.tenant,
        name=command.name,
        source=command.source,
        created_at=view.now,
        created_by=who,
        activates_at=command.activates_at,
    )
    made = tuple(add_version(view, deployment, version, command.actor) for version in command.versions)
    view.insert(deployment)
    for resource in command.resources:
        _keep(view, deployment, resource, who)
    view.emit(
        "deployment.created",
        actor=who,
        data={"deployment": deployment.uid, "versions": [v.uid for v in made]},
    )
    return Deployed(deployment, made)


def _keep(view: View, deployment: Deployment, resource: NewResource, who: str | None) -> None:
    row = Resource(
        id=view.row_id(),
        uid=view.uid(),
        tenant=deployment.tenant,
        deployment_id=deployment.id,
        name=resource.name,
        media_type=resource.media_type,
        size=len(resource.content),
        sha256=resource.sha256,
        created_at=view.now,
        created_by=who,
    )
    view.insert(row)
    view.insert(ResourceBytes(resource_id=row.id, content=resource.content))


@decides(RemoveDeployment)
def remove_deployment(command: RemoveDeployment, view: View) -> None:
    take_turn(view)
    found = view.find(Deployment, uid=command.uid)
    if not found:
        raise rejected(
            "not_found", f"Deployment with id '{command.uid}' does not exist", reason="unknown_deployment"
        )
    deployment = found[0]
    versions = view.find(Version, deployment_id=deployment.id)
    view.load(Definition, sorted({version.definition_id for version in versions}))
    for version in versions:
        definition = view.get(Definition, version.definition_id)
        authorise(view, command.actor, "delete", definition, version.key)
    if not versions:
        require(command.actor, "delete", kind="process")
    resources = [resource.id for resource in view.find(Resource, deployment_id=deployment.id)]
    remove_versions(view, versions)
    view.delete_where(ResourceBytes, "resource_id", resources)
    view.delete_where(Resource, "id", resources)
    view.delete(deployment)
    who = command.by
    view.emit("deployment.removed", actor=who, data={"deployment": deployment.uid})
