"""Tasks → items that are three things at once: the documented A2A-like task, `metadata` with the human-task
attributes, and the flat members that deployed servers send."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from urllib.parse import quote

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.dialects.oraclebpm import rights
from taskyard.dialects.oraclebpm.states import A2A_STATES, FINAL, state_of
from taskyard.dialects.oraclebpm.wire import FIELDS
from taskyard.model.principal import Principal
from taskyard.model.task import Task
from taskyard.model.time import iso_or_none, to_iso

_encode = msgspec.json.Encoder().encode

FLAT_NAMES: dict[str, tuple[str, ...]] = {
    "createdDate": ("createdDate",),
    "creator": ("creator", "createdBy"),
    "updatedDate": ("updatedDate",),
    "fromUser": ("fromUserName", "fromUserDisplayName"),
    "tasknumber": ("number",),
    "priority": ("priority",),
    "ownerUser": ("ownerUser", "ownerRole"),
    "state": ("state",),
    "approvalDuration": ("approvalDuration",),
    "taskDefinitionName": ("taskDefinitionName",),
    "taskNameSpace": ("taskNamespace",),
    "taskId": ("taskId",),
    "category": ("category",),
    "assignedDate": ("assignedDate",),
    "dueDate": ("dueDate",),
    "outcome": ("outcome",),
    "ecid": ("ecid",),
    "identificationKey": ("identificationKey",),
}
"""The flat members that each name of `fields` stands for."""


class ItemStyle(msgspec.Struct, frozen=True, kw_only=True):
    """What an item shows. `style` is union, a2a or flat; `fields` empty is all; `base` is the URL of the
    mount."""

    base: str
    style: str = "union"
    fields: tuple[str, ...] = ()
    details_url: bool = False
    actions: bool = False
    permissions: bool = False
    detail: bool = False


class TaskRenderer:
    """Items of the task list for one caller; with `detail` also the payload of results."""

    def __init__(self, style: ItemStyle, caller: Principal) -> None:
        self.name = "oraclebpm.task"
        self.variant: Hashable = (style, caller.name, caller.admin, caller.groups)
        results = ("submissions", "submission_documents") if style.detail else ()
        self.load: tuple[str, ...] = ("attributes", "candidates", "definition", "execution", *results)
        self._style = style
        self._caller = caller
        self._flat = {name for field in style.fields for name in FLAT_NAMES[field]}

    def render(self, bundle: Bundle) -> bytes:
        style, task = self._style, bundle.row
        href = f"{style.base}/tasks/{task.id}"
        attributes = _attributes(bundle)
        more = {} if style.fields else _more(bundle, attributes["state"])
        item: dict[str, Any] = {}
        if style.style != "flat":
            item.update(_a2a(bundle, attributes, style.detail))
            item["metadata"] = self._metadata(attributes, more, href)
        item["links"] = rights.links(bundle, self._caller, href)
        if style.style != "a2a":
            item.update(self._flat_copy(bundle, attributes, more, href))
        if style.actions:
            item["actionList"] = rights.action_list(bundle, self._caller)
        if style.permissions:
            item["permissions"] = {"items": rights.permissions(bundle, self._caller)}
        return _encode(item)

    def _metadata(self, attributes: dict[str, Any], more: dict[str, Any], href: str) -> dict[str, Any]:
        fields = self._style.fields
        metadata = {name: attributes[name] for name in fields} if fields else attributes | more
        if self._style.details_url:
            metadata["taskDetailsUrl"] = href
        return metadata

    def _flat_copy(
        self, bundle: Bundle, attributes: dict[str, Any], more: dict[str, Any], href: str
    ) -> dict[str, Any]:
        task: Task = bundle.row
        owned_by_group = bundle.attributes.get("ownerType") == "group"
        flat: dict[str, Any] = {
            "number": task.id,
            "taskId": task.uid,
            "state": attributes["state"],
            "outcome": attributes["outcome"],
            "priority": task.priority,
            "createdBy": task.creator,
            "creator": task.creator,
            "createdDate": _flat_date(attributes["createdDate"]),
            "assignedDate": _flat_date(attributes["assignedDate"]),
            "updatedDate": _flat_date(attributes["updatedDate"]),
            "dueDate": _flat_date(attributes["dueDate"]),
            "fromUserName": attributes["fromUser"],
            "fromUserDisplayName": attributes["fromUser"],
            "ownerUser": None if owned_by_group else task.owner,
            "ownerRole": task.owner if owned_by_group else None,
            "taskDefinitionName": attributes["taskDefinitionName"],
            "taskNamespace": attributes["taskNameSpace"],
            "category": attributes["category"],
            "ecid": attributes["ecid"],
            "identificationKey": attributes["identificationKey"],
            "approvalDuration": attributes["approvalDuration"],
        }
        shown = {"rel": "self", "href": href if self._style.details_url else None, "length": 0}
        if self._flat:
            return {name: value for name, value in flat.items() if name in self._flat} | shown
        return flat | more | _flat_more(task, more["assignees"], self._style.base) | shown


def _attributes(bundle: Bundle) -> dict[str, Any]:
    """The eighteen attributes under the names of `fields`."""
    task: Task = bundle.row
    given = bundle.attributes
    values = {
        "createdDate": to_iso(task.created_at),
        "creator": task.creator,
        "updatedDate": to_iso(task.updated_at),
        "fromUser": given.get("fromUser") or task.creator,
        "tasknumber": task.id,
        "priority": task.priority,
        "ownerUser": task.owner,
        "state": state_of(task),
        "approvalDuration": duration(task),
        "taskDefinitionName": bundle.definition.key if bundle.definition else None,
        "taskNameSpace": given.get("taskNameSpace"),
        "taskId": task.uid,
        "category": given.get("category"),
        "assignedDate": iso_or_none(task.assigned_at),
        "dueDate": iso_or_none(task.due_at),
        "outcome": given.get("outcome"),
        "ecid": given.get("ecid"),
        "identificationKey": given.get("identificationKey"),
    }
    return {name: values[name] for name in FIELDS}


def duration(task: Task) -> int:
    """Milliseconds from assignment to end; 0 while the task is open."""
    if task.closed_at is None or task.assigned_at is None:
        return 0
    return task.closed_at - task.assigned_at


def _more(bundle: Bundle, state: str) -> dict[str, Any]:
    """What both the metadata and the flat copy show besides, when all attributes are shown. `assignees` are
    those that the task was offered to, else the one it was given to."""
    task, execution = bundle.row, bundle.execution
    offered = [row for row in bundle.candidates if row.role == "candidate"]
    if len(offered) > 1:
        offered.sort(key=lambda row: (row.position, row.type, row.name))
    people = [{"id": row.name, "type": row.type} for row in offered]
    if not people and task.assignee is not None:
        people = [{"id": task.assignee, "type": "user"}]
    return {
        "title": task.title,
        "acquiredBy": task.assignee if offered else None,
        "pattern": bundle.attributes.get("pattern"),
        "processId": execution.uid if execution else None,
        "processName": None,
        "processDefId": None,
        "applicationContext": bundle.attributes.get("applicationContext"),
        "percentageComplete": 100 if state == "COMPLETED" else 0,
        "hasSubTasksFlag": False,
        "assignees": people,
    }


def _flat_more(task: Task, people: list[dict[str, str]], base: str) -> dict[str, Any]:
    """What only the flat copy shows, when all attributes are shown."""
    items = [
        {
            "id": person["id"],
            "type": person["type"],
            "title": person["id"],
            "rel": "assignee",
            "href": f"{base}/identities/{person['type']}/{quote(person['id'], safe='')}",
            "length": 0,
        }
        for person in people
    ]
    return {
        "titlePrefix": None,
        "updatedById": None,
        "rootTaskNumber": str(task.id),
        "isDocsEnabledFlag": False,
        "assignees": {"hasMore": False, "items": items},
    }


def _a2a(bundle: Bundle, attributes: dict[str, Any], detail: bool) -> dict[str, Any]:
    """The documented members, in A2A v0.3 style."""
    task: Task = bundle.row
    state = attributes["state"]
    context = bundle.execution.uid if bundle.execution else task.uid
    message = {
        "kind": "message",
        "messageId": f"{task.uid}/{task.rev}",
        "role": "agent",
        "contextId": context,
        "taskId": task.uid,
        "parts": [_text(task.title)],
    }
    return {
        "kind": "task",
        "id": task.uid,
        "contextId": context,
        "final": state in FINAL,
        "status": {"state": A2A_STATES[state], "timestamp": attributes["updatedDate"], "message": message},
        "artifacts": _artifacts(bundle, attributes["outcome"], detail) if state == "COMPLETED" else [],
        "history": [],
    }


def _artifacts(bundle: Bundle, outcome: Any, detail: bool) -> list[dict[str, Any]]:
    """The result of a finished task: its outcome as text, and in detail the payload that came with it."""
    parts: list[dict[str, Any]] = [_text(str(outcome or "completed"))]
    if detail:
        documents = bundle.submission_documents
        parts += [
            {"kind": "data", "data": _data(documents[submission.id])}
            for submission in bundle.submissions
            if submission.kind == "result" and submission.id in documents
        ]
    return [{"artifactId": f"{bundle.row.uid}/result", "name": "result", "parts": parts}]


def _data(document: str) -> Any:
    """A payload as the object that a data part holds."""
    text = document.strip()
    return msgspec.Raw(text.encode()) if text.startswith("{") else {"value": msgspec.Raw(text.encode())}


def _text(text: str) -> dict[str, str]:
    return {"kind": "text", "type": "text", "text": text}


def _flat_date(iso: str | None) -> str | None:
    """`YYYY-MM-DD HH:MM:SS` in UTC, as deployed servers print it."""
    return None if iso is None else f"{iso[:10]} {iso[11:19]}"
