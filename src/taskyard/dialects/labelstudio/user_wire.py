"""Users, tokens, organizations and the version exactly as they are on the wire."""

from __future__ import annotations

from typing import Any

import msgspec

ORGANIZATION = 1
"""The number of the one organization there is."""


class UserBody(msgspec.Struct, kw_only=True):
    """A user to make or change. `username` is the login; without it the email is. `password` is ours."""

    email: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    password: str | None = None
    allow_newsletters: bool | None = None


class UserOut(msgspec.Struct, kw_only=True):
    """A user."""

    id: int
    first_name: str
    last_name: str
    username: str
    email: str
    last_activity: str
    custom_hotkeys: dict[str, Any] = {}
    avatar: str | None = None
    initials: str
    phone: str = ""
    active_organization: int = ORGANIZATION
    active_organization_meta: dict[str, str]
    allow_newsletters: bool | None = None
    date_joined: str


class WhoAmI(UserOut, kw_only=True):
    """The caller, with what they may do."""

    permissions: list[str]


class TokenOut(msgspec.Struct, kw_only=True):
    token: str


class RefreshBody(msgspec.Struct, kw_only=True):
    refresh: str


class AccessOut(msgspec.Struct, kw_only=True):
    access: str


class RefreshOut(msgspec.Struct, kw_only=True):
    refresh: str


class JwtSettings(msgspec.Struct, kw_only=True):
    api_tokens_enabled: bool = True
    legacy_api_tokens_enabled: bool = True


class OrganizationOut(msgspec.Struct, kw_only=True):
    id: int = ORGANIZATION
    title: str = "Taskyard"
    contact_info: str | None = None


class MembershipsPage(msgspec.Struct, kw_only=True):
    count: int
    next: str | None
    previous: str | None
    results: list[dict[str, Any]]


class PageParams(msgspec.Struct, kw_only=True):
    page: str | None = None
    page_size: str | None = None


class Health(msgspec.Struct, kw_only=True):
    status: str = "UP"
