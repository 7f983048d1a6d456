"""Users, groups, grants and tokens on the wire of the native API."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from taskyard.dialects.native.wire import MOST, Name, Strict, Text

Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Names = Annotated[list[Name], Meta(max_length=500)]
Role = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$")]


class PeopleParams(msgspec.Struct, kw_only=True):
    """Paging by name; `q` is a part of the name or display name."""

    q: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 50
    after: str | None = None
    total: bool = False


class GrantParams(msgspec.Struct, kw_only=True):
    """Grants of one subject (a user or group name) or on one target (`worker:resize`)."""

    subject: str = ""
    target: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 50
    after: str | None = None
    total: bool = False


class UserItem(msgspec.Struct, kw_only=True):
    """A user. `groups` are the direct ones."""

    id: int
    uid: str
    name: str
    kind: str
    display_name: str
    first_name: str
    last_name: str
    email: str
    manager: str | None
    groups: list[str]
    roles: list[str]
    active: bool
    created_at: str
    updated_at: str


class UserPage(msgspec.Struct, kw_only=True):
    items: list[UserItem]
    next: str | None
    total: int | UnsetType = UNSET


class NewUser(Strict, kw_only=True):
    """A user to create. Without a password only tokens sign in. `admin` among the roles gives every
    permission."""

    name: Name
    password: Password | None = None
    kind: Literal["user", "service"] = "user"
    display_name: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    manager: Name | None = None
    groups: Names = []
    roles: Annotated[list[Role], Meta(max_length=100)] = []
    active: bool = True


class UserChange(Strict, kw_only=True):
    """What to change of a user; absent members stay. `manager` null removes the manager."""

    password: Password | UnsetType = UNSET
    display_name: Text | UnsetType = UNSET
    first_name: Text | UnsetType = UNSET
    last_name: Text | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    manager: Name | UnsetType | None = UNSET
    groups: Names | UnsetType = UNSET
    roles: Annotated[list[Role], Meta(max_length=100)] | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Me(UserItem, kw_only=True):
    """The caller, with what the permission model knows: all groups, also those through groups, and the users
    whose manager chain holds the caller."""

    admin: bool
    all_groups: list[str]
    reports: list[str]


class Member(msgspec.Struct, kw_only=True):
    """A direct member of a group."""

    type: str
    name: str


class GroupItem(msgspec.Struct, kw_only=True):
    id: int
    uid: str
    name: str
    display_name: str
    created_at: str


class GroupDetail(GroupItem, kw_only=True):
    members: list[Member]


class GroupPage(msgspec.Struct, kw_only=True):
    items: list[GroupItem]
    next: str | None
    total: int | UnsetType = UNSET


class NewGroup(Strict, kw_only=True):
    """A group to create with its members: users in `members`, groups in `groups`."""

    name: Name
    display_name: Text = ""
    members: Names = []
    groups: Names = []


class GroupChange(Strict, kw_only=True):
    """What to change of a group; `members` and `groups` replace the present ones."""

    display_name: Text | UnsetType = UNSET
    members: Names | UnsetType = UNSET
    groups: Names | UnsetType = UNSET


class NewMember(Strict, kw_only=True):
    """A member to add."""

    type: Literal["user", "group"] = "user"
    name: Name


class MemberParams(msgspec.Struct, kw_only=True):
    """Whether the member to take out is a user or a group."""

    type: Literal["user", "group"] = "user"


class TokenItem(msgspec.Struct, kw_only=True):
    """A token without its text, which only its issue shows."""

    id: int
    label: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class TokenPage(msgspec.Struct, kw_only=True):
    items: list[TokenItem]


class NewToken(Strict, kw_only=True):
    """A token to issue; `expires_at` is ISO-8601."""

    label: Annotated[str, Meta(max_length=200)] = ""
    expires_at: str | None = None


class IssuedToken(TokenItem, kw_only=True):
    """A new token. Its text is shown this once."""

    token: str


class GrantItem(msgspec.Struct, kw_only=True):
    """A permission: `subject` may do `action` on the target."""

    id: int
    subject_type: str
    subject: str
    action: str
    target_type: str
    target: str
    role: str
    created_at: str
    created_by: str | None


class GrantPage(msgspec.Struct, kw_only=True):
    items: list[GrantItem]
    next: str | None
    total: int | UnsetType = UNSET


class NewGrant(Strict, kw_only=True):
    """A permission to give. `subject` `*` is every user; `target` is empty for `any`, a definition kind for
    `kind`, `kind:key` for `definition` and `key:value` for `tag`."""

    subject_type: Literal["user", "group"] = "user"
    subject: Name
    action: Literal["read", "create", "update", "execute", "delete", "annotate", "review", "manage"]
    target_type: Literal["any", "kind", "definition", "tag"]
    target: Text = ""
