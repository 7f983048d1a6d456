"""Incidents: what needs a person, opened on a definition version, an execution or a task, and resolved
again."""

from __future__ import annotations

from taskyard.engine.access import require, require_admin
from taskyard.engine.leases import release
from taskyard.engine.reconcile import revive
from taskyard.model.command import Command, decides
from taskyard.model.definition import Version
from taskyard.model.execution import Execution, Incident
from taskyard.model.problem import rejected
from taskyard.model.task import Task
from taskyard.model.view import View


class OpenIncident(Command, kw_only=True, frozen=True):
    """Open an incident of `type` on a definition version (row id). Answers the new row."""

    version_id: int
    type: str
    message: str | None = None
    element: str | None = None


class ResolveIncident(Command, kw_only=True, frozen=True):
    """Resolve an open incident by its public id: of a definition whoever may update that, of an execution whoever may
    operate that, any other one an admin. Unknown or resolved: `not_found`, reason `unknown_incident`.

    A task that was held back because of it is offered again, and an execution that now waits for nothing is decided
    anew."""

    uid: str


@decides(OpenIncident)
def open_incident(command: OpenIncident, view: View) -> Incident:
    version = view.peek(Version, command.version_id)
    if version is None:
        raise rejected("not_found", "There is no such definition version", reason="unknown_definition")
    require(command.actor, "update", kind=version.kind, key=version.key)
    incident = Incident(
        id=view.row_id(),
        uid=view.uid(),
        tenant=version.tenant,
        version_id=version.id,
        element=command.element,
        type=command.type,
        message=command.message,
        created_at=view.now,
    )
    view.insert(incident)
    view.emit("incident.opened", definition_id=version.definition_id, data={"incident": incident.uid})
    return incident


@decides(ResolveIncident)
def resolve_incident(command: ResolveIncident, view: View) -> None:
    found = view.find(Incident, uid=command.uid)
    if not found or found[0].phase != "open":
        raise rejected("not_found", f"There is no open incident '{command.uid}'", reason="unknown_incident")
    incident = found[0]
    version = view.peek(Version, incident.version_id) if incident.version_id else None
    execution = view.get(Execution, incident.execution_id) if incident.execution_id else None
    task = view.get(Task, incident.task_id) if incident.task_id else None
    if version is not None:
        require(command.actor, "update", kind=version.kind, key=version.key)
    elif execution is not None:
        require(command.actor, "execute", kind=execution.kind, key=execution.key, owner=execution.creator)
    else:
        require_admin(command.actor)
    incident.phase = "resolved"
    incident.resolved_at = view.now
    view.update(incident)
    view.emit(
        "incident.resolved",
        actor=command.by,
        definition_id=version.definition_id if version else None,
        execution_id=incident.execution_id,
        task_id=incident.task_id,
        data={"incident": incident.uid, "type": incident.type},
    )
    if task is not None and (task.phase, task.waiting_for) == ("waiting", "incident") and task.queue:
        release(view, task)
    elif execution is not None:
        revive(view, execution)
