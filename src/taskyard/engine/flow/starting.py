"""Starting executions: by a command, as the child of another one, as a failure workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.engine import timers
from taskyard.engine.access import require
from taskyard.engine.flow import conformity, rate_limit, snapshot
from taskyard.engine.flow.launch import Launch
from taskyard.engine.flow.notes import Notes
from taskyard.engine.flow.permission import require_execute
from taskyard.engine.flow.run import Run
from taskyard.model.definition import Definition, Version, VersionDocument
from taskyard.model.execution import Execution, IdempotencyKey
from taskyard.model.flow import WorkflowDef
from taskyard.model.problem import rejected

if TYPE_CHECKING:
    from taskyard.engine.flow.session import Session

PRIORITIES = range(100)
SECRETS = "workflow.secrets."
"""Who names secrets in a definition given inline must be one who may register definitions."""
NAME_LIMIT = 500
"""Characters of a correlation id or idempotency key."""


def launch(session: Session, wanted: Launch, parent: Run | None = None) -> tuple[Execution, bool]:
    """Start an execution within the session; `(execution, True)`, or the one that was there and False.

    Raises `Rejected`: not_found (unknown_definition), conflict (idempotency_key, rate_limited), invalid.
    """
    if wanted.priority not in PRIORITIES:
        raise rejected("invalid", "priority must be 0 to 99", reason="bad_priority", value=wanted.priority)
    for name, text in (("correlationId", wanted.correlation), ("idempotencyKey", wanted.idempotency_key)):
        if text is not None and len(text) > NAME_LIMIT:
            raise rejected("invalid", f"{name} has more than {NAME_LIMIT} characters", reason="bad_input")
    depth = parent.notes.depth + 1 if parent else 0
    if depth > session.view.limits.depth:
        raise rejected(
            "invalid",
            f"Workflow {wanted.key!r} would be the {depth}th inside another; at most {session.view.limits.depth} are.",
            reason="too_deep",
        )
    tenant = parent.execution.tenant if parent else ""
    version, document = _definition(session, wanted, tenant)
    if (known := _same_key(session, wanted)) is not None:
        return known, False
    run = _make(session, wanted, parent, tenant, version, document)
    admitted = rate_limit.admit(run)
    session.add(run)
    if admitted:
        begin(run)
    return run.execution, True


def _definition(session: Session, wanted: Launch, tenant: str) -> tuple[Version | None, str]:
    """The version's row and the stored document."""
    if wanted.document is not None:
        require_execute(session.view, session.actor, wanted.key, tenant)
        if SECRETS in wanted.document and session.actor is not None:
            require(session.actor, "create", kind="workflow", key=wanted.key)
        return None, wanted.document
    view = session.view
    found = view.find(Definition, locked=False, tenant=tenant, kind="workflow", key=wanted.key)
    missing = rejected(
        "not_found",
        f"No such workflow found by name: {wanted.key}, version: {wanted.version if wanted.version is not None else 'null'}",
        reason="unknown_definition",
    )
    if not found:
        raise missing
    definition = found[0]
    require_execute(view, session.actor, wanted.key, tenant)
    if wanted.version is None or wanted.version == definition.latest:
        version = view.peek(Version, definition.latest_id) if definition.latest_id else None
    else:
        rows = view.find(Version, locked=False, definition_id=definition.id, version=wanted.version)
        version = rows[0] if rows else None
    if version is None:
        raise missing
    stored = view.peek(VersionDocument, version.id)
    if stored is None:
        raise missing
    return version, stored.document


def _same_key(session: Session, wanted: Launch) -> Execution | None:
    """The execution of the same name and idempotency key, if it is to be answered; raises `Rejected` if it forbids
    another."""
    if not wanted.idempotency_key:
        return None
    view = session.view
    if view.get(IdempotencyKey, wanted.key, wanted.idempotency_key) is None:
        view.insert(IdempotencyKey(name=wanted.key, key=wanted.idempotency_key))
    rows = view.find(Execution, locked=False, key=wanted.key, idempotency_key=wanted.idempotency_key)
    if not rows:
        return None
    match wanted.idempotency_strategy:
        case "RETURN_EXISTING":
            return rows[-1]
        case "FAIL_ON_RUNNING" if all(row.phase == "closed" for row in rows):
            return None
    raise rejected(
        "conflict",
        f"Workflow {wanted.key} with idempotency key {wanted.idempotency_key} is there already: {rows[-1].uid}",
        reason="idempotency_key",
    )


def _make(
    session: Session,
    wanted: Launch,
    parent: Run | None,
    tenant: str,
    version: Version | None,
    document: str,
) -> Run:
    view = session.view
    row_id = view.row_id()
    workflow: WorkflowDef = snapshot.read_workflow(document)
    creator = wanted.creator or (session.actor.name if session.actor else None)
    execution = Execution(
        id=row_id,
        uid=view.uid(row_id),
        tenant=tenant,
        definition_id=version.definition_id if version else None,
        version_id=version.id if version else None,
        snapshot_id=snapshot.take(session, document, tenant),
        key=wanted.key,
        version=workflow.version if version is None else version.version,
        parent_id=parent.execution.id if parent else None,
        parent_element_id=wanted.parent.id if wanted.parent else None,
        root_id=(parent.execution.root_id or parent.execution.id) if parent else None,
        correlation=wanted.correlation,
        idempotency_key=wanted.idempotency_key or None,
        priority=wanted.priority,
        creator=creator,
        created_at=view.now,
        updated_at=view.now,
    )
    given = wanted.input
    if given and workflow.input_template:
        given = {**workflow.input_template, **given}
    conformity.require_input(view, tenant, workflow, given)
    starter = session.actor if session.actor is not None and not session.actor.admin else None
    kept = Notes(
        on_behalf=parent.notes.on_behalf if parent else starter,
        task_to_domain=wanted.task_to_domain,
        event=wanted.event,
        depth=parent.notes.depth + 1 if parent else 0,
        test=wanted.test or (parent is not None and parent.notes.test),
    )
    return Run(session, execution, kept, input=given)


def begin(run: Run) -> None:
    """Let an execution run from its first task."""
    execution, workflow = run.execution, run.plan.workflow
    execution.phase = "active"
    if workflow.variables:
        run.set_variables(workflow.variables)
    if workflow.timeout_seconds > 0:
        timers.start(
            run.view,
            "execution_timeout",
            run.now + workflow.timeout_seconds * 1000,
            execution_id=execution.id,
        )
    run.view.emit(
        "execution.started",
        actor=run.session.actor.name if run.session.actor else None,
        execution_id=execution.id,
        definition_id=execution.definition_id,
        data={"key": execution.key, "version": execution.version, "status": "RUNNING"},
    )
    if run.plan.first is None:
        run.notes.ended = True
    else:
        run.work.append(("schedule", run.plan.first.task_reference_name, None, None, "", 0))
