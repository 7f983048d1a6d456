"""Users, groups, memberships, grants and credentials as stored."""

from __future__ import annotations

from typing import ClassVar

from taskyard.model.row import Row


class User(Row, kw_only=True):
    """A person or a service account. `name` is the login, unique. `roles` is a comma list (`admin` is the one the core
    knows; dialects keep theirs there, e.g. `labelstudio.reviewer`). `password_hash` is argon2id or None."""

    TABLE: ClassVar[str] = "principals"
    id: int
    uid: str
    tenant: str = ""
    name: str
    kind: str = "user"
    display_name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    manager: str | None = None
    roles: str = ""
    active: bool = True
    password_hash: str | None = None
    created_at: int
    updated_at: int
    rev: int = 0


class Group(Row, kw_only=True):
    """A named set of users and groups."""

    TABLE: ClassVar[str] = "groups"
    id: int
    uid: str
    tenant: str = ""
    name: str
    display_name: str = ""
    created_at: int
    rev: int = 0


class Membership(Row, kw_only=True):
    """`member` (of `member_type` user or group) is in `group_name`."""

    TABLE: ClassVar[str] = "memberships"
    KEY: ClassVar[tuple[str, ...]] = ("group_name", "member_type", "member")
    group_name: str
    member_type: str
    member: str


class Grant(Row, kw_only=True):
    """`subject` (user, group, or `*` for every user) may do `action` on the target. Words: model/principal.py.

    `role` is a dialect's word for why the grant exists (a project role), or empty.
    """

    TABLE: ClassVar[str] = "grants"
    id: int
    tenant: str = ""
    subject_type: str
    subject: str
    action: str
    target_type: str
    target: str = ""
    role: str = ""
    created_at: int
    created_by: str | None = None


class Credential(Row, kw_only=True):
    """A token; only its SHA-256 is kept. `kind` is token (opaque), refresh or access (signed, by `jti` = uid)."""

    TABLE: ClassVar[str] = "credentials"
    id: int
    uid: str
    tenant: str = ""
    principal_id: int
    kind: str = "token"
    hash: str
    label: str = ""
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None


class SavedView(Row, kw_only=True):
    """A saved filter over the tasks of a project; `document` is JSON text."""

    TABLE: ClassVar[str] = "saved_views"
    id: int
    tenant: str = ""
    definition_id: int
    owner_id: int | None = None
    title: str = ""
    position: int = 0
    document: str
    created_at: int
    rev: int = 0


class Setting(Row, kw_only=True):
    """A value the server keeps for itself, such as its signing key."""

    TABLE: ClassVar[str] = "settings"
    KEY: ClassVar[tuple[str, ...]] = ("name",)
    name: str
    value: str


class Sequence(Row, kw_only=True):
    """A number that only grows, by name; deciders take task numbers from it."""

    TABLE: ClassVar[str] = "sequences"
    KEY: ClassVar[tuple[str, ...]] = ("name",)
    name: str
    next: int


class Counter(Row, kw_only=True):
    """A kept count. Sum over `shard`. `measure`: tasks, or a sum over tasks such as annotations."""

    TABLE: ClassVar[str] = "counters"
    KEY: ClassVar[tuple[str, ...]] = ("tenant", "measure", "kind", "definition_id", "state", "shard")
    tenant: str = ""
    measure: str
    kind: str
    definition_id: int
    state: str
    shard: int
    n: int
