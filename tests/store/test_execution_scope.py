"""Who sees which executions and task records in lists."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.engine.definitions import PutDefinition
from taskyard.model.command import Command, decides
from taskyard.model.definition import Definition
from taskyard.model.execution import ElementInput, ElementInstance, Event, Execution, ExecutionDocument
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.query import TRUE, Cmp, Filter, Has, Order, Query, both, eq
from taskyard.model.row import Row
from taskyard.model.view import View

ADMIN = Principal(id=1, uid="a", name="root", admin=True)


class Lay(Command, kw_only=True, frozen=True):
    """Insert rows as they are."""

    rows: tuple[Row, ...]


@decides(Lay)
def lay(command: Lay, view: View) -> None:
    for row in command.rows:
        view.insert(row)


def execution(number: int, key: str, creator: str, definition_id: int | None = None) -> tuple[Row, ...]:
    """An execution with two records: a worker's and a fork."""
    return (
        Execution(
            id=number,
            uid=f"e{number}",
            key=key,
            creator=creator,
            definition_id=definition_id,
            created_at=number,
            updated_at=number,
        ),
        ExecutionDocument(execution_id=number, input=f'{{"order":{number}}}'),
        element(number, 1, "pack", kind="SIMPLE", name="pack_box"),
        ElementInput(element_id=number + 1, document='{"box":"red"}'),
        element(number, 2, "split", kind="FORK"),
        Event(id=number, type="execution.started", execution_id=number, at=1),
    )


def element(execution_id: int, seq: int, ref: str, **fields: Any) -> ElementInstance:
    return ElementInstance(
        id=execution_id + seq,
        uid=f"{ref}{execution_id}",
        execution_id=execution_id,
        element=ref,
        seq=seq,
        created_at=1,
        **fields,
    )


@pytest.fixture(scope="module")
def laid(opened: Any) -> Any:
    opened.run(
        PutDefinition(
            actor=Principal(id=5, uid="o", name="olga", admin=True),
            kind="workflow",
            key="owned",
            document="{}",
            tags=(("team", "blue"),),
        )
    )
    definition = opened.row(Definition, kind="workflow", key="owned")
    rows = (
        *execution(10_000_000, "ship", "ann"),
        *execution(10_000_010, "bill", "bob"),
        *execution(10_000_020, "owned", "bob", definition.id),
    )
    opened.run(Lay(rows=rows))
    return opened


def seen(
    opened: Any, entity: str, principal: Principal, where: Filter = TRUE, action: str = "read"
) -> list[int]:
    query = Query(entity=entity, where=where, order=(Order("id"),), want_total=True)
    page = opened.call(opened.app.list(query, principal, action))
    assert page.total == len(page.ids)
    return [row_id - 10_000_000 for row_id, _ in page.ids]


def caller(name: str, *grants: tuple[str, str, str]) -> Principal:
    facts = tuple(GrantFact(action, kind, target) for action, kind, target in grants)
    return Principal(id=9, uid=name, name=name, grants=facts)


@pytest.mark.parametrize(
    ("principal", "executions", "elements"),
    [
        (ADMIN, [0, 10, 20], [1, 2, 11, 12, 21, 22]),
        (caller("nobody"), [], []),
        (caller("ann"), [0], [1, 2]),
        (caller("olga"), [20], [21, 22]),
        (caller("kind", ("read", "kind", "workflow")), [0, 10, 20], [1, 2, 11, 12, 21, 22]),
        (caller("one", ("execute", "definition", "workflow:bill")), [10], [11, 12]),
        (caller("tag", ("read", "tag", "team:blue")), [20], [21, 22]),
        (caller("worker", ("execute", "definition", "worker:pack_box")), [], [1, 11, 21]),
        (caller("workers", ("execute", "kind", "worker")), [], [1, 11, 21]),
        (caller("other", ("execute", "definition", "worker:other")), [], []),
    ],
    ids=lambda value: value.name if isinstance(value, Principal) else "",
)
def test_lists_show_what_the_caller_may_see(
    laid: Any, principal: Principal, executions: list[int], elements: list[int]
) -> None:
    assert seen(laid, "execution", principal) == executions
    assert seen(laid, "element", principal) == elements


def test_reading_is_not_operating(laid: Any) -> None:
    reader = caller("reader", ("read", "kind", "workflow"))
    assert seen(laid, "execution", reader, action="execute") == []
    doer = caller("doer", ("execute", "kind", "workflow"))
    assert seen(laid, "execution", doer, action="execute") == [0, 10, 20]


def test_executions_are_found_by_what_hangs_on_them(laid: Any) -> None:
    found = seen(laid, "execution", ADMIN, Cmp("document.input", "contains", '"order":10000010'))
    assert found == [10]
    by_element = Has("elements", both(eq("element", "pack"), Cmp("input.document", "contains", "red")))
    assert seen(laid, "execution", ADMIN, by_element) == [0, 10, 20]
    by_event = Has("events", both(eq("type", "execution.started"), Cmp("id", "gt", 10_000_000)))
    assert seen(laid, "execution", ADMIN, by_event) == [10, 20]
    assert seen(laid, "execution", ADMIN, Has("tasks", TRUE)) == []


def test_elements_are_found_by_their_execution(laid: Any) -> None:
    assert seen(laid, "element", ADMIN, both(eq("execution.key", "ship"), eq("kind", "FORK"))) == [2]
    assert seen(laid, "element", caller("ann"), eq("input.document", '{"box":"red"}')) == [1]
