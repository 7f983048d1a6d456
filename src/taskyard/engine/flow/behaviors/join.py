"""JOIN: goes on when everything it names is done."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.behaviors.fork_dynamic import REFERENCES
from taskyard.engine.flow.plan import CHOOSERS
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask

FORKS = ("FORK_JOIN", "FORK", "FORK_JOIN_DYNAMIC")


@behaves("JOIN")
class Join(Behavior):
    """Counts what is still to come, so that the last of ten thousand branches costs what the first does."""

    retries = False
    resumes = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Count what is not done yet. Behind a dynamic fork its branches are what is waited for."""
        fork = fork_before(run, record)
        names = [name + record.suffix for name in self._names(run, node, fork, record.suffix)]
        run.set_input(record, {**input, "joinOn": names})
        run.set(record, "IN_PROGRESS")
        if fork is not None and _is_dynamic(fork) and not run.notes.retried_at:
            record.pending = fork.pending
        else:
            self._count(run, record, node, fork)
        if record.pending <= 0:
            self._finish(run, record, node)

    def resumed(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        self._count(run, record, node, fork_before(run, record))
        run.touch(record)
        if record.pending <= 0:
            self._finish(run, record, node)

    def joined(self, run: Run, record: ElementInstance, node: WorkflowTask, arrived: ElementInstance) -> None:
        record.pending -= 1
        run.touch(record)
        if record.pending <= 0:
            self._finish(run, record, node)

    def _names(self, run: Run, node: WorkflowTask, fork: ElementInstance | None, suffix: str) -> list[str]:
        """What it waits for, as the definition calls it."""
        if fork is not None and _is_dynamic(fork):
            return [name.removesuffix(suffix) for name in run.input_of(fork).get(REFERENCES, [])]
        return list(dict.fromkeys(node.join_on))

    def _count(
        self, run: Run, record: ElementInstance, node: WorkflowTask, fork: ElementInstance | None
    ) -> None:
        names = self._names(run, node, fork, record.suffix)
        if fork is not None and fork.id not in run.before:
            found = {name: run.passes.get((name, record.suffix)) for name in names}
        else:
            found = _arrived(run, names, record.suffix, fork)
        record.pending = sum(1 for name in names if not _is_done(run, found.get(name)))

    def _finish(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """Everything is there: the output is what each of them gave."""
        fork = fork_before(run, record)
        names = self._names(run, node, fork, record.suffix)
        found = _arrived(run, names, record.suffix, fork)
        arrived = [each for name in names if (each := found.get(name)) is not None]
        run.load_outputs(arrived)
        output = {each.element + each.suffix: out for each in arrived if (out := run.output_of(each))}
        bad = [each for each in arrived if not STATUSES[each.native_state or ""].successful]
        if bad and all(each.native_state == "CANCELED" for each in bad):
            status = "CANCELED"
        elif bad:
            status = "FAILED"
        elif any(each.native_state == "COMPLETED_WITH_ERRORS" for each in arrived):
            status = "COMPLETED_WITH_ERRORS"
        else:
            status = "COMPLETED"
        reason = "; ".join(each.reason or "" for each in bad) or None
        run.finish(record, status, output, reason)


def fork_before(run: Run, record: ElementInstance) -> ElementInstance | None:
    """The record of the fork that stands right before a join; None when something else does."""
    position = run.position(record)
    before = position.sequence[position.index - 1] if position.index else None
    if before is None or before.type not in FORKS:
        return None
    return run.latest(before.task_reference_name, record.suffix)


def _is_dynamic(fork: ElementInstance) -> bool:
    return fork.kind == "FORK_JOIN_DYNAMIC"


def _is_done(run: Run, found: ElementInstance | None) -> bool:
    """It was through before the join was reached; what is about to tell the join does not count yet."""
    if found is None or found.phase != "closed" or found.retried or found.id in run.proceeding:
        return False
    if found.kind in CHOOSERS and found.pending:
        return False
    return STATUSES[found.native_state or ""].successful or run.node(found).permissive


def _arrived(
    run: Run, names: list[str], suffix: str, fork: ElementInstance | None
) -> dict[str, ElementInstance]:
    """The newest record of each name in this pass: those that the fork holds at once, others one by one."""
    found: dict[str, ElementInstance] = {}
    wanted = set(names)
    for each in run.held_by(fork.id) if fork is not None else []:
        if each.element in wanted and not each.retried:
            found[each.element] = each
    for name in names:
        if name not in found and (other := run.latest(name, suffix)) is not None:
            found[name] = other
    return found
