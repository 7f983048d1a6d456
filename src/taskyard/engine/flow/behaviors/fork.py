"""FORK_JOIN: several sequences side by side."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.plan import Position
from taskyard.engine.flow.run import Place, Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


@behaves("FORK_JOIN", "FORK")
class Fork(Behavior):
    """Closes at once; the first task of each branch and the join are scheduled together."""

    retries = False
    forks = True
    label = "FORK"

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Begin every branch, then the join."""
        run.finish(record, "COMPLETED", {}, proceed=False)
        following = run.position(record).following
        branches = [branch for branch in node.fork_tasks if branch]
        for branch in branches:
            if run.open:
                run.schedule(Place(branch[0], record.id, record.fragment_id, record.suffix, record.iteration))
        if not run.open:
            return
        if following is None or (not branches and following.type != "JOIN"):
            run.proceed_later(record)
        else:
            run.schedule(run.beside(record, following))

    def heads(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[Position]:
        plan = run.plan_of(record)
        return [plan.positions[branch[0].task_reference_name] for branch in node.fork_tasks if branch]

    def child_done(
        self, run: Run, record: ElementInstance, node: WorkflowTask, child: ElementInstance
    ) -> None:
        """A branch is through: its join knows by the names it waits for."""
