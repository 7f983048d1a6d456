"""Reads around the queues of workers: how deep they are, and who asked them when."""

from __future__ import annotations

from taskyard.app.access import can
from taskyard.app.application import Application
from taskyard.model.definition import Definition, DefinitionTag
from taskyard.model.principal import Principal
from taskyard.model.task import Poll
from taskyard.store.depth import Depth, depths

SYSTEM = "system:"
"""How the queues of the server's own workers begin; they are shown without it."""

KNOWN = 1_000
"""Names that are asked for one by one; with more, everything is counted."""


async def queue_depths(
    app: Application, principal: Principal, queues: list[str] | None = None
) -> list[Depth]:
    """The depths of the named queues, or of all that hold anything, as far as the caller may see them."""
    wanted = None if queues is None or len(queues) > KNOWN else tuple(dict.fromkeys(queues))
    if wanted is not None:
        wanted = (*wanted, *(SYSTEM + name for name in wanted))
    found = await app.store.read(lambda link: depths(link, app.store.postgres, wanted))
    shown = [depth._replace(queue=depth.queue.removeprefix(SYSTEM)) for depth in found]
    seen = await allowed_queues(app, principal, {depth.queue for depth in shown})
    return [depth for depth in shown if depth.queue in seen]


async def polls(app: Application, principal: Principal, queue: str | None = None) -> list[Poll]:
    """When workers last asked this queue, or all queues, as far as the caller may see them."""
    rows = await (app.matching(Poll) if queue is None else app.matching(Poll, queue=queue))
    seen = await allowed_queues(app, principal, {row.queue for row in rows})
    return [row for row in rows if row.queue in seen]


async def allowed_queues(
    app: Application, principal: Principal, names: set[str], action: str = "read"
) -> set[str]:
    """Those of the queues on whose worker definition the caller may do `action`."""
    if principal.admin or not names:
        return names
    rows = [row for row in await app.rows(Definition, "key", sorted(names)) if row.kind == "worker"]
    tags: dict[int, list[tuple[str, str]]] = {}
    for tag in await app.rows(DefinitionTag, "definition_id", [row.id for row in rows]):
        tags.setdefault(tag.definition_id, []).append((tag.key, tag.value))
    owners = {row.key: (row.owner, row.created_by) for row in rows}
    tagged = {row.key: tags.get(row.id, []) for row in rows}
    return {
        name
        for name in names
        if can(principal, action, kind="worker", key=name, owner=owners.get(name), tags=tagged.get(name, ()))
    }
