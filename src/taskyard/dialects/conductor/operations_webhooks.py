"""The rows of incoming webhooks. Calls carry no credential of this server: the webhook's own verifier judges them."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import webhook_wire as wire
from taskyard.dialects.conductor import webhooks
from taskyard.http.operation import served

ALL = "/metadata/webhook"
ONE = "/metadata/webhook/{id}"

WEBHOOKS = (
    served(
        "GET",
        ALL,
        "getAllWebhook",
        webhooks.list_all,
        returns={200: list[wire.WebhookConfig]},
        summary="Every webhook that the caller may read",
    ),
    served(
        "POST",
        ALL,
        "createWebhook",
        webhooks.create,
        body=Any,
        body_shown=wire.WebhookConfig,
        returns={200: wire.WebhookConfig},
        summary="Make a webhook",
    ),
    served("GET", ONE, "getWebhook", webhooks.get, returns={200: wire.WebhookConfig}, summary="One webhook"),
    served(
        "PUT",
        ONE,
        "updateWebhook",
        webhooks.update,
        body=Any,
        body_shown=wire.WebhookConfig,
        returns={200: wire.WebhookConfig},
        summary="Replace a webhook",
    ),
    served("DELETE", ONE, "deleteWebhook", webhooks.delete, returns={200: None}, summary="Remove a webhook"),
    served(
        "POST",
        "/webhook/{id}",
        "handleWebhook",
        webhooks.receive,
        body=bytes,
        body_media=("application/json", "application/x-www-form-urlencoded", "text/plain"),
        returns={200: str},
        auth=False,
        summary="A call of another system, judged by the webhook's verifier",
    ),
    served(
        "GET",
        "/webhook/{id}",
        "handleWebhookChallenge",
        webhooks.challenge,
        params=webhooks.ChallengeParams,
        returns={200: str},
        auth=False,
        summary="A platform asks whether the address is alive",
    ),
)
