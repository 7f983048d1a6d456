"""How many executions may run at once under one key (`rateLimitConfig` of a workflow definition)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from taskyard.engine.expressions.template import as_text
from taskyard.engine.flow.reopening import tell
from taskyard.model.execution import Execution, Wait
from taskyard.model.problem import rejected

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

WAIT = "limit"
"""The kind of wait of an execution that may not begin yet."""


KEY_LIMIT = 500
"""Characters of a key; longer ones are told apart by their digest."""


def admit(run: Run) -> bool:
    """Whether a new execution may begin now; one too many waits in phase `scheduled`, or is refused if the policy says
    so (conflict, rate_limited)."""
    config = run.plan.workflow.rate_limit_config
    if config is None or config.concurrent_exec_limit <= 0 or not config.rate_limit_key:
        return True
    execution, view = run.execution, run.view
    key = f"{execution.key}:{as_text(run.resolve(config.rate_limit_key))}"
    if len(key) > KEY_LIMIT:
        key = hashlib.sha256(key.encode()).hexdigest()
    if _running(run, key) < config.concurrent_exec_limit:
        execution.limit_key = key
        return True
    if config.policy == "REJECT":
        raise rejected(
            "conflict",
            f"{config.concurrent_exec_limit} executions of {execution.key} run already under this key.",
            reason="rate_limited",
        )
    execution.limit_key = key
    execution.phase = "scheduled"
    view.insert(Wait(id=view.row_id(), execution_id=execution.id, kind=WAIT, name=key, created_at=view.now))
    tell(run, "queued")
    return False


def leave(run: Run) -> None:
    """The execution does not wait for its turn any more."""
    for wait in run.view.find(Wait, execution_id=run.execution.id):
        if wait.kind == WAIT:
            run.view.delete(wait)


def start_next(run: Run) -> None:
    """An execution has ended: the one that waits longest under the same key begins, if there is room."""
    key, config = run.execution.limit_key, run.plan.workflow.rate_limit_config
    if key is None or config is None or _running(run, key) >= config.concurrent_exec_limit:
        return
    for waiting in run.view.pick(
        Execution, ("id",), 1 + len(run.session.runs), limit_key=key, phase="scheduled"
    ):
        found = run.session.open(waiting.id)
        if found.execution.phase == "scheduled":
            leave(found)
            run.session.begin(found)
            return


def _running(run: Run, key: str) -> int:
    """Executions under the key that have begun and not ended, as this command sees them."""
    stored = {row.id for row in run.view.find(Execution, limit_key=key, phase="active")}
    here = {each.execution.id: each.execution for each in run.session.runs.values()}
    active = {row_id for row_id, row in here.items() if row.phase == "active" and row.limit_key == key}
    return len((stored - here.keys()) | active)
