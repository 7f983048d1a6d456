"""Fills databases with definitions: task definitions, and process definitions of many versions."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from taskyard.app.application import Application
from taskyard.model.command import Command, decides
from taskyard.model.definition import Definition, Deployment, Version, VersionDocument
from taskyard.model.flow import TaskDef
from taskyard.model.view import View

CHUNK = 5_000
VERSIONS = 100
"""Versions per process."""

_encode = msgspec.json.Encoder().encode


class FillDefinitions(Command, kw_only=True, frozen=True):
    """Insert `count` definitions of kind `worker`, or `count` versions of processes; `first` numbers them."""

    kind: str
    first: int
    count: int


@decides(FillDefinitions)
def fill_definitions(command: FillDefinitions, view: View) -> None:
    numbers = range(command.first, command.first + command.count)
    rows = worker_rows(view, numbers) if command.kind == "worker" else process_rows(view, numbers)
    for some in rows:
        view.insert_many(some)


def worker_rows(view: View, numbers: range) -> tuple[list[Any], ...]:
    """Conductor task definitions with the members that people fill in."""
    definitions, versions, documents = [], [], []
    for number in numbers:
        moment = 1_700_000_000_000 + number
        key = f"task_{number:07d}"
        definition_id, version_id = view.row_id(), view.row_id()
        shared: dict[str, Any] = {"kind": "worker", "key": key, "created_at": moment, "updated_at": moment}
        definitions.append(
            Definition(id=definition_id, uid=view.uid(), latest_id=version_id, created_by="admin", **shared)
        )
        versions.append(
            Version(id=version_id, uid=view.uid(), definition_id=definition_id, version=1, **shared)
        )
        document = _encode(task_definition(key)).decode()
        documents.append(VersionDocument(version_id=version_id, document=document))
    return definitions, versions, documents


def task_definition(key: str) -> TaskDef:
    """A task definition of ordinary size."""
    return TaskDef(
        name=key,
        description="Encodes one rendition of a video and reports where it was put",
        owner_app="media",
        owner_email="media@example.org",
        retry_count=5,
        timeout_seconds=1200,
        response_timeout_seconds=600,
        input_keys=["sourceRequestId", "qcElementType", "fileLocation"],
        output_keys=["state", "skipped", "result"],
        input_template={"bucket": "renditions", "quality": 5, "codecs": ["av1", "h264"]},
        rate_limit_per_frequency=50,
    )


def process_rows(view: View, numbers: range) -> tuple[list[Any], ...]:
    """Versions of BPMN processes, each hundred of one definition and in one deployment."""
    definitions, versions, deployments = [], [], []
    definition: Any = None
    deployment: Any = None
    for number in numbers:
        moment = 1_700_000_000_000 + number
        key, version = f"process_{number // VERSIONS:05d}", number % VERSIONS + 1
        if version == 1 or definition is None:
            deployment = Deployment(id=view.row_id(), uid=view.uid(), name=key, created_at=moment)
            definition = Definition(
                id=view.row_id(),
                uid=view.uid(),
                kind="process",
                key=key,
                latest=VERSIONS,
                created_at=moment,
                updated_at=moment,
            )
            deployments.append(deployment)
            definitions.append(definition)
        row_id = view.row_id()
        definition.latest_id = row_id
        versions.append(
            Version(
                id=row_id,
                uid=f"{key}:{version}:{view.uid()}",
                definition_id=definition.id,
                kind="process",
                key=key,
                version=version,
                latest=version == VERSIONS,
                name=f"Process {number // VERSIONS}",
                deployment_id=deployment.id,
                resource_name=f"{key}.bpmn",
                history_days=180,
                created_at=moment,
                updated_at=moment,
            )
        )
    return deployments, definitions, versions


async def definitions(app: Application, kind: str, count: int) -> None:
    """`count` definitions of a kind (`process`: versions, in whole hundreds)."""
    waiting = []
    for first in range(0, count, CHUNK):
        fill = FillDefinitions(kind=kind, first=first, count=min(CHUNK, count - first))
        waiting.append(app.run(fill))
        if len(waiting) >= 4:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
