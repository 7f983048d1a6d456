"""Looking at a whole execution, and doing what should have been done."""

from __future__ import annotations

from taskyard.engine.flow.session import Session
from taskyard.model.execution import Execution
from taskyard.model.view import View


def decide(view: View, execution: Execution) -> int:
    """Go on behind every record that is done and has nothing after it; how many pieces of work that were."""
    session = Session(view)
    run = session.open(execution.id)
    if not run.open:
        return 0
    records = run.all_records()
    made = {(record.element, record.suffix) for record in records}
    for record in records:
        if record.phase != "closed" or record.retried or record.outcome in ("cancelled", "failed", "expired"):
            continue
        following = run.position(record).following
        if following is not None and (following.task_reference_name, record.suffix) not in made:
            run.proceed_later(record)
    found = len(run.work)
    session.settle()
    return found
