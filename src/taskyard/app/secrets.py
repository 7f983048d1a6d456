"""Secrets: encrypted before they reach the store, and what the rest of the server asks for when it hands work out.

The key is the setting `secret_key`, else one that is made at first use and kept beside the data (docs/adr). Values never
go into lists, executions, events or logs.
"""

from __future__ import annotations

import base64
import secrets as entropy
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from taskyard.engine.access import can
from taskyard.engine.secrets import DeleteSecret, PutSecret
from taskyard.engine.settings import KeepSetting
from taskyard.model.execution import Secret
from taskyard.model.identity import Setting
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected
from taskyard.telemetry import log

if TYPE_CHECKING:
    from taskyard.app.application import Application

__all__ = ["DeleteSecret", "PutSecret"]

KEY = "secret_key"
SEALED = "sealed1:"
"""What an encrypted value starts with."""

_boxes: dict[str, MultiFernet] = {}


async def put_secret(app: Application, actor: Principal, name: str, value: str) -> None:
    """Keep a secret, encrypted. Raises `Rejected` (invalid, forbidden)."""
    await app.run(PutSecret(actor=actor, kind="secret", name=name, value=await seal(app, value)))


async def read_secret(app: Application, actor: Principal, name: str) -> str:
    """The value, for who may replace it. Raises `Rejected` (not_found, forbidden)."""
    row = await app.row(Secret, tenant="", kind="secret", name=name)
    if not can(actor, "update", kind="secret", key=name):
        raise rejected("forbidden", f"You are not allowed to read secret {name!r}", reason="no_grant")
    if row is None:
        raise rejected("not_found", f"No such secret found: {name}", reason="unknown_secret")
    return await unseal(app, row.value)


async def names(app: Application, actor: Principal, kind: str, action: str = "read") -> list[str]:
    """The names of what the caller may do `action` on, sorted."""
    rows = await app.matching(Secret, tenant="", kind=kind)
    return sorted(row.name for row in rows if can(actor, action, kind=kind, key=row.name))


async def environment(app: Application, actor: Principal) -> dict[str, str]:
    """The environment variables that the caller may read."""
    rows = await app.matching(Secret, tenant="", kind="environment")
    return {row.name: row.value for row in rows if can(actor, "read", kind="environment", key=row.name)}


async def lookup(app: Application, wanted: Iterable[str]) -> dict[str, str]:
    """The values of these secrets, of those that there are, for work that is handed out just now. Checks no permission."""
    found: dict[str, str] = {}
    for name in set(wanted):
        row = await app.row(Secret, tenant="", kind="secret", name=name)
        if row is not None:
            found[name] = await unseal(app, row.value)
    return found


async def seal(app: Application, value: str) -> str:
    """The value encrypted, as text."""
    return SEALED + (await _box(app)).encrypt(value.encode()).decode()


async def unseal(app: Application, value: str) -> str:
    """What `seal` was given; a text that was never sealed as it is. Raises `Rejected` when the key is another one."""
    if not value.startswith(SEALED):
        return value
    try:
        return (await _box(app)).decrypt(value.removeprefix(SEALED).encode()).decode()
    except InvalidToken:
        log.error("a secret cannot be decrypted: secret_key is not the one it was encrypted with")
        raise rejected(
            "unavailable",
            "A secret cannot be decrypted with the key of this server.",
            reason="wrong_secret_key",
        ) from None


async def _box(app: Application) -> MultiFernet:
    """The keys of this installation: the first encrypts, all decrypt."""
    texts = app.settings.secret_key or await _kept_key(app)
    if texts not in _boxes:
        keys = [part.strip() for part in texts.split(",") if part.strip()]
        _boxes[texts] = MultiFernet([Fernet(_fernet_key(part)) for part in keys])
    return _boxes[texts]


async def _kept_key(app: Application) -> str:
    found = await app.row(Setting, name=KEY)
    if found is not None:
        return found.value
    return await app.run(KeepSetting(name=KEY, value=entropy.token_hex(32), overwrite=False))


def _fernet_key(text: str) -> bytes:
    """A key of the right length from a text of any length; the text must be as hard to guess as a key."""
    return base64.urlsafe_b64encode(sha256(b"taskyard secrets" + text.encode()).digest())
