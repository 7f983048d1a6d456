"""One task record by its public id, for whoever may see its execution or do its work."""

from __future__ import annotations

from taskyard.app.application import Application
from taskyard.app.execution_records import Record
from taskyard.app.executions import KIND, records_of
from taskyard.app.handouts import alone
from taskyard.app.queues import allowed_queues
from taskyard.model.execution import ElementInstance
from taskyard.model.principal import Principal
from taskyard.model.problem import Problem, Rejected, rejected
from taskyard.model.task import Lease, Task


async def find_record(app: Application, uid: str, principal: Principal) -> Record:
    """The record; a task of a worker outside of executions as the only record of one.

    Raises `Rejected`: not_found (unknown_task), forbidden (no_grant)."""
    element = await app.row(ElementInstance, uid=uid)
    found = await records_of(app, [element]) if element is not None else []
    if found and found[0].execution.kind == KIND:
        seen = await app.visible("execution", found[0].execution.id, principal)
        return await _allowed(app, found[0], principal, seen)
    task = await app.row(Task, uid=uid)
    if task is None or task.kind != "worker" or task.execution_id is not None:
        raise rejected("not_found", f"Task not found for taskId: {uid}", reason="unknown_task", task=uid)
    lease = await app.row(Lease, task_id=task.id)
    record = await alone(app, task, lease.holder if lease is not None else None)
    return await _allowed(app, record, principal, await app.visible("task", task.id, principal))


async def _allowed(app: Application, record: Record, principal: Principal, seen: bool) -> Record:
    name = record.element.name
    if seen or name in await allowed_queues(app, principal, {name}, "execute"):
        return record
    raise Rejected(
        Problem(
            code="forbidden",
            reason="no_grant",
            detail=f"User {principal.name!r} may not see tasks of {name!r} or executions of {record.execution.key!r}.",
            hint="An admin can give the grant: taskyard grant add.",
            context={"action": "read", "kind": "worker", "key": name},
        )
    )
