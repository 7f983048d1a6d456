"""Branches that are known when the flow is there: their three styles, what they may hold, how many there may be."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.flow.bench import Flow, task, workflow


def forking(name: str, **more: Any) -> dict[str, Any]:
    """A workflow that forks what its input says and joins it."""
    fork = task(
        f"{name}_fork",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"tasks": "${workflow.input.tasks}", "inputs": "${workflow.input.inputs}"},
        dynamicForkTasksParam="tasks",
        dynamicForkTasksInputParamName="inputs",
    )
    return workflow(name, {**fork, **more}, task(f"{name}_join", "JOIN"), task(f"{name}_last"))


def test_an_empty_list_goes_straight_through_the_join(flow: Flow) -> None:
    execution = flow.start(forking("none"), {"tasks": [], "inputs": {}})
    assert flow.path(execution) == [
        ("none_fork", "COMPLETED"),
        ("none_join", "COMPLETED"),
        ("none_last", "SCHEDULED"),
    ]


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([{"name": "x", "taskReferenceName": "same", "type": "SIMPLE"}] * 2, "more than once"),
        ([{"name": "x", "taskReferenceName": "dup_last", "type": "SIMPLE"}], "more than once"),
        ([{"name": "x", "type": "SIMPLE"}], "taskReferenceName"),
        (["x"], "no task"),
        ("x", "not a list"),
    ],
)
def test_what_cannot_be_forked_fails_the_workflow(flow: Flow, tasks: Any, words: str) -> None:
    execution = flow.start(forking("dup"), {"tasks": tasks, "inputs": {}})
    assert flow.execution(execution).outcome == "failed"
    assert words in (flow.execution(execution).reason or "")


def test_one_task_for_each_of_a_list_of_inputs(flow: Flow) -> None:
    fork = task(
        "each_fork",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"forkTaskName": "each_of", "forkTaskInputs": "${workflow.input.list}"},
    )
    again = {**fork, "name": "each_again", "taskReferenceName": "each_again"}
    document = workflow("each", fork, task("each_join", "JOIN"), again, task("each_join2", "JOIN"))
    execution = flow.start(document, {"list": [{"a": 1}, 5]})
    assert flow.input(execution, "_each_of_0") == {"a": 1, "__index": 0}
    assert flow.input(execution, "_each_of_1") == {"input": 5, "__index": 1}
    flow.work("each_of")
    flow.work("each_of")
    assert flow.path(execution)[-3:] == [
        ("_each_again_each_of_0", "SCHEDULED"),
        ("_each_again_each_of_1", "SCHEDULED"),
        ("each_join2", "IN_PROGRESS"),
    ]


def test_the_oldest_style_names_tasks_references_and_inputs_in_one_place(flow: Flow) -> None:
    fork = task(
        "old_fork",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"all": "${workflow.input.all}"},
        dynamicForkJoinTasksParam="all",
    )
    listed = {
        "dynamicTasks": [{"taskName": "old_t", "referenceName": "old_r", "type": "SIMPLE", "input": {"k": 1}}]
    }
    execution = flow.start(workflow("old", fork, task("old_join", "JOIN")), {"all": listed})
    assert flow.input(execution, "old_r") == {"k": 1}
    flow.work("old_t", {"v": 2})
    assert flow.result(execution) == ("succeeded", {"old_r": {"v": 2}})


def test_a_branch_may_hold_switches_loops_and_children(flow: Flow) -> None:
    flow.register(workflow("branch_child", task("bc")))
    tasks = [
        task(
            "bs",
            "SWITCH",
            evaluatorType="value-param",
            expression="way",
            decisionCases={"left": [task("bs_left"), task("bs_more")]},
        ),
        task(
            "bl",
            "DO_WHILE",
            loopCondition="$.bl.iteration < 2",
            loopOver=[
                task("bl_fork", "FORK_JOIN", forkTasks=[[task("bl_a")], [task("bl_b")]]),
                task("bl_join", "JOIN", joinOn=["bl_a", "bl_b"]),
            ],
        ),
        task("bw", "SUB_WORKFLOW", subWorkflowParam={"name": "branch_child"}),
    ]
    given = {"tasks": tasks, "inputs": {"bs": {"way": "left"}, "bw": {"z": 1}}}
    execution = flow.start(forking("holding"), given)
    assert flow.work("bs_left") == "bs_left"
    assert flow.work("bs_more") == "bs_more"
    for n in (1, 2):
        assert flow.work("bl_b", {"n": n}) == f"bl_b__{n}"
        assert flow.work("bl_a") == f"bl_a__{n}"
    assert flow.record(execution, "holding_join").native_state == "IN_PROGRESS"
    child = flow.record(execution, "bw").child_id
    assert flow.work("bc") == "bc"
    assert flow.output(execution, "bl")["2"]["bl_b"] == {"n": 2}
    assert flow.output(execution, "bl")["1"]["bl_join"] == {"bl_b__1": {"n": 1}}
    assert flow.input(execution, "bw")["workflowInput"] == {"z": 1}
    assert child is not None
    flow.work("holding_last")
    assert flow.execution(execution).outcome == "succeeded"


def test_a_branch_that_fails_is_tried_again_with_the_same_input(flow: Flow) -> None:
    flow.register_task({"name": "flaky", "retryCount": 1, "retryDelaySeconds": 0})
    tasks = [{"name": "flaky", "taskReferenceName": "fl", "type": "SIMPLE"}]
    execution = flow.start(forking("again"), {"tasks": tasks, "inputs": {"fl": {"x": "${not.resolved}"}}})
    flow.work("flaky", status="FAILED", reason="no")
    assert [each.native_state for each in flow.records(execution) if each.element == "fl"] == [
        "FAILED",
        "SCHEDULED",
    ]
    assert flow.input(execution, "fl") == {"x": "${not.resolved}"}
    flow.work("flaky", {"ok": True})
    assert flow.output(execution, "again_join") == {"fl": {"ok": True}}


def test_a_branch_that_fails_for_good_ends_the_workflow_and_the_other_branches(flow: Flow) -> None:
    tasks = [{"name": f"bad{n}", "taskReferenceName": f"bad{n}", "type": "SIMPLE"} for n in range(3)]
    execution = flow.start(forking("failing"), {"tasks": tasks, "inputs": {}})
    flow.work("bad1", status="FAILED_WITH_TERMINAL_ERROR", reason="broken")
    assert flow.execution(execution).outcome == "failed"
    assert dict(flow.path(execution)) == {
        "failing_fork": "COMPLETED",
        "bad0": "CANCELED",
        "bad1": "FAILED_WITH_TERMINAL_ERROR",
        "bad2": "CANCELED",
        "failing_join": "CANCELED",
    }
    assert flow.lease("bad0") == []


def test_an_optional_branch_that_fails_lets_the_join_end_with_errors(flow: Flow) -> None:
    tasks = [
        task("opt0", optional=True, retryCount=0),
        task("opt1"),
    ]
    execution = flow.start(forking("optional"), {"tasks": tasks, "inputs": {}})
    flow.work("opt0", status="FAILED")
    flow.work("opt1")
    assert flow.record(execution, "optional_join").native_state == "COMPLETED_WITH_ERRORS"


def test_more_branches_than_a_transaction_takes_are_begun_one_after_the_other(flow: Flow) -> None:
    number = 1_200
    tasks = [{"name": "wide", "taskReferenceName": f"w{n}", "type": "SIMPLE"} for n in range(number)]
    execution = flow.start(forking("wide"), {"tasks": tasks, "inputs": {}})
    early = flow.lease("wide", 10)
    for one in early:
        flow.report(one.task.uid, "COMPLETED", {"n": 1})
    assert flow.tick() >= 2
    assert flow.record(execution, "wide_join").pending == number - 10
    left = [*flow.lease("wide", 600), *flow.lease("wide", 600)]
    assert len(left) == number - 10
    for one in left:
        flow.report(one.task.uid, "COMPLETED", {"n": 1})
    assert len(flow.output(execution, "wide_join")) == number
    assert flow.path(execution)[-1] == ("wide_last", "SCHEDULED")


def test_more_branches_than_the_limit_fail_the_workflow(flow: Flow) -> None:
    tasks = [{"name": "x", "taskReferenceName": f"x{n}", "type": "SIMPLE"} for n in range(20_001)]
    execution = flow.start(forking("many"), {"tasks": tasks, "inputs": {}})
    assert "20001 branches" in (flow.execution(execution).reason or "")
