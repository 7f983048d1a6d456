"""Handlers of incoming webhooks: what is kept of them, and the calls of other systems."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from taskyard.app import webhooks
from taskyard.dialects.conductor import commands
from taskyard.dialects.conductor.lookup import not_found, render_one
from taskyard.dialects.conductor.queries import Params, definitions
from taskyard.dialects.conductor.render import json_array
from taskyard.dialects.conductor.webhook_wire import native_webhook, read_webhook
from taskyard.http.body import decode_json
from taskyard.http.forms import is_form, parse_form
from taskyard.http.message import JSON, Request, Response, empty_response, json_response, text_response
from taskyard.model.automation import WebhookDef
from taskyard.model.ids import uuid7
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import eq

KIND = "webhook"

_decode = msgspec.json.Decoder(WebhookDef).decode
_encode = msgspec.json.Encoder().encode


class ChallengeParams(Params):
    """What platforms send to see whether the address answers."""

    crc_token: str | None = msgspec.field(name="crc_token", default=None)


class WebhookRenderer:
    """Webhooks, their secrets masked."""

    name = "conductor.Webhook"
    variant: Hashable = None
    load: tuple[str, ...] = ("document",)

    def render(self, bundle: Any) -> bytes:
        return _encode(native_webhook(_decode(bundle.document), bundle.row.created_by))


async def list_all(request: Request, params: None, body: None) -> Response:
    """Every webhook that the caller may read."""
    items = request.app.render_stream(definitions(KIND), request.caller, WebhookRenderer())
    return Response(body=json_array(items), media_type=JSON)


async def get(request: Request, params: None, body: None) -> Response:
    """One webhook."""
    key = request.path_params["id"]
    missing = f"No such webhook found by id: {key}"
    return await render_one(request, definitions(KIND, eq("key", key)), WebhookRenderer(), missing)


async def create(request: Request, params: None, body: Any) -> Response:
    """Make a webhook; its id is the server's."""
    return await _put(request, read_webhook(body, uuid7(request.app.clock.now())), "create")


async def update(request: Request, params: None, body: Any) -> Response:
    """Replace a webhook."""
    return await _put(request, read_webhook(body, request.path_params["id"]), "rewrite")


async def _put(request: Request, webhook: WebhookDef, mode: str) -> Response:
    webhook.create_time = webhook.update_time = 0
    webhook.created_by = webhook.updated_by = None
    await webhooks.put(request.app, request.caller, webhook, mode)
    return json_response(native_webhook(webhook, request.caller.name))


async def delete(request: Request, params: None, body: None) -> Response:
    """Remove a webhook."""
    key = request.path_params["id"]
    with not_found(f"No such webhook found by id: {key}"):
        await request.app.run(commands.delete_definition(request.caller, KIND, key))
    return empty_response(200)


async def receive(request: Request, params: None, body: bytes) -> Response:
    """Take a call: verified, then durable before it is answered."""
    payload = _payload(request, body)
    await webhooks.receive(request.app, request.path_params["id"], request.headers, body, payload)
    if payload.get("type") == "url_verification" and isinstance(payload.get("challenge"), str):
        return text_response(payload["challenge"])
    return text_response("")


async def challenge(request: Request, params: ChallengeParams, body: None) -> Response:
    """Answer a platform that asks whether the address is alive."""
    key = request.path_params["id"]
    if params.crc_token is None:
        await webhooks.find(request.app, key)
        return text_response("")
    answer = await webhooks.answer_challenge(request.app, key, params.crc_token)
    if answer is None:
        raise rejected("invalid", "This webhook's verifier has no challenge", reason="no_challenge")
    return json_response({"response_token": answer})


def _payload(request: Request, body: bytes) -> dict[str, Any]:
    """What the call says: a JSON object as it is, a form by its fields, anything else as `body`. What calls itself JSON
    must be."""
    if is_form(request):
        return {
            name: values[0] if len(values) == 1 else values for name, values in parse_form(request).items()
        }
    if not body:
        return {}
    try:
        found = decode_json(body, request.app.settings)
    except Rejected:
        if "json" in request.headers.get("content-type", ""):
            raise
        found = body.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return found if isinstance(found, dict) else {"body": found}
