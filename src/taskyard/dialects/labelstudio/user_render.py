"""Users as clients see them."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.dialects.labelstudio.moments import stamp
from taskyard.dialects.labelstudio.user_wire import OrganizationOut, UserOut, WhoAmI
from taskyard.model.identity import User
from taskyard.model.principal import Principal

_EVERYONE = (
    "projects.view",
    "tasks.view",
    "annotations.view",
    "views.view",
    "labels.view",
    "users.token.any",
)
_ANNOTATORS = ("annotations.create", "annotations.change", "annotations.delete")
_MAKERS = (
    "organizations.view",
    "organizations.change",
    "projects.create",
    "projects.change",
    "projects.delete",
    "tasks.create",
    "tasks.change",
    "tasks.delete",
    "actions.perform",
    "predictions.any",
    "storages.view",
    "storages.change",
    "views.create",
    "views.change",
    "views.delete",
    "views.reset",
)


def user_out(user: User) -> dict[str, Any]:
    """A user as a plain object."""
    return msgspec.to_builtins(UserOut(**_values(user)))


def who_am_i(user: User, caller: Principal) -> WhoAmI:
    """The caller, with the permissions that follow from what they are granted."""
    actions = {grant.action for grant in caller.grants}
    permissions: list[str] = list(_EVERYONE)
    if caller.admin or actions & {"annotate", "review", "manage"}:
        permissions += _ANNOTATORS
    if caller.admin or actions & {"manage", "create", "update"}:
        permissions += _MAKERS
    return WhoAmI(permissions=sorted(permissions), **_values(user))


def _values(user: User) -> dict[str, Any]:
    initials = (user.first_name[:1] + user.last_name[:1]).upper() or (user.email or user.name)[:2]
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.name,
        "email": user.email,
        "last_activity": stamp(user.updated_at),
        "initials": initials,
        "active_organization_meta": {"title": OrganizationOut().title, "email": ""},
        "date_joined": stamp(user.created_at),
    }
