"""Tasks that the server does itself, one by one."""

from __future__ import annotations

from tests.engine.flow.bench import Flow, task, workflow


def test_a_dynamic_fork_runs_a_branch_for_each_task_and_joins_them(flow: Flow) -> None:
    document = workflow(
        "dynfork",
        task("df_first"),
        task(
            "df_fork",
            "FORK_JOIN_DYNAMIC",
            inputParameters={"tasks": "${df_first.output.tasks}", "inputs": "${df_first.output.inputs}"},
            dynamicForkTasksParam="tasks",
            dynamicForkTasksInputParamName="inputs",
        ),
        task("df_join", "JOIN"),
        task("df_last", inputParameters={"all": "${df_join.output}"}),
    )
    execution = flow.start(document)
    tasks = [{"name": "df_part", "taskReferenceName": f"p{n}", "type": "SIMPLE"} for n in range(3)]
    flow.work("df_first", {"tasks": tasks, "inputs": {"p1": {"x": 7}}})
    assert flow.path(execution) == [
        ("df_first", "COMPLETED"),
        ("df_fork", "COMPLETED"),
        ("p0", "SCHEDULED"),
        ("p1", "SCHEDULED"),
        ("p2", "SCHEDULED"),
        ("df_join", "IN_PROGRESS"),
    ]
    assert flow.input(execution, "p1") == {"x": 7}
    assert flow.input(execution, "df_fork")["forkedTasks"] == ["p0", "p1", "p2"]
    assert flow.input(execution, "df_join") == {"joinOn": ["p0", "p1", "p2"]}
    for n in range(3):
        flow.work("df_part", {"n": n})
    assert flow.output(execution, "df_join") == {"p0": {"n": 0}, "p1": {"n": 1}, "p2": {"n": 2}}
    assert flow.input(execution, "df_last") == {"all": {"p0": {"n": 0}, "p1": {"n": 1}, "p2": {"n": 2}}}
    flow.work("df_last")
    assert flow.result(execution)[0] == "succeeded"


def test_a_loop_goes_round_until_its_condition_is_false(flow: Flow) -> None:
    document = workflow(
        "loop",
        task(
            "lp",
            "DO_WHILE",
            inputParameters={"value": "${workflow.input.times}"},
            loopCondition="if ($.lp['iteration'] < $.value) { true; } else { false; }",
            loopOver=[task("lp_in", inputParameters={"n": "${lp.output.iteration}"})],
        ),
        task("lp_after", inputParameters={"second": "${lp.output.2.lp_in.x}", "whole": "${lp.output}"}),
    )
    execution = flow.start(document, {"times": 3})
    for n in range(1, 4):
        assert flow.input(execution, f"lp_in__{n}") == {"n": n}
        assert flow.work("lp_in", {"x": n * 10}) == f"lp_in__{n}"
    whole = {"iteration": 3, **{str(n): {"lp_in": {"x": n * 10}} for n in (1, 2, 3)}}
    assert flow.output(execution, "lp") == whole
    assert flow.input(execution, "lp_after") == {"second": 20, "whole": whole}


def test_scripts_variables_and_waits_run_in_one_go(flow: Flow) -> None:
    document = workflow(
        "mixed",
        task("mx_set", "SET_VARIABLE", inputParameters={"n": 4}),
        task(
            "mx_js",
            "INLINE",
            inputParameters={
                "n": "${workflow.variables.n}",
                "evaluatorType": "javascript",
                "expression": "$.n * 2",
            },
        ),
        task(
            "mx_jq",
            "JSON_JQ_TRANSFORM",
            inputParameters={"a": "${mx_js.output.result}", "queryExpression": ".a + 1, .a"},
        ),
        task("mx_wait", "WAIT", inputParameters={"duration": "2 minutes"}),
        outputParameters={"list": "${mx_jq.output.resultList}"},
    )
    execution = flow.start(document)
    assert flow.path(execution)[-1] == ("mx_wait", "IN_PROGRESS")
    flow.tick(119_000)
    assert flow.execution(execution).outcome is None
    flow.tick(1_000)
    assert flow.result(execution) == ("succeeded", {"list": [9, 8]})


def test_a_child_runs_in_the_same_transaction_and_its_end_is_the_tasks(flow: Flow) -> None:
    flow.register(
        workflow(
            "child",
            task("ch_a", inputParameters={"x": "${workflow.input.x}"}),
            outputParameters={"y": "${ch_a.output.y}"},
        )
    )
    document = workflow(
        "parent", task("pa_sub", "SUB_WORKFLOW", inputParameters={"x": 1}, subWorkflowParam={"name": "child"})
    )
    execution = flow.start(document)
    record = flow.record(execution, "pa_sub")
    assert (record.native_state, record.child_id is not None) == ("IN_PROGRESS", True)
    flow.work("ch_a", {"y": 5})
    outcome, output = flow.result(execution)
    assert (outcome, output["y"]) == ("succeeded", 5)
    assert set(output) == {"y", "subWorkflowId"}
