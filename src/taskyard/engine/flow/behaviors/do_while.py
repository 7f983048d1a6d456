"""DO_WHILE: a sequence again and again, by a condition or once for each of a list of items."""

from __future__ import annotations

from typing import Any

from taskyard.engine.expressions.script import is_true
from taskyard.engine.flow import passes, script
from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.engine.flow.records import Records
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask

ITEMS = "_items"
KEEP = "keepLastN"


@behaves("DO_WHILE")
class DoWhile(Behavior):
    """Open while it runs; the record's `iteration` is the pass at hand, from 1. What the passes gave is put together when
    it is asked for and at the end, so that a pass costs the same however many were before."""

    retries = False
    resumes = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Begin the first pass; without items there is none."""
        sub: dict[str, Any] = {}
        items: Any = []
        if node.items is not None or ITEMS in input:
            items = run.resolve(node.items, record) if node.items is not None else input[ITEMS]
            items = [] if items is None else items
            if not isinstance(items, list):
                self._fail(run, record, "The items of the loop are not a list.")
                return
            sub["items"] = len(items)
        last = str(input.get(KEEP))
        if last.isdecimal() and int(last) > 0:
            sub["keep"] = int(last)
        if sub:
            extra = extra_of(record)
            extra.sub = {**extra.sub, **sub}
            keep(record, extra)
        run.set(record, "IN_PROGRESS")
        if sub.get("items") == 0 or not node.loop_over:
            run.finish(record, "COMPLETED", {"iteration": 0})
            return
        if sub.get("items"):
            passes.keep_items(run, record, items)
        self._begin(run, record, node, 1)

    def child_done(
        self, run: Run, record: ElementInstance, node: WorkflowTask, child: ElementInstance
    ) -> None:
        """A pass is through: another one, or the end. A branch of it that nothing joined is waited for (`pending`)."""
        suffix = f"{record.suffix}__{record.iteration}"
        if record.phase == "closed" or child.suffix != suffix:
            return
        if passes.may_leave_open(node) and passes.is_open(run, suffix):
            record.pending = 1
            run.touch(record)
            return
        sub = extra_of(record).sub
        number, items = record.iteration, sub.get("items")
        again = items is None or number < items
        if again and node.loop_condition:
            seen = passes.seen_by_condition(run, record, node)
            answer = script.evaluate(run, node.evaluator_type, node.loop_condition, seen)
            if answer.error is not None:
                self._fail(run, record, f"The loop condition failed: {answer.error}")
                return
            again = is_true(answer.value)
        if last := sub.get("keep"):
            passes.drop(run, record, number - last)
        if not again:
            run.finish(record, "COMPLETED", passes.output_of(run, record))
        elif number >= run.view.limits.iterations:
            most = run.view.limits.iterations
            self._fail(run, record, f"The loop has gone round {most} times, the most it may.")
        else:
            self._begin(run, record, node, number + 1)

    def resumed(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """The pass at hand is the last one that is there."""
        made = [passes.pass_of(record, each) for each in run.held_by(record.id)]
        if made:
            record.iteration = max(made)
            run.touch(record)
        elif node.loop_over:
            self._begin(run, record, node, 1)

    def cancelled(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """What the passes gave so far stays to be seen."""
        run.outputs[record.id] = {"iteration": record.iteration}

    def current_output(self, run: Records, record: ElementInstance) -> dict[str, Any] | None:
        """What the passes gave so far."""
        return passes.LoopOutput(run, record)

    def _begin(self, run: Run, record: ElementInstance, node: WorkflowTask, number: int) -> None:
        record.iteration, record.pending = number, 0
        run.set(record, "IN_PROGRESS", {"iteration": number})
        first = node.loop_over[0].task_reference_name
        suffix = f"{record.suffix}__{number}"
        run.work.append(("schedule", first, record.id, record.fragment_id, suffix, number))

    def _fail(self, run: Run, record: ElementInstance, reason: str) -> None:
        run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {"iteration": record.iteration}, reason)
