"""How many executions may run at once under one key (`rateLimitConfig` of a workflow definition)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskyard.model.execution import Execution
from taskyard.model.problem import rejected

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run


def admit(run: Run) -> bool:
    """Whether a new execution may begin now; one too many waits in phase `scheduled`, or is refused if the policy says
    so (conflict, rate_limited)."""
    config = run.plan.workflow.rate_limit_config
    if config is None or config.concurrent_exec_limit <= 0 or not config.rate_limit_key:
        return True
    key = f"{run.execution.key}:{run.resolve(config.rate_limit_key)}"
    run.execution.limit_key = key
    running = run.view.find(Execution, limit_key=key, phase="active")
    if len(running) < config.concurrent_exec_limit:
        return True
    if config.policy == "REJECT":
        raise rejected(
            "conflict",
            f"{config.concurrent_exec_limit} executions of {run.execution.key} run already under this key.",
            reason="rate_limited",
        )
    run.execution.phase = "scheduled"
    return False


def start_next(run: Run) -> None:
    """An execution has ended: the one that waits longest under the same key begins."""
    key = run.execution.limit_key
    if key is None:
        return
    for waiting in run.view.pick(Execution, ("id",), 1, limit_key=key, phase="scheduled"):
        run.session.begin(run.session.open(waiting.id))
