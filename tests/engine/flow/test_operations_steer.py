"""Skipping, resetting, deciding, variables, jumping, upgrading, messages, deadlines, permissions."""

from __future__ import annotations

import pytest
from tests.engine.flow.workshop import Workshop, each_of, fork, simple, switch

from taskyard.engine.flow.commands import (
    DecideExecution,
    JumpExecution,
    PauseExecution,
    ResetCallbacks,
    ResumeExecution,
    RetryExecution,
    SendMessage,
    SetVariables,
    SkipTask,
    TerminateExecution,
    UpdateExecution,
    UpgradeExecution,
)
from taskyard.model.execution import Execution, Message, Wait
from taskyard.model.flow import RateLimitConfig
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.problem import Rejected


def _refusal(shop: Workshop, command: type, one: str, **members: object) -> str:
    with pytest.raises(Rejected) as refused:
        shop.do(command, one, **members)
    return refused.value.problem.reason


def test_a_skipped_task_is_passed_by_with_the_given_output(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_skip", simple("sk1"), simple("sk2"), simple("sk3")))
    shop.do(SkipTask, one, reference="sk2", input={"i": 1}, output={"o": 2})
    shop.work("sk1")
    assert shop.history(one) == ["sk1 COMPLETED", "sk2 SKIPPED", "sk3 SCHEDULED"]
    assert shop.output_of(shop.newest(one, "sk2")) == {"o": 2}


def test_only_what_is_not_scheduled_yet_can_be_skipped(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_skip_no", simple("sn1"), simple("sn2")))
    assert _refusal(shop, SkipTask, one, reference="sn1") == "already_scheduled"
    assert _refusal(shop, SkipTask, one, reference="sn9") == "unknown_reference"
    shop.do(PauseExecution, one)
    assert _refusal(shop, SkipTask, one, reference="sn2") == "not_running"


def test_resetting_callbacks_offers_at_once_what_is_delayed(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_reset", simple("rs1", start_delay=100)))
    assert shop.take("rs1") == []
    shop.do(ResetCallbacks, one)
    taken = shop.take("rs1")[0]
    shop.report(taken.task.uid, "IN_PROGRESS", callback_after=600)
    assert shop.take("rs1") == []
    assert shop.do(ResetCallbacks, one) == 1
    shop.work("rs1")
    assert _refusal(shop, ResetCallbacks, one) == "execution_closed"


def test_deciding_an_execution_that_lacks_nothing_does_nothing(shop: Workshop) -> None:
    shop.define(
        "steer_decide",
        *fork("sd", [simple("sd1"), simple("sd2")], [switch("sds", "x", x=[simple("sd3")])]),
        each_of("sdl", [1, 2], simple("sd4")),
    )
    one = shop.start("steer_decide")
    for name in ("sd1", "sd3", "sd2", "sd4", "sd4"):
        before = shop.history(one)
        assert shop.do(DecideExecution, one) == 0
        assert shop.history(one) == before
        shop.work(name)
    assert shop.status(one) == "COMPLETED"
    assert shop.do(DecideExecution, one) == 0


def test_deciding_does_what_was_lost(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_lost", simple("lo1"), simple("lo2")))
    shop.do(PauseExecution, one)
    shop.work("lo1")
    shop.lose_held_work(one)
    assert shop.history(one) == ["lo1 COMPLETED"]
    assert shop.do(DecideExecution, one) == 1
    shop.work("lo2")
    assert shop.status(one) == "COMPLETED"


def test_variables_are_merged_and_lists_joined_on_demand(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_vars", simple("va1"), variables={"a": 1, "l": [1]}))
    shop.do(SetVariables, one, variables={"b": 2, "l": [2]}, append=True)
    assert shop.variables(one) == {"a": 1, "b": 2, "l": [1, 2]}
    shop.do(SetVariables, one, variables={"l": [3]})
    assert shop.variables(one)["l"] == [3]
    assert _refusal(shop, SetVariables, one, variables={"big": "x" * 300_000}) == "variables_too_large"
    shop.work("va1")
    assert _refusal(shop, SetVariables, one, variables={"c": 1}) == "execution_closed"


def test_an_update_sets_variables_and_ends_a_task_together(shop: Workshop) -> None:
    shop.define(
        "steer_state", simple("st1"), simple("st2", input_parameters={"v": "${workflow.variables.v}"})
    )
    one = shop.start("steer_state")
    shop.do(UpdateExecution, one, variables={"v": 7}, reference="st1", status="COMPLETED", output={"o": 1})
    assert shop.history(one) == ["st1 COMPLETED", "st2 SCHEDULED"]
    assert shop.input_of(shop.newest(one, "st2")) == {"v": 7}
    reason = _refusal(shop, UpdateExecution, one, variables={"v": 8}, reference="st1", status="COMPLETED")
    assert reason == "unknown_task"
    assert shop.variables(one) == {"v": 7}


def test_jumping_forward_and_back(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_jump", simple("ju1"), simple("ju2"), simple("ju3")))
    shop.do(JumpExecution, one, reference="ju3", input={"jumped": True})
    assert shop.history(one) == ["ju1 CANCELED", "ju3 SCHEDULED"]
    assert shop.input_of(shop.newest(one, "ju3")) == {"jumped": True}
    shop.do(JumpExecution, one, reference="ju1")
    for name in ("ju1", "ju2", "ju3"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"
    assert _refusal(shop, JumpExecution, one, reference="ju1") == "execution_closed"


def test_jumping_into_what_is_not_open_is_refused(shop: Workshop) -> None:
    shop.define("steer_into", simple("in1"), *fork("inf", [simple("in2")], [simple("in3")]))
    one = shop.start("steer_into")
    assert _refusal(shop, JumpExecution, one, reference="in2") == "not_reachable"
    assert _refusal(shop, JumpExecution, one, reference="nowhere") == "unknown_reference"
    shop.work("in1")


def test_an_upgrade_goes_on_with_the_other_version(shop: Workshop) -> None:
    shop.define("steer_up", simple("up1"), simple("up2"))
    one = shop.start("steer_up", {"a": 1})
    shop.define("steer_up", simple("up0"), simple("up1"), simple("up3"), version=2)
    shop.do(UpgradeExecution, one, task_output={"up0": {"was": "done"}}, input={"b": 2})
    assert shop.execution(one).version == 2
    shop.work("up1")
    shop.work("up3")
    assert shop.status(one) == "COMPLETED"
    assert shop.output_of(shop.newest(one, "up0")) == {"was": "done"}


def test_an_upgrade_to_a_version_without_the_open_task_is_refused(shop: Workshop) -> None:
    shop.define("steer_no_up", simple("nu1"))
    one = shop.start("steer_no_up")
    shop.define("steer_no_up", simple("nu2"), version=2)
    assert _refusal(shop, UpgradeExecution, one) == "not_upgradable"
    assert _refusal(shop, UpgradeExecution, one, version=9) == "unknown_definition"
    assert shop.execution(one).version == 1


def test_a_message_is_kept_for_the_execution(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_message", simple("me1")))
    uid = shop.do(SendMessage, one, message={"text": "hello"})
    assert shop.row(Message, uid=uid).document == '{"text":"hello"}'
    shop.work("me1")
    assert _refusal(shop, SendMessage, one, message={}) == "execution_closed"


def test_a_message_lets_the_task_go_on_that_waits_for_one(shop: Workshop) -> None:
    pull = simple("mp1")
    pull.type = "PULL_WORKFLOW_MESSAGES"
    one = shop.start(shop.define("steer_pull", pull))
    assert shop.history(one) == ["mp1 IN_PROGRESS"]
    shop.do(SendMessage, one, message={"n": 1})
    assert (shop.status(one), shop.output(one)) == ("COMPLETED", {"messages": [{"n": 1}], "count": 1})


def test_an_execution_is_too_late_at_its_moment(shop: Workshop) -> None:
    shop.define("steer_late", simple("la1"), timeout_seconds=60, timeout_policy="TIME_OUT_WF")
    one = shop.start("steer_late")
    shop.pass_time(59)
    assert shop.status(one) == "RUNNING"
    shop.pass_time(1)
    assert shop.status(one) == "TIMED_OUT"
    assert shop.execution(one).reason == (
        "Workflow timed out after 60 seconds. Timeout configured as 60 seconds. "
        "Timeout policy configured to TIME_OUT_WF"
    )
    shop.pass_time(100)
    shop.do(RetryExecution, one)
    shop.pass_time(59)
    assert shop.status(one) == "RUNNING"
    shop.pass_time(1)
    assert shop.status(one) == "TIMED_OUT"
    assert "after 60 seconds" in (shop.execution(one).reason or "")


def test_an_alert_of_lateness_ends_nothing(shop: Workshop) -> None:
    one = shop.start(shop.define("steer_alert", simple("al1"), timeout_seconds=60))
    shop.pass_time(61)
    assert shop.status(one) == "RUNNING"
    shop.work("al1")


def test_one_too_many_waits_for_its_turn_and_may_end_while_it_waits(shop: Workshop) -> None:
    limit = RateLimitConfig(rate_limit_key="k", concurrent_exec_limit=1)
    shop.define("steer_turn", simple("tu1"), rate_limit_config=limit)
    first, second, third = [shop.start("steer_turn") for _ in range(3)]
    assert [shop.execution(each).phase for each in (first, second, third)] == [
        "active",
        "scheduled",
        "scheduled",
    ]
    assert shop.offences() == []
    shop.do(TerminateExecution, second)
    assert shop.execution(third).phase == "scheduled"
    assert shop.matching(Wait, execution_id=shop.execution(second).id) == []
    shop.do(PauseExecution, third)
    shop.work("tu1")
    assert (shop.execution(third).phase, shop.history(third)) == ("active", [])
    shop.do(ResumeExecution, third)
    shop.work("tu1")
    assert shop.status(third) == "COMPLETED"


def test_operating_takes_the_right_to_execute_the_workflow(shop: Workshop) -> None:
    shop.define("steer_mine", simple("mi1"))
    one = shop.start("steer_mine")
    reader = Principal(id=900, uid="r", name="reader", grants=(GrantFact("read", "kind", "workflow"),))
    runner = Principal(
        id=901, uid="x", name="runner", grants=(GrantFact("execute", "definition", "workflow:steer_mine"),)
    )
    with pytest.raises(Rejected) as refused:
        shop.do(PauseExecution, one, actor=reader)
    assert refused.value.problem.code == "forbidden"
    shop.do(PauseExecution, one, actor=runner)
    assert shop.row(Execution, uid=one).suspended
