"""Tasks for people inside workflows: they are in the inbox, and completing them there goes on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.app.conftest import ADMIN
from tests.engine.flow.bench import Flow, task, workflow

from taskyard.engine.flow.commands import RerunExecution, TerminateExecution
from taskyard.engine.tasks import ClaimTask, CompleteTask
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected
from taskyard.model.query import Query, eq
from taskyard.model.task import Candidate, Task, TaskDocument

ANN = Principal(id=21, uid="u21", name="ann")
BOB = Principal(id=22, uid="u22", name="bob", groups=frozenset({"clerks"}))


def asking(name: str, **definition: Any) -> dict[str, Any]:
    human = task("ask", "HUMAN", inputParameters={"__humanTaskDefinition": definition, "order": 7})
    return workflow(name, human, task(f"{name}_next", inputParameters={"said": "${ask.output.said}"}))


def test_a_person_finds_claims_and_completes_it_in_the_inbox(flow: Flow) -> None:
    document = asking(
        "ask_ann",
        displayName="Check the order",
        assignments=[{"assignee": {"userType": "EXTERNAL_USER", "user": "ann"}, "slaMinutes": 30}],
    )
    execution = flow.start(document)
    record = flow.record(execution, "ask")
    found = flow.call(flow.opened.app.list(Query(entity="task", where=eq("kind", "human")), ANN))
    assert record.id in [row_id for row_id, _ in found.ids]
    hidden = flow.call(flow.opened.app.list(Query(entity="task", where=eq("kind", "human")), BOB))
    assert record.id not in [row_id for row_id, _ in hidden.ids]
    row = flow.opened.row(Task, id=record.id)
    assert (row.title, row.phase, row.due_at) == ("Check the order", "ready", flow.clock.now() + 1_800_000)
    assert msgspec.json.decode(flow.opened.row(TaskDocument, task_id=row.id).document)["order"] == 7
    with pytest.raises(Rejected):
        flow.run(ClaimTask(actor=BOB, task_id=row.id))
    flow.run(ClaimTask(actor=ANN, task_id=row.id))
    flow.run(CompleteTask(actor=ANN, task_id=row.id, payload='{"said": "fine"}'))
    assert flow.record(execution, "ask").native_state == "COMPLETED"
    assert flow.record(execution, "ask").holder == "ann"
    assert flow.input(execution, "ask_ann_next") == {"said": "fine"}
    assert flow.opened.row(Task, id=record.id).phase == "closed"


def test_the_next_assignment_follows_when_the_time_of_the_first_is_over(flow: Flow) -> None:
    document = asking(
        "ask_next",
        assignments=[
            {"assignee": "user:ann", "slaMinutes": 10},
            {"assignee": "group:clerks", "slaMinutes": 10},
        ],
        assignmentCompletionStrategy="TERMINATE",
    )
    execution = flow.start(document)
    task_id = flow.record(execution, "ask").id
    flow.tick(10 * 60_000)
    assert [(each.type, each.name) for each in flow.opened.matching(Candidate, task_id=task_id)] == [
        ("group", "clerks")
    ]
    flow.run(ClaimTask(actor=BOB, task_id=task_id))
    flow.tick(10 * 60_000)
    assert flow.record(execution, "ask").native_state == "FAILED_WITH_TERMINAL_ERROR"
    assert flow.execution(execution).outcome == "failed"


def test_a_task_left_open_stays_with_the_last(flow: Flow) -> None:
    document = asking(
        "ask_open",
        assignments=[{"assignee": "ann", "slaMinutes": 1}],
        assignmentCompletionStrategy="LEAVE_OPEN",
    )
    execution = flow.start(document)
    flow.tick(120_000)
    flow.run(ClaimTask(actor=ANN, task_id=flow.record(execution, "ask").id))
    assert flow.execution(execution).outcome is None


def test_a_task_that_is_claimed_for_its_assignee_is_theirs_at_once(flow: Flow) -> None:
    document = asking("ask_claimed", assignments=[{"assignee": "ann"}], autoClaim=True)
    execution = flow.start(document)
    row = flow.opened.row(Task, id=flow.record(execution, "ask").id)
    assert (row.assignee, row.phase) == ("ann", "active")


def test_it_leaves_the_inbox_with_its_workflow(flow: Flow) -> None:
    execution = flow.start(asking("ask_gone", assignments=[{"assignee": "ann"}]))
    flow.run(TerminateExecution(actor=ADMIN, execution=execution.uid))
    row = flow.opened.row(Task, id=flow.record(execution, "ask").id)
    assert (row.phase, row.outcome) == ("closed", "cancelled")


def test_a_failed_outcome_fails_the_task_of_the_workflow(flow: Flow) -> None:
    execution = flow.start(asking("ask_failed", assignments=[{"assignee": "ann"}]))
    task_id = flow.record(execution, "ask").id
    flow.run(CompleteTask(actor=ANN, task_id=task_id, outcome="failed"))
    assert flow.record(execution, "ask").native_state == "FAILED"
    assert flow.execution(execution).outcome == "failed"


def test_the_word_that_was_chosen_is_in_its_output(flow: Flow) -> None:
    execution = flow.start(asking("ask_word", assignments=[{"assignee": "ann"}]))
    task_id = flow.record(execution, "ask").id
    flow.run(CompleteTask(actor=ANN, task_id=task_id, word="APPROVE", payload='{"note":"fine"}'))
    assert flow.output(execution, "ask") == {"outcome": "APPROVE", "note": "fine"}


def test_it_can_be_done_again_when_its_workflow_is_rerun_from_it(flow: Flow) -> None:
    execution = flow.start(asking("ask_again", assignments=[{"assignee": "ann", "slaMinutes": 5}]))
    record = flow.record(execution, "ask")
    flow.run(CompleteTask(actor=ANN, task_id=record.id, outcome="failed"))
    flow.run(RerunExecution(actor=ADMIN, execution=execution.uid, from_task=record.uid))
    flow.run(ClaimTask(actor=ANN, task_id=record.id))
    flow.run(CompleteTask(actor=ANN, task_id=record.id, payload='{"said": "now"}'))
    assert flow.input(execution, "ask_again_next") == {"said": "now"}
