"""FORK_JOIN: several sequences side by side."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves, behavior_of
from taskyard.engine.flow.notes import Work
from taskyard.engine.flow.plan import Position
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


@behaves("FORK_JOIN", "FORK")
class Fork(Behavior):
    """Closes at once; the first task of each branch and the join are scheduled together, as pieces of work of their own."""

    retries = False
    forks = True
    label = "FORK"

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Begin every branch, then the join."""
        run.finish(record, "COMPLETED", {}, proceed=False)
        following = run.position(record).following
        branches = [branch for branch in node.fork_tasks if branch]
        if following is None or (not branches and following.type != "JOIN"):
            run.proceed_later(record)
            return
        pieces: list[Work] = [
            ("schedule", branch[0].task_reference_name, record.id, *self._place(record))
            for branch in branches
        ]
        pieces.append(("schedule", following.task_reference_name, record.parent_id, *self._place(record)))
        run.work.extendleft(reversed(pieces))

    def _place(self, record: ElementInstance) -> tuple[int | None, str, int]:
        return record.fragment_id, record.suffix, record.iteration

    def heads(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[Position]:
        plan = run.plan_of(record)
        return [plan.positions[branch[0].task_reference_name] for branch in node.fork_tasks if branch]

    def child_done(
        self, run: Run, record: ElementInstance, node: WorkflowTask, child: ElementInstance
    ) -> None:
        """A branch is through: its join knows by the names it waits for. A loop around whose pass was through already is
        told, for it may have waited for this branch."""
        around = run.record(record.parent_id) if record.parent_id is not None else None
        while around is not None and around.kind != "DO_WHILE":
            around = run.record(around.parent_id) if around.parent_id is not None else None
        if around is not None and around.phase != "closed" and around.pending:
            behavior_of(around.kind).child_done(run, around, run.node(around), child)
