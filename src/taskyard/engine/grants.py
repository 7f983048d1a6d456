"""Deciders for grants: who may do what."""

from __future__ import annotations

from taskyard.engine.access import require_admin
from taskyard.engine.identity import group_named, user_named
from taskyard.engine.protocol import Command, decides
from taskyard.model.identity import Grant
from taskyard.model.principal import ACTIONS, TARGETS
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.model.view import View


class PutGrant(Command, kw_only=True, frozen=True):
    """Give a permission (words: model/principal.py). The same grant twice is one. Answers the grant."""

    subject_type: str
    subject: str
    action: str
    target_type: str
    target: str = ""
    role: str = ""


class DeleteGrant(Command, kw_only=True, frozen=True):
    id: int


@decides(PutGrant)
def put_grant(command: PutGrant, view: View) -> Grant:
    require_admin(command.actor)
    return give(view, command)


def give(view: View, command: PutGrant) -> Grant:
    """Store a grant after checking its words; the present one if it is there already. Checks no permission."""
    errors = []
    if command.action not in ACTIONS:
        errors.append(
            FieldError(pointer="/action", detail=f"must be one of {', '.join(ACTIONS)}", value=command.action)
        )
    if command.target_type not in TARGETS:
        errors.append(
            FieldError(
                pointer="/target_type",
                detail=f"must be one of {', '.join(TARGETS)}",
                value=command.target_type,
            )
        )
    if command.subject_type not in ("user", "group"):
        errors.append(
            FieldError(pointer="/subject_type", detail="must be user or group", value=command.subject_type)
        )
    if errors:
        raise Rejected(
            Problem(
                code="invalid", reason="bad_grant", detail="The grant is not valid.", errors=tuple(errors)
            )
        )
    if command.subject_type == "group":
        group_named(view, command.subject)
    elif command.subject != "*":
        user_named(view, command.subject)
    for grant in view.find(Grant, subject_type=command.subject_type, subject=command.subject):
        same = (grant.action, grant.target_type, grant.target, grant.role)
        if same == (command.action, command.target_type, command.target, command.role):
            return grant
    grant = Grant(
        id=view.row_id(),
        subject_type=command.subject_type,
        subject=command.subject,
        action=command.action,
        target_type=command.target_type,
        target=command.target,
        role=command.role,
        created_at=view.now,
        created_by=command.by,
    )
    view.insert(grant)
    view.emit("grant.given", actor=command.by, data=_facts(command))
    return grant


def _facts(command: PutGrant) -> dict[str, str]:
    return {
        "subject": f"{command.subject_type}:{command.subject}",
        "action": command.action,
        "target": f"{command.target_type}:{command.target}",
    }


@decides(DeleteGrant)
def delete_grant(command: DeleteGrant, view: View) -> None:
    require_admin(command.actor)
    grant = view.get(Grant, command.id)
    if grant is None:
        raise rejected("not_found", f"There is no grant {command.id}.", reason="unknown_grant", id=command.id)
    view.delete(grant)
    view.emit("grant.taken", actor=command.by, data={"grant": command.id})
