"""Who may start and operate executions: whoever may `execute` the workflow definition of their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine.access import can, require
from taskyard.model.definition import Definition, DefinitionTag
from taskyard.model.principal import Principal
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

KIND = "workflow"


def require_execute(view: View, actor: Principal | None, key: str, tenant: str = "") -> None:
    """Raise `Rejected` (forbidden) unless the caller may execute the workflow of that name. Its owners and tags count
    where it is registered."""
    if can(actor, "execute", kind=KIND, key=key):
        return
    found = view.find(Definition, locked=False, tenant=tenant, kind=KIND, key=key)
    owners = (found[0].owner, found[0].created_by) if found else None
    tags = view.find(DefinitionTag, locked=False, definition_id=found[0].id) if found else []
    pairs = [(tag.key, tag.value) for tag in tags]
    require(actor, "execute", kind=KIND, key=key, owner=owners, tags=pairs)


def may_operate(run: Run) -> None:
    """Raise `Rejected` (forbidden) unless the caller of the command may operate this execution."""
    require_execute(run.view, run.session.actor, run.execution.key, run.execution.tenant)
