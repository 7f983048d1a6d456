"""FORK_JOIN_DYNAMIC: branches that are known when the flow is there."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow import branching
from taskyard.engine.flow.behavior import Behavior, behaves, behavior_of
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.engine.flow.payload import is_too_large
from taskyard.engine.flow.plan import Position
from taskyard.engine.flow.run import Place, Run
from taskyard.model.execution import ElementInput, ElementInstance
from taskyard.model.flow import WorkflowTask
from taskyard.notations.flowjson.member import write_briefly

REFERENCES = "forkedTasks"
DEFINITIONS = "forkedTaskDefs"


@behaves("FORK_JOIN_DYNAMIC")
class DynamicFork(Behavior):
    """Closes at once; the branches are scheduled one by one, then the join, which counts what is still to come.

    Each branch is one node, which may hold others; it is kept as the fragment of its own record. `pending` of the fork
    counts the branches that are not through until the join is there, then the join counts.
    """

    retries = False
    forks = True
    makes_fragment = True
    label = "FORK"

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Read the branches and begin with them."""
        first = run.notes.forks == 0
        try:
            branches = branching.branches_of(node, input, first=first)
            branching.check(run, record, branches)
        except branching.BadBranches as fault:
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", reason=str(fault))
            return
        run.notes.forks += 1
        extra = extra_of(record)
        extra.sub = {**extra.sub, "first": first}
        keep(record, extra)
        record.pending = len(branches)
        references = [branch.node.task_reference_name for branch in branches]
        shown = {**input, REFERENCES: [each + record.suffix for each in references]}
        full = {**shown, DEFINITIONS: [write_briefly(branch.node) for branch in branches]}
        run.set_input(record, shown if is_too_large(run.view, full) else full)
        run.finish(record, "COMPLETED", {}, proceed=False)
        if branches:
            run.work.appendleft(("more", record.id, 0))
        else:
            run.proceed_later(record)

    def more(self, run: Run, record: ElementInstance, node: WorkflowTask, place: int) -> None:
        """Begin the branch at that place; behind the last one the join."""
        branches = self._branches(run, record, node)
        self._begin(run, record, branches[place])
        if not run.open:
            return
        if place + 1 < len(branches):
            run.work.appendleft(("more", record.id, place + 1))
        else:
            following = run.position(record).following
            assert following is not None
            run.schedule(run.beside(record, following))

    def child_done(
        self, run: Run, record: ElementInstance, node: WorkflowTask, child: ElementInstance
    ) -> None:
        """A branch is through: the join counts it, or the fork while there is none."""
        following = run.position(record).following
        join = run.latest(following.task_reference_name, record.suffix) if following is not None else None
        if join is None or join.seq < record.seq:
            record.pending -= 1
            run.touch(record)
        elif join.phase != "closed":
            behavior_of(join.kind).joined(run, join, run.node(join), child)

    def heads(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[Position]:
        return [
            Position(branch.node, (branch.node,), 0, None) for branch in self._branches(run, record, node)
        ]

    def begin(self, run: Run, record: ElementInstance, node: WorkflowTask, head: Position) -> None:
        """Begin a branch that is missing."""
        name = head.node.task_reference_name
        for branch in self._branches(run, record, node):
            if branch.node.task_reference_name == name:
                self._begin(run, record, branch)

    def _branches(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[branching.Branch]:
        """The branches of a fork that was entered. Its input never changes, so that it is read once."""
        first = bool(extra_of(record).sub.get("first"))
        if record.id in run.before:
            given = run.view.constant(ElementInput, record.id, branching.given)
        else:
            given = run.branches.setdefault(record.id, branching.Given(run.input_of(record)))
        if given.branches is None:
            given.branches = branching.branches_of(node, given.input, first=first)
        return given.branches

    def _begin(self, run: Run, record: ElementInstance, branch: branching.Branch) -> None:
        place = Place(branch.node, record.id, None, record.suffix, record.iteration)
        run.schedule(place, fragment=True, more_input=branch.input)
