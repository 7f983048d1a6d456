"""Who calls, and what they may do, as data."""

from __future__ import annotations

import msgspec

ACTIONS = ("read", "create", "update", "execute", "delete", "annotate", "review", "manage")
"""Every action a grant can give. `manage` includes all others; every action includes `read`."""

TARGETS = ("any", "kind", "definition", "tag")
"""What a grant can point at: everything, a definition kind (`worker`), one definition (`worker:resize`, the kind and
the key), or a tag (`team:engineering`)."""


class GrantFact(msgspec.Struct, frozen=True):
    """One permission: `action` on `target` of `target_type`."""

    action: str
    target_type: str
    target: str = ""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The authenticated caller.

    `groups` and `reports` are transitive closures of names; `reports` are the users whose manager chain holds the
    caller. `id` is the row id of the principal (the user id of APIs with integer users).
    """

    id: int
    uid: str
    name: str
    display_name: str = ""
    email: str = ""
    admin: bool = False
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    grants: tuple[GrantFact, ...] = ()
    credential_id: int | None = None
