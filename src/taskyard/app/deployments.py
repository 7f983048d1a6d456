"""Use-cases around deployments: read what was uploaded, leave out what is there already, make versions."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Literal

import msgspec

from taskyard.app.application import Application
from taskyard.engine.deployments import Deploy, Deployed, NewResource, NewVersion, RemoveDeployment
from taskyard.engine.incidents import OpenIncident, ResolveIncident
from taskyard.engine.versions import TURN, KeepHistory, RemoveVersions, SuspendVersions
from taskyard.model.definition import Deployment, Resource
from taskyard.model.identity import Setting
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import Order, Query, both, eq
from taskyard.notations.bpmn import LIMITS, Fault, Limits, ProcessModel, Reading, read_bpmn

BPMN = (".bpmn", ".bpmn20.xml")
PICTURES = ("png", "jpg", "gif", "svg")
ATTEMPTS = 8

Filtering = Literal["none", "any", "changed"]
"""none: deploy all; any: deploy all when one file differs from what is there; changed: deploy the files that
differ."""

__all__ = [
    "KeepHistory",
    "OpenIncident",
    "RemoveDeployment",
    "RemoveVersions",
    "ResolveIncident",
    "SuspendVersions",
    "Upload",
    "deploy",
    "versions_of_key",
]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One uploaded file."""

    name: str
    content: bytes
    media_type: str | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to deploy. `tenant` is empty for none. `filtering` compares with former deployments of the same
    name, source and tenant."""

    uploads: tuple[Upload, ...]
    name: str | None = None
    source: str | None = None
    tenant: str = ""
    filtering: Filtering = "none"


async def deploy(app: Application, actor: Principal, request: Request) -> Deployed:
    """Deploy files, all or nothing.

    Raises `Rejected`: `invalid` with reason `unreadable_processes` and `context["files"]` = errors and
    warnings (`Fault`s) by file name when one cannot be read; `forbidden` without `create`. When filtering
    finds nothing new, the former deployment is answered, without versions.
    """
    readings = await asyncio.to_thread(
        _read_all, request.uploads, _limits(app), app.settings.camunda_history_required
    )
    for attempt in range(ATTEMPTS):
        seen, chosen = None, request.uploads
        if request.filtering != "none":
            seen, former, chosen = await _differing(app, request)
            if former is not None and not chosen:
                return Deployed(former, ())
        command = _command(actor, request, chosen, readings, seen)
        try:
            return await app.run(command)
        except Rejected as error:
            again = error.problem.reason in ("deployments_changed", "refused_by_database")
            if not again or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the loop answers or raises")


def _limits(app: Application) -> Limits:
    return Limits(size=app.settings.max_upload, depth=app.settings.max_depth, elements=LIMITS.elements)


def _read_all(uploads: tuple[Upload, ...], limits: Limits, ttl_required: bool) -> dict[str, Reading]:
    """Read every BPMN file; raises `Rejected` with all that is wrong in all of them."""
    readings = {
        upload.name: read_bpmn(upload.content, ttl_required=ttl_required, limits=limits)
        for upload in uploads
        if upload.name.endswith(BPMN)
    }
    errors = {name: list(reading.errors) for name, reading in readings.items()}
    owners: dict[str, str] = {}
    for name, reading in readings.items():
        for process in reading.processes:
            other = owners.setdefault(process.key, name)
            if other != name:
                errors[name].append(_doubled(process.key, other))
    bad = {name: (faults, list(readings[name].warnings)) for name, faults in errors.items() if faults}
    if bad:
        raise rejected("invalid", "A process cannot be read", reason="unreadable_processes", files=bad)
    return readings


def _doubled(key: str, other: str) -> Fault:
    text = (
        f"The deployment contains definitions with the same key '{key}' (id attribute), this is not "
        f"allowed; the other "
        f"one is in '{other}'"
    )
    return Fault(message=text, reason="duplicate", element=key, elements=(key,))


async def _differing(app: Application, request: Request) -> tuple[str, Deployment | None, tuple[Upload, ...]]:
    """What is known of former deployments, the newest of them, and the files to deploy."""
    turn = await app.row(Setting, name=TURN)
    former = await app.matching(Deployment, name=request.name, source=request.source)
    former = [row for row in former if row.tenant == request.tenant]
    known: dict[str, Resource] = {}
    if former:
        ids = [row.id for row in former]
        for resource in await app.rows(Resource, "deployment_id", ids):
            other = known.get(resource.name)
            if other is None or resource.id > other.id:
                known[resource.name] = resource
    fresh = tuple(upload for upload in request.uploads if not _same(known.get(upload.name), upload))
    seen = turn.value if turn else ""
    if not fresh and former:
        return seen, max(former, key=lambda row: row.id), ()
    return seen, None, fresh if request.filtering == "changed" else request.uploads


def _same(resource: Resource | None, upload: Upload) -> bool:
    return resource is not None and resource.sha256 == _digest(upload.content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _command(
    actor: Principal,
    request: Request,
    chosen: tuple[Upload, ...],
    readings: dict[str, Reading],
    seen: str | None,
) -> Deploy:
    names = {upload.name for upload in request.uploads}
    resources = {upload.name: upload for upload in chosen}
    versions = []
    for upload in chosen:
        for process in readings[upload.name].processes if upload.name in readings else ():
            diagram = _diagram(upload.name, process.key, names)
            versions.append(_version(upload.name, process, diagram))
            if diagram is not None:
                resources.setdefault(diagram, next(u for u in request.uploads if u.name == diagram))
    kept = tuple(
        NewResource(name=u.name, content=u.content, sha256=_digest(u.content), media_type=u.media_type)
        for u in resources.values()
    )
    return Deploy(
        actor=actor,
        tenant=request.tenant,
        name=request.name,
        source=request.source,
        resources=kept,
        versions=tuple(versions),
        seen=seen,
    )


def _diagram(file: str, key: str, names: set[str]) -> str | None:
    """The picture that belongs to a process: `<base>.<key>.png` before `<base>.png`."""
    base = next(
        file[: -len(suffix)] for suffix in sorted(BPMN, key=len, reverse=True) if file.endswith(suffix)
    )
    for stem in (f"{base}.{key}", base):
        for suffix in PICTURES:
            if f"{stem}.{suffix}" in names:
                return f"{stem}.{suffix}"
    return None


def _version(file: str, process: ProcessModel, diagram: str | None) -> NewVersion:
    return NewVersion(
        resource=file,
        key=process.key,
        document=msgspec.json.encode(process).decode(),
        name=process.name,
        description=process.description,
        category=process.category,
        version_tag=process.version_tag,
        history_days=process.history_days,
        startable=process.startable,
        diagram=diagram,
        starter_users=process.starter_users,
        starter_groups=process.starter_groups,
    )


async def versions_of_key(app: Application, principal: Principal, action: str, **equals: Any) -> list[int]:
    """Row ids of every version of a process that the caller may do `action` on."""
    where = both(eq("kind", "process"), *(eq(name, value) for name, value in equals.items()))
    page = await app.list(
        Query(entity="version", where=where, order=(Order("id"),), limit=None), principal, action
    )
    return [row_id for row_id, _ in page.ids]
