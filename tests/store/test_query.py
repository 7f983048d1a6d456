"""The query compiler agrees with a brute-force filter, for any filter, order, page and caller."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.store.brute import Thing, answer, holds

from taskyard.engine.access import scope_of
from taskyard.model.command import Command, decides
from taskyard.model.definition import Definition, DefinitionTag
from taskyard.model.execution import Event
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.query import All, Cmp, Filter, Has, Not, Order, Query, Some, both
from taskyard.model.row import Row
from taskyard.model.task import Candidate, Progress, Task, TaskAttribute
from taskyard.model.view import View

ALPHABET = "aAbB%_\\éÉ 0'"
USERS = ("ana", "bob", "mia")
GROUPS = ("finance", "legal")
KINDS = ("human", "label", "worker")
COUNT = 60


class Plant(Command, kw_only=True, frozen=True):
    """Insert rows as they are."""

    rows: tuple[Any, ...]


@decides(Plant)
def plant(command: Plant, view: View) -> None:
    for row in command.rows:
        view.insert(row)


def make_definitions(dice: random.Random) -> list[tuple[Definition, DefinitionTag]]:
    """Three tagged definitions of different kinds and owners."""
    found = []
    for index, kind in enumerate(("human", "project", "worker")):
        definition = Definition(
            id=900_000 + index,
            uid=f"def{index}",
            kind=kind,
            key=f"key{index}",
            created_at=1,
            updated_at=1,
            created_by=dice.choice(USERS),
            owner=dice.choice([None, *USERS]),
        )
        found.append((definition, DefinitionTag(definition_id=definition.id, key="team", value=f"t{index}")))
    return found


def make_task(dice: random.Random, number: int, definition: Definition | None) -> Task:
    closed = dice.random() < 0.4
    return Task(
        id=1_000_000 + number,
        uid=f"uid{number}",
        kind=dice.choice(KINDS),
        title=make_text(dice),
        definition_id=definition.id if definition else None,
        priority=dice.randrange(1, 4),
        phase="closed" if closed else dice.choice(("ready", "active")),
        outcome=dice.choice(("succeeded", "failed")) if closed else None,
        closed_at=dice.randrange(5) if closed else None,
        suspended=dice.random() < 0.2,
        assignee=dice.choice([None, *USERS]),
        owner=dice.choice([None, *USERS, *GROUPS]),
        creator=dice.choice([None, *USERS]),
        created_at=dice.randrange(4),
        updated_at=1,
        due_at=dice.choice([None, 1, 2, 3]),
        assigned_at=dice.randrange(3),
    )


def make_text(dice: random.Random) -> str:
    return "".join(dice.choices(ALPHABET, k=dice.randrange(0, 5)))


def make_things(seed: int) -> tuple[list[Thing], list[Row]]:
    """A world of tasks with every kind of thing that can hang on them."""
    dice = random.Random(seed)
    definitions = make_definitions(dice)
    rows: list[Row] = [row for pair in definitions for row in pair]
    things = []
    for number in range(COUNT):
        definition, tag = dice.choice([*definitions, (None, None)])
        thing = Thing(make_task(dice, number, definition))
        thing.parts["definition"] = definition
        thing.relations["tags"] = [tag] if tag else []
        hang(dice, thing)
        rows += [thing.row, *thing.relations["candidates"], *thing.relations["events"]]
        rows += [
            TaskAttribute(
                task_id=thing.row.id, name=name, text=a, number=b, indexed=not name.startswith("data.")
            )
            for name, (a, b) in thing.attributes.items()
        ]
        if thing.parts["progress"]:
            rows.append(thing.parts["progress"])
        things.append(thing)
    return things, rows


def hang(dice: random.Random, thing: Thing) -> None:
    """Candidates, events, attributes and counts for one task."""
    task = thing.row
    named = dice.sample(
        [("user", name) for name in USERS] + [("group", name) for name in GROUPS], dice.randrange(3)
    )
    thing.relations["candidates"] = [
        Candidate(task_id=task.id, role=dice.choice(("candidate", "reviewer")), type=kind, name=name)
        for kind, name in named
    ]
    thing.relations["events"] = [
        Event(
            id=task.id * 10 + index, type="task.touched", actor=dice.choice(USERS), task_id=task.id, at=index
        )
        for index in range(dice.randrange(2))
    ]
    for name in ("category", "data.text"):
        if dice.random() < 0.6:
            thing.attributes[name] = (make_text(dice), dice.choice([None, 1.0, 2.5]))
    progress = Progress(task_id=task.id, definition_id=task.definition_id or 0, annotations=dice.randrange(3))
    thing.parts["progress"] = progress if dice.random() < 0.5 else None


TEXTS = st.text(ALPHABET, max_size=3)
PATTERNS = TEXTS.filter(lambda text: (len(text) - len(text.rstrip("\\"))) % 2 == 0)
TEXT_FIELDS = ("title", "attr.category", "attr.data.text", "definition.key", "assignee", "kind", "outcome")
NUMBER_FIELDS = ("priority", "created_at", "due_at", "num.category", "progress.annotations", "id")


def leaves() -> st.SearchStrategy[Filter]:
    texts = st.one_of(
        st.builds(
            Cmp,
            st.sampled_from(TEXT_FIELDS),
            st.sampled_from(("eq", "ne", "lt", "ge", "contains", "icontains", "starts", "ends")),
            st.one_of(TEXTS, st.sampled_from((*USERS, *KINDS, "key1"))),
        ),
        st.builds(Cmp, st.sampled_from(TEXT_FIELDS), st.sampled_from(("like", "ilike")), PATTERNS),
        st.builds(
            Cmp,
            st.sampled_from(TEXT_FIELDS),
            st.sampled_from(("in", "not_in")),
            st.lists(st.sampled_from((*USERS, *KINDS, "", "a")), max_size=3).map(tuple),
        ),
        st.builds(
            Cmp, st.sampled_from((*TEXT_FIELDS, *NUMBER_FIELDS)), st.sampled_from(("is_null", "not_null"))
        ),
    )
    numbers = st.builds(
        Cmp,
        st.sampled_from(NUMBER_FIELDS),
        st.sampled_from(("eq", "ne", "lt", "le", "gt", "ge")),
        st.integers(0, 3),
    )
    flags = st.builds(Cmp, st.just("suspended"), st.just("eq"), st.booleans())
    related = st.one_of(
        st.builds(
            Has,
            st.just("candidates"),
            st.builds(
                lambda kind, name: both(Cmp("type", "eq", kind), Cmp("name", "eq", name)),
                st.sampled_from(("user", "group")),
                st.sampled_from((*USERS, *GROUPS)),
            ),
        ),
        st.builds(
            Has, st.just("events"), st.builds(Cmp, st.just("actor"), st.just("eq"), st.sampled_from(USERS))
        ),
        st.builds(
            Has,
            st.just("tags"),
            st.builds(Cmp, st.just("value"), st.just("eq"), st.sampled_from(("t0", "t1"))),
        ),
    )
    return st.one_of(texts, numbers, flags, related)


FILTERS = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Some(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)
ORDERS = st.lists(
    st.builds(
        Order,
        st.sampled_from(
            ("title", "due_at", "priority", "created_at", "attr.category", "progress.annotations", "assignee")
        ),
        st.booleans(),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda order: order.field,
).map(tuple)
GRANTS = st.lists(
    st.sampled_from(
        (
            GrantFact("read", "kind", "project"),
            GrantFact("annotate", "definition", "human:key0"),
            GrantFact("read", "tag", "team:t2"),
            GrantFact("delete", "any"),
            GrantFact("execute", "kind", "worker"),
        )
    ),
    max_size=2,
).map(tuple)
PRINCIPALS = st.builds(
    lambda name, groups, reports, grants: Principal(
        id=1, uid="x", name=name, groups=frozenset(groups), reports=frozenset(reports) - {name}, grants=grants
    ),
    st.sampled_from(USERS),
    st.sets(st.sampled_from(GROUPS)),
    st.sets(st.sampled_from(USERS), max_size=1),
    GRANTS,
)


@pytest.fixture(scope="module")
def world(opened: Any) -> tuple[Any, list[Thing]]:
    things, rows = make_things(seed=7)
    opened.run(Plant(rows=tuple(rows)))
    return opened, things


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(where=Cmp("definition.key", "ends", ""), order=())
@given(where=FILTERS, order=ORDERS)
def test_filter_and_order_agree_with_brute_force(world: Any, where: Filter, order: tuple[Order, ...]) -> None:
    opened, things = world
    query = Query(entity="task", where=where, order=order, limit=1_000, want_total=True)
    page = opened.page(query)
    expected = answer(query, things)
    assert [row_id for row_id, _ in page.ids] == expected
    assert page.total == len(expected)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=FILTERS, order=ORDERS, size=st.integers(1, 25))
def test_pages_concatenate_to_the_whole(
    world: Any, where: Filter, order: tuple[Order, ...], size: int
) -> None:
    opened, things = world
    query = Query(entity="task", where=where, order=order, limit=size)
    found: list[int] = []
    after = None
    for _ in range(COUNT + 1):
        page = opened.page(msgspec.structs.replace(query, after=after))
        found += [row_id for row_id, _ in page.ids]
        after = page.next
        if not page.has_more:
            break
    assert found == answer(query, things)
    offset = opened.page(msgspec.structs.replace(query, offset=size))
    assert [row_id for row_id, _ in offset.ids] == found[size : 2 * size]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(principal=PRINCIPALS)
def test_nobody_sees_a_task_that_the_rules_hide(world: Any, principal: Principal) -> None:
    opened, things = world
    scope = scope_of(principal, "task")
    page = opened.page(Query(entity="task", where=scope, limit=1_000))
    assert {row_id for row_id, _ in page.ids} == {
        thing.row.id for thing in things if may_read(principal, thing)
    }
    assert all(holds(scope, thing) == may_read(principal, thing) for thing in things)


def may_read(principal: Principal, thing: Thing) -> bool:
    """The rule of engine/access.py, spelt out by hand."""
    task, definition = thing.row, thing.parts["definition"]
    if principal.name in (task.assignee, task.creator) or task.owner in {principal.name, *principal.groups}:
        return True
    if task.assignee in principal.reports:
        return True
    for candidate in thing.relations["candidates"]:
        names = {principal.name, *principal.reports} if candidate.type == "user" else principal.groups
        mine = candidate.name in names
        if mine:
            return True
    if any(event.actor == principal.name for event in thing.relations["events"]):
        return True
    for grant in principal.grants:
        if grant.target_type == "any":
            return True
        if grant.target_type == "kind" and grant.target in (
            {"label": "project"}.get(task.kind, task.kind),
            definition.kind if definition else None,
        ):
            return True
        if (
            definition
            and grant.target_type == "definition"
            and grant.target == f"{definition.kind}:{definition.key}"
        ):
            return True
        if grant.target_type == "tag" and any(
            f"{tag.key}:{tag.value}" == grant.target for tag in thing.relations["tags"]
        ):
            return True
    return False
