"""Tasks → items that are three things at once: the documented A2A-like task, `metadata` with the human-task
attributes, and the flat members that deployed servers send."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.dialects.oraclebpm import rights
from taskyard.dialects.oraclebpm.states import A2A_STATES, FINAL, state_of
from taskyard.dialects.oraclebpm.wire import FIELDS
from taskyard.model.principal import Principal
from taskyard.model.task import Candidate, Task
from taskyard.model.time import to_datetime, to_iso

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
        item: dict[str, Any] = {}
        if style.style != "flat":
            item.update(_a2a(bundle, attributes["outcome"], style.detail))
            item["metadata"] = self._metadata(bundle, attributes, href)
        item["links"] = rights.links(bundle, self._caller, href)
        if style.style != "a2a":
            item.update(self._flat_copy(bundle, attributes, href))
        if style.actions:
            item["actionList"] = rights.action_list(bundle, self._caller)
        if style.permissions:
            item["permissions"] = {"items": rights.permissions(bundle, self._caller)}
        return _encode(item)

    def _metadata(self, bundle: Bundle, attributes: dict[str, Any], href: str) -> dict[str, Any]:
        style = self._style
        if style.fields:
            metadata = {name: attributes[name] for name in style.fields}
        else:
            metadata = {**attributes, **_more(bundle)}
            metadata["assignees"] = _assignees(bundle)
        if style.details_url:
            metadata["taskDetailsUrl"] = href
        return metadata

    def _flat_copy(self, bundle: Bundle, attributes: dict[str, Any], href: str) -> dict[str, Any]:
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
            "createdDate": _flat_date(task.created_at),
            "assignedDate": _flat_date(task.assigned_at),
            "updatedDate": _flat_date(task.updated_at),
            "dueDate": _flat_date(task.due_at),
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
        return flat | _flat_more(bundle, self._style.base) | shown


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
        "assignedDate": _iso(task.assigned_at),
        "dueDate": _iso(task.due_at),
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


def _more(bundle: Bundle) -> dict[str, Any]:
    """What both the metadata and the flat copy show besides, when all attributes are shown."""
    task, execution = bundle.row, bundle.execution
    return {
        "title": task.title,
        "acquiredBy": task.assignee if _offered(bundle) else None,
        "pattern": bundle.attributes.get("pattern"),
        "processId": execution.uid if execution else None,
        "processName": None,
        "processDefId": None,
        "applicationContext": bundle.attributes.get("applicationContext"),
        "percentageComplete": 100 if state_of(task) == "COMPLETED" else 0,
        "hasSubTasksFlag": False,
    }


def _flat_more(bundle: Bundle, base: str) -> dict[str, Any]:
    task = bundle.row
    people = _assignees(bundle)
    kinds = {"user": "user", "group": "group"}
    items = [
        {
            "id": person["id"],
            "type": person["type"],
            "title": person["id"],
            "rel": "assignee",
            "href": f"{base}/identities/{kinds[person['type']]}/{person['id']}",
            "length": 0,
        }
        for person in people
    ]
    return {
        **_more(bundle),
        "titlePrefix": None,
        "updatedById": None,
        "rootTaskNumber": str(task.id),
        "isDocsEnabledFlag": False,
        "assignees": {"hasMore": False, "items": items},
    }


def _offered(bundle: Bundle) -> list[Candidate]:
    """Those a task was offered to, in order."""
    rows = [row for row in bundle.candidates if row.role == "candidate"]
    return sorted(rows, key=lambda row: (row.position, row.type, row.name))


def _assignees(bundle: Bundle) -> list[dict[str, str]]:
    """The assignee list: those it was offered to, else the one it was given to."""
    offered = _offered(bundle)
    if offered:
        return [{"id": row.name, "type": row.type} for row in offered]
    assignee = bundle.row.assignee
    return [{"id": assignee, "type": "user"}] if assignee else []


def _a2a(bundle: Bundle, outcome: Any, detail: bool) -> dict[str, Any]:
    """The documented members, in A2A v0.3 style."""
    task: Task = bundle.row
    state = state_of(task)
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
        "status": {"state": A2A_STATES[state], "timestamp": to_iso(task.updated_at), "message": message},
        "artifacts": _artifacts(bundle, outcome, detail) if state == "COMPLETED" else [],
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


def _iso(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else to_iso(milliseconds)


def _flat_date(milliseconds: int | None) -> str | None:
    """`YYYY-MM-DD HH:MM:SS` in UTC, as deployed servers print it."""
    return None if milliseconds is None else to_datetime(milliseconds).strftime("%Y-%m-%d %H:%M:%S")
