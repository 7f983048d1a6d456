"""Handlers of actions: claim and outcomes, on one task and on many."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.app.human_tasks import ClaimTask, CompleteTask
from taskyard.dialects.oraclebpm import rights, wire
from taskyard.dialects.oraclebpm.commands import bad_member, payload_text
from taskyard.dialects.oraclebpm.tasks import base_of, facts_of, find_task, show_task
from taskyard.http.message import Request, Response, json_response
from taskyard.model.command import Command
from taskyard.model.problem import Rejected, rejected
from taskyard.model.task import Task


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What a body asks for: the action's id in capitals, and what goes with it."""

    id: str
    comment: str | None = None
    payload: str | None = None


def read_action(body: wire.ActionBody | wire.BulkActionBody) -> Action:
    """The action of a body. Raises `Rejected`: `invalid` for one that nobody may ask for or that is
    malformed, `not_served` for a documented one that this server does not do."""
    word = body.action.id.strip().upper()
    if word in rights.LATER:
        raise rejected("not_served", f"action {word} is not served", reason="action_not_served", action=word)
    if word in rights.ENGINE:
        raise rejected(
            "invalid", f"action {word} is done by the server only", reason="unknown_action", action=word
        )
    if body.identities:
        raise bad_member("identities", f"action {word} takes no identities")
    payload = payload_text(body.payload) if isinstance(body, wire.ActionBody) else None
    if payload is not None and word == "ACQUIRE":
        raise bad_member("payload", "only an outcome takes a payload")
    return Action(id=word, comment=body.comment.commentStr if body.comment else None, payload=payload)


async def act(request: Request, task_id: int, action: Action, rev: int | None = None) -> Task:
    """Do an action; the task afterwards. Raises `Rejected`.

    The check here gives the native refusals; the deciders check again inside the transaction.
    """
    facts = await facts_of(request, task_id)
    caller = request.caller
    command: Command
    if action.id == "ACQUIRE":
        _check_acquire(facts, caller.name)
        command = ClaimTask(actor=caller, task_id=task_id, rev=rev, comment=action.comment)
    else:
        word = _outcome(facts, action.id)
        if rights.standing(facts, caller).unclaimed:
            raise rejected(
                "conflict", f"task {task_id} must be acquired first (ACQUIRE)", reason="not_acquired"
            )
        command = CompleteTask(
            actor=caller, task_id=task_id, word=word, payload=action.payload, rev=rev, comment=action.comment
        )
    try:
        return await request.app.run(command)
    except Rejected as fault:
        raise _worded(fault, action.id) from None


def _check_acquire(facts: Bundle, caller: str) -> None:
    task: Task = facts.row
    if task.assignee is not None and task.assignee != caller:
        raise rejected(
            "conflict",
            f"task {task.id} is acquired by {task.assignee}",
            reason="claimed_by_other",
            task=task.id,
        )


def _outcome(facts: Bundle, word: str) -> str:
    """The outcome as the task declares it; raises `Rejected` (invalid) for a word that is none of its
    outcomes."""
    allowed = rights.outcomes_of(facts)
    for outcome in allowed:
        if outcome.upper() == word:
            return outcome
    raise rejected(
        "invalid",
        f"action {word} is unknown; this task takes ACQUIRE, {', '.join(allowed)}",
        reason="unknown_action",
        action=word,
    )


def _worded(fault: Rejected, word: str) -> Rejected:
    """A refusal of the deciders, in the words of this API."""
    if fault.problem.reason == "not_candidate":
        detail = f"{word} is not permitted: {fault.problem.detail}"
        return Rejected(msgspec.structs.replace(fault.problem, detail=detail))
    return fault


async def put_task(request: Request, params: None, body: wire.ActionBody) -> Response:
    action = read_action(body)
    task_id, rev = await find_task(request, request.path_params["id"])
    expected = request.headers.get("if-match", "").strip()
    wanted = rev if expected in ("", "*") else _revision(expected)
    task = await act(request, task_id, action, None if expected in ("", "*") else wanted)
    return await show_task(request, (task.id, task.rev))


def _revision(tag: str) -> int:
    """The revision that an entity tag names; one that no task has for a tag of somebody else's."""
    text = tag.removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1


async def put_tasks(request: Request, params: None, body: wire.BulkActionBody) -> Response:
    action = read_action(body)
    answers = await asyncio.gather(*(_one_of_many(request, reference, action) for reference in body.tasks))
    items = [item for item, _ in answers]
    faults = [fault for _, fault in answers if fault is not None]
    if len(faults) == len(items):
        raise rejected(
            "invalid", f"{action.id} failed for every task; first: {faults[0]}", reason="all_failed"
        )
    user = f"{base_of(request)}/identities/user/{quote(request.caller.name, safe='')}"
    return json_response(wire.BulkAnswer(items=items, user=wire.UserLink(rel="user", href=user)))


async def _one_of_many(
    request: Request, reference: int | str, action: Action
) -> tuple[wire.BulkItem, str | None]:
    try:
        task_id, _ = await find_task(request, reference)
        task = await act(request, task_id, action)
    except Rejected as fault:
        detail = fault.problem.detail
        return wire.BulkItem(number=_number(reference), status="Failed", errorMessage=detail), detail
    members: dict[str, Any] = {"type": "task", "rel": "self", "title": task.title}
    href = f"{base_of(request)}/tasks/{task.id}"
    return wire.BulkItem(number=task.id, status="Success", href=href, **members), None


def _number(reference: int | str) -> int | str:
    text = str(reference)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text
