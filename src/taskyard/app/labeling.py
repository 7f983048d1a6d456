"""Use-cases of labelling projects: settings, members, kept files."""

from __future__ import annotations

from collections import Counter as Tally
from typing import Any

import msgspec

from taskyard.app.application import Application
from taskyard.engine.label_imports import DeleteUploads, KeepUploads
from taskyard.engine.label_storages import PutStorage, RemoveStorage
from taskyard.engine.projects import CreateProject, DeleteProject, PutMember, RemoveMember, UpdateProject
from taskyard.model.definition import Definition, Resource, ResourceBytes
from taskyard.model.identity import Grant, User
from taskyard.model.labeling import PROJECT, NewUpload, ProjectDocument, StorageSettings
from taskyard.model.principal import Principal
from taskyard.model.task import Submission, SubmissionDocument
from taskyard.notations.labelconfig.read import LabelConfig
from taskyard.notations.labelconfig.schema import essential_change, used_by
from taskyard.notations.labelconfig.validate import check_replacement

PORTION = 1_000

ROLE_RANK = ("OW", "AD", "MA", "RE", "AN")
"""Roles from most to least; of several the first counts."""


class _Result(msgspec.Struct):
    result: list[dict] = []


_result = msgspec.json.Decoder(_Result)


class Member(msgspec.Struct, frozen=True):
    """A member of a project: the user, the role, and the number of the grant that gives it."""

    user: User
    role: str
    grant_id: int


async def create_project(
    app: Application, caller: Principal, title: str, description: str, settings: ProjectDocument
) -> int:
    """Make a project; its number."""
    return await app.run(CreateProject(actor=caller, title=title, description=description, settings=settings))


async def change_project(
    app: Application,
    caller: Principal,
    project: Definition,
    title: str | None,
    description: str | None,
    changes: dict[str, Any],
    configs: tuple[LabelConfig, LabelConfig] | None,
) -> None:
    """Change a project. `changes` are members of `ProjectDocument` by name; `configs` are the old and the new
    configuration where it changes: one that drops what annotations use is refused (invalid, reason
    `label_config`)."""
    if configs is not None and essential_change(*configs):
        tuples, labels = await answers_used(app, project.id)
        check_replacement(*configs, tuples, labels)
    await app.run(
        UpdateProject(
            actor=caller, project_id=project.id, title=title, description=description, changes=changes
        )
    )


async def remove_project(app: Application, caller: Principal, project: Definition) -> None:
    """Remove a project with everything in it."""
    await app.run(DeleteProject(actor=caller, project_id=project.id))


async def answers_used(app: Application, project_id: int) -> tuple[set[str], dict[str, set[str]]]:
    """What the annotations and drafts of a project rely on, in the form of `schema.used_by`. Reads all of
    them; only a change of the configuration that takes something away asks for it."""
    tuples: set[str] = set()
    labels: dict[str, set[str]] = {}
    ids: list[int] = []
    for kind in ("annotation", "draft"):
        ids += [row.id for row in await app.matching(Submission, definition_id=project_id, kind=kind)]
    for start in range(0, len(ids), PORTION):
        for row in await app.rows(SubmissionDocument, "submission_id", ids[start : start + PORTION]):
            used, chosen = used_by(_result.decode(row.document).result)
            tuples |= used
            for name, words in chosen.items():
                labels.setdefault(name, set()).update(words)
    return tuples, labels


async def predictions_by_version(app: Application, project_id: int) -> dict[str, int]:
    """How many predictions each model version gave, most first."""
    found = await app.matching(Submission, definition_id=project_id, kind="prediction")
    return dict(Tally(row.model_version or "undefined" for row in found).most_common())


async def members(app: Application, project: Definition) -> list[Member]:
    """The members of a project by user number, each with the highest of their roles."""
    found = await app.matching(Grant, target_type="definition", target=f"{PROJECT}:{project.key}")
    best: dict[str, Grant] = {}
    for grant in found:
        if grant.subject_type != "user" or grant.role not in ROLE_RANK:
            continue
        other = best.get(grant.subject)
        if other is None or ROLE_RANK.index(grant.role) < ROLE_RANK.index(other.role):
            best[grant.subject] = grant
    users = await app.rows(User, "name", sorted(best))
    made = [Member(user, best[user.name].role, best[user.name].id) for user in users]
    return sorted(made, key=lambda member: member.user.id)


async def put_member(app: Application, caller: Principal, project_id: int, user_id: int, role: str) -> None:
    """Give a user a role in a project."""
    await app.run(PutMember(actor=caller, project_id=project_id, user_id=user_id, role=role))


async def remove_member(app: Application, caller: Principal, project_id: int, user_id: int) -> bool:
    """Take a user's roles in a project; whether there were any."""
    return await app.run(RemoveMember(actor=caller, project_id=project_id, user_id=user_id))


async def keep_uploads(
    app: Application, caller: Principal, project: Definition, uploads: tuple[NewUpload, ...]
) -> tuple[int, ...]:
    """Keep files with a project; their numbers."""
    return await app.run(KeepUploads(actor=caller, project_id=project.id, uploads=uploads))


async def delete_uploads(
    app: Application, caller: Principal, project: Definition, ids: tuple[int, ...] | None
) -> int:
    """Remove kept files, all of them for None; how many."""
    return await app.run(DeleteUploads(actor=caller, project_id=project.id, ids=ids))


async def uploads(app: Application, project: Definition) -> list[Resource]:
    """The files kept with a project, by number."""
    found = await app.matching(Resource, owner_id=project.id)
    return sorted(found, key=lambda row: row.id)


async def upload_content(app: Application, resource: Resource) -> bytes:
    """The bytes of a kept file."""
    content = await app.row(ResourceBytes, resource_id=resource.id)
    return content.content if content else b""


async def put_storage(
    app: Application, caller: Principal, project: Definition, storage: StorageSettings
) -> StorageSettings:
    """Add a storage to a project, or change the one with its id; the storage as kept."""
    return await app.run(PutStorage(actor=caller, project_id=project.id, storage=storage))


async def remove_storage(app: Application, caller: Principal, project: Definition, number: int) -> None:
    """Take a storage from a project."""
    await app.run(RemoveStorage(actor=caller, project_id=project.id, storage_id=number))
