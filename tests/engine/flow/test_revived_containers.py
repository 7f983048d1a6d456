"""Retrying, rerunning and repairing workflows with dynamic forks, loops and children in them."""

from __future__ import annotations

from typing import Any

from tests.app.conftest import ADMIN
from tests.engine.flow.bench import Flow, task, workflow

from taskyard.engine.flow.commands import (
    DecideExecution,
    PauseExecution,
    RerunExecution,
    ResumeExecution,
    RetryExecution,
)


def forked(name: str, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    fork = task(
        f"{name}_fork",
        "FORK_JOIN_DYNAMIC",
        inputParameters={"t": "${workflow.input.t}", "i": "${workflow.input.i}"},
        dynamicForkTasksParam="t",
        dynamicForkTasksInputParamName="i",
    )
    tasks = [task(f"{name}{n}", retryCount=0) for n in range(number)]
    document = workflow(name, fork, task(f"{name}_join", "JOIN"), task(f"{name}_last"))
    return document, {"t": tasks, "i": {f"{name}1": {"given": 1}}}


def test_a_retry_tries_the_failed_and_cancelled_branches_again(flow: Flow) -> None:
    document, input = forked("rv", 3)
    execution = flow.start(document, input)
    flow.work("rv0", {"n": 0})
    flow.work("rv1", status="FAILED")
    assert flow.execution(execution).outcome == "failed"
    flow.run(RetryExecution(actor=ADMIN, execution=execution.uid))
    assert flow.record(execution, "rv_join").native_state == "IN_PROGRESS"
    assert flow.input(execution, "rv1") == {"given": 1}
    flow.work("rv1", {"n": 1})
    flow.work("rv2", {"n": 2})
    assert flow.output(execution, "rv_join") == {f"rv{n}": {"n": n} for n in range(3)}
    flow.work("rv_last")
    assert flow.execution(execution).outcome == "succeeded"


def test_a_rerun_from_a_branch_waits_for_it_again(flow: Flow) -> None:
    document, input = forked("rr", 2)
    execution = flow.start(document, input)
    for name in ("rr0", "rr1", "rr_last"):
        flow.work(name, {"from": name})
    assert flow.execution(execution).outcome == "succeeded"
    branch = flow.record(execution, "rr1")
    flow.run(RerunExecution(actor=ADMIN, execution=execution.uid, from_task=branch.uid))
    assert flow.execution(execution).outcome is None
    flow.work("rr1", {"from": "again"})
    assert flow.output(execution, "rr_join") == {"rr0": {"from": "rr0"}, "rr1": {"from": "again"}}
    flow.work("rr_last")
    assert flow.execution(execution).outcome == "succeeded"


def test_a_rerun_from_the_fork_begins_every_branch_again(flow: Flow) -> None:
    document, input = forked("rf", 2)
    execution = flow.start(document, input)
    flow.work("rf0")
    flow.work("rf1", status="FAILED")
    fork = flow.record(execution, "rf_fork")
    flow.run(RerunExecution(actor=ADMIN, execution=execution.uid, from_task=fork.uid))
    for name in ("rf0", "rf1", "rf_last"):
        flow.work(name)
    assert flow.execution(execution).outcome == "succeeded"


def test_a_retry_goes_on_in_the_pass_of_the_loop_that_failed(flow: Flow) -> None:
    flow.register_task({"name": "rl_in", "retryCount": 0})
    loop = task(
        "rl", "DO_WHILE", loopCondition="$.rl.iteration < 3", loopOver=[task("rl_in"), task("rl_z", "NOOP")]
    )
    execution = flow.start(workflow("retry_loop", loop, task("rl_last")))
    flow.work("rl_in", {"n": 1})
    flow.work("rl_in", status="FAILED")
    flow.run(RetryExecution(actor=ADMIN, execution=execution.uid))
    assert flow.record(execution, "rl").native_state == "IN_PROGRESS"
    assert flow.work("rl_in", {"n": 2}) == "rl_in__2"
    assert flow.work("rl_in", {"n": 3}) == "rl_in__3"
    output = flow.output(execution, "rl")
    assert [output[key]["rl_in"] for key in ("1", "2", "3")] == [{"n": 1}, {"n": 2}, {"n": 3}]
    flow.work("rl_last")
    assert flow.execution(execution).outcome == "succeeded"


def test_a_loop_over_items_goes_on_after_a_retry(flow: Flow) -> None:
    flow.register_task({"name": "ri_in", "retryCount": 0})
    inside = task("ri_in", inputParameters={"item": "${ri.output.loopItem}"})
    loop = task("ri", "DO_WHILE", items=["a", "b", "c"], loopOver=[inside])
    execution = flow.start(workflow("retry_items", loop))
    flow.work("ri_in")
    flow.work("ri_in", status="FAILED")
    flow.run(RetryExecution(actor=ADMIN, execution=execution.uid))
    assert flow.input(execution, "ri_in__2") == {"item": "b"}
    flow.work("ri_in")
    assert flow.input(execution, "ri_in__3") == {"item": "c"}
    flow.work("ri_in")
    assert flow.execution(execution).outcome == "succeeded"


def test_a_rerun_of_a_loop_over_items_starts_with_the_first(flow: Flow) -> None:
    inside = task("ro_in", inputParameters={"item": "${ro.output.loopItem}"})
    loop = task("ro", "DO_WHILE", items="${workflow.input.list}", loopOver=[inside])
    execution = flow.start(workflow("rerun_items", loop), {"list": ["a", "b"]})
    flow.work("ro_in")
    flow.work("ro_in")
    target = flow.record(execution, "ro")
    flow.run(RerunExecution(actor=ADMIN, execution=execution.uid, from_task=target.uid))
    assert flow.input(execution, "ro_in__1") == {"item": "a"}
    flow.work("ro_in")
    flow.work("ro_in")
    assert flow.execution(execution).outcome == "succeeded"


def test_pausing_holds_back_the_join_and_the_next_pass(flow: Flow) -> None:
    document, input = forked("ps", 2)
    execution = flow.start(document, input)
    flow.run(PauseExecution(actor=ADMIN, execution=execution.uid))
    flow.work("ps0")
    flow.work("ps1")
    assert flow.record(execution, "ps_join").native_state == "IN_PROGRESS"
    flow.run(ResumeExecution(actor=ADMIN, execution=execution.uid))
    assert flow.record(execution, "ps_join").native_state == "COMPLETED"
    flow.work("ps_last")
    assert flow.execution(execution).outcome == "succeeded"


def test_looking_at_a_whole_workflow_again_changes_nothing(flow: Flow) -> None:
    document, input = forked("dc", 2)
    execution = flow.start(document, input)
    flow.work("dc0")
    before = flow.path(execution)
    assert flow.run(DecideExecution(actor=ADMIN, execution=execution.uid)) == 0
    assert flow.path(execution) == before
    flow.work("dc1")
    flow.work("dc_last")
    assert flow.execution(execution).outcome == "succeeded"
