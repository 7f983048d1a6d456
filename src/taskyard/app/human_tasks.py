"""Use-cases around tasks that people do: open, claim, complete; and the outcomes that their definitions
declare."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.application import Application
from taskyard.engine.definitions import PutDefinition
from taskyard.engine.tasks import ClaimTask, CompleteTask, CreateTasks, NewTask
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.principal import Principal
from taskyard.model.task import Task

__all__ = ["ClaimTask", "CompleteTask", "HumanDefinition", "NewTask", "open_tasks", "put_human_definition"]


class HumanDefinition(msgspec.Struct, kw_only=True):
    """The document of a human-task definition. Without `outcomes` its tasks may end with any word."""

    doc_version: int = 1
    outcomes: tuple[str, ...] = ()
    category: str | None = None


_decode = msgspec.json.Decoder(HumanDefinition).decode


async def open_tasks(app: Application, actor: Principal, tasks: list[NewTask]) -> list[Task]:
    """Create tasks, all or none; the rows in order.

    A task takes over, as attributes `outcomes` and `category`, what its definition declares at this moment,
    so that a later version of the definition does not change tasks that are open. Raises `Rejected`.
    """
    keys = {task.definition for task in tasks if task.definition is not None and task.kind == "human"}
    declared = {key: facts for key in sorted(keys) if (facts := await _declared(app, key))}
    if declared:
        tasks = [_with_declared(task, declared.get(task.definition or "", {})) for task in tasks]
    return await app.run(CreateTasks(actor=actor, tasks=tuple(tasks)))


def _with_declared(task: NewTask, facts: dict[str, str | float]) -> NewTask:
    if not facts or task.kind != "human":
        return task
    return msgspec.structs.replace(task, attributes={**facts, **task.attributes})


async def _declared(app: Application, key: str) -> dict[str, str | float]:
    """The attributes that a definition gives its tasks; none when it is plain or not there."""
    definition = await app.row(Definition, tenant="", kind="human", key=key)
    if definition is None or definition.latest_id is None:
        return {}
    stored = await app.row(VersionDocument, version_id=definition.latest_id)
    document = _decode(stored.document) if stored is not None else HumanDefinition()
    facts: dict[str, str | float] = {}
    if document.outcomes:
        facts["outcomes"] = ",".join(document.outcomes)
    if document.category:
        facts["category"] = document.category
    return facts


async def put_human_definition(
    app: Application,
    actor: Principal,
    key: str,
    document: HumanDefinition,
    *,
    name: str | None = None,
    description: str | None = None,
    owner: str | None = None,
    tags: tuple[tuple[str, str], ...] = (),
) -> Any:
    """Create a human-task definition; its version. Raises `Rejected` (conflict when it is there already)."""
    return await app.run(
        PutDefinition(
            actor=actor,
            kind="human",
            key=key,
            mode="create",
            document=msgspec.json.encode(document).decode(),
            name=name,
            description=description,
            owner=owner,
            category=document.category,
            tags=tags,
        )
    )
