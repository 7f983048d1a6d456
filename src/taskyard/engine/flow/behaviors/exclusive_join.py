"""EXCLUSIVE_JOIN: goes on with the first of several tasks that is there."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


@behaves("EXCLUSIVE_JOIN")
class ExclusiveJoin(Behavior):
    """Takes over the output of the first task of `joinOn` that the flow has reached, when it is done; when none of them
    is, of the first default task that is done. Where there is none at all it waits for one of them."""

    retries = False
    resumes = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        names = [name + record.suffix for name in node.join_on]
        run.set_input(record, {**input, "joinOn": names})
        run.set(record, "IN_PROGRESS")
        self._look(run, record, node)

    def joined(self, run: Run, record: ElementInstance, node: WorkflowTask, arrived: ElementInstance) -> None:
        self._look(run, record, node)

    def resumed(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        self._look(run, record, node)

    def _look(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        found = self._first(run, record, node)
        if found is None:
            return
        output = run.output_of(found)
        if STATUSES[found.native_state or ""].successful:
            run.finish(record, "COMPLETED", output)
        else:
            run.finish(record, "FAILED", output, found.reason)

    def _first(self, run: Run, record: ElementInstance, node: WorkflowTask) -> ElementInstance | None:
        for name in node.join_on:
            found = run.latest(name, record.suffix)
            if found is not None and found.native_state != "SKIPPED":
                if _is_done(run, found):
                    return found
                break
        for name in node.default_exclusive_join_task:
            found = run.latest(name, record.suffix)
            if found is not None and _is_done(run, found):
                return found
        return None


def _is_done(run: Run, record: ElementInstance) -> bool:
    """Done for good: what is about to be told, or tried again, does not count yet."""
    return record.phase == "closed" and record.id not in run.proceeding
