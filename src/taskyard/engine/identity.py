"""Deciders for users, groups and memberships."""

from __future__ import annotations

from taskyard.engine.access import require_admin
from taskyard.engine.protocol import Command, decides
from taskyard.model.identity import Credential, Grant, Group, Membership, User
from taskyard.model.problem import rejected
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
    view.emit("user.changed" if found else "user.created", actor=command.by, data={"user": command.name})
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
    view.emit("user.deleted", actor=command.by, data={"user": command.name})


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
    view.emit("group.changed" if found else "group.created", actor=command.by, data={"group": command.name})
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
    view.emit("group.deleted", actor=command.by, data={"group": command.name})


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
