"""Loops: by condition, by items, in each other, over forks, with old passes dropped, within limits."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.flow.bench import Flow, task, workflow

from taskyard.model.execution import ElementInput, ElementOutput


def loop(name: str, condition: str | None, *inside: dict[str, Any], **more: Any) -> dict[str, Any]:
    return task(name, "DO_WHILE", loopCondition=condition, loopOver=list(inside), **more)


def js(name: str, expression: str, **input: Any) -> dict[str, Any]:
    """A script in the flow."""
    return task(
        name,
        "INLINE",
        inputParameters={"evaluatorType": "javascript", "expression": expression, **input},
    )


def test_loops_in_loops_have_chained_names_and_outputs(flow: Flow) -> None:
    inner = loop("ni", "$.ni.iteration < 2", task("nt", inputParameters={"n": "${ni.output.iteration}"}))
    document = workflow("nested", loop("no", "$.no['iteration'] < 2", inner, task("nz")), task("nlast"))
    execution = flow.start(document)
    for outer in (1, 2):
        for pass_ in (1, 2):
            assert flow.work("nt", {"at": [outer, pass_]}) == f"nt__{outer}__{pass_}"
        assert flow.work("nz", {"z": outer}) == f"nz__{outer}"
    first = {"iteration": 2, "1": {"nt": {"at": [1, 1]}}, "2": {"nt": {"at": [1, 2]}}}
    assert flow.output(execution, "ni__1") == first
    whole = flow.output(execution, "no")
    assert whole["iteration"] == 2
    assert whole["1"] == {"ni": first, "nz": {"z": 1}}
    assert flow.record(execution, "ni__2").parent_id == flow.record(execution, "no").id
    flow.work("nlast")
    assert flow.execution(execution).outcome == "succeeded"


def test_forks_joins_and_switches_inside_belong_to_their_pass(flow: Flow) -> None:
    document = workflow(
        "looped_fork",
        loop(
            "lf",
            "$.lf.iteration < 2",
            task(
                "lf_switch",
                "SWITCH",
                evaluatorType="value-param",
                expression="n",
                inputParameters={"n": "${lf.output.iteration}"},
                decisionCases={"1": [task("lf_one")]},
                defaultCase=[task("lf_more")],
            ),
            task("lf_fork", "FORK_JOIN", forkTasks=[[task("lf_a")], [task("lf_b"), task("lf_c")]]),
            task("lf_join", "JOIN", joinOn=["lf_a", "lf_c"]),
        ),
    )
    execution = flow.start(document)
    for n, chosen in ((1, "lf_one"), (2, "lf_more")):
        assert flow.work(chosen) == f"{chosen}__{n}"
        flow.work("lf_b")
        flow.work("lf_c", {"c": n})
        assert flow.record(execution, f"lf_join__{n}").native_state == "IN_PROGRESS"
        flow.work("lf_a", {"a": n})
        assert flow.output(execution, f"lf_join__{n}") == {f"lf_a__{n}": {"a": n}, f"lf_c__{n}": {"c": n}}
    outcome, output = flow.result(execution)
    assert outcome == "succeeded"
    assert output["2"]["lf_c"] == {"c": 2}
    assert set(output["2"]) == {"lf_switch", "lf_more", "lf_fork", "lf_a", "lf_b", "lf_c", "lf_join"}


def test_items_give_one_pass_each(flow: Flow) -> None:
    document = workflow(
        "items",
        loop(
            "it",
            None,
            task("it_in", inputParameters={"item": "${it.output.loopItem}", "at": "${it.output.loopIndex}"}),
            items="${workflow.input.list}",
        ),
    )
    execution = flow.start(document, {"list": ["a", {"b": 1}, None]})
    for n, item in enumerate(["a", {"b": 1}, None]):
        assert flow.input(execution, f"it_in__{n + 1}") == {"item": item, "at": n}
        flow.work("it_in", {"n": n})
    outcome, output = flow.result(execution)
    assert (outcome, output["iteration"], output["3"]) == ("succeeded", 3, {"it_in": {"n": 2}})


def test_items_of_the_input_go_with_a_condition(flow: Flow) -> None:
    document = workflow(
        "items_and",
        loop(
            "ia",
            "$.ia_in.go",
            task("ia_in"),
            inputParameters={"_items": [1, 2, 3, 4]},
        ),
    )
    execution = flow.start(document)
    flow.work("ia_in", {"go": True})
    flow.work("ia_in", {"go": False})
    assert flow.result(execution)[1]["iteration"] == 2


def test_no_items_are_no_pass(flow: Flow) -> None:
    document = workflow("no_items", loop("ni0", None, task("never"), items=[]))
    execution = flow.start(document)
    assert flow.path(execution) == [("ni0", "COMPLETED")]
    assert flow.result(execution) == ("succeeded", {"iteration": 0})


def test_the_condition_sees_input_earlier_passes_and_outputs(flow: Flow) -> None:
    document = workflow(
        "condition",
        loop(
            "cd",
            "$.cd['1'].cd_in.x + $.cd_in.x < $.most",
            task("cd_in"),
            inputParameters={"most": 20},
        ),
    )
    execution = flow.start(document)
    for x in (3, 9, 17):
        flow.work("cd_in", {"x": x})
    assert flow.result(execution)[0] == "succeeded"
    assert flow.record(execution, "cd").iteration == 3


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"loopCondition": "$.x.y.z"}, "condition failed"),
        ({"loopCondition": "True", "evaluatorType": "python"}, "'python' is not served"),
    ],
)
def test_a_condition_that_has_no_value_fails_for_good(
    flow: Flow, members: dict[str, Any], words: str
) -> None:
    document = workflow("bad_condition", {**loop("bc", None, task("bc_in", "NOOP")), **members})
    execution = flow.start(document)
    assert flow.record(execution, "bc").native_state == "FAILED_WITH_TERMINAL_ERROR"
    assert words in (flow.execution(execution).reason or "")


def test_only_the_last_passes_are_kept_when_asked(flow: Flow) -> None:
    document = workflow(
        "keeping",
        loop("kp", "$.kp.iteration < 5", task("kp_in"), js("kp_js", "1"), inputParameters={"keepLastN": 2}),
    )
    execution = flow.start(document)
    gone = flow.record(execution, "kp_in__1").id
    for n in range(1, 6):
        flow.work("kp_in", {"n": n})
    outcome, output = flow.result(execution)
    assert outcome == "succeeded"
    assert [key for key in output if key != "iteration"] == ["4", "5"]
    names = [name for name, _ in flow.path(execution)]
    assert names == ["kp", "kp_in__4", "kp_js__4", "kp_in__5", "kp_js__5"]
    assert flow.opened.row(ElementInput, element_id=gone) is None
    assert flow.opened.row(ElementOutput, element_id=gone) is None


def test_a_loop_of_scripts_runs_on_its_own_however_many_passes_it_takes(flow: Flow) -> None:
    document = workflow(
        "busy",
        loop("bz", "$.bz.iteration < 100", js("bz_in", "$.n * 2", n="${bz.output.iteration}")),
        outputParameters={"last": "${bz_in.output.result}", "count": "${bz.output.iteration}"},
    )
    execution = flow.start(document)
    while flow.tick():
        pass
    assert flow.result(execution) == ("succeeded", {"last": 200, "count": 100})


def test_a_loop_that_never_ends_is_stopped_by_its_limit(limited: Flow) -> None:
    document = workflow("endless", loop("el", "true", task("el_in", "NOOP")))
    execution = limited.start(document)
    while limited.tick():
        pass
    assert limited.execution(execution).outcome == "failed"
    assert "gone round 50 times" in (limited.execution(execution).reason or "")


def test_a_task_that_fails_in_a_pass_fails_the_workflow_and_its_retry_stays_in_the_pass(flow: Flow) -> None:
    flow.register_task({"name": "lr", "retryCount": 1, "retryDelaySeconds": 0})
    document = workflow("loop_retry", loop("lrl", "$.lrl.iteration < 2", task("lr")))
    execution = flow.start(document)
    flow.work("lr")
    assert flow.work("lr", status="FAILED") == "lr__2"
    assert flow.work("lr", status="FAILED", reason="twice") == "lr__2"
    assert flow.execution(execution).outcome == "failed"
    assert flow.record(execution, "lrl").native_state == "CANCELED"


def test_a_pass_waits_for_branches_that_nothing_joins(flow: Flow) -> None:
    document = workflow(
        "leaving",
        loop(
            "lv",
            "$.lv.iteration < 2",
            task("lv_fork", "FORK_JOIN", forkTasks=[[task("lv_a")], [task("lv_b")]]),
            task("lv_join", "EXCLUSIVE_JOIN", joinOn=["lv_a", "lv_b"]),
        ),
    )
    execution = flow.start(document)
    flow.work("lv_a")
    assert flow.record(execution, "lv_join__1").native_state == "COMPLETED"
    assert flow.lease("lv_a") == []
    flow.work("lv_b")
    assert flow.work("lv_b") == "lv_b__2"
    assert flow.execution(execution).outcome is None
    assert flow.work("lv_a") == "lv_a__2"
    assert flow.execution(execution).outcome == "succeeded"
