"""The tasks of the code directory as node definitions: what the native API lists, tags and grants point
at."""

from __future__ import annotations

import asyncio

import msgspec

from taskyard.app.application import Application
from taskyard.app.code_directory import CodeDirectory
from taskyard.app.code_snapshot import CodeTask, Snapshot
from taskyard.engine.nodes import KIND, PutNode, RetireNode
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.principal import Principal
from taskyard.model.query import Query, both, eq

CONCURRENT = 200


class NodeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a task as its document keeps it."""

    filename: str
    sha256: str
    size: int


class NodeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a node definition says: the task as it stands in `environment`, the default one if it has the
    task, and all environments that have it."""

    doc_version: int = 1
    environment: str
    environments: list[str]
    metadata: dict[str, object]
    files: list[NodeFile]


async def synchronise(app: Application, code: CodeDirectory, default_environment: str) -> int:
    """Make the node definitions equal to the tasks on disk; answers how many definitions changed.

    A task that several environments have is one definition; grants on it hold in all of them.
    """
    wanted = await asyncio.to_thread(_wanted, code, default_environment)
    present = await _present(app)
    commands: list[PutNode | RetireNode] = [
        put for put in wanted.values() if present.get(put.name) != put.document
    ]
    commands += [RetireNode(name=name) for name in present if name not in wanted]
    changed = 0
    for start in range(0, len(commands), CONCURRENT):
        chunk = commands[start : start + CONCURRENT]
        changed += sum(await asyncio.gather(*(app.run(command) for command in chunk)))
    return changed


async def permitted_tasks(app: Application, principal: Principal, action: str) -> frozenset[str]:
    """Names of the tasks that tags of their definitions let the caller do `action` on."""
    query = Query(entity="definition", where=both(eq("kind", KIND), eq("tenant", "")), limit=None)
    page = await app.list(query, principal, action)
    rows = await app.rows(Definition, "id", [row_id for row_id, _ in page.ids])
    return frozenset(row.key for row in rows)


def _wanted(code: CodeDirectory, default_environment: str) -> dict[str, PutNode]:
    """A command per task on disk, by full name."""
    found: dict[str, list[tuple[Snapshot, CodeTask]]] = {}
    names = code.environments()
    for name in sorted(names, key=lambda each: (each != default_environment, each)):
        snapshot = code.snapshot(name)
        if snapshot is None:
            continue
        for task in snapshot.tasks.values():
            found.setdefault(task.name, []).append((snapshot, task))
    return {name: _put(places) for name, places in found.items()}


def _put(places: list[tuple[Snapshot, CodeTask]]) -> PutNode:
    snapshot, task = places[0]
    document = NodeDocument(
        environment=snapshot.environment,
        environments=sorted(place.environment for place, _ in places),
        metadata=task.metadata.document,
        files=[
            NodeFile(filename=file.filename, sha256=file.digest.sha256, size=file.digest.size)
            for file in task.files
        ],
    )
    return PutNode(
        name=task.name,
        description=task.metadata.description,
        document=msgspec.json.encode(document).decode(),
    )


async def _present(app: Application) -> dict[str, str | None]:
    """The document of every node definition, by name; None for suspended ones, which want looking at."""
    versions = await app.matching(Version, kind=KIND, latest=True)
    documents = await app.rows(VersionDocument, "version_id", [version.id for version in versions])
    texts = {document.version_id: document.document for document in documents}
    return {version.key: None if version.suspended else texts.get(version.id) for version in versions}
