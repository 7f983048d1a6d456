"""Writes what a run changed, and tells the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskyard.engine.flow import state_change
from taskyard.engine.flow.payload import encode, text_of
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import (
    ElementFragment,
    ElementInput,
    ElementInstance,
    ElementOutput,
    ExecutionDocument,
    ExecutionNotes,
    Variable,
)

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run


def save(run: Run) -> None:
    """Write the run's records, payloads, variables and its execution. Once per command."""
    view, execution = run.view, run.execution
    for record_id in sorted(run.changed):
        record = run.records[record_id]
        if record_id in run.before:
            view.update(record)
        else:
            view.insert(record)
        _tell(run, record)
    for record_id in sorted(run.written_inputs):
        row = ElementInput(element_id=record_id, document=text_of(view, run.inputs[record_id], "input"))
        if record_id in run.before and view.get(ElementInput, record_id) is not None:
            view.update(row)
        else:
            view.insert(row)
    for record_id in sorted(run.outputs):
        output = ElementOutput(element_id=record_id, document=text_of(view, run.outputs[record_id], "output"))
        if record_id in run.before and view.get(ElementOutput, record_id) is not None:
            view.update(output)
        elif run.outputs[record_id]:
            view.insert(output)
    for record_id, nodes in sorted(run.fragments.items()):
        view.insert(ElementFragment(element_id=record_id, document=encode(nodes).decode()))
    _save_variables(run)
    _save_document(run)
    execution.updated_at = view.now
    if run.fresh:
        view.insert(execution)
    else:
        view.update(execution)
    view.wake(f"execution:{execution.uid}")


def _tell(run: Run, record: ElementInstance) -> None:
    """An event for a record that was made, or whose status is another one."""
    before = run.before.get(record.id)
    if before == record.native_state:
        return
    kind = _kind(record, before)
    state_change.tell(run, record, before)
    data: dict[str, Any] = {
        "element": record.id,
        "ref": record.element + record.suffix,
        "status": record.native_state,
    }
    run.view.emit(
        f"element.{kind}",
        actor=run.session.actor.name if run.session.actor else None,
        execution_id=run.execution.id,
        definition_id=run.execution.definition_id,
        data=data,
    )


def _kind(record: ElementInstance, before: str | None) -> str:
    if record.phase == "closed":
        return "closed"
    if before is None:
        return "scheduled"
    return "reopened" if STATUSES[before].closed else "changed"


def _save_variables(run: Run) -> None:
    for name, value in sorted(run.set_variables_to.items()):
        row = Variable(
            execution_id=run.execution.id,
            name=name,
            value=encode(value).decode(),
            updated_at=run.now,
        )
        if not run.fresh and run.view.get(Variable, run.execution.id, 0, name) is not None:
            run.view.update(row)
        else:
            run.view.insert(row)


def _save_document(run: Run) -> None:
    """Notes and payloads, where they changed."""
    view, row_id = run.view, run.execution.id
    noted = encode(run.notes)
    if run.fresh:
        view.insert(ExecutionNotes(execution_id=row_id, document=noted.decode()))
    elif noted != run.noted:
        view.update(ExecutionNotes(execution_id=row_id, document=noted.decode()))
    if not (run.input_changed or run.output_changed):
        return
    output = run.output
    payloads = ExecutionDocument(
        execution_id=row_id,
        input=text_of(view, run.input, "input"),
        output=encode(output).decode() if output is not None else None,
    )
    if run.fresh or view.get(ExecutionDocument, row_id) is None:
        view.insert(payloads)
    else:
        view.update(payloads)
