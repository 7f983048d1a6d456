"""The plan of a workflow: its nodes by name, what comes after each, and which joins wait for it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from taskyard.engine.expressions.template import roots
from taskyard.model.flow import TaskDef, WorkflowDef, WorkflowTask

JOINS = ("JOIN", "EXCLUSIVE_JOIN")
UNNAMED = frozenset(
    (
        "SWITCH",
        "DECISION",
        "FORK_JOIN",
        "FORK_JOIN_DYNAMIC",
        "JOIN",
        "EXCLUSIVE_JOIN",
        "DO_WHILE",
        "TERMINATE",
    )
)
"""Operators: their names mean no task definition."""
STRANGE = 1_000
"""Names of tasks without definition that are looked up at once."""
CHOOSERS = ("SWITCH", "DECISION")
"""Closed before what they hold is through: `pending` of their records is 1 as long."""


class NamedTask(msgspec.Struct, kw_only=True):
    """A registered task definition, as it was when the execution started; `id` is its definition's row id."""

    id: int | None = None
    definition: TaskDef


class FlowSnapshot(msgspec.Struct, kw_only=True, tag_field="document", tag="flow.snapshot/1"):
    """What an execution runs: the workflow, the task definitions that its nodes name, and the row ids and numbers of the
    versions that its sub-workflows meant when it started."""

    workflow: WorkflowDef
    tasks: dict[str, NamedTask] = {}
    children: dict[str, int] = {}


class Position(msgspec.Struct, frozen=True):
    """Where a node stands: its place in a sequence, and the node that holds the sequence (None at the top). `branch`
    tells the sequences of one container apart: the case, `default`, the number of the branch, `loop`."""

    node: WorkflowTask
    sequence: tuple[WorkflowTask, ...]
    index: int
    container: str | None
    branch: str = ""

    @property
    def following(self) -> WorkflowTask | None:
        """What comes next in the sequence."""
        return self.sequence[self.index + 1] if self.index + 1 < len(self.sequence) else None


class Plan:
    """A compiled tree of nodes: a workflow, or a fragment that was made at run time. Never changed. `references` names
    every node; a name that two nodes have is there twice; `tells`: some node wants events published of its task."""

    def __init__(self, tasks: list[WorkflowTask]) -> None:
        self.first = tasks[0] if tasks else None
        self.top = tuple(tasks)
        self.positions: dict[str, Position] = {}
        self.references: list[str] = []
        self.tells = False
        self.joins: dict[str, list[str]] = {}
        self._place(tasks, None, "")
        for position in self.positions.values():
            if position.node.type in JOINS:
                for reference in dict.fromkeys(
                    [*position.node.join_on, *position.node.default_exclusive_join_task]
                ):
                    self.joins.setdefault(reference, []).append(position.node.task_reference_name)

    def _place(self, tasks: list[WorkflowTask], container: str | None, branch: str) -> None:
        waiting = [(tasks, container, branch)]
        while waiting:
            tasks, container, branch = waiting.pop()
            sequence = tuple(tasks)
            for index, node in enumerate(sequence):
                position = Position(node, sequence, index, container, branch)
                self.positions[node.task_reference_name] = position
                self.references.append(node.task_reference_name)
                self.tells = self.tells or bool(node.on_state_change)
                waiting += [(inner, node.task_reference_name, name) for name, inner in _inside(node)]

    def node(self, reference: str) -> WorkflowTask | None:
        position = self.positions.get(reference)
        return position.node if position else None

    def holders(self, reference: str) -> Iterator[str]:
        """The containers around a node, from the inside out."""
        position = self.positions.get(reference)
        while position is not None and position.container is not None:
            yield position.container
            position = self.positions.get(position.container)


class FlowPlan(Plan):
    """The plan of a whole workflow, with its snapshot."""

    def __init__(self, snapshot: FlowSnapshot) -> None:
        super().__init__(snapshot.workflow.tasks)
        self.snapshot = snapshot
        self.workflow = snapshot.workflow
        self.output_roots = roots(snapshot.workflow.output_parameters)
        self.strange = tuple(sorted(self._strange()))[:STRANGE]
        """Names of tasks that had no definition at the start."""

    def _strange(self) -> set[str]:
        nodes = [position.node for position in self.positions.values()]
        named = {node.name for node in nodes if node.type not in UNNAMED and "$" not in node.name}
        return named - self.snapshot.tasks.keys()

    def task_def(self, name: str) -> NamedTask | None:
        return self.snapshot.tasks.get(name)


def _inside(node: WorkflowTask) -> list[tuple[str, list[WorkflowTask]]]:
    """The sequences directly inside a node, by branch."""
    cases = [(f"case:{case}", tasks) for case, tasks in node.decision_cases.items()]
    branches = [(str(index), tasks) for index, tasks in enumerate(node.fork_tasks)]
    return [*cases, ("default", node.default_case), *branches, ("loop", node.loop_over)]


_decode_snapshot = msgspec.json.Decoder(FlowSnapshot).decode
_decode_node = msgspec.json.Decoder(list[WorkflowTask]).decode
encode = msgspec.json.Encoder().encode


def plan_of_snapshot(document: str) -> FlowPlan:
    return FlowPlan(_decode_snapshot(document))


def plan_of_fragment(document: str) -> Plan:
    """The plan of a fragment: JSON text of a sequence of nodes."""
    return Plan(_decode_node(document))
