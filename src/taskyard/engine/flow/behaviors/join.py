"""JOIN: goes on when everything it names is done."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance, ElementOutput
from taskyard.model.flow import WorkflowTask


@behaves("JOIN")
class Join(Behavior):
    """Counts what is still to come, so that the last of ten thousand branches costs what the first does."""

    retries = False
    resumes = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Count what is not done yet. `joinOn` of the input, which a dynamic fork gives, wins over the definition's."""
        names = self.names(run, record, node)
        run.set_input(record, {**input, "joinOn": [name + record.suffix for name in names]})
        run.set(record, "IN_PROGRESS")
        self.resumed(run, record, node)

    def resumed(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        names = self.names(run, record, node)
        record.pending = sum(1 for name in names if not _done(run, name, record.suffix))
        run.touch(record)
        if record.pending == 0:
            self.finish(run, record, node)

    def names(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[str]:
        """What it waits for, as the definition calls it."""
        given = run.input_of(record).get("joinOn") if record.id in run.inputs or not node.join_on else None
        if not isinstance(given, list):
            return list(dict.fromkeys(node.join_on))
        return list(dict.fromkeys(str(name).removesuffix(record.suffix) for name in given))

    def joined(self, run: Run, record: ElementInstance, node: WorkflowTask, arrived: ElementInstance) -> None:
        record.pending -= 1
        run.touch(record)
        if record.pending <= 0:
            self.finish(run, record, node)

    def finish(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """Everything is there: the output is what each of them gave."""
        arrived = _arrived(run, self.names(run, record, node), record.suffix)
        _load_outputs(run, arrived)
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


def _done(run: Run, name: str, suffix: str) -> bool:
    """The task was through before the join was reached; what is about to tell the join does not count yet."""
    found = run.latest(name, suffix)
    return (
        found is not None and found.phase == "closed" and not found.retried and found.id not in run.proceeding
    )


def _arrived(run: Run, names: list[str], suffix: str) -> list[ElementInstance]:
    found = [run.latest(name, suffix) for name in names]
    return [record for record in found if record is not None]


def _load_outputs(run: Run, records: list[ElementInstance]) -> None:
    """Read the outputs of many records at once."""
    missing = [
        record.id
        for record in records
        if record.id not in run.outputs and record.id not in run.stored_outputs and record.id in run.before
    ]
    if missing:
        run.view.load(ElementOutput, missing)
