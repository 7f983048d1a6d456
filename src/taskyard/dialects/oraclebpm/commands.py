"""Write bodies → commands."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.human_tasks import NewTask
from taskyard.dialects.oraclebpm.wire import NewTaskBody, Participant, ToDoBody
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.time import from_iso, to_iso

DEFAULT_PRIORITY = 3


def bad_member(name: str, detail: str) -> Rejected:
    """The refusal of a member of a body."""
    error = FieldError(pointer=f"/{name}", detail=detail)
    return Rejected(
        Problem(code="invalid", reason=f"bad_{name}", detail=f"{name}: {detail}", errors=(error,))
    )


def new_task(body: NewTaskBody) -> NewTask:
    """The task to create. Raises `Rejected` (`invalid`)."""
    if body.taskDefId is not None and body.taskDefinitionName not in (None, body.taskDefId):
        raise bad_member("taskDefId", "names another definition than taskDefinitionName")
    if body.ownerUser is not None and body.ownerRole is not None:
        raise bad_member("ownerRole", "a task has one owner: ownerUser or ownerRole")
    if body.pattern is not None and body.pattern.lower() != "todo":
        raise bad_member("pattern", "only ToDo is known")
    named = ("category", "identificationKey", "taskNameSpace", "applicationContext", "ecid")
    attributes: dict[str, str | float] = {name: getattr(body, name) for name in named if getattr(body, name)}
    if body.pattern is not None:
        attributes["pattern"] = "ToDo"
    if body.ownerRole is not None:
        attributes["ownerType"] = "group"
    task = _task(body, attributes)
    return msgspec.structs.replace(
        task,
        definition=body.taskDefId or body.taskDefinitionName,
        owner=body.ownerUser or body.ownerRole,
        reviewer_users=_names(body.reviewers, ("user",)),
        reviewer_groups=_names(body.reviewers, ("group", "role")),
        payload=payload_text(body.payload),
    )


def new_todo(body: ToDoBody) -> NewTask:
    """The to-do to create. Raises `Rejected` (`invalid`)."""
    return _task(body, {"pattern": "ToDo"})


def _task(body: NewTaskBody | ToDoBody, attributes: dict[str, str | float]) -> NewTask:
    users = _names(body.assignees, ("user",))
    groups = _names(body.assignees, ("group", "role"))
    alone = len(users) == 1 and not groups
    if body.startDate is not None:
        attributes["startDate"] = to_iso(_moment("startDate", body.startDate))
    return NewTask(
        title=body.title,
        priority=_priority(body.priority),
        assignee=users[0] if alone else None,
        candidate_users=() if alone else users,
        candidate_groups=groups,
        due_at=None if body.dueDate is None else _moment("dueDate", body.dueDate),
        attributes=attributes,
    )


def _names(people: list[Participant], kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person.id for person in people if person.type in kinds))


def _priority(value: Any) -> int:
    if value is None:
        return DEFAULT_PRIORITY
    if str(value) not in ("1", "2", "3", "4", "5"):
        raise bad_member("priority", f"{value!r} is not 1 (highest) to 5")
    return int(value)


def _moment(name: str, text: str) -> int:
    try:
        return from_iso(text.strip())
    except (ValueError, OverflowError):
        raise bad_member(name, f"{text!r} is not a date such as 2026-11-14T12:10:28.000Z") from None


def payload_text(payload: msgspec.Raw) -> str | None:
    """A payload as the store keeps it: JSON text; None for none. It must be an object."""
    text = bytes(payload)
    if text == b"null":
        return None
    if not text.startswith(b"{"):
        raise bad_member("payload", "must be an object")
    return text.decode()
