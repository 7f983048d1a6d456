"""Storages that task data points into, and the addresses that open their files (`resolve_uri`)."""

from __future__ import annotations

import mimetypes
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import anyio
import msgspec
from msgspec import UNSET, Meta, UnsetType

from taskyard.app.label_imports import settings_of
from taskyard.app.labeling import put_storage, remove_storage
from taskyard.app.object_storage import LOCAL, S3, inside, local_file, prefix_of, presigned_url
from taskyard.dialects.labelstudio.access import int_of, project_by_id
from taskyard.dialects.labelstudio.errors import digits_fault, field_fault, not_found
from taskyard.dialects.labelstudio.moments import stamp
from taskyard.dialects.labelstudio.task_access import open_task
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Definition
from taskyard.model.labeling import PROJECT, StorageSettings
from taskyard.model.problem import Rejected
from taskyard.model.query import Cmp, Query, both, eq

CHUNK = 256 * 1024
MOST_PROJECTS = 10_000
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{1,61}[A-Za-z0-9]")


class StorageBody(msgspec.Struct, kw_only=True):
    """A storage to make or change; S3 and local files share it. What is left out stays."""

    project: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    bucket: str | UnsetType = UNSET
    prefix: str | UnsetType | None = UNSET
    path: str | UnsetType = UNSET
    regex_filter: str | UnsetType | None = UNSET
    use_blob_urls: bool | UnsetType = UNSET
    recursive_scan: bool | UnsetType = UNSET
    presign: bool | UnsetType = UNSET
    presign_ttl: Annotated[int, Meta(ge=1, le=10080)] | UnsetType = UNSET
    aws_access_key_id: str | UnsetType | None = UNSET
    aws_secret_access_key: str | UnsetType | None = UNSET
    aws_session_token: str | UnsetType | None = UNSET
    region_name: str | UnsetType | None = UNSET
    s3_endpoint: str | UnsetType | None = UNSET


class StorageParams(msgspec.Struct, kw_only=True):
    project: str | None = None


class StorageOut(msgspec.Struct, kw_only=True):
    """A storage. Secrets are never shown."""

    id: int
    type: str
    project: int
    title: str
    description: str
    created_at: str | None
    status: str = "initialized"
    synchronizable: bool = False
    last_sync: None = None
    last_sync_count: None = None
    last_sync_job: None = None
    traceback: None = None
    meta: dict[str, Any] = {}
    regex_filter: str | None
    use_blob_urls: bool
    recursive_scan: bool
    prefix: str | UnsetType = UNSET
    bucket: str | UnsetType = UNSET
    presign: bool | UnsetType = UNSET
    presign_ttl: int | UnsetType = UNSET
    region_name: str | UnsetType | None = UNSET
    s3_endpoint: str | UnsetType | None = UNSET
    path: str | UnsetType = UNSET


class StorageType(msgspec.Struct, kw_only=True):
    name: str
    title: str


class ResolveParams(msgspec.Struct, kw_only=True):
    """`fileuri` is the address in URL-safe base 64."""

    fileuri: str = ""


class LocalFileParams(msgspec.Struct, kw_only=True):
    """`d` is the path below the configured root."""

    d: str = ""


_NAMES = {
    "title": "title",
    "description": "description",
    "bucket": "bucket",
    "prefix": "prefix",
    "path": "path",
    "regex_filter": "regex_filter",
    "use_blob_urls": "use_blob_urls",
    "recursive_scan": "recursive_scan",
    "presign": "presign",
    "presign_ttl": "presign_minutes",
    "aws_access_key_id": "access_key",
    "aws_secret_access_key": "secret",
    "aws_session_token": "session_token",
    "region_name": "region",
    "s3_endpoint": "endpoint",
}
"""Members of the wire by members of the model."""


async def types(request: Request, params: None, body: None) -> Response:
    """`GET storages/types`"""
    return json_response([StorageType(name=S3, title="AWS S3"), StorageType(name=LOCAL, title="Local files")])


async def list_s3(request: Request, params: StorageParams, body: None) -> Response:
    """`GET storages/s3/?project=`"""
    return await _list(request, params, S3)


async def list_local(request: Request, params: StorageParams, body: None) -> Response:
    """`GET storages/localfiles/?project=`"""
    return await _list(request, params, LOCAL)


async def create_s3(request: Request, params: None, body: StorageBody) -> Response:
    """`POST storages/s3/`"""
    return await _create(request, body, S3)


async def create_local(request: Request, params: None, body: StorageBody) -> Response:
    """`POST storages/localfiles/`"""
    return await _create(request, body, LOCAL)


async def validate_s3(request: Request, params: None, body: StorageBody) -> Response:
    """`POST storages/s3/validate`: whether the settings could be kept. The bucket itself is not asked."""
    _made(request, StorageSettings(id=0, type=S3), body)
    return json_response({})


async def validate_local(request: Request, params: None, body: StorageBody) -> Response:
    """`POST storages/localfiles/validate`"""
    _made(request, StorageSettings(id=0, type=LOCAL), body)
    return json_response({})


async def get(request: Request, params: None, body: None) -> Response:
    """`GET storages/{s3,localfiles}/{id}`"""
    project, storage = await _found(request)
    return json_response(_out(project, storage))


async def update(request: Request, params: None, body: StorageBody) -> Response:
    """`PATCH storages/{s3,localfiles}/{id}`"""
    project, storage = await _found(request, "manage")
    changed = _made(request, storage, body)
    return json_response(_out(project, await put_storage(request.app, request.caller, project, changed)))


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE storages/{s3,localfiles}/{id}`: the tasks stay, their addresses no longer open."""
    project, storage = await _found(request, "manage")
    await remove_storage(request.app, request.caller, project, storage.id)
    return empty_response()


async def resolve(request: Request, params: ResolveParams, body: None) -> Response:
    """`GET /tasks/{id}/resolve/?fileuri=`: opens an address of a task's data. An object in S3 is a redirect
    to a presigned URL; a local file is sent."""
    project = (await open_task(request)).project
    uri = _decoded(params.fileuri)
    settings = await settings_of(request.app, project)
    for storage in settings.storages:
        prefix = prefix_of(storage)
        if not uri.startswith(prefix):
            continue
        if storage.type == S3:
            url = await presigned_url(storage, uri)
            age = max(storage.presign_minutes * 60 - 60, 0)
            return Response(
                status=303, headers=[("Location", url), ("Cache-Control", f"private, max-age={age}")]
            )
        root = request.app.settings.label_studio_files_root
        relative = f"{storage.path.rstrip('/')}/{uri[len(prefix) :]}"
        return _sent(local_file(root, storage, _below(root, relative)))
    raise not_found("Storage")


async def local(request: Request, params: LocalFileParams, body: None) -> Response:
    """`GET /data/local-files/?d=`: a file below the configured root, to members of a project whose local
    storage holds it."""
    root = request.app.settings.label_studio_files_root
    page = await request.app.list(
        Query(entity="definition", where=eq("kind", PROJECT), limit=MOST_PROJECTS), request.caller
    )
    for project in await request.app.rows(Definition, "id", [row_id for row_id, _ in page.ids]):
        for storage in (await settings_of(request.app, project)).storages:
            if storage.type != LOCAL:
                continue
            try:
                return _sent(local_file(root, storage, params.d))
            except Rejected:
                continue
    raise not_found("Storage")


def _below(root: str | None, path: str) -> str:
    """A path below the root, given so or absolute."""
    base = str(root or "").rstrip("/") + "/"
    return path[len(base) :] if path.startswith(base) else path


def _sent(path: Path) -> Response:
    async def content() -> AsyncIterator[bytes]:
        async with await anyio.open_file(path, "rb") as file:
            while chunk := await file.read(CHUNK):
                yield chunk

    return Response(
        body=content(),
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        headers=[("Content-Security-Policy", "sandbox"), ("X-Content-Type-Options", "nosniff")],
    )


def _decoded(fileuri: str) -> str:
    try:
        return b64decode(fileuri + "=" * (-len(fileuri) % 4), b"-_", validate=True).decode()
    except ValueError:
        raise field_fault("fileuri", "fileuri must be an address in base 64.") from None


async def _list(request: Request, params: StorageParams, kind: str) -> Response:
    if params.project is None:
        raise field_fault("project", "This field is required.")
    if not (params.project.isascii() and params.project.isdigit()) or len(params.project) > 18:
        raise digits_fault("project", params.project)
    project = await project_by_id(request, int(params.project))
    settings = await settings_of(request.app, project)
    return json_response([_out(project, storage) for storage in settings.storages if storage.type == kind])


async def _create(request: Request, body: StorageBody, kind: str) -> Response:
    if body.project is None:
        raise field_fault("project", "This field is required.")
    project = await project_by_id(request, body.project, "manage")
    storage = _made(request, StorageSettings(id=0, type=kind), body)
    kept = await put_storage(request.app, request.caller, project, storage)
    return json_response(_out(project, kept), 201)


async def _found(request: Request, action: str = "read") -> tuple[Definition, StorageSettings]:
    """The path's storage and its project, if the caller may do `action` there."""
    number = int_of(request, "id", "Storage")
    kind = LOCAL if "/localfiles/" in request.path else S3
    where = both(eq("kind", PROJECT), Cmp("document", "contains", f'"id":{number},"type":"{kind}"'))
    page = await request.app.list(
        Query(entity="definition", where=where, limit=MOST_PROJECTS), request.caller
    )
    for row_id, _ in page.ids:
        project = await project_by_id(request, row_id, action)
        for storage in (await settings_of(request.app, project)).storages:
            if storage.id == number and storage.type == kind:
                return project, storage
    raise not_found("Storage")


def _made(request: Request, storage: StorageSettings, body: StorageBody) -> StorageSettings:
    """The storage with what the body names, checked."""
    values: dict[str, Any] = {}
    for wire, name in _NAMES.items():
        value = getattr(body, wire)
        if value is not UNSET:
            values[name] = "" if value is None and name == "prefix" else value
    made = msgspec.structs.replace(storage, **values)
    if made.type == S3 and not _BUCKET.fullmatch(made.bucket):
        raise field_fault("bucket", "Enter the name of a bucket: 3 to 63 letters, digits, dots, hyphens.")
    if made.endpoint and not made.endpoint.startswith(("http://", "https://")):
        raise field_fault("s3_endpoint", "Enter a valid URL.")
    if made.type == LOCAL:
        try:
            inside(request.app.settings.label_studio_files_root, made.path)
        except Rejected as refusal:
            raise field_fault("path", refusal.problem.detail) from None
    return made


def _out(project: Definition, storage: StorageSettings) -> StorageOut:
    shared = StorageOut(
        id=storage.id,
        type=storage.type,
        project=project.id,
        title=storage.title,
        description=storage.description,
        created_at=stamp(storage.created_at),
        regex_filter=storage.regex_filter,
        use_blob_urls=storage.use_blob_urls,
        recursive_scan=storage.recursive_scan,
    )
    if storage.type == LOCAL:
        shared.path = storage.path
        return shared
    shared.prefix, shared.bucket = storage.prefix, storage.bucket
    shared.presign, shared.presign_ttl = storage.presign, storage.presign_minutes
    shared.region_name, shared.s3_endpoint = storage.region, storage.endpoint
    return shared
