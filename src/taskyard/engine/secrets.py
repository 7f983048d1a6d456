"""Deciders for secrets and environment variables. The values of secrets arrive here encrypted and stay so.

Permissions are asked on kinds `secret` and `environment` with the name as key: `update` to write (and, for a secret, to
see the value: who may replace it may read it), `delete` to remove, `read` to see that it is there.
"""

from __future__ import annotations

import re

from taskyard.engine.access import require
from taskyard.engine.protocol import Command, decides
from taskyard.model.execution import Secret
from taskyard.model.problem import rejected
from taskyard.model.view import View

NAME = re.compile(r"[A-Za-z0-9_.\-]{1,255}")
LONGEST = 64 * 1024
"""Characters of a value, as it is stored."""

WORDS = {"secret": "secret", "environment": "environment variable"}


class PutSecret(Command, kw_only=True, frozen=True):
    """Keep a value under a name; `kind` is secret (then `value` is encrypted) or environment."""

    kind: str
    name: str
    value: str


class DeleteSecret(Command, kw_only=True, frozen=True):
    """Raises not_found (unknown_secret), forbidden."""

    kind: str
    name: str


@decides(PutSecret)
def put_secret(command: PutSecret, view: View) -> None:
    require(command.actor, "update", kind=command.kind, key=command.name)
    if not NAME.fullmatch(command.name):
        raise rejected(
            "invalid",
            f"The name of a {WORDS[command.kind]} is 1 to 255 letters, digits, '_', '-' and '.'",
            reason="bad_name",
        )
    if len(command.value) > LONGEST:
        raise rejected("too_large", f"A {WORDS[command.kind]} is too long.", reason="too_large")
    present = view.get(Secret, "", command.kind, command.name)
    if present is None:
        view.insert(
            Secret(
                kind=command.kind,
                name=command.name,
                value=command.value,
                updated_at=view.now,
                updated_by=command.by,
            )
        )
    else:
        present.value, present.updated_at, present.updated_by = command.value, view.now, command.by
        view.update(present)
    view.emit(f"{command.kind}.put", actor=command.by, data={"name": command.name})


@decides(DeleteSecret)
def delete_secret(command: DeleteSecret, view: View) -> None:
    require(command.actor, "delete", kind=command.kind, key=command.name)
    present = view.get(Secret, "", command.kind, command.name)
    if present is None:
        raise rejected(
            "not_found", f"No such {WORDS[command.kind]} found: {command.name}", reason="unknown_secret"
        )
    view.delete(present)
    view.emit(f"{command.kind}.deleted", actor=command.by, data={"name": command.name})
