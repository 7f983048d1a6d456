"""Tasks of a code directory as the orchestrator shows them."""

from __future__ import annotations

from urllib.parse import quote

from taskyard.app.code_snapshot import CodeFile, CodeTask, Snapshot
from taskyard.dialects.puppet.access import Permissions
from taskyard.dialects.puppet.wire import Environment, TaskDetail, TaskFile, TaskItem, TaskList, Uri

FILE_CONTENT = "/puppet/v3/file_content"
STATIC_FILE_CONTENT = "/puppet/v3/static_file_content"

MOUNT_POINTS = {"tasks": "tasks", "files": "modules", "scripts": "scripts"}
"""Mount points of the file server by the directory of a module. `lib` is served by `plugins`, which has no
module."""


def task_list(snapshot: Snapshot, base: str, permissions: Permissions) -> TaskList:
    """Every valid task of an environment in name order; private ones too, since hiding is up to user
    interfaces."""
    items = [
        TaskItem(id=task_url(base, task), name=task.name, permitted=permissions.hold(task.name))
        for task in snapshot.tasks.values()
    ]
    return TaskList(environment=environment(snapshot), items=items)


def task_detail(snapshot: Snapshot, task: CodeTask, base: str, permissions: Permissions) -> TaskDetail:
    """One task with its metadata and files."""
    return TaskDetail(
        id=task_url(base, task),
        name=task.name,
        permitted=permissions.hold(task.name),
        environment=environment(snapshot),
        metadata=task.metadata.document,
        files=[
            TaskFile(
                filename=file.filename,
                uri=file_uri(snapshot, file),
                sha256=file.digest.sha256,
                size_bytes=file.digest.size,
            )
            for file in task.files
        ],
    )


def environment(snapshot: Snapshot) -> Environment:
    return Environment(name=snapshot.environment, code_id=snapshot.code_id)


def task_url(base: str, task: CodeTask) -> str:
    """The absolute URL of a task's details; it carries no environment, as documented."""
    return f"{base}/orchestrator/v1/tasks/{task.module}/{task.task}"


def file_uri(snapshot: Snapshot, file: CodeFile) -> Uri:
    """Where the file's bytes are: by version when the code id pins them, else as they are now."""
    params = {"environment": snapshot.environment}
    if file.committed and file.root and "/" not in file.root:
        path = f"{STATIC_FILE_CONTENT}/{file.root}/{file.module}/{file.mount}/{file.path}"
        return Uri(path=_quoted(path), params={**params, "code_id": snapshot.code_id})
    if file.mount == "lib":
        first = snapshot.libraries.get(file.path)
        if first is not None and first.real != file.real:
            # Two modules have a library of that name; without its module the path would name the other one.
            params["module"] = file.module
        return Uri(path=_quoted(f"{FILE_CONTENT}/plugins/{file.path}"), params=params)
    return Uri(
        path=_quoted(f"{FILE_CONTENT}/{MOUNT_POINTS[file.mount]}/{file.module}/{file.path}"), params=params
    )


def _quoted(path: str) -> str:
    """File names may hold what a URL may not; agents append the path to their base URL as it stands."""
    return quote(path, errors="surrogateescape")
