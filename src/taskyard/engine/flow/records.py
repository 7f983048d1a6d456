"""One execution within one command: its records as they are read and changed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import ref

import msgspec

from taskyard.engine.expressions import template
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.notes import Notes, Work, encode
from taskyard.engine.flow.plan import (
    UNNAMED,
    FlowPlan,
    NamedTask,
    Plan,
    Position,
    plan_of_fragment,
    plan_of_snapshot,
)
from taskyard.engine.flow.scope import RunScope
from taskyard.model.evaluation import Answer, Language, Question
from taskyard.model.execution import (
    ElementFragment,
    ElementInput,
    ElementInstance,
    ElementOutput,
    Execution,
    ExecutionDocument,
    Snapshot,
    Variable,
)
from taskyard.model.flow import WorkflowTask
from taskyard.model.problem import rejected

if TYPE_CHECKING:
    from taskyard.engine.flow.branching import Given
    from taskyard.engine.flow.session import Session

_encode = msgspec.json.Encoder().encode


def _plan_of(row: Snapshot) -> FlowPlan:
    return plan_of_snapshot(row.document)


def _fragment_of(row: ElementFragment) -> Plan:
    return plan_of_fragment(row.document)


class Records:
    """An execution with its records, payloads and variables. Records are kept by id, changed in place, given to `touch`,
    and written once by `save.save`."""

    def __init__(
        self,
        session: Session,
        execution: Execution,
        notes: Notes,
        *,
        input: dict[str, Any] | None = None,
    ) -> None:
        self._session = ref(
            session
        )  # which holds the run: without a circle both are gone when the command ends
        self.view = session.view
        self.now = session.view.now
        self.execution = execution
        self.fresh = input is not None
        self.notes = notes
        self.noted = b"" if self.fresh else encode(notes)
        self.plan: FlowPlan = self.view.constant(Snapshot, execution.snapshot_id, _plan_of)
        self.work: deque[Work] = deque()
        self.records: dict[int, ElementInstance] = {}
        self.before: dict[int, str | None] = {}
        self.changed: set[int] = set()
        self.newest: dict[str, ElementInstance] = {}
        self.passes: dict[tuple[str, str], ElementInstance] = {}
        self.whole = self.fresh
        self.inputs: dict[int, dict[str, Any]] = {}
        self.outputs: dict[int, dict[str, Any]] = {}
        self.stored_outputs: dict[int, dict[str, Any]] = {}
        self.written_inputs: set[int] = set()
        self.fragments: dict[int, list[WorkflowTask]] = {}
        self._plans: dict[int, Plan] = {}
        self.set_variables_to: dict[str, Any] = {}
        self.proceeding: set[int] = {piece[1] for piece in notes.held if piece[0] == "proceed"}
        self.removed: set[int] = set()
        self.branches: dict[int, Given] = {}
        self.scheduled = 0
        self.new_output: dict[str, Any] | None = None
        self.input_changed = self.fresh
        self.output_changed = False
        self._input = input
        self._variables: dict[str, Any] | None = None

    @property
    def session(self) -> Session:
        """The session that drives the run, for as long as its command is decided."""
        found = self._session()
        assert found is not None
        return found

    @property
    def scope(self) -> RunScope:
        """What expressions see."""
        return RunScope(self)

    @property
    def open(self) -> bool:
        return self.execution.phase != "closed"

    @property
    def input(self) -> dict[str, Any]:
        """The input of the execution."""
        found = self._input
        if found is None:
            row = self.view.peek(ExecutionDocument, self.execution.id)
            found = self._input = self.decode(row.input) if row is not None else {}
        return found

    def set_input_to(self, input: dict[str, Any]) -> None:
        """Give the execution another input."""
        self._input, self.input_changed = input, True

    @property
    def output(self) -> dict[str, Any] | None:
        """What the execution gave, None while it is open."""
        if self.output_changed or self.fresh:
            return self.new_output
        row = self.view.peek(ExecutionDocument, self.execution.id)
        return self.decode(row.output) if row is not None and row.output is not None else None

    def set_output_to(self, output: dict[str, Any] | None) -> None:
        """Set or take away what the execution gave."""
        self.new_output, self.output_changed = output, True

    @property
    def variables(self) -> dict[str, Any]:
        """The variables as they are now; change them with `set_variables`."""
        if self._variables is None:
            rows = [] if self.fresh else self.view.find(Variable, execution_id=self.execution.id, scope_id=0)
            self._variables = {row.name: self.decode(row.value) for row in rows}
        return self._variables

    def set_variables(self, values: dict[str, Any]) -> None:
        """Set variables by name. Their whole size is the caller's to check (`view.limits.variables`)."""
        self.variables.update(values)
        self.set_variables_to.update(values)

    def decode(self, text: str) -> Any:
        return msgspec.json.decode(text)

    def record(self, record_id: int) -> ElementInstance:
        """The record with that row id, to be changed in place and then given to `touch`."""
        known = self.records.get(record_id)
        if known is None:
            found = self.view.get(ElementInstance, record_id)
            if found is None or found.execution_id != self.execution.id:
                raise rejected(
                    "not_found", f"There is no element instance {record_id}.", reason="unknown_task"
                )
            known = self._know(found)
        return known

    def find_record(self, record_id: int) -> ElementInstance | None:
        """The record with that row id, where it is there still."""
        found = self.records.get(record_id) or self.view.get(ElementInstance, record_id)
        if found is None or found.execution_id != self.execution.id:
            return None
        return self._know(found)

    def _know(self, found: ElementInstance) -> ElementInstance:
        known = self.records.get(found.id)
        if known is not None:
            return known
        self.records[found.id] = found
        self.before[found.id] = found.native_state
        return found

    def touch(self, record: ElementInstance) -> None:
        """The record was changed."""
        record.updated_at = self.now
        self.changed.add(record.id)

    def latest(self, reference: str, suffix: str | None = None) -> ElementInstance | None:
        """The newest record of a task name; with `suffix` of that pass of the loops."""
        newest = self.newest.get(reference)
        if newest is not None and (suffix is None or newest.suffix == suffix):
            return newest
        if suffix is not None and (reference, suffix) in self.passes:
            return self.passes[reference, suffix]
        if self.whole:
            return None
        made = [
            record
            for record in self.records.values()
            if record.element == reference and record.suffix == suffix and not record.retried
        ]
        if made:
            return max(made, key=lambda record: record.seq)
        equals: dict[str, Any] = {"execution_id": self.execution.id, "element": reference}
        if suffix is not None:
            equals["suffix"] = suffix
        found = self.view.last(ElementInstance, "seq", **equals)
        return None if found is None else self._know(found)

    def open_records(self) -> list[ElementInstance]:
        """Every record that is not closed, in order. Costs what there is open."""
        found = [record for record in self.records.values() if record.phase != "closed"]
        if len(found) < self.execution.open_steps:
            for each in self.view.find(ElementInstance, execution_id=self.execution.id, closed_at=None):
                self._know(each)
            found = [record for record in self.records.values() if record.phase != "closed"]
        return sorted(found, key=lambda record: record.seq)

    def all_records(self) -> list[ElementInstance]:
        """Every record, in order: for operations that look at the whole execution."""
        if not self.whole:
            for each in self.view.find(ElementInstance, execution_id=self.execution.id):
                self._know(each)
        found = sorted(self.records.values(), key=lambda record: record.seq)
        if not self.whole:
            self.whole = True
            for record in found:
                self.remember_made(record)
        return found

    def remember_made(self, record: ElementInstance) -> None:
        """The record is the newest of its name, and of its pass of the loops."""
        self.newest[record.element] = record
        self.passes[record.element, record.suffix] = record

    def forget(self, dropped: list[ElementInstance]) -> None:
        """These records are being removed; every record must have been read before."""
        for record in dropped:
            self.drop(record)
        self.newest.clear()
        self.passes.clear()
        for record in sorted(self.records.values(), key=lambda each: each.seq):
            self.remember_made(record)

    def clear(self) -> None:
        """Every record is being removed."""
        self.forget(list(self.records.values()))
        self.whole = True

    def take_plan(self, snapshot_id: int) -> None:
        """Run another snapshot from now on."""
        self.execution.snapshot_id = snapshot_id
        self.plan = self.view.constant(Snapshot, snapshot_id, _plan_of)

    def drop(self, record: ElementInstance) -> None:
        """The record is being removed, and it is not the newest of its name."""
        for kept in (
            self.records,
            self.before,
            self.inputs,
            self.outputs,
            self.stored_outputs,
            self.fragments,
        ):
            kept.pop(record.id, None)
        self.changed.discard(record.id)
        self.written_inputs.discard(record.id)
        self.passes.pop((record.element, record.suffix), None)
        self.removed.add(record.id)

    def clear_variables(self) -> None:
        """Take away every variable."""
        for row in self.view.find(Variable, execution_id=self.execution.id, scope_id=0):
            self.view.delete(row)
        self._variables = {}
        self.set_variables_to.clear()

    def taken(self, references: set[str], suffix: str) -> list[str]:
        """Which of these names have a record in that pass of the loops."""
        execution_id = self.execution.id
        found = {
            record.element
            for record in self.records.values()
            if record.suffix == suffix and record.element in references
        }
        if not self.whole:
            names = ("execution_id", "element")
            self.view.expect(ElementInstance, names, [(execution_id, each) for each in sorted(references)])
            for each in sorted(references):
                for record in self.view.find(ElementInstance, execution_id=execution_id, element=each):
                    if record.suffix == suffix:
                        found.add(each)
        return sorted(found)

    def held_by(self, *parent_ids: int) -> list[ElementInstance]:
        """Every record that these records hold, in order. One round for all of them."""
        stored = [each for each in parent_ids if each in self.before]
        self.view.expect(ElementInstance, ("parent_id",), [(each,) for each in stored])
        for parent_id in stored:
            for each in self.view.find(ElementInstance, parent_id=parent_id):
                if each.id not in self.removed:
                    self._know(each)
        wanted = set(parent_ids)
        found = [record for record in self.records.values() if record.parent_id in wanted]
        return sorted(found, key=lambda record: record.seq)

    def load_outputs(self, records: list[ElementInstance]) -> None:
        """Read the outputs of many records at once."""
        missing = [
            record.id
            for record in records
            if record.id in self.before
            and record.id not in self.outputs
            and record.id not in self.stored_outputs
        ]
        if missing:
            self.view.load(ElementOutput, missing)

    def plan_of(self, record: ElementInstance) -> Plan:
        """The plan that describes the record's node."""
        if record.fragment_id is None:
            return self.plan
        return self.fragment_plan(record.fragment_id)

    def fragment_plan(self, fragment_id: int) -> Plan:
        if fragment_id in self.fragments:
            if fragment_id not in self._plans:
                self._plans[fragment_id] = Plan(self.fragments[fragment_id])
            return self._plans[fragment_id]
        return self.view.constant(ElementFragment, fragment_id, _fragment_of)

    def position(self, record: ElementInstance) -> Position:
        return self.plan_of(record).positions[record.element]

    def node(self, record: ElementInstance) -> WorkflowTask:
        return self.position(record).node

    def type_of(self, record: ElementInstance) -> str:
        """The type that records show: the task's name for work of workers."""
        behavior = behavior_of(record.kind)
        return behavior.label or (record.name if record.kind == "SIMPLE" else record.kind)

    def task_def(self, record: ElementInstance) -> NamedTask | None:
        """The task definition that applies: the node's own, else the registered one of that name."""
        node = self.node(record)
        if node.task_definition is not None:
            named = self.plan.task_def(record.name)
            return NamedTask(id=named.id if named else None, definition=node.task_definition)
        if node.type in UNNAMED:
            return None
        known = self.plan.task_def(record.name)
        return known or self.session.registered(record.name, self.execution.tenant, self.plan.strange)

    def input_of(self, record: ElementInstance) -> dict[str, Any]:
        if record.id not in self.inputs:
            row = self.view.peek(ElementInput, record.id)
            self.inputs[record.id] = self.decode(row.document) if row else {}
        return self.inputs[record.id]

    def set_input(self, record: ElementInstance, input: dict[str, Any]) -> None:
        """What the record shows as its input."""
        self.inputs[record.id] = input
        self.written_inputs.add(record.id)

    def output_of(self, record: ElementInstance) -> dict[str, Any]:
        if record.phase != "closed":
            current = behavior_of(record.kind).current_output(self, record)
            if current is not None:
                return current
        if record.id in self.outputs:
            return self.outputs[record.id]
        if record.id not in self.stored_outputs:
            row = None if record.id not in self.before else self.view.peek(ElementOutput, record.id)
            self.stored_outputs[record.id] = self.decode(row.document) if row else {}
        return self.stored_outputs[record.id]

    def parent(self) -> Execution | None:
        parent_id = self.execution.parent_id
        return self.view.peek(Execution, parent_id) if parent_id is not None else None

    def parent_task_uid(self) -> str | None:
        element_id = self.execution.parent_element_id
        element = self.view.peek(ElementInstance, element_id) if element_id is not None else None
        return element.uid if element else None

    # Expressions

    def resolve(self, value: Any, record: ElementInstance | None = None) -> Any:
        """The value with its `${…}` filled in."""
        return template.resolve(value, self.scope, task_id=record.uid if record else None)

    def evaluate(self, language: Language, expression: str, input: dict[str, Any]) -> Answer:
        """The answer to an expression in another language, with `input` as what it sees. Ask before anything is changed:
        beyond what one command may ask, `Later` is raised and the behavior is called again in a later command."""
        self.session.ask()
        return self.view.evaluate(Question(language, expression, _encode(input).decode()))
