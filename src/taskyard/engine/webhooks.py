"""Incoming webhooks: kept as definitions of their own kind, what a call of one does, and the tasks that wait for one.

A waiting task names places in the payload and the values it expects there. Together with the workflow's and the task's
name they make one word, under which the wait is found by index: what a call costs does not grow with how many wait.
The call is verified before it gets here.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from taskyard.engine import timers
from taskyard.engine.access import require
from taskyard.engine.definitions import PutDefinition, definition_of, put_definition, tags_of
from taskyard.engine.event_handlers import publish
from taskyard.engine.expressions.jsonpath import search
from taskyard.engine.expressions.path import MISSING, follow, read_path
from taskyard.engine.flow.commands import ReportTask, StartExecution
from taskyard.engine.protocol import Command, decides
from taskyard.model.automation import WebhookDef
from taskyard.model.command import decider_of
from taskyard.model.definition import Version, VersionDocument
from taskyard.model.execution import ElementInstance, Timer, Wait
from taskyard.model.flow import WorkflowDef
from taskyard.model.problem import rejected
from taskyard.model.view import View

KIND = "webhook"
"""The kind of definition, and of the waits."""

TYPE = "WAIT_FOR_WEBHOOK"

_decode = msgspec.json.Decoder(WebhookDef).decode
_decode_workflow = msgspec.json.Decoder(WorkflowDef).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


class PutWebhook(Command, kw_only=True, frozen=True):
    """Make a webhook (`mode` create) or write over the one with that id (rewrite). `document` is JSON text of
    `model.automation.WebhookDef` whose secrets are encrypted. Answers the version."""

    document: str
    mode: str = "create"


class ReceiveWebhook(Command, kw_only=True, frozen=True):
    """A verified call of a webhook. Answers how many executions were started and how many waits were met."""

    id: str
    payload: dict[str, Any]


class Received(msgspec.Struct, frozen=True):
    started: int
    met: int


@decides(PutWebhook)
def put_webhook(command: PutWebhook, view: View) -> Version:
    webhook = _decode(command.document)
    for key in {*webhook.workflows_to_start, *webhook.receiver_workflow_names_to_versions}:
        definition = definition_of(view, "workflow", key)
        owners = (definition.owner, definition.created_by) if definition else None
        tags = tags_of(view, definition) if definition else ()
        require(command.actor, "execute", kind="workflow", key=key, owner=owners, tags=tags)
    return put_definition(
        PutDefinition(
            actor=command.actor,
            kind=KIND,
            key=webhook.id,
            name=webhook.name,
            document=command.document,
            mode=command.mode,
        ),
        view,
    )


@decides(ReceiveWebhook)
def receive_webhook(command: ReceiveWebhook, view: View) -> Received:
    definition = definition_of(view, KIND, command.id)
    stored = view.get(VersionDocument, definition.latest_id) if definition and definition.latest_id else None
    if definition is None or stored is None:
        raise rejected("not_found", f"No such webhook found by id: {command.id}", reason="unknown_definition")
    webhook = _decode(stored.document)
    name = view.uid()
    waits = [
        wait
        for key, version in webhook.receiver_workflow_names_to_versions.items()
        for wait in _waiting(view, key, _number(version), command.payload)
    ]
    for wait in waits:
        timers.start(view, "webhook", view.now, data={"wait": wait.id, "payload": command.payload})
    for key, version in webhook.workflows_to_start.items():
        start = StartExecution(
            key=key,
            version=_number(version),
            input=msgspec.json.encode(command.payload).decode(),
            event=f"webhook:{webhook.name}",
            creator=definition.created_by,
        )
        decider_of(start)(start, view)
    publish(view, f"webhook:{webhook.name}", command.payload, message_id=name)
    if not webhook.url_verified:
        webhook.url_verified = True
        stored.document = msgspec.json.encode(webhook).decode()
        view.update(stored)
        view.update(definition)
    view.emit(
        "webhook.received",
        definition_id=definition.id,
        data={"id": name, "started": len(webhook.workflows_to_start), "met": len(waits)},
    )
    return Received(len(webhook.workflows_to_start), len(waits))


def _number(version: Any) -> int | None:
    return version if isinstance(version, int) and version > 0 else None


def _waiting(view: View, key: str, version: int | None, payload: dict[str, Any]) -> list[Wait]:
    """The waits of a workflow's tasks that this payload meets."""
    found: list[Wait] = []
    for reference, paths in _expected(view, key, version):
        values = {path: _at(path, payload) for path in paths}
        if all(value is not MISSING for value in values.values()):
            found += view.find(Wait, kind=KIND, name=word_of(key, reference, values))
    return found


def _expected(view: View, key: str, version: int | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The waiting tasks of a workflow: their reference names, and the places in the payload that they look at."""
    definition = definition_of(view, "workflow", key)
    if definition is None:
        return
    if version is None:
        version_id = definition.latest_id
    else:
        rows = view.find(Version, locked=False, definition_id=definition.id, version=version)
        version_id = rows[0].id if rows else None
    stored = view.peek(VersionDocument, version_id) if version_id else None
    if stored is None:
        return
    for node in _decode_workflow(stored.document).nodes():
        if node.type == TYPE:
            yield node.task_reference_name, tuple(matches_of(node.input_parameters))


def matches_of(input: dict[str, Any]) -> dict[str, Any]:
    """What a task expects: path → value."""
    matches = input.get("matches")
    return matches if isinstance(matches, dict) else {}


def word_of(key: str, reference: str, matches: dict[str, Any]) -> str:
    """The word of a wait: of the workflow, the task, and what is expected where."""
    return sha256(_encode([key, reference, matches])).hexdigest()


def _at(text: str, payload: dict[str, Any]) -> Any:
    path = read_path(text)
    if path is None:
        return MISSING
    value = follow(payload, path.steps)
    if value is not MISSING and (path.search or path.members or path.function):
        value = search(path, value, payload)
    return value


def expect(view: View, element: ElementInstance, key: str, matches: dict[str, Any]) -> None:
    """Let an element instance of the workflow `key` wait for a call."""
    view.insert(
        Wait(
            id=view.row_id(),
            execution_id=element.execution_id,
            element_id=element.id,
            kind=KIND,
            name=word_of(key, element.element, matches),
            created_at=view.now,
        )
    )


def forget(view: View, element: ElementInstance) -> None:
    """The element instance waits no more."""
    for wait in view.find(Wait, execution_id=element.execution_id):
        if wait.element_id == element.id and wait.kind == KIND:
            view.delete(wait)


@timers.fires("webhook")
def meet(view: View, timer: Timer) -> None:
    """End a task with the payload that it waited for."""
    data = timers.data_of(timer)
    wait = view.peek(Wait, data["wait"])
    element = view.peek(ElementInstance, wait.element_id) if wait is not None and wait.element_id else None
    if element is None or element.phase == "closed":
        return
    report = ReportTask(task=element.uid, status="COMPLETED", output=data["payload"])
    decider_of(report)(report, view)
