"""Handlers of the file server: the bytes that the `uri` of a task's file points at.

Only files that a valid task names are served, so a path is looked up and never put together.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator

from taskyard.app.code_files import Unreadable
from taskyard.app.code_snapshot import CodeFile, Snapshot
from taskyard.dialects.puppet.access import permissions
from taskyard.dialects.puppet.queries import FileParams, environment_of
from taskyard.dialects.puppet.render import MOUNT_POINTS
from taskyard.http.message import Request, Response
from taskyard.model.problem import rejected
from taskyard.notations.puppet.names import qualified
from taskyard.notations.puppet.task import MOUNTS

Find = Callable[[Snapshot], CodeFile | None]

OCTETS = "application/octet-stream"
INLINE_BYTES = 1 << 20
_CODE_ID = re.compile(r"[A-Za-z0-9_:;-]+")
_DIRECTORIES = {point: directory for directory, point in MOUNT_POINTS.items()}


async def file_content(request: Request, params: FileParams, body: None) -> Response:
    """A file by mount point: `tasks/<module>/…`, `modules/…`, `scripts/…`, `plugins/…`."""
    if params.environment is None:
        raise rejected("invalid", "Bad Request: An environment parameter must be specified")
    point, _, rest = request.path_params["path"].partition("/")

    def find(snapshot: Snapshot) -> CodeFile | None:
        if point == "plugins" and params.module is None:
            return snapshot.libraries.get(rest)
        if point == "plugins":
            return snapshot.files.get(("lib", params.module or "", rest))
        module, _, path = rest.partition("/")
        return snapshot.files.get((_DIRECTORIES.get(point, ""), module, path))

    return await _content(request, params, find, f"Not Found: Could not find file_content {point}/{rest}")


async def static_file_content(request: Request, params: FileParams, body: None) -> Response:
    """A file as it is in the version of the code that `code_id` names: the present one."""
    path = request.path_params["path"]
    if not params.environment or not params.code_id:
        missing = "environment" if not params.environment else "code_id"
        raise rejected("invalid", f"Error: A /static_file_content request requires the parameter {missing}")
    if not _CODE_ID.fullmatch(params.code_id):
        raise rejected("invalid", f"Error: {params.code_id!r} is not a valid code id")
    parts = path.split("/")
    if len(parts) < 4 or parts[2] not in MOUNTS or ".." in parts:
        raise rejected(
            "forbidden", f"Request Denied: {path} is not below the files, lib, scripts or tasks of a module"
        )

    def find(snapshot: Snapshot) -> CodeFile | None:
        found = snapshot.files.get((parts[2], parts[1], "/".join(parts[3:])))
        present = snapshot.code_id == params.code_id
        return found if found is not None and present and found.root == parts[0] else None

    return await _content(request, params, find, f"Not Found: {path} is not in {params.code_id}")


async def short_form(request: Request, params: FileParams, body: None) -> Response:
    """`/<module>/tasks/<task or file>`: a file in `tasks/` by its name, or the first file of the task of that
    name."""
    module, path = request.path_params["module"], request.path_params["path"]

    def find(snapshot: Snapshot) -> CodeFile | None:
        exact = snapshot.files.get(("tasks", module, path))
        task = snapshot.tasks.get(qualified(module, path))
        return exact or (task.files[0] if task and task.files else None)

    return await _content(request, params, find, f"Could not find {module}/tasks/{path}")


async def _content(request: Request, params: FileParams, find: Find, absent: str) -> Response:
    """The file that `find` picks, as the snapshot has it. A file that changes under the reading is found
    anew."""
    allowed = await permissions(request, "read")
    for _ in range(3):
        snapshot = await environment_of(request, params.environment)
        file = find(snapshot)
        if file is None:
            raise rejected("not_found", absent, reason="unknown_file")
        if not any(allowed.hold(name) for name in _owners(snapshot, file)):
            raise rejected("forbidden", f"Reading {file.filename} needs a grant on a task that it belongs to")
        try:
            return await asyncio.to_thread(_response, request.app.code.read(file), file)
        except Unreadable:
            continue
    raise rejected("unavailable", f"{file.filename} keeps changing")


def _owners(snapshot: Snapshot, file: CodeFile) -> Iterator[str]:
    for task in snapshot.tasks.values():
        if any(other.real == file.real for other in task.files):
            yield task.name


def _response(pieces: Iterator[bytes], file: CodeFile) -> Response:
    length = ("Content-Length", str(file.digest.size))
    if file.digest.size <= INLINE_BYTES:
        return Response(body=b"".join(pieces), media_type=OCTETS)
    return Response(body=_streamed(pieces), media_type=OCTETS, headers=[length])


async def _streamed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
