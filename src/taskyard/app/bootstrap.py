"""The first start: the admin, and a signing key."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec

from taskyard.app.identity import hash_token, new_token
from taskyard.engine.identity import PutUser
from taskyard.engine.settings import KeepSetting
from taskyard.engine.tokens import IssueToken
from taskyard.model.identity import Credential, Setting, User

if TYPE_CHECKING:
    from taskyard.app.application import Application

ADMIN = "admin"
SIGNING_KEY = "signing_key"


class Bootstrap(msgspec.Struct, frozen=True):
    """What this start made for the admin: shown once, kept nowhere in clear. Empty on later starts, and what the
    settings preset is not repeated."""

    fresh: bool = False
    password: str | None = None
    token: str | None = None


async def bootstrap(app: Application) -> Bootstrap:
    """Make user `admin` if there is none; apply the preset password and token of the settings."""
    settings = app.settings
    if await app.row(Setting, name=SIGNING_KEY) is None:
        await app.run(KeepSetting(name=SIGNING_KEY, value=secrets.token_hex(32), overwrite=False))
    admin = await app.row(User, name=ADMIN)
    password = settings.admin_password or (secrets.token_urlsafe(12) if admin is None else None)
    token = settings.admin_token or (new_token() if admin is None else None)
    if password is not None and not await _has_password(app, admin, password):
        await app.run(
            PutUser(
                name=ADMIN,
                display_name="Administrator",
                roles=("admin",),
                email="admin@localhost" if admin is None else None,
                password_hash=await app.identity.hash_password(password),
            )
        )
    if token is not None and await app.row(Credential, hash=hash_token(token)) is None:
        await app.run(IssueToken(name=ADMIN, hash=hash_token(token), label="first start"))
    if admin is not None:
        return Bootstrap()
    return Bootstrap(
        fresh=True,
        password=None if settings.admin_password else password,
        token=None if settings.admin_token else token,
    )


async def _has_password(app: Application, admin: User | None, password: str) -> bool:
    return admin is not None and await app.identity.by_password(ADMIN, password) is not None
