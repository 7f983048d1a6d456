"""What an execution and its task records are made of, read set-based: one query per table, whatever their number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

import msgspec

from taskyard.engine.flow.extra import Extra, extra_of
from taskyard.engine.flow.notes import Notes
from taskyard.engine.flow.notes import decode as decode_notes
from taskyard.engine.flow.plan import FlowSnapshot
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.execution import (
    ElementFragment,
    ElementInput,
    ElementInstance,
    ElementOutput,
    Execution,
    ExecutionDocument,
    ExecutionNotes,
    Snapshot,
    Variable,
)
from taskyard.model.flow import TaskDef, WorkflowDef, WorkflowTask

Rows = Callable[[type[Any], str, list[Any]], list[Any]]
"""`rows(row_type, column, values)`: whole rows whose column is one of the values."""

Texts = tuple[dict[int, str], dict[int, str]]
"""JSON text by row id: inputs, and outputs."""

_decode_snapshot = msgspec.json.Decoder(FlowSnapshot).decode
_decode_task = msgspec.json.Decoder(TaskDef).decode
_decode_fragment = msgspec.json.Decoder(list[WorkflowTask]).decode


class Node:
    """A node of a definition, with the task definition that counts for it, if any: the one written inside it, else the
    registered one. `kept` is for what renderers make of it."""

    __slots__ = ("definition", "kept", "task")

    def __init__(self, task: WorkflowTask, definition: TaskDef | None) -> None:
        self.task = task
        self.definition = task.task_definition or definition
        self.kept: dict[str, Any] = {}


class RunDefinition:
    """What an execution runs: the workflow as it was, its nodes by name, and the task definitions by name."""

    def __init__(self, document: str) -> None:
        snapshot = _decode_snapshot(document)
        self.workflow: WorkflowDef = snapshot.workflow
        self.definitions = {name: named.definition for name, named in snapshot.tasks.items()}
        self.nodes = {
            task.task_reference_name: Node(task, self.definitions.get(task.name))
            for task in self.workflow.nodes()
        }
        self.kept: dict[str, Any] = {}


class Record(msgspec.Struct, kw_only=True):
    """One task record with its payloads (JSON text) and the public ids that it points at."""

    element: ElementInstance
    execution: Execution
    node: Node | None
    input: str = "{}"
    output: str = "{}"
    extra: Extra = msgspec.field(default_factory=Extra)
    previous: str | None = None
    parent: str | None = None
    child: str | None = None


class ExecutionView(msgspec.Struct, kw_only=True):
    """One execution with its payloads, notes, variables (JSON text by name) and what it runs; records come apart."""

    execution: Execution
    document: ExecutionDocument
    notes: Notes
    definition: RunDefinition | None
    variables: dict[str, str] = {}
    parent: str | None = None
    parent_task: str | None = None


class RunDefinitions:
    """The definitions that executions run, kept by this process among those last used, within a number and a size (in
    characters of their documents). Snapshots never change. May be used from any thread."""

    def __init__(self, most: int = 256, size: int = 16 * 1024 * 1024) -> None:
        self.most = most
        self.size = size
        self._known: OrderedDict[int, tuple[int, RunDefinition]] = OrderedDict()
        self._held = 0
        self._guard = Lock()

    def of(self, executions: Iterable[Execution], rows: Rows) -> dict[int, RunDefinition]:
        """By snapshot id, what these executions run; one query for those that are not known."""
        wanted = {one.snapshot_id for one in executions if one.snapshot_id is not None}
        found: dict[int, RunDefinition] = {}
        with self._guard:
            for each in wanted & self._known.keys():
                self._known.move_to_end(each)
                found[each] = self._known[each][1]
        missing = sorted(wanted - found.keys())
        for row in rows(Snapshot, "id", missing) if missing else ():
            found[row.id] = RunDefinition(row.document)
            self._keep(row.id, len(row.document), found[row.id])
        return found

    def _keep(self, snapshot_id: int, size: int, definition: RunDefinition) -> None:
        with self._guard:
            if snapshot_id in self._known:
                return
            self._known[snapshot_id] = (size, definition)
            self._held += size
            while len(self._known) > self.most or (self._held > self.size and len(self._known) > 1):
                _, (dropped, _) = self._known.popitem(last=False)
                self._held -= dropped


def records(
    elements: list[ElementInstance],
    executions: dict[int, Execution],
    known: RunDefinitions,
    rows: Rows,
    texts: Texts | None = None,
) -> list[Record]:
    """The records of element instances, in the given order; `executions` by id must hold theirs. `texts` are their inputs
    and outputs by row id, where they are read already."""
    ids = [one.id for one in elements]
    inputs, outputs = texts or (_texts(rows, ElementInput, ids), _texts(rows, ElementOutput, ids))
    nodes = _nodes(elements, executions, known, rows)
    uids = _uids(elements, rows)
    children = _children(elements, rows)
    made: list[Record] = []
    for one in elements:
        execution = executions[one.execution_id]
        made.append(
            Record(
                element=one,
                execution=execution,
                node=nodes.get(one.id),
                input=inputs.get(one.id, "{}"),
                output=outputs.get(one.id) or _output_so_far(one),
                extra=extra_of(one),
                previous=uids.get(one.previous_id or 0),
                parent=uids.get(one.parent_id or 0),
                child=children.get(one.child_id or 0),
            )
        )
    return made


def _output_so_far(element: ElementInstance) -> str:
    """What a record without a stored output shows: an open loop the number of its pass, all others nothing."""
    if element.kind == "DO_WHILE" and element.phase != "closed" and element.iteration:
        return f'{{"iteration":{element.iteration}}}'
    return "{}"


def views(executions: list[Execution], known: RunDefinitions, rows: Rows) -> list[ExecutionView]:
    """The views of executions, in the given order, without their records."""
    ids = [one.id for one in executions]
    documents = {row.execution_id: row for row in rows(ExecutionDocument, "execution_id", ids)}
    notes = {
        row.execution_id: decode_notes(row.document) for row in rows(ExecutionNotes, "execution_id", ids)
    }
    variables: dict[int, dict[str, str]] = {}
    for row in rows(Variable, "execution_id", ids):
        if row.scope_id == 0:
            variables.setdefault(row.execution_id, {})[row.name] = row.value
    definitions = known.of(executions, rows)
    parents = _by_id(rows, Execution, [one.parent_id for one in executions])
    holders = _by_id(rows, ElementInstance, [one.parent_element_id for one in executions])
    made: list[ExecutionView] = []
    for one in executions:
        document = documents.get(one.id) or ExecutionDocument(execution_id=one.id)
        made.append(
            ExecutionView(
                execution=one,
                document=document,
                notes=notes.get(one.id) or Notes(),
                definition=definitions.get(one.snapshot_id or 0),
                variables=variables.get(one.id, {}),
                parent=parents.get(one.parent_id or 0),
                parent_task=holders.get(one.parent_element_id or 0),
            )
        )
    return made


def _texts(rows: Rows, row_type: type[Any], ids: list[int]) -> dict[int, str]:
    return {row.element_id: row.document for row in rows(row_type, "element_id", ids)} if ids else {}


def _by_id(rows: Rows, row_type: type[Any], ids: Iterable[int | None]) -> dict[int, str]:
    """Public ids by row id."""
    wanted = sorted({each for each in ids if each is not None})
    return {row.id: row.uid for row in rows(row_type, "id", wanted)} if wanted else {}


def _uids(elements: list[ElementInstance], rows: Rows) -> dict[int, str]:
    """The public ids of the element instances that these point at."""
    found = {one.id: one.uid for one in elements}
    pointed = {each for one in elements for each in (one.previous_id, one.parent_id) if each is not None}
    return found | _by_id(rows, ElementInstance, pointed - found.keys())


def _children(elements: list[ElementInstance], rows: Rows) -> dict[int, str]:
    return _by_id(rows, Execution, [one.child_id for one in elements])


def _fragments(elements: list[ElementInstance], rows: Rows) -> dict[int, dict[str, WorkflowTask]]:
    """Nodes that were made at run time, by the element instance that holds them and by name."""
    wanted = sorted({one.fragment_id for one in elements if one.fragment_id is not None})
    if not wanted:
        return {}
    return {
        row.element_id: {
            task.task_reference_name: task
            for task in WorkflowDef(tasks=_decode_fragment(row.document)).nodes()
        }
        for row in rows(ElementFragment, "element_id", wanted)
    }


def _nodes(
    elements: list[ElementInstance], executions: dict[int, Execution], known: RunDefinitions, rows: Rows
) -> dict[int, Node]:
    """The node of each element instance, by its row id. What the snapshot tells is shared, what was made or named at
    run time is made anew."""
    definitions = known.of(executions.values(), rows)
    fragments = _fragments(elements, rows)
    found: dict[int, Node] = {}
    named: list[tuple[ElementInstance, WorkflowTask, TaskDef | None]] = []
    for one in elements:
        definition = definitions.get(executions[one.execution_id].snapshot_id or 0)
        task = None
        if one.fragment_id is not None:
            task = fragments.get(one.fragment_id, {}).get(one.element)
        elif definition is not None and (node := definition.nodes.get(one.element)) is not None:
            task = node.task
            if one.name == task.name:
                found[one.id] = node
                continue
        if task is not None:
            named.append((one, task, definition.definitions.get(one.name) if definition else None))
    registered = _registered(
        {one.name for one, task, known_as in named if not (task.task_definition or known_as)}, rows
    )
    for one, task, known_as in named:
        found[one.id] = Node(task, known_as or registered.get(one.name))
    return found


def _registered(names: set[str], rows: Rows) -> dict[str, TaskDef]:
    """Task definitions as they are registered now, by name."""
    if not names:
        return {}
    found = [row for row in rows(Definition, "key", sorted(names)) if row.kind == "worker"]
    latest = {row.latest_id: row.key for row in found if row.latest_id is not None}
    documents = rows(VersionDocument, "version_id", sorted(latest)) if latest else []
    return {latest[row.version_id]: _decode_task(row.document) for row in documents}
