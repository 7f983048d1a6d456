"""Use-cases of incoming webhooks: keeping them, and taking their calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from taskyard.app.secrets import lookup, seal, unseal
from taskyard.app.webhook_verifiers import Call, Expected, twitter_token, verified
from taskyard.engine.expressions.template import put_secrets, secrets_in
from taskyard.engine.webhooks import KIND, PutWebhook, Received, ReceiveWebhook
from taskyard.model.automation import WebhookDef
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.principal import Principal
from taskyard.model.problem import rejected

if TYPE_CHECKING:
    from taskyard.app.application import Application

MASK = "***"
"""What stands for a secret that is kept."""

_decode = msgspec.json.Decoder(WebhookDef).decode
_encode = msgspec.json.Encoder().encode


async def find(app: Application, webhook_id: str) -> WebhookDef:
    """The webhook as it is stored. Raises `Rejected` (not_found)."""
    definition = await app.row(Definition, tenant="", kind=KIND, key=webhook_id)
    stored = await app.row(VersionDocument, version_id=definition.latest_id) if definition else None
    if stored is None:
        raise rejected("not_found", f"No such webhook found by id: {webhook_id}", reason="unknown_definition")
    return _decode(stored.document)


async def put(app: Application, actor: Principal, webhook: WebhookDef, mode: str) -> None:
    """Keep a webhook, its secrets encrypted; a masked one stays what it was. Raises `Rejected`."""
    before = await find(app, webhook.id) if mode == "rewrite" else WebhookDef()
    webhook.secret_value = await _sealed(app, webhook.secret_value, before.secret_value)
    headers = {
        name: await _sealed(app, value, before.headers.get(name)) or ""
        for name, value in webhook.headers.items()
    }
    webhook.headers = headers
    webhook.url_verified = before.url_verified
    await app.run(PutWebhook(actor=actor, document=_encode(webhook).decode(), mode=mode))


def masked(webhook: WebhookDef) -> WebhookDef:
    """The webhook as it may be shown."""
    secret = MASK if webhook.secret_value else None
    return msgspec.structs.replace(webhook, secret_value=secret, headers=dict.fromkeys(webhook.headers, MASK))


async def receive(
    app: Application, webhook_id: str, headers: Mapping[str, str], body: bytes, payload: dict[str, Any]
) -> Received:
    """Take a call, if it is verified. Raises `Rejected` (not_found, unauthenticated)."""
    webhook = await find(app, webhook_id)
    call = Call(headers=headers, body=body, now=app.clock.now())
    if not verified(call, await _expected(app, webhook)):
        raise rejected("unauthenticated", "The call could not be verified", reason="bad_signature")
    return await app.run(ReceiveWebhook(id=webhook_id, payload=payload))


async def answer_challenge(app: Application, webhook_id: str, token: str) -> str | None:
    """The signed answer to a platform's challenge; None where the webhook's platform has no such thing."""
    webhook = await find(app, webhook_id)
    if webhook.verifier != "TWITTER":
        return None
    return twitter_token((await _expected(app, webhook)).secret, token.encode())


async def _expected(app: Application, webhook: WebhookDef) -> Expected:
    """What the webhook demands, in clear: decrypted, and with named secrets put in."""
    secret = await unseal(app, webhook.secret_value or "")
    headers = {name: await unseal(app, value) for name, value in webhook.headers.items()}
    found = await lookup(app, secrets_in([secret, headers]))
    if found:
        secret, headers = put_secrets(secret, found.get), put_secrets(headers, found.get)
    return Expected(
        verifier=webhook.verifier,
        headers={name: str(value) for name, value in headers.items()},
        header_key=webhook.header_key or webhook.secret_key or "",
        secret=str(secret),
    )


async def _sealed(app: Application, given: str | None, before: str | None) -> str | None:
    if not given:
        return None
    return before if given == MASK else await seal(app, given)
