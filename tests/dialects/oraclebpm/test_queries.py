"""The query of a request against a second reading of the documentation, on random desks."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.brute import Thing, holds

from taskyard.dialects.oraclebpm.parameters import COMPLETED_WITH, read
from taskyard.dialects.oraclebpm.queries import task_query
from taskyard.dialects.oraclebpm.wire import ASSIGNMENTS, TaskListParams
from taskyard.model.execution import Event
from taskyard.model.principal import Principal
from taskyard.model.task import Candidate, Task

USERS = ("ana", "bob", "Bob", "mia")
GROUPS = ("red", "blue")


class Desk(Thing):
    """A task, with the fields that the store computes."""

    def value(self, name: str) -> Any:
        if name == "handed_by":
            return self.attributes.get("fromUser", (None, None))[0] or self.row.creator
        return super().value(name)


optional_user = st.none() | st.sampled_from(USERS)
moments = st.integers(0, 3)


HOLDERS = [("user", user) for user in USERS] + [("group", group) for group in GROUPS]


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    outcome = draw(st.none() | st.sampled_from(("succeeded", "skipped", "failed", "cancelled", "expired")))
    task = Task(
        id=1,
        uid="u",
        kind="human",
        title=draw(st.sampled_from(("Pay invoice", "100% sure", "a_b", ""))),
        phase="closed" if outcome else draw(st.sampled_from(("scheduled", "ready", "active", "waiting"))),
        outcome=outcome,
        closed_at=9 if outcome else None,
        suspended=draw(st.booleans()),
        waiting_for=draw(st.sampled_from((None, "input"))),
        native_state=draw(st.sampled_from((None, None, "ALERTED"))),
        assignee=draw(optional_user),
        owner=draw(st.none() | st.sampled_from((*USERS, *GROUPS))),
        creator=draw(st.sampled_from(USERS)),
        priority=draw(st.integers(1, 5)),
        created_at=draw(moments),
        updated_at=draw(moments),
        due_at=draw(st.none() | moments),
    )
    desk = Desk(task)
    named = draw(st.lists(st.sampled_from(HOLDERS), max_size=3))
    desk.relations["candidates"] = [
        Candidate(
            task_id=1,
            role=draw(st.sampled_from(("candidate", "reviewer"))),
            type=kind,
            name=name,
            open=not outcome,
        )
        for kind, name in dict.fromkeys(named)
    ]
    desk.relations["events"] = [
        Event(id=number, type=kind, actor=actor, task_id=1, at=0)
        for number, (kind, actor) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.sampled_from(("task.created", "task.claimed")), st.sampled_from(USERS)),
                    max_size=2,
                )
            )
        )
    ]
    for name in ("pattern", "outcome", "identificationKey", "fromUser", "applicationContext"):
        text = draw(st.sampled_from((None, "ToDo", "APPROVE", "bob", "K_1")))
        if text is not None:
            desk.attributes[name] = (text, None)
    return desk


@st.composite
def callers(draw: st.DrawFn) -> Principal:
    return Principal(
        id=1,
        uid="x",
        name=draw(st.sampled_from(USERS)),
        groups=frozenset(draw(st.sets(st.sampled_from(GROUPS)))),
        reports=frozenset(draw(st.sets(st.sampled_from(USERS)))),
    )


def state(task: Task) -> str:
    if task.phase == "closed":
        closed = {
            "succeeded": "COMPLETED",
            "skipped": "COMPLETED",
            "cancelled": "WITHDRAWN",
            "expired": "EXPIRED",
        }
        return closed.get(task.outcome or "", "ERRORED")
    if task.suspended:
        return "SUSPENDED"
    if task.native_state == "ALERTED":
        return "ALERTED"
    if task.phase == "waiting":
        return "INFO_REQUESTED" if task.waiting_for == "input" else "-"
    return "-" if task.phase == "scheduled" else "ASSIGNED"


def named(desk: Desk, role: str) -> list[Candidate]:
    return [row for row in desk.relations["candidates"] if row.role == role]


def means(row: Candidate, caller: Principal) -> bool:
    return row.name == caller.name if row.type == "user" else row.name in caller.groups


def own(desk: Desk, caller: Principal) -> bool:
    """The only assignee is the caller, or the caller acquired the task."""
    if desk.row.assignee is not None:
        return desk.row.assignee == caller.name
    return [(row.type, row.name) for row in named(desk, "candidate")] == [("user", caller.name)]


def shown(word: str, desk: Desk, caller: Principal) -> bool:
    """What the documentation says about an assignment."""
    task = desk.row
    offered = [row for row in named(desk, "candidate") if means(row, caller)]
    free = task.assignee is None
    acted = any(
        event.actor == caller.name and event.type != "task.created" for event in desk.relations["events"]
    )
    reports = [row for row in named(desk, "candidate") if row.type == "user" and row.name in caller.reports]
    return {
        "MY": own(desk, caller),
        "GROUP": free and any(row.type == "group" for row in offered),
        "MY_AND_GROUP": task.assignee == caller.name or (free and bool(offered)),
        "MY_AND_GROUP_ALL": task.assignee == caller.name or bool(offered),
        "REPORTEES": (task.assignee in caller.reports or (free and bool(reports))) and not own(desk, caller),
        "OWNER": task.owner == caller.name or task.owner in caller.groups,
        "REVIEWER": any(means(row, caller) for row in named(desk, "reviewer")),
        "PREVIOUS": acted and not (task.closed_at is None and own(desk, caller)),
        "ALL": True,
        "ADMIN": True,
        "CREATOR": task.creator == caller.name,
    }[word]


@settings(max_examples=300)
@given(
    desk=desks(),
    caller=callers(),
    word=st.sampled_from(ASSIGNMENTS),
    statuses=st.sets(
        st.sampled_from(("ASSIGNED", "COMPLETED", "SUSPENDED", "WITHDRAWN", "EXPIRED", "ERRORED", "ALERTED")),
        max_size=3,
    ),
)
def test_assignment_and_status(desk: Desk, caller: Principal, word: str, statuses: set[str]) -> None:
    if word not in COMPLETED_WITH:
        statuses = statuses - {"COMPLETED"}
    params = TaskListParams(assignment=word.lower(), status=[",".join(sorted(statuses))])
    expected = state(desk.row) in (statuses or {"ASSIGNED"}) and shown(word, desk, caller)
    assert holds(task_query(read(params), caller).where, desk) == expected


@settings(max_examples=300)
@given(
    desk=desks(),
    keyword=st.sampled_from(("", "INVOICE", "%", "_", "sure")),
    priorities=st.lists(st.sampled_from(("1", "2", "5", "Any")), max_size=2),
    creator=st.sampled_from(("", "BOB", "ana", "an_")),
    outcome=st.sampled_from(("", "approve", "TODO", "k%1")),
    todo=st.booleans(),
    bound=st.sampled_from((None, *range(4))),
)
def test_the_other_filters(
    desk: Desk, keyword: str, priorities: list[str], creator: str, outcome: str, todo: bool, bound: int | None
) -> None:
    moment = "" if bound is None else f"1970-01-01T00:00:00.00{bound}Z"
    every = ["ASSIGNED,COMPLETED,SUSPENDED,WITHDRAWN,EXPIRED,ERRORED,ALERTED,INFO_REQUESTED"]
    params = TaskListParams(
        assignment="ALL",
        status=every,
        keyword=keyword,
        priority=priorities,
        createdBy=creator,
        outcome=outcome,
        pattern="todo" if todo else "",
        since=moment,
        dueDateTo=moment,
    )
    task = desk.row
    texts = {name: desk.attributes.get(name, (None, None))[0] for name in ("outcome", "pattern")}
    expected = (
        state(task) != "-"
        and keyword.lower() in task.title.lower()
        and (not priorities or "Any" in priorities or str(task.priority) in priorities)
        and (not creator or (task.creator or "").lower() == creator.lower())
        and (not outcome or (texts["outcome"] or "").lower() == outcome.lower())
        and (not todo or texts["pattern"] == "ToDo")
        and (bound is None or (task.created_at > bound and task.due_at is not None and task.due_at <= bound))
    )
    caller = Principal(id=1, uid="x", name="ana")
    assert holds(task_query(read(params), caller).where, desk) == expected
