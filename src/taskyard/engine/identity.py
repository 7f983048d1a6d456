"""Deciders for users, groups, memberships, grants and tokens."""

from __future__ import annotations

import msgspec

from taskyard.engine.access import require_admin
from taskyard.engine.protocol import Command, decides
from taskyard.model.identity import Credential, Grant, Group, Membership, User
from taskyard.model.principal import ACTIONS, TARGETS
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.model.view import View

NAME_LIMIT = 255
CHAIN_LIMIT = 20


class PutUser(Command, kw_only=True, frozen=True):
    """Create a user (`mode` create), change one (update), or either (upsert). None leaves a field as it is.

    `groups` replaces the direct groups. `manager` "" removes the manager. Answers the user.
    """

    name: str
    mode: str = "upsert"
    kind: str | None = None
    display_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    manager: str | None = None
    roles: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    active: bool | None = None
    password_hash: str | None = None


class DeleteUser(Command, kw_only=True, frozen=True):
    """Remove a user with memberships, grants and tokens. What the user did stays."""

    name: str


class PutGroup(Command, kw_only=True, frozen=True):
    """Create or change a group. `members` and `groups` replace the direct members when given."""

    name: str
    mode: str = "upsert"
    display_name: str | None = None
    members: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None


class DeleteGroup(Command, kw_only=True, frozen=True):
    name: str


class ChangeMembership(Command, kw_only=True, frozen=True):
    """Put a member (user or group) into a group, or take it out."""

    group: str
    member_type: str
    member: str
    present: bool


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


class IssueToken(Command, kw_only=True, frozen=True):
    """Store the digest of a new token for a user. Answers the credential."""

    name: str
    hash: str
    kind: str = "token"
    label: str = ""
    uid: str | None = None
    expires_at: int | None = None


class RevokeToken(Command, kw_only=True, frozen=True):
    """Make a token useless from now on. Owners may revoke their own."""

    credential_id: int


def user_named(view: View, name: str) -> User:
    """The user; raises `Rejected` (not_found)."""
    found = view.find(User, name=name)
    if not found:
        raise rejected("not_found", f"There is no user {name!r}.", reason="unknown_user", name=name)
    return found[0]


def group_named(view: View, name: str) -> Group:
    """The group; raises `Rejected` (not_found)."""
    found = view.find(Group, name=name)
    if not found:
        raise rejected("not_found", f"There is no group {name!r}.", reason="unknown_group", name=name)
    return found[0]


@decides(PutUser)
def put_user(command: PutUser, view: View) -> User:
    require_admin(command.actor)
    _check_name(command.name, "user")
    found = view.find(User, name=command.name)
    if found and command.mode == "create":
        raise rejected(
            "conflict", f"User {command.name!r} exists already.", reason="user_exists", name=command.name
        )
    if not found and command.mode == "update":
        raise rejected(
            "not_found", f"There is no user {command.name!r}.", reason="unknown_user", name=command.name
        )
    for group in command.groups or ():
        group_named(view, group)
    if command.manager:
        _check_manager(view, command.name, command.manager)
    user = (
        found[0]
        if found
        else User(
            id=view.row_id(), uid=view.uid(), name=command.name, created_at=view.now, updated_at=view.now
        )
    )
    for field in ("kind", "display_name", "first_name", "last_name", "email", "active", "password_hash"):
        value = getattr(command, field)
        if value is not None:
            setattr(user, field, value)
    if command.manager is not None:
        user.manager = command.manager or None
    if command.roles is not None:
        user.roles = ",".join(sorted(set(command.roles)))
    user.updated_at = view.now
    (view.update if found else view.insert)(user)
    if command.groups is not None:
        _set_members(
            view, [("user", command.name, group) for group in command.groups], member=("user", command.name)
        )
    view.emit("user.changed" if found else "user.created", actor=_name(command), data={"user": command.name})
    return user


@decides(DeleteUser)
def delete_user(command: DeleteUser, view: View) -> None:
    require_admin(command.actor)
    user = user_named(view, command.name)
    if command.actor is not None and command.actor.name == command.name:
        raise rejected("conflict", "You cannot delete yourself.", reason="delete_self")
    for membership in view.find(Membership, member_type="user", member=command.name):
        view.delete(membership)
    for grant in view.find(Grant, subject_type="user", subject=command.name):
        view.delete(grant)
    for credential in view.find(Credential, principal_id=user.id):
        view.delete(credential)
    view.delete(user)
    view.emit("user.deleted", actor=_name(command), data={"user": command.name})


@decides(PutGroup)
def put_group(command: PutGroup, view: View) -> Group:
    require_admin(command.actor)
    _check_name(command.name, "group")
    found = view.find(Group, name=command.name)
    if found and command.mode == "create":
        raise rejected(
            "conflict", f"Group {command.name!r} exists already.", reason="group_exists", name=command.name
        )
    if not found and command.mode == "update":
        raise rejected(
            "not_found", f"There is no group {command.name!r}.", reason="unknown_group", name=command.name
        )
    for member in command.members or ():
        user_named(view, member)
    for group in command.groups or ():
        group_named(view, group)
        _check_cycle(view, command.name, group)
    group = (
        found[0] if found else Group(id=view.row_id(), uid=view.uid(), name=command.name, created_at=view.now)
    )
    if command.display_name is not None:
        group.display_name = command.display_name
    (view.update if found else view.insert)(group)
    present = view.find(Membership, group_name=command.name)
    for member_type, wanted in (("user", command.members), ("group", command.groups)):
        if wanted is None:
            continue
        old = {row.member: row for row in present if row.member_type == member_type}
        for name in set(old) - set(wanted):
            view.delete(old[name])
        for name in sorted(set(wanted) - set(old)):
            view.insert(Membership(group_name=command.name, member_type=member_type, member=name))
    view.emit(
        "group.changed" if found else "group.created", actor=_name(command), data={"group": command.name}
    )
    return group


@decides(DeleteGroup)
def delete_group(command: DeleteGroup, view: View) -> None:
    require_admin(command.actor)
    group = group_named(view, command.name)
    for membership in view.find(Membership, group_name=command.name):
        view.delete(membership)
    for membership in view.find(Membership, member_type="group", member=command.name):
        view.delete(membership)
    for grant in view.find(Grant, subject_type="group", subject=command.name):
        view.delete(grant)
    view.delete(group)
    view.emit("group.deleted", actor=_name(command), data={"group": command.name})


@decides(ChangeMembership)
def change_membership(command: ChangeMembership, view: View) -> None:
    require_admin(command.actor)
    group_named(view, command.group)
    (user_named if command.member_type == "user" else group_named)(view, command.member)
    present = view.get(Membership, command.group, command.member_type, command.member)
    if command.present and present is None:
        if command.member_type == "group":
            _check_cycle(view, command.group, command.member)
        view.insert(
            Membership(group_name=command.group, member_type=command.member_type, member=command.member)
        )
    elif not command.present and present is not None:
        view.delete(present)


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
        created_by=_name(command),
    )
    view.insert(grant)
    view.emit("grant.given", actor=_name(command), data=msgspec.to_builtins(command_facts(command)))
    return grant


def command_facts(command: PutGrant) -> dict[str, str]:
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
    view.emit("grant.taken", actor=_name(command), data={"grant": command.id})


@decides(IssueToken)
def issue_token(command: IssueToken, view: View) -> Credential:
    if command.actor is not None and command.actor.name != command.name:
        require_admin(command.actor)
    user = user_named(view, command.name)
    credential = Credential(
        id=view.row_id(),
        uid=command.uid or view.uid(),
        principal_id=user.id,
        kind=command.kind,
        hash=command.hash,
        label=command.label,
        created_at=view.now,
        expires_at=command.expires_at,
    )
    view.insert(credential)
    view.emit("token.issued", actor=_name(command), data={"user": command.name, "credential": credential.id})
    return credential


@decides(RevokeToken)
def revoke_token(command: RevokeToken, view: View) -> None:
    credential = view.get(Credential, command.credential_id)
    own = credential is not None and command.actor is not None and credential.principal_id == command.actor.id
    if not own:
        require_admin(command.actor)
    if credential is None:
        raise rejected("not_found", f"There is no token {command.credential_id}.", reason="unknown_token")
    credential.revoked_at = view.now
    view.update(credential)
    view.emit("token.revoked", actor=_name(command), data={"credential": credential.id})


def _set_members(view: View, wanted: list[tuple[str, str, str]], member: tuple[str, str]) -> None:
    present = {row.group_name: row for row in view.find(Membership, member_type=member[0], member=member[1])}
    groups = {group for _, _, group in wanted}
    for name in set(present) - groups:
        view.delete(present[name])
    for name in sorted(groups - set(present)):
        view.insert(Membership(group_name=name, member_type=member[0], member=member[1]))


def _check_name(name: str, thing: str) -> None:
    if (
        not name
        or len(name) > NAME_LIMIT
        or name != name.strip()
        or any(ord(char) < 32 for char in name)
        or name == "*"
    ):
        raise rejected(
            "invalid",
            f"{name!r} is not a {thing} name: 1 to {NAME_LIMIT} printable characters without blanks around them.",
            reason="bad_name",
        )


def _check_manager(view: View, name: str, manager: str) -> None:
    """A manager exists and is not below the user."""
    above: str | None = manager
    for _ in range(CHAIN_LIMIT):
        if above is None:
            return
        if above == name:
            raise rejected(
                "invalid",
                f"{manager!r} cannot manage {name!r}: the chain would close.",
                reason="manager_cycle",
            )
        above = user_named(view, above).manager
    raise rejected(
        "invalid", f"The manager chain above {name!r} is longer than {CHAIN_LIMIT}.", reason="manager_chain"
    )


def _check_cycle(view: View, group: str, member: str) -> None:
    """A group must not hold itself, directly or through others."""
    frontier, seen = {member}, set()
    while frontier:
        if group in frontier:
            raise rejected(
                "invalid", f"Group {group!r} would hold itself through {member!r}.", reason="group_cycle"
            )
        seen |= frontier
        below: set[str] = set()
        for name in sorted(frontier):
            below |= {
                row.member for row in view.find(Membership, group_name=name) if row.member_type == "group"
            }
        frontier = below - seen


def _name(command: Command) -> str | None:
    return command.actor.name if command.actor else None
