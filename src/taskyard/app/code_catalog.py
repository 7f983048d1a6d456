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
from taskyard.telemetry import log

CONCURRENT = 200
SHOWN_FAULTS = 20
PAUSE_SECONDS = 0.2
"""Least time between two looks, for code that never stops changing."""


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


class CatalogKeeper:
    """Keeps the node definitions equal to the tasks on disk for as long as the server runs: it looks every
    `puppet_sync_seconds`, and at once when a request found changed code."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._keep())
        app.code.listeners.append(self._seen)
        app.on_close(self.close)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _seen(self, snapshot: Snapshot) -> None:
        """Report what is wrong with an environment and have the definitions looked at."""
        for warning in snapshot.warnings:
            log.warning("puppet_code", environment=snapshot.environment, warning=warning)
        faults = {**snapshot.module_faults, **snapshot.faults}
        for name, fault in list(faults.items())[:SHOWN_FAULTS]:
            log.warning(
                "puppet_task_invalid", environment=snapshot.environment, task=name, fault=fault.message
            )
        if len(faults) > SHOWN_FAULTS:
            log.warning("puppet_tasks_invalid", environment=snapshot.environment, tasks=len(faults))
        self._loop.call_soon_threadsafe(self._changed.set)

    async def _keep(self) -> None:
        settings = self._app.settings
        while True:
            self._changed.clear()
            try:
                await synchronise(self._app, self._app.code, settings.puppet_default_environment)
            except Exception as error:
                log.error("puppet_sync_failed", exc_info=error)
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                await asyncio.wait_for(self._changed.wait(), settings.puppet_sync_seconds)
            except TimeoutError:
                continue


def keep_catalog(app: Application) -> None:
    """Start keeping the definitions, if the settings name a code directory and want it."""
    if app.settings.puppet_code and app.settings.puppet_sync_seconds:
        CatalogKeeper(app)


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
