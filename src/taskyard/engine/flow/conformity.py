"""Schema enforcement: what is wrong with the inputs and outputs of executions and tasks, where their definitions say that
it matters (`enforceSchema`).

A schema without data stands for the registered one of that name and version. Only JSON Schema is checked; one that is not
registered, or of another type, checks nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from taskyard.engine.expressions.schema import faults
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.flow import SchemaDef, TaskDef, WorkflowDef
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run
    from taskyard.model.execution import ElementInstance

_decode = msgspec.json.Decoder(SchemaDef).decode


def require_input(view: View, tenant: str, workflow: WorkflowDef, input: dict[str, Any]) -> None:
    """Raises `Rejected` (invalid, input_schema) when an execution must not start with this input."""
    if not workflow.enforce_schema:
        return
    found = _faults(view, tenant, workflow.input_schema, input)
    if found:
        detail = f"The input of workflow {workflow.name} does not fit its schema: {'; '.join(found)}"
        errors = tuple(FieldError(pointer="input", detail=each, code="schema") for each in found)
        raise Rejected(Problem(code="invalid", detail=detail, reason="input_schema", errors=errors))


def workflow_output_fault(run: Run, output: dict[str, Any]) -> str | None:
    """Why an execution must not complete with this output; None when it may."""
    workflow = run.plan.workflow
    if not workflow.enforce_schema or workflow.output_schema is None:
        return None
    found = _faults(run.view, run.execution.tenant, workflow.output_schema, output)
    return f"The output of the workflow does not fit its schema: {'; '.join(found)}" if found else None


def input_fault(run: Run, record: ElementInstance, input: dict[str, Any]) -> str | None:
    """Why a task must not begin with this input; None when it may."""
    definition = _enforced(run, record)
    found = _faults(run.view, record.tenant, definition.input_schema, input) if definition else []
    return f"The input of the task does not fit its schema: {'; '.join(found)}" if found else None


def output_fault(run: Run, record: ElementInstance, output: dict[str, Any] | None) -> str | None:
    """Why a task must not complete with this output, by default the one that it has; None when it may."""
    definition = _enforced(run, record)
    if definition is None or definition.output_schema is None:
        return None
    given = run.output_of(record) if output is None else output
    found = _faults(run.view, record.tenant, definition.output_schema, given)
    return f"The output of the task does not fit its schema: {'; '.join(found)}" if found else None


def _enforced(run: Run, record: ElementInstance) -> TaskDef | None:
    """The task's definition, if its schemas matter."""
    named = run.task_def(record)
    return named.definition if named is not None and named.definition.enforce_schema else None


def _faults(view: View, tenant: str, schema: SchemaDef | None, value: dict[str, Any]) -> list[str]:
    if schema is None:
        return []
    if not schema.data and schema.name:
        schema = _registered(view, tenant, schema)
    if schema is None or not schema.data or schema.type not in (None, "JSON"):
        return []
    return faults(schema.data, value)


def _registered(view: View, tenant: str, wanted: SchemaDef) -> SchemaDef | None:
    found = view.find(Definition, locked=False, tenant=tenant, kind="schema", key=wanted.name)
    if not found:
        return None
    rows = view.find(Version, locked=False, definition_id=found[0].id, version=wanted.version)
    document = view.peek(VersionDocument, rows[0].id) if rows else None
    return _decode(document.document) if document is not None else None
