"""What an execution will run, put together at its start: the workflow with the task definitions that it names."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from taskyard.engine.flow.plan import UNNAMED, FlowSnapshot, NamedTask
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.execution import Snapshot
from taskyard.model.flow import TaskDef, WorkflowDef

if TYPE_CHECKING:
    from taskyard.engine.flow.session import Session

CHILDREN = ("SUB_WORKFLOW", "START_WORKFLOW")
KEPT = 128

_encode = msgspec.json.Encoder().encode
_decode_task = msgspec.json.Decoder(TaskDef).decode


@lru_cache(maxsize=KEPT)
def read_workflow(document: str) -> WorkflowDef:
    """The workflow of a stored document. Shared: not to be changed."""
    return msgspec.json.decode(document, type=WorkflowDef)


@lru_cache(maxsize=KEPT)
def _names(document: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of task definitions that its nodes may have, and of workflows that it starts without saying a version."""
    tasks: set[str] = set()
    children: set[str] = set()
    for node in read_workflow(document).nodes():
        if node.type not in UNNAMED and "$" not in node.name:
            tasks.add(node.name)
        wanted = node.sub_workflow_param
        if node.type not in CHILDREN or wanted is None or not wanted.name or "$" in wanted.name:
            continue
        if wanted.version is None and wanted.workflow_definition is None:
            children.add(wanted.name)
    return tuple(sorted(tasks)), tuple(sorted(children))


@lru_cache(maxsize=KEPT)
def _snapshot(
    document: str, tasks: tuple[tuple[str, int, str], ...], children: tuple[tuple[str, int], ...]
) -> tuple[str, str]:
    """The snapshot's text and its SHA-256."""
    snapshot = FlowSnapshot(
        workflow=read_workflow(document),
        tasks={name: NamedTask(id=row_id, definition=_decode_task(text)) for name, row_id, text in tasks},
        children=dict(children),
    )
    text = _encode(snapshot)
    return text.decode(), hashlib.sha256(text).hexdigest()


def take(session: Session, document: str, tenant: str) -> int:
    """The row id of the snapshot of a stored workflow document as everything it names is now."""
    view = session.view
    task_names, child_names = _names(document)
    names = ("tenant", "kind", "key")
    wanted = [(tenant, "worker", name) for name in task_names]
    wanted += [(tenant, "workflow", name) for name in child_names]
    view.expect(Definition, names, wanted, locked=False)
    tasks: list[tuple[str, int, str]] = []
    for name in task_names:
        found = view.find(Definition, locked=False, tenant=tenant, kind="worker", key=name)
        text = view.peek(VersionDocument, found[0].latest_id) if found else None
        if text is not None:
            tasks.append((name, found[0].id, text.document))
    children: list[tuple[str, int]] = []
    for name in child_names:
        found = view.find(Definition, locked=False, tenant=tenant, kind="workflow", key=name)
        if found:
            children.append((name, found[0].latest))
    text, digest = _snapshot(document, tuple(tasks), tuple(children))
    known = view.find(Snapshot, locked=False, sha256=digest)
    if known:
        return known[0].id
    row = Snapshot(id=view.row_id(), sha256=digest, document=text)
    view.insert(row)
    return row.id
