"""What a caller may do with a task now: actions, permissions and links. PUT checks with the same function
that lists."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from taskyard.dialects.oraclebpm.states import FINAL, state_of
from taskyard.model.principal import Principal
from taskyard.model.task import Candidate, Task

OUTCOMES = ("APPROVE", "REJECT", "OK", "SUBMIT")
"""The outcomes of a task whose definition declares none."""

LATER = frozenset(
    {
        "RELEASE",
        "REASSIGN",
        "DELEGATE",
        "ESCALATE",
        "RENEW",
        "SUSPEND",
        "RESUME",
        "WITHDRAW",
        "INFO_REQUEST",
        "INFO_SUBMIT",
        "SKIP_CURRENT_ASSIGNMENT",
        "SKIP",
        "PUSH_BACK",
        "PUSHBACK",
        "ADHOC_ROUTE",
        "OVERRIDE_ROUTING_SLIP",
        "UPDATE",
        "DELETE",
        "PURGE",
    }
)
"""Documented actions that this server does not do."""

ENGINE = frozenset({"COMPLETE", "EXPIRE", "ERROR", "AUTO_RELEASE", "INITIATE", "REINITIATE"})
"""Actions of the engine itself; nobody else can ask for them."""


class Facts(Protocol):
    """What the rules look at: an item as it is loaded."""

    row: Any
    attributes: dict[str, str | float | None]
    candidates: list[Candidate]


class Standing(msgspec.Struct, frozen=True):
    """How a caller stands to a task."""

    state: str
    is_assignee: bool
    is_candidate: bool
    is_reviewer: bool
    is_owner: bool
    is_creator: bool
    is_admin: bool
    unclaimed: bool

    @property
    def final(self) -> bool:
        return self.state in FINAL


def standing(facts: Facts, caller: Principal) -> Standing:
    """The caller's standing. A task is unclaimed while it is offered to several and nobody has taken it."""
    task: Task = facts.row
    return Standing(
        state=state_of(task),
        is_assignee=task.assignee == caller.name,
        is_candidate=_among(facts.candidates, "candidate", caller),
        is_reviewer=_among(facts.candidates, "reviewer", caller),
        is_owner=task.owner is not None and (task.owner == caller.name or task.owner in caller.groups),
        is_creator=task.creator == caller.name,
        is_admin=caller.admin,
        unclaimed=task.assignee is None,
    )


def _among(candidates: list[Candidate], role: str, caller: Principal) -> bool:
    return any(
        candidate.role == role
        and (candidate.name == caller.name if candidate.type == "user" else candidate.name in caller.groups)
        for candidate in candidates
    )


def outcomes_of(facts: Facts) -> tuple[str, ...]:
    """The outcomes a task can end with."""
    declared = facts.attributes.get("outcomes")
    return tuple(declared.split(",")) if isinstance(declared, str) and declared else OUTCOMES


def actions(facts: Facts, caller: Principal) -> list[str]:
    """The action ids that PUT would accept from the caller now."""
    here = standing(facts, caller)
    if here.state != "ASSIGNED":
        return []
    if here.unclaimed:
        return ["ACQUIRE"] if here.is_candidate or here.is_admin else []
    return list(outcomes_of(facts)) if here.is_assignee or here.is_admin else []


def action_list(facts: Facts, caller: Principal) -> list[dict[str, Any]]:
    """`actions` as the API shows them."""
    return [
        {
            "actionId": action,
            "actionType": "System" if action == "ACQUIRE" else "Custom",
            "title": action.replace("_", " ").capitalize(),
            "length": 0,
        }
        for action in actions(facts, caller)
    ]


def permissions(facts: Facts, caller: Principal) -> list[str]:
    """What the caller may do: read, comment, and the actions."""
    here = standing(facts, caller)
    takes_part = here.is_assignee or here.is_candidate or here.is_reviewer or here.is_owner
    words = ["READ"]
    if takes_part or here.is_creator or here.is_admin:
        words.append("COMMENT")
    return words + actions(facts, caller)


def links(facts: Facts, caller: Principal, href: str) -> list[dict[str, str]]:
    """The links of an item, by its state and the caller's rights."""
    here = standing(facts, caller)
    rules = here.is_owner or here.is_admin
    found = [
        {"rel": "self", "href": href},
        {"rel": "permissions", "href": f"{href}/permissions"},
        {"rel": "executionStatus", "href": f"{href}/executionStatus"},
    ]
    if not here.final:
        found.append({"rel": "subscribe", "href": f"{href}/subscribe"})
        if rules or here.is_creator:
            found.append({"rel": "cancel", "href": f"{href}/cancel"})
        if here.is_admin:
            found.append({"rel": "forceCancel", "href": f"{href}/forceCancel"})
    if rules and here.state in ("ASSIGNED", "INFO_REQUESTED", "ALERTED"):
        found.append({"rel": "hold", "href": f"{href}/hold"})
    if rules and here.state == "SUSPENDED":
        found.append({"rel": "release", "href": f"{href}/release"})
    return found
