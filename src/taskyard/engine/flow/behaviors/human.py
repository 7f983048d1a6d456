"""HUMAN: a task for people, who find it in their inbox whatever API they use."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.payload import encode
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance, Timer
from taskyard.model.flow import WorkflowTask
from taskyard.model.task import Candidate, Task, TaskDocument

DEFINITION = "__humanTaskDefinition"
TIMER = "assignment"
TITLE_LIMIT = 2_000
MINUTE = 60_000
GROUPS = ("EXTERNAL_GROUP", "CONDUCTOR_GROUP")
"""Types of assignees that are groups."""


@behaves("HUMAN")
class Human(Behavior):
    """Open until a person completes the task, in whichever inbox, or somebody updates it.

    Who may take it stands in `__humanTaskDefinition`: the first of its assignments, then the next one when the time of
    that is over. After the last one it stays with them (LEAVE_OPEN) or the task fails (TERMINATE).
    """

    tasked = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        wanted = definition_in(input)
        title = wanted.get("displayName") or record.element + record.suffix
        task = Task(
            id=record.id,
            uid=record.uid,
            tenant=record.tenant,
            kind="human",
            execution_id=run.execution.id,
            title=str(title)[:TITLE_LIMIT],
            native_state="IN_PROGRESS",
            creator=run.execution.creator,
            created_at=run.now,
            assigned_at=run.now,
            updated_at=run.now,
        )
        run.view.insert(task)
        document = TaskDocument(task_id=task.id, document=encode(input).decode())
        if record.id in run.before and run.view.get(TaskDocument, record.id) is not None:
            run.view.update(document)
        else:
            run.view.insert(document)
        run.set(record, "IN_PROGRESS")
        self._assign(run, record, task, wanted, 0)
        run.view.emit("task.created", task_id=task.id, execution_id=run.execution.id)

    def fired(self, run: Run, record: ElementInstance, node: WorkflowTask, timer: Timer) -> None:
        """The time of an assignment is over."""
        wanted = definition_in(run.input_of(record))
        task = run.view.get(Task, record.id)
        place = run.decode(timer.document)["place"] if timer.document else 0
        record.timed = False
        if task is None or task.phase == "closed":
            return
        if place < len(assignments_of(wanted)):
            self._assign(run, record, task, wanted, place)
        elif wanted.get("assignmentCompletionStrategy") == "TERMINATE":
            reason = "Nobody completed the task in the time of its assignments."
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", reason=reason)

    def _assign(
        self, run: Run, record: ElementInstance, task: Task, wanted: dict[str, Any], place: int
    ) -> None:
        """Offer the task to the assignee of an assignment and nobody else, and start its time."""
        for candidate in run.view.find(Candidate, task_id=task.id):
            run.view.delete(candidate)
        assignments = assignments_of(wanted)
        assignment = assignments[place] if place < len(assignments) else {}
        kind, name = assignee_of(assignment)
        task.assignee, task.phase, task.due_at = None, "ready", None
        if name and kind == "user" and wanted.get("autoClaim"):
            task.assignee, task.phase = name, "active"
        if name:
            run.view.insert(Candidate(task_id=task.id, type=kind, name=name))
        minutes = assignment.get("slaMinutes")
        if isinstance(minutes, int | float) and minutes > 0:
            task.due_at = run.now + int(minutes * MINUTE)
            run.timer(record, TIMER, task.due_at, {"place": place + 1})
        task.assigned_at = task.updated_at = run.now
        run.view.update(task)


def definition_in(input: dict[str, Any]) -> dict[str, Any]:
    """What the input says about the people; empty when it says nothing."""
    found = input.get(DEFINITION)
    return found if isinstance(found, dict) else {}


def assignments_of(wanted: dict[str, Any]) -> list[dict[str, Any]]:
    found = wanted.get("assignments")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def assignee_of(assignment: dict[str, Any]) -> tuple[str, str | None]:
    """Type (user, group) and name. An assignee is a name, `group:name`, or an object with `userType` and `user`."""
    found = assignment.get("assignee")
    if isinstance(found, dict):
        kind = "group" if found.get("userType") in GROUPS else "user"
        return kind, str(found["user"]) if found.get("user") else None
    if not isinstance(found, str) or not found:
        return "user", None
    kind, colon, name = found.partition(":")
    return (kind, name) if colon and kind in ("user", "group") else ("user", found)
