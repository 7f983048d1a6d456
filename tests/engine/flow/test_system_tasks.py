"""Tasks that the server does itself: what each gives, what ends it, and what it refuses."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.app.conftest import ADMIN
from tests.engine.flow.bench import Flow, task, workflow

from taskyard.engine.event_handlers import PutEventHandler
from taskyard.engine.flow.commands import SendMessage, SignalExecution
from taskyard.model.automation import EventHandlerDef
from taskyard.model.execution import Execution, Reuse, Wait


def ended(flow: Flow, *tasks: dict[str, Any], input: dict[str, Any] | None = None, **more: Any) -> Execution:
    """A workflow of these tasks, as it is when everything that runs by itself has run."""
    execution = flow.start(workflow("ended", *tasks, **more), input)
    while flow.tick():
        pass
    return execution


# TERMINATE


@pytest.mark.parametrize(
    ("status", "outcome"), [("COMPLETED", "succeeded"), ("FAILED", "failed"), ("TERMINATED", "cancelled")]
)
def test_terminate_ends_the_workflow_where_it_stands(flow: Flow, status: str, outcome: str) -> None:
    fork = task(
        "tm_fork",
        "FORK_JOIN",
        forkTasks=[
            [task("tm_work")],
            [
                task(
                    "tm_end",
                    "TERMINATE",
                    inputParameters={"terminationStatus": status, "workflowOutput": {"x": 1}},
                )
            ],
        ],
    )
    execution = ended(flow, fork, task("tm_join", "JOIN", joinOn=["tm_work", "tm_end"]))
    assert flow.result(execution) == (outcome, {"x": 1})
    end = flow.record(execution, "tm_end")
    assert flow.execution(execution).reason == f"Workflow is {status} by TERMINATE task: {end.uid}"
    assert dict(flow.path(execution)) == {
        "tm_fork": "COMPLETED",
        "tm_work": "CANCELED",
        "tm_end": "COMPLETED",
    }
    assert flow.lease("tm_work") == []


def test_terminate_takes_reason_and_output_of_any_kind(flow: Flow) -> None:
    end = task(
        "te",
        "TERMINATE",
        inputParameters={
            "terminationStatus": "FAILED",
            "terminationReason": "no stock",
            "workflowOutput": "${workflow.input.n}",
        },
    )
    execution = ended(flow, end, input={"n": 4})
    assert flow.execution(execution).reason == "no stock"
    assert flow.result(execution) == ("failed", {"output": 4})
    wrong = ended(flow, task("tw", "TERMINATE", inputParameters={"terminationStatus": "GONE"}))
    assert flow.record(wrong, "tw").native_state == "FAILED_WITH_TERMINAL_ERROR"


# WAIT, YIELD, HUMAN


@pytest.mark.parametrize(
    "input",
    [
        {"duration": "1 days", "until": "2030-01-01"},
        {"duration": "soon"},
        {"until": "tomorrow"},
        {"until": "2030-01-01 10:00 Nowhere/Else"},
    ],
)
def test_a_wait_that_says_no_time_fails_for_good(flow: Flow, input: dict[str, Any]) -> None:
    execution = ended(flow, task("wb", "WAIT", inputParameters=input))
    assert flow.record(execution, "wb").native_state == "FAILED_WITH_TERMINAL_ERROR"


def test_a_wait_until_a_moment_ends_at_it_and_a_past_one_at_once(flow: Flow) -> None:
    past = ended(flow, task("wp", "WAIT", inputParameters={"until": "2020-01-01 00:00 UTC"}))
    assert flow.execution(past).outcome == "succeeded"
    later = ended(
        flow,
        task("wl", "WAIT", inputParameters={"until": "${workflow.input.at}"}),
        input={"at": "2099-01-01"},
    )
    assert flow.execution(later).outcome is None
    [timer] = flow.timers(later)
    assert timer.due_at == 4_070_908_800_000


@pytest.mark.parametrize("kind", ["WAIT", "YIELD", "HUMAN"])
def test_an_open_end_waits_for_a_word_from_outside(flow: Flow, kind: str) -> None:
    execution = ended(flow, task("wo", kind))
    assert flow.record(execution, "wo").native_state == "IN_PROGRESS"
    flow.run(SignalExecution(actor=ADMIN, execution=execution.uid, status="COMPLETED", output={"said": 1}))
    assert flow.result(execution) == ("succeeded", {"said": 1})
    assert flow.opened.matching(Wait, execution_id=execution.id) == []


# EVENT and onStateChange


def listening(flow: Flow, name: str, event: str) -> None:
    """A handler that starts the workflow `heard` with what it hears."""
    action = {"action": "start_workflow", "start_workflow": {"name": "heard", "input": {"got": "${said}"}}}
    document = {"name": name, "event": event, "actions": [action], "active": True}
    handler = msgspec.convert(document, EventHandlerDef)
    flow.run(PutEventHandler(actor=ADMIN, document=msgspec.json.encode(handler).decode()))


def heard(flow: Flow) -> list[Any]:
    while flow.tick():
        pass
    return [flow.input(each, "hd").get("got") for each in flow.opened.matching(Execution, key="heard")]


def test_an_event_reaches_the_handlers_of_its_queue(flow: Flow) -> None:
    flow.register(workflow("heard", task("hd", inputParameters={"got": "${workflow.input.got}"})))
    listening(flow, "h1", "conductor:telling:ev1")
    listening(flow, "h2", "conductor:telling:named")
    document = workflow(
        "telling",
        task("ev1", "EVENT", sink="conductor", inputParameters={"said": "one"}),
        task("ev2", "EVENT", sink="conductor:${workflow.input.to}", inputParameters={"said": "two"}),
    )
    execution = flow.start(document, {"to": "named"})
    assert sorted(heard(flow)) == ["one", "two"]
    output = flow.output(execution, "ev2")
    assert output["event_produced"] == "conductor:telling:named"
    assert (output["said"], output["workflowInstanceId"]) == ("two", execution.uid)


def test_queues_of_other_systems_are_refused_by_name(flow: Flow) -> None:
    execution = ended(flow, task("ek", "EVENT", sink="kafka:orders"))
    assert flow.record(execution, "ek").native_state == "FAILED_WITH_TERMINAL_ERROR"
    assert "'kafka:orders' is not served" in (flow.execution(execution).reason or "")


def test_an_event_may_be_completed_by_somebody_else(flow: Flow) -> None:
    execution = ended(flow, task("ea", "EVENT", sink="conductor", asyncComplete=True))
    assert flow.record(execution, "ea").native_state == "IN_PROGRESS"
    flow.report(flow.record(execution, "ea").uid, "COMPLETED")
    assert flow.execution(execution).outcome == "succeeded"


def test_changes_of_tasks_are_published_as_the_node_wants(flow: Flow) -> None:
    flow.register(workflow("heard", task("hd", inputParameters={"got": "${workflow.input.got}"})))
    listening(flow, "h3", "tracking")
    before = len(heard(flow))
    document = workflow(
        "tracked",
        task(
            "tk",
            onStateChange={
                "onScheduled": [{"type": "tracking", "payload": {"said": "made ${workflow.input.n}"}}],
                "onStart,onSuccess": [{"type": "tracking", "payload": {"said": "went on"}}],
                "onFailed": [{"type": "tracking", "payload": {"said": "failed"}}],
            },
        ),
    )
    flow.start(document, {"n": 5})
    leased = flow.lease("tk")[0]
    assert heard(flow)[before:] == ["made 5", "went on"]
    flow.report(leased.task.uid, "COMPLETED")
    assert heard(flow)[before:] == ["made 5", "went on", "went on"]


# Scripts, variables


@pytest.mark.parametrize(
    ("kind", "input", "status"),
    [
        ("INLINE", {"evaluatorType": "javascript", "expression": "$.no.such"}, "FAILED_WITH_TERMINAL_ERROR"),
        ("INLINE", {"evaluatorType": "python", "expression": "1"}, "FAILED_WITH_TERMINAL_ERROR"),
        ("INLINE", {"evaluatorType": "javascript", "expression": " "}, "FAILED_WITH_TERMINAL_ERROR"),
        ("LAMBDA", {"scriptExpression": "return $.a.b;"}, "FAILED_WITH_TERMINAL_ERROR"),
        ("JSON_JQ_TRANSFORM", {"queryExpression": ".a | nonsense("}, "FAILED"),
    ],
)
def test_a_fault_in_an_expression_fails_its_task(
    flow: Flow, kind: str, input: dict[str, Any], status: str
) -> None:
    execution = ended(flow, task("fx", kind, inputParameters=input))
    assert flow.record(execution, "fx").native_state == status
    assert flow.output(execution, "fx")["error"]
    assert flow.execution(execution).outcome == "failed"


def test_scripts_of_each_kind_give_their_result(flow: Flow) -> None:
    tasks = [
        task(
            "s_value", "INLINE", inputParameters={"evaluatorType": "value-param", "expression": "k", "k": [1]}
        ),
        task("s_lambda", "LAMBDA", inputParameters={"n": 4, "scriptExpression": "return {twice: $.n * 2};"}),
        task("s_none", "JSON_JQ_TRANSFORM", inputParameters={"queryExpression": "empty"}),
    ]
    execution = ended(flow, *tasks)
    assert flow.output(execution, "s_value") == {"result": [1]}
    assert flow.output(execution, "s_lambda") == {"result": {"twice": 8}}
    assert flow.output(execution, "s_none") == {"result": None, "resultList": []}


def test_scripts_may_be_told_the_ids_of_what_is_just_being_made(flow: Flow) -> None:
    told = {"t": "${CPEWF_TASK_ID}", "w": "${workflow.workflowId}", "at": "${workflow.createTime}"}
    expression = {"evaluatorType": "javascript", "expression": "[$.t, $.w, $.at]"}
    tasks = [task(name, "INLINE", inputParameters={**told, **expression}) for name in ("id_a", "id_b")]
    execution = ended(flow, *tasks)
    for name in ("id_a", "id_b"):
        record = flow.record(execution, name)
        assert flow.output(execution, name) == {"result": [record.uid, execution.uid, execution.created_at]}


def test_variables_are_limited_together(flow: Flow) -> None:
    half = "x" * 150_000
    tasks = [
        task("v1", "SET_VARIABLE", inputParameters={"a": half}),
        task("v2", "SET_VARIABLE", inputParameters={"a": half, "b": 1}),
        task("v3", "SET_VARIABLE", inputParameters={"c": half}),
    ]
    execution = ended(flow, *tasks)
    assert [status for _, status in flow.path(execution)] == [
        "COMPLETED",
        "COMPLETED",
        "FAILED_WITH_TERMINAL_ERROR",
    ]


def test_an_output_that_is_too_large_fails_its_task(limited: Flow) -> None:
    expression = {"evaluatorType": "javascript", "expression": "'x'.repeat(60000)"}
    execution = ended(limited, task("big", "INLINE", inputParameters=expression))
    assert limited.record(execution, "big").native_state == "FAILED_WITH_TERMINAL_ERROR"
    double = "${workflow.input.half}${workflow.input.half}"
    execution = ended(
        limited, task("in", "NOOP", inputParameters={"d": double}), input={"half": "y" * 30_000}
    )
    assert limited.record(execution, "in").native_state == "FAILED_WITH_TERMINAL_ERROR"


# DYNAMIC, EXCLUSIVE_JOIN, PULL_WORKFLOW_MESSAGES, what is refused


def test_a_dynamic_task_runs_as_what_its_input_names(flow: Flow) -> None:
    node = task(
        "dy",
        "DYNAMIC",
        inputParameters={"what": "${workflow.input.what}", "duration": "5 seconds"},
        dynamicTaskNameParam="what",
    )
    execution = ended(flow, node, input={"what": "dyn_work"})
    assert flow.work("dyn_work", {"ok": 1}) == "dy"
    assert flow.result(execution) == ("succeeded", {"ok": 1})
    waiting = ended(flow, node, input={"what": "WAIT"})
    assert flow.record(waiting, "dy").kind == "WAIT"
    flow.tick(5_000)
    assert flow.execution(waiting).outcome == "succeeded"
    for wrong in (None, "", 5, "SWITCH"):
        assert flow.execution(ended(flow, node, input={"what": wrong})).outcome == "failed"


def exclusive(first: str, second: str) -> list[dict[str, Any]]:
    def choose(name: str, key: str, *chosen: dict[str, Any]) -> dict[str, Any]:
        return task(
            name,
            "SWITCH",
            evaluatorType="value-param",
            expression="k",
            inputParameters={"k": f"${{workflow.input.{key}}}"},
            decisionCases={"yes": list(chosen)},
        )

    return [
        task("xa"),
        choose("xs", "one", task("xb"), choose("xt", "two", task("xc"))),
        task("xj", "EXCLUSIVE_JOIN", joinOn=["xc"], defaultExclusiveJoinTask=["xb", "xa"]),
    ]


@pytest.mark.parametrize(
    ("input", "done"),
    [({"one": "no"}, "xa"), ({"one": "yes", "two": "no"}, "xb"), ({"one": "yes", "two": "yes"}, "xc")],
)
def test_an_exclusive_join_takes_the_first_that_is_there(
    flow: Flow, input: dict[str, Any], done: str
) -> None:
    execution = flow.start(workflow("exclusive", *exclusive("", "")), input)
    for name in ("xa", "xb", "xc"):
        if flow.path(execution)[-1][0] == name:
            flow.work(name, {"from": name})
    assert flow.output(execution, "xj") == {"from": done}
    assert flow.execution(execution).outcome == "succeeded"


def test_an_exclusive_join_behind_a_fork_waits_for_one_of_its_tasks(flow: Flow) -> None:
    execution = ended(
        flow,
        task("xf", "FORK_JOIN", forkTasks=[[task("xf_a")], [task("xf_b")]]),
        task("xf_j", "EXCLUSIVE_JOIN", joinOn=["xf_a", "xf_b"]),
        task("xf_last"),
    )
    assert flow.record(execution, "xf_j").native_state == "IN_PROGRESS"
    flow.work("xf_a", {"a": 1})
    assert flow.output(execution, "xf_j") == {"a": 1}
    flow.work("xf_last")
    assert flow.execution(execution).outcome is None
    flow.work("xf_b")
    assert flow.execution(execution).outcome == "succeeded"


def test_messages_are_taken_oldest_first_and_waited_for(flow: Flow) -> None:
    tasks = [
        task("pm_now", "PULL_WORKFLOW_MESSAGES", inputParameters={"blocking": False}),
        task("pm_two", "PULL_WORKFLOW_MESSAGES", inputParameters={"batchSize": 2}),
        task("pm_wait", "WAIT"),
        task("pm_three", "PULL_WORKFLOW_MESSAGES", inputParameters={"batchSize": 5}),
    ]
    execution = ended(flow, *tasks)
    assert flow.output(execution, "pm_now") == {"messages": [], "count": 0}
    for n in range(3):
        flow.run(SendMessage(actor=ADMIN, execution=execution.uid, message={"n": n}))
    assert flow.output(execution, "pm_two") == {"messages": [{"n": 0}], "count": 1}
    flow.report(flow.record(execution, "pm_wait").uid, "COMPLETED")
    assert flow.output(execution, "pm_three") == {"messages": [{"n": 1}, {"n": 2}], "count": 2}
    assert flow.execution(execution).outcome == "succeeded"


@pytest.mark.parametrize("kind", ["KAFKA_PUBLISH", "JDBC", "GRPC", "BUSINESS_RULE", "LLM_CHAT_COMPLETE"])
def test_types_that_are_not_served_fail_and_say_so(flow: Flow, kind: str) -> None:
    execution = ended(flow, task("no", kind, retryCount=3))
    assert flow.path(execution) == [("no", "FAILED_WITH_TERMINAL_ERROR")]
    assert f"type {kind} are not served" in (flow.execution(execution).reason or "")


# What every type has


def test_every_type_begins_later_with_a_start_delay(flow: Flow) -> None:
    execution = flow.start(
        workflow("delayed", task("dl_noop", "NOOP", startDelay=10), task("dl_work", startDelay=20))
    )
    assert flow.path(execution) == [("dl_noop", "SCHEDULED")]
    flow.tick(9_999)
    assert flow.path(execution) == [("dl_noop", "SCHEDULED")]
    flow.tick(1)
    assert flow.path(execution) == [("dl_noop", "COMPLETED"), ("dl_work", "SCHEDULED")]
    flow.tick(19_999)
    assert flow.lease("dl_work") == []
    flow.tick(1)
    assert len(flow.lease("dl_work")) == 1


def test_a_system_task_is_tried_again_when_its_node_says_so(flow: Flow) -> None:
    flow.register_task({"name": "jq_again", "retryCount": 2, "retryDelaySeconds": 5})
    node = task("jq_again", "JSON_JQ_TRANSFORM", inputParameters={"queryExpression": "error"})
    execution = flow.start(workflow("jq_retry", node))
    assert flow.path(execution) == [("jq_again", "FAILED"), ("jq_again", "SCHEDULED")]
    flow.tick(5_000)
    flow.tick(5_000)
    assert [status for _, status in flow.path(execution)] == ["FAILED"] * 3
    assert flow.execution(execution).outcome == "failed"


def test_what_is_optional_or_permissive_lets_the_flow_go_on(flow: Flow) -> None:
    broken = {"evaluatorType": "javascript", "expression": "nothing.there"}
    optional = ended(
        flow, task("op_js", "INLINE", inputParameters=broken, optional=True), task("op_next", "NOOP")
    )
    assert flow.path(optional) == [("op_js", "COMPLETED_WITH_ERRORS"), ("op_next", "COMPLETED")]
    assert flow.execution(optional).outcome == "succeeded"
    broken_later = task(
        "pe_js", "JSON_JQ_TRANSFORM", inputParameters={"queryExpression": "error"}, permissive=True
    )
    permissive = ended(flow, broken_later, task("pe_next", "NOOP"))
    assert flow.path(permissive) == [("pe_js", "FAILED"), ("pe_next", "COMPLETED")]
    assert flow.execution(permissive).outcome == "failed"


def test_a_result_is_taken_over_until_it_is_too_old(flow: Flow) -> None:
    node = task(
        "cached",
        inputParameters={"id": "${workflow.input.id}"},
        cacheConfig={"key": "${id}-v1", "ttlInSecond": 60},
    )
    flow.start(workflow("caching", node), {"id": 1})
    flow.work("cached", {"found": "first"})
    again = flow.start(workflow("caching", node), {"id": 1})
    assert flow.result(again) == ("succeeded", {"found": "first"})
    other = flow.start(workflow("caching", node), {"id": 2})
    assert flow.execution(other).outcome is None
    flow.work("cached", {"found": "other"})
    flow.tick(60_001)
    late = flow.start(workflow("caching", node), {"id": 1})
    assert flow.execution(late).outcome is None
    assert flow.opened.row(Reuse, name="cached", key="1-v1") is None


def test_a_join_that_waits_for_what_will_not_come_fails_the_workflow(flow: Flow) -> None:
    choice = task(
        "sk_switch",
        "SWITCH",
        evaluatorType="value-param",
        expression="k",
        inputParameters={"k": "${workflow.input.k}"},
        decisionCases={"a": [task("sk_a")]},
        defaultCase=[task("sk_b")],
    )
    fork = task("sk_fork", "FORK_JOIN", forkTasks=[[choice], [task("sk_c")]])
    execution = flow.start(
        workflow("stuck", fork, task("sk_join", "JOIN", joinOn=["sk_a", "sk_c"])), {"k": "z"}
    )
    flow.work("sk_b")
    assert flow.execution(execution).outcome is None
    flow.work("sk_c")
    assert flow.execution(execution).outcome == "failed"
    assert flow.execution(execution).reason == (
        "Nothing can go on: sk_join waits for tasks that will not come."
    )


def test_scripts_side_by_side_are_answered_together(flow: Flow) -> None:
    """More of them than one command may ask go on by themselves."""
    scripts = [
        task(f"sb{n}", "INLINE", inputParameters={"evaluatorType": "javascript", "expression": f"{n} * 2"})
        for n in range(40)
    ]
    fork = task("sb_fork", "FORK_JOIN", forkTasks=[[each] for each in scripts])
    join = task("sb_join", "JOIN", joinOn=[each["name"] for each in scripts])
    execution = ended(flow, fork, join)
    outcome, output = flow.result(execution)
    assert outcome == "succeeded"
    assert output == {f"sb{n}": {"result": n * 2} for n in range(40)}
