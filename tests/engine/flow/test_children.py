"""Workflows that start workflows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.app.conftest import ADMIN
from tests.engine.flow.bench import Flow, task, workflow

from taskyard.engine.flow.commands import RestartExecution, TerminateExecution
from taskyard.model.execution import Execution
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.row import Row


def child_of(flow: Flow, execution: Execution, reference: str) -> Any:
    return flow.opened.row(Execution, id=flow.record(execution, reference).child_id)


def sub(name: str, child: str, **param: Any) -> dict[str, Any]:
    return task(name, "SUB_WORKFLOW", subWorkflowParam={"name": child, **param})


def test_the_record_shows_what_the_child_was_given(flow: Flow) -> None:
    flow.register(workflow("shown", task("sh_a")))
    document = workflow("shows", {**sub("sh", "shown"), "inputParameters": {"x": "${workflow.input.y}"}})
    execution = flow.start(document, {"y": 3})
    assert flow.input(execution, "sh") == {
        "subWorkflowName": "shown",
        "subWorkflowVersion": 1,
        "workflowInput": {"x": 3},
    }
    child = child_of(flow, execution, "sh")
    assert flow.output(execution, "sh") == {"subWorkflowId": child.uid}
    assert child.parent_id == execution.id


@pytest.mark.parametrize(
    ("status", "word", "outcome"),
    [("FAILED", "FAILED", "failed"), ("CANCELED", "CANCELED", "cancelled")],
)
def test_a_child_that_ends_badly_ends_the_task_so(flow: Flow, status: str, word: str, outcome: str) -> None:
    flow.register_task({"name": f"ce_{word}", "retryCount": 0})
    flow.register(workflow(f"ending_{word}", task(f"ce_{word}")))
    execution = flow.start(workflow(f"ends_{word}", sub("es", f"ending_{word}")))
    flow.work(f"ce_{word}", status=status, reason="because")
    child = child_of(flow, execution, "es")
    record = flow.record(execution, "es")
    assert (record.native_state, flow.execution(execution).outcome) == (word, outcome)
    start = f"Sub workflow ending_{word}.1/{child.uid} failure reason: Task "
    assert (record.reason or "").startswith(start)


def test_ending_a_workflow_ends_its_children_down_to_the_deepest(flow: Flow) -> None:
    flow.register(workflow("deepest", task("dp")))
    flow.register(workflow("middle", sub("md", "deepest")))
    execution = flow.start(workflow("top", sub("tp", "middle")))
    middle = child_of(flow, execution, "tp")
    deepest = child_of(flow, middle, "md")
    flow.run(TerminateExecution(actor=ADMIN, execution=execution.uid, reason="enough"))
    assert [flow.execution(each).outcome for each in (execution, middle, deepest)] == ["cancelled"] * 3
    assert flow.execution(middle).reason == "Parent workflow has been terminated with reason: enough"
    assert flow.lease("dp") == []


def test_ending_a_wide_workflow_ends_every_child(flow: Flow) -> None:
    flow.register(workflow("small", task("sm"), task("sm2")))
    tasks = [
        {
            "name": "s",
            "taskReferenceName": f"s{n}",
            "type": "SUB_WORKFLOW",
            "subWorkflowParam": {"name": "small"},
        }
        for n in range(60)
    ]
    fork = task(
        "wd_fork",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"t": "${workflow.input.t}"},
        dynamicForkTasksParam="t",
        dynamicForkTasksInputParamName="i",
    )
    execution = flow.start(workflow("wide_children", fork, task("wd_join", "JOIN")), {"t": tasks})
    while flow.tick():
        pass
    children = flow.opened.matching(Execution, parent_id=execution.id)
    assert len(children) == 60
    flow.run(TerminateExecution(actor=ADMIN, execution=execution.uid))
    children = flow.opened.matching(Execution, parent_id=execution.id)
    assert {each.outcome for each in children} == {"cancelled"}
    assert flow.execution(execution).open_steps == 0
    assert flow.lease("sm", 100) == []


def test_a_workflow_that_starts_itself_fails_at_the_limit(flow: Flow, limited: Flow) -> None:
    for place in (flow, limited):
        document = workflow("itself", task("it_self", "SUB_WORKFLOW", subWorkflowParam={"name": "itself"}))
        place.register(document)
        execution = place.start("itself")
        while place.tick():
            pass
        assert place.execution(execution).outcome == "failed"
        made = place.opened.matching(Execution, key="itself")
        assert {each.outcome for each in made} == {"failed"}
        assert "deep here" in (made[-1].reason or "")


def test_a_child_that_is_not_there_fails_the_task_for_good(flow: Flow) -> None:
    execution = flow.start(workflow("missing", sub("ms", "not_registered")))
    assert flow.record(execution, "ms").native_state == "FAILED_WITH_TERMINAL_ERROR"
    assert "not_registered" in (flow.record(execution, "ms").reason or "")


def test_the_version_is_the_latest_when_the_parent_started(flow: Flow) -> None:
    flow.register(workflow("moving", task("mv_old")))
    document = workflow("moves", task("mv_first"), sub("mv", "moving"))
    execution = flow.start(document)
    flow.register({**workflow("moving", task("mv_new")), "version": 2})
    flow.work("mv_first")
    assert child_of(flow, execution, "mv").version == 1
    assert flow.lease("mv_new") == []


def test_a_definition_may_be_given_in_place_or_by_an_expression(flow: Flow) -> None:
    inline = workflow("given_child", task("gc"), outputParameters={"said": "${gc.output.said}"})
    execution = flow.start(workflow("given", sub("gv", "given_child", workflowDefinition=inline)))
    flow.work("gc", {"said": "yes"})
    assert flow.result(execution)[1]["said"] == "yes"
    dynamic = sub("ge", "", workflowDefinition="${workflow.input.child}")
    execution = flow.start(workflow("given_later", dynamic), {"child": inline})
    flow.work("gc", {"said": "again"})
    assert flow.result(execution)[1]["said"] == "again"
    execution = flow.start(workflow("given_wrong", dynamic), {"child": {"name": "x", "tasks": []}})
    assert flow.execution(execution).outcome == "failed"


def test_a_child_may_not_do_what_the_starter_of_its_parent_may_not(flow: Flow) -> None:
    flow.register(workflow("secret_child", task("sc")))
    flow.register(workflow("open_parent", task("op_wait", "WAIT"), sub("op", "secret_child")))
    grants = (GrantFact(action="execute", target_type="definition", target="workflow:open_parent"),)
    ann = Principal(id=77, uid="u77", name="ann", grants=grants)
    execution = flow.start("open_parent", actor=ann)
    flow.report(flow.record(execution, "op_wait").uid, "COMPLETED")
    assert flow.record(execution, "op").native_state == "FAILED_WITH_TERMINAL_ERROR"
    assert "'ann' may not execute" in (flow.record(execution, "op").reason or "")
    flow.run(RestartExecution(actor=ADMIN, execution=execution.uid))
    flow.report(flow.record(execution, "op_wait").uid, "COMPLETED")
    assert "'ann' may not execute" in (flow.record(execution, "op").reason or "")


def test_start_workflow_does_not_wait(flow: Flow) -> None:
    flow.register(workflow("beside", task("bs_task")))
    document = workflow(
        "starter",
        task(
            "st",
            "START_WORKFLOW",
            inputParameters={"startWorkflow": {"name": "beside", "input": {"a": 1}, "correlationId": "c9"}},
        ),
    )
    execution = flow.start(document)
    outcome, output = flow.result(execution)
    started: Row | None = flow.opened.row(Execution, uid=output["workflowId"])
    assert outcome == "succeeded"
    assert (started.key, started.parent_id, started.correlation) == ("beside", None, "c9")  # type: ignore[union-attr]
    flow.work("bs_task")
    execution = flow.start(workflow("starts_nothing", task("sn", "START_WORKFLOW", inputParameters={})))
    assert flow.execution(execution).outcome == "failed"


def test_one_workflow_looks_at_ends_and_updates_others(flow: Flow) -> None:
    other = flow.start(workflow("other", task("ot_wait", "WAIT"), task("ot_next", "WAIT")), {"in": 1})
    document = workflow(
        "acting",
        task(
            "ac_update",
            "UPDATE_TASK",
            inputParameters={
                "taskStatus": "COMPLETED",
                "workflowId": other.uid,
                "taskRefName": "ot_wait",
                "taskOutput": {"by": "acting"},
            },
        ),
        task("ac_step"),
        task("ac_get", "GET_WORKFLOW", inputParameters={"id": other.uid, "includeTasks": True}),
        task(
            "ac_end",
            "TERMINATE_WORKFLOW",
            inputParameters={"workflowId": [other.uid], "terminationReason": "done"},
        ),
    )
    execution = flow.start(document)
    flow.work("ac_step")
    assert flow.execution(execution).outcome == "succeeded"
    assert flow.output(other, "ot_wait") == {"by": "acting"}
    seen = flow.output(execution, "ac_get")
    assert (seen["status"], seen["input"]) == ("RUNNING", {"in": 1})
    assert [each["status"] for each in seen["tasks"]] == ["COMPLETED", "IN_PROGRESS"]
    assert (flow.execution(other).outcome, flow.execution(other).reason) == ("cancelled", "done")
