"""Many executions, or one with many task records, as text: piece by piece, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from taskyard.app.execution_records import ExecutionView, Record, Rows, RunDefinitions, records, views
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.query import Cmp, Order, Query, both, eq
from taskyard.store.link import Link
from taskyard.store.read import Reader

SLICE = 500
"""Task records, and executions, that are read at once."""

Layout = Sequence[bytes | list[int]]
"""Text as it is, and row ids of executions that are to be shown in its place."""


class Form(Protocol):
    """How an execution is written. `head` may be followed by records and ends with `tail`; `between` parts executions,
    `record` is told whether it is the first of its execution."""

    between: bytes

    def head(self, view: ExecutionView, tasks: bool) -> bytes: ...

    def record(self, record: Record, first: bool) -> bytes: ...

    def tail(self, view: ExecutionView, tasks: bool) -> bytes: ...


def rows_of(reader: Reader, link: Link) -> Rows:
    """`rows(row_type, column, values)` on that link."""
    return partial(reader.rows, link)


def pieces(
    layout: Layout, form: Form, known: RunDefinitions, reader: Reader, link: Link, tasks: bool
) -> Iterator[bytes]:
    """The text of a layout. Executions that vanished are left out."""
    rows = rows_of(reader, link)
    for part in layout:
        if isinstance(part, bytes):
            yield part
            continue
        first = True
        for start in range(0, len(part), SLICE):
            found = {row.id: row for row in rows(Execution, "id", part[start : start + SLICE])}
            ordered = [found[each] for each in part[start : start + SLICE] if each in found]
            for group in _groups(ordered, tasks):
                for begins, text in _group(group, form, known, reader, link, tasks):
                    yield form.between + text if begins and not first else text
                    first = False


def _groups(executions: list[Execution], tasks: bool) -> Iterator[list[Execution]]:
    """Executions that are read together: as many as have `SLICE` records in all, or one with more."""
    group: list[Execution] = []
    size = 0
    for one in executions:
        if group and tasks and size + one.steps > SLICE:
            yield group
            group, size = [], 0
        group.append(one)
        size += one.steps
    if group:
        yield group


def _group(
    group: list[Execution], form: Form, known: RunDefinitions, reader: Reader, link: Link, tasks: bool
) -> Iterator[tuple[bool, bytes]]:
    """Pieces of text, each with whether it begins an execution."""
    rows = rows_of(reader, link)
    seen = views(group, known, rows)
    if not tasks:
        for view in seen:
            yield True, form.head(view, False) + form.tail(view, False)
        return
    if len(group) == 1 and group[0].steps > SLICE:
        yield from _long(seen[0], form, known, reader, link)
        return
    made: dict[int, list[Record]] = {one.id: [] for one in group}
    elements = rows(ElementInstance, "execution_id", list(made))
    elements.sort(key=lambda one: one.seq)
    for record in records(elements, {one.id: one for one in group}, known, rows):
        made[record.execution.id].append(record)
    for view in seen:
        own = made[view.execution.id]
        texts = [form.record(record, place == 0) for place, record in enumerate(own)]
        yield True, b"".join((form.head(view, True), *texts, form.tail(view, True)))


def _long(
    view: ExecutionView, form: Form, known: RunDefinitions, reader: Reader, link: Link
) -> Iterator[tuple[bool, bytes]]:
    """One execution with many records, slice by slice."""
    rows = rows_of(reader, link)
    yield True, form.head(view, True)
    last = 0
    first = True
    while elements := _slice(view.execution.id, last, reader, link):
        last = elements[-1].seq
        made = records(elements, {view.execution.id: view.execution}, known, rows)
        yield False, b"".join(form.record(one, first and place == 0) for place, one in enumerate(made))
        first = False
    yield False, form.tail(view, True)


def _slice(execution_id: int, after: int, reader: Reader, link: Link) -> list[ElementInstance]:
    """The next records of an execution in the order of scheduling."""
    where = both(eq("execution_id", execution_id), Cmp("seq", "gt", after))
    page = reader.page(link, Query(entity="element", where=where, order=(Order("seq"),), limit=SLICE))
    found = {
        row.id: row for row in reader.rows(link, ElementInstance, "id", [row_id for row_id, _ in page.ids])
    }
    return [found[row_id] for row_id, _ in page.ids]
