"""Native bodies → commands."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from taskyard.app.human_tasks import NewTask
from taskyard.config import Settings
from taskyard.dialects.native.moments import moment
from taskyard.dialects.native.wire import NewTaskBody
from taskyard.http.body import BodyDecoder
from taskyard.model.problem import FieldError, Problem, Rejected

MOST_ERRORS = 100
"""The most faults that one answer lists."""

_item = BodyDecoder(NewTaskBody, ("application/json",))


def new_task(body: NewTaskBody, now: int) -> NewTask:
    """The task that a body asks for. Raises `Rejected` (`invalid`, reason `bad_task`)."""
    due_at = None if body.due_at is None else _due(body.due_at, now)
    attributes: dict[str, str | float] = dict(body.attributes)
    if body.category is not None:
        attributes["category"] = body.category
    if body.identification_key is not None:
        attributes["identificationKey"] = body.identification_key
    return NewTask(
        kind=body.kind,
        queue=body.queue if body.kind == "worker" else None,
        title=body.title,
        definition=body.definition,
        priority=body.priority,
        assignee=body.assignee,
        candidate_users=tuple(body.candidate_users),
        candidate_groups=tuple(body.candidate_groups),
        reviewer_users=tuple(body.reviewers),
        reviewer_groups=tuple(body.reviewer_groups),
        owner=body.owner,
        due_at=due_at,
        attributes=attributes,
        payload=payload_text(body.payload),
    )


def payload_text(payload: msgspec.Raw) -> str | None:
    """A payload as the store keeps it: JSON text; None for no payload."""
    text = bytes(payload)
    return None if text == b"null" else text.decode()


def _due(text: str, now: int) -> int:
    try:
        return moment(text, now)
    except (ValueError, OverflowError):
        detail = f"must be an ISO-8601 moment such as 2026-11-14T12:00:00Z, not {text!r}"
        error = FieldError(pointer="/due_at", detail=detail, value=text)
        problem = Problem(code="invalid", reason="bad_task", detail=f"/due_at {detail}.", errors=(error,))
        raise Rejected(problem) from None


def new_tasks(items: Sequence[msgspec.Raw], now: int, settings: Settings) -> list[NewTask]:
    """The tasks of a batch. Raises one `Rejected` with the faults of every item (`/tasks/3/priority`)."""
    tasks: list[NewTask] = []
    errors: list[FieldError] = []
    for index, item in enumerate(items):
        try:
            tasks.append(new_task(_item.decode(bytes(item), None, settings), now))
        except Rejected as fault:
            errors += [_moved(error, f"/tasks/{index}") for error in fault.problem.errors]
    if errors:
        raise refused_batch(errors, len(items))
    return tasks


def refused_batch(errors: Sequence[FieldError], count: int) -> Rejected:
    """The refusal of a batch: nothing was created, and why."""
    detail = (
        f"{len(errors)} fault(s) in {count} task(s); nothing was created. "
        f"First: {errors[0].pointer}: {errors[0].detail}"
    )
    return Rejected(
        Problem(code="invalid", reason="bad_task", detail=detail, errors=tuple(errors[:MOST_ERRORS]))
    )


def from_engine(fault: Rejected, prefix: str) -> Rejected:
    """A refusal of the engine, whose pointers start with the task's index, with pointers into this body."""
    problem = fault.problem
    if problem.reason != "bad_task":
        return fault
    errors = tuple(_placed(error, prefix) for error in problem.errors)
    return Rejected(msgspec.structs.replace(problem, errors=errors))


def _placed(error: FieldError, prefix: str) -> FieldError:
    """`/3/title` in a batch is `/tasks/3/title`; `/0/title` of a single task is `/title`."""
    if prefix:
        return _moved(error, prefix)
    _, _, rest = error.pointer[1:].partition("/")
    return msgspec.structs.replace(error, pointer=f"/{rest}" if rest else "")


def _moved(error: FieldError, prefix: str) -> FieldError:
    return msgspec.structs.replace(error, pointer=prefix + error.pointer)
