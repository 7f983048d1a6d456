"""Incoming webhooks as they are on the wire. Secrets are shown as `***`; written so, they stay what they are."""

from __future__ import annotations

from typing import Any

from taskyard.app.webhooks import masked
from taskyard.dialects.conductor.errors import unreadable, violated
from taskyard.dialects.conductor.wire import Wire
from taskyard.model.automation import WebhookDef
from taskyard.notations.flowjson.member import Unreadable, read_document, write_document
from taskyard.notations.flowjson.violation import Violation

STAMPS = ("createTime", "updateTime", "updatedBy", "ownerApp")


class WebhookConfig(Wire):
    """An address that other systems call."""

    name: str
    id: str | None = None
    source_platform: str | None = None
    verifier: str = "HEADER_BASED"
    headers: dict[str, str] = {}
    header_key: str | None = None
    secret_key: str | None = None
    secret_value: str | None = None
    receiver_workflow_names_to_versions: dict[str, int] = {}
    workflows_to_start: dict[str, Any] = {}
    url_verified: bool = False
    created_by: str | None = None


def read_webhook(body: Any, webhook_id: str) -> WebhookDef:
    """The webhook of a body, within the rules, with this id."""
    try:
        webhook = read_document(WebhookDef, body)
    except Unreadable as fault:
        raise unreadable(fault) from None
    found = []
    if not webhook.name:
        found.append(Violation("name", "name cannot be null or empty"))
    if not webhook.receiver_workflow_names_to_versions and not webhook.workflows_to_start:
        found.append(Violation("", "a webhook needs receiverWorkflowNamesToVersions or workflowsToStart"))
    if webhook.verifier == "HEADER_BASED" and not any(webhook.headers.values()):
        found.append(Violation("headers", "a HEADER_BASED webhook needs at least one header with a value"))
    if webhook.verifier != "HEADER_BASED" and not webhook.secret_value:
        found.append(Violation("secretValue", f"a {webhook.verifier} webhook needs a secret"))
    if webhook.verifier == "SIGNATURE_BASED" and not (webhook.header_key or webhook.secret_key):
        found.append(Violation("headerKey", "a SIGNATURE_BASED webhook needs the name of a header"))
    if found:
        raise violated("webhook", found)
    webhook.id = webhook_id
    return webhook


def native_webhook(webhook: WebhookDef, created_by: str | None) -> dict[str, Any]:
    """The native members of a webhook."""
    members = write_document(masked(webhook))
    if created_by:
        members["createdBy"] = created_by
    return {name: value for name, value in members.items() if name not in STAMPS}
