"""Retrying, rerunning and restarting closed executions."""

from __future__ import annotations

import pytest
from tests.engine.flow.workshop import Workshop, each_of, fork, simple, switch

from taskyard.engine.flow.commands import (
    RerunExecution,
    RestartExecution,
    RetryExecution,
    TerminateExecution,
)
from taskyard.model.problem import Rejected


def _refusal(shop: Workshop, command: type, one: str, **members: object) -> str:
    with pytest.raises(Rejected) as refused:
        shop.do(command, one, **members)
    return refused.value.problem.reason


def test_retry_gives_what_failed_a_new_attempt_and_goes_on(shop: Workshop) -> None:
    shop.define_task("again_a", retry_count=0)
    one = shop.start(shop.define("again_seq", simple("again_a"), simple("again_b")))
    shop.work("again_a", "FAILED", reason="no luck")
    assert shop.status(one) == "FAILED"
    shop.do(RetryExecution, one)
    assert shop.status(one) == "RUNNING"
    assert shop.execution(one).reason is None
    assert [(each.attempt, each.native_state, each.retried) for each in shop.records(one)] == [
        (0, "FAILED", True),
        (1, "SCHEDULED", False),
    ]
    shop.work("again_a")
    shop.work("again_b")
    assert shop.status(one) == "COMPLETED"


def test_retry_needs_a_closed_execution_with_something_that_failed(shop: Workshop) -> None:
    one = shop.start(shop.define("again_none", simple("again_n")))
    assert _refusal(shop, RetryExecution, one) == "execution_open"
    shop.work("again_n")
    assert _refusal(shop, RetryExecution, one) == "nothing_to_retry"


def test_retry_sets_a_join_in_progress_in_place_and_tries_cancelled_branches_again(shop: Workshop) -> None:
    shop.define_task("again_f2", retry_count=0)
    shop.define("again_fork", *fork("af", [simple("again_f1")], [simple("again_f2")], [simple("again_f3")]))
    one = shop.start("again_fork")
    shop.work("again_f1", output={"n": 1})
    shop.work("again_f2", "FAILED")
    assert shop.history(one) == [
        "af COMPLETED",
        "again_f1 COMPLETED",
        "again_f2 FAILED",
        "again_f3 CANCELED",
        "af_join CANCELED",
    ]
    join = shop.newest(one, "af_join")
    shop.do(RetryExecution, one)
    assert shop.newest(one, "af_join").id == join.id
    shop.work("again_f2", output={"n": 2})
    assert shop.newest(one, "af_join").native_state == "IN_PROGRESS"
    shop.work("again_f3", output={"n": 3})
    assert shop.status(one) == "COMPLETED"
    found = shop.output_of(shop.newest(one, "af_join"))
    assert found == {"again_f1": {"n": 1}, "again_f2": {"n": 2}, "again_f3": {"n": 3}}


def test_retry_of_a_permissive_task_does_not_run_again_what_came_after(shop: Workshop) -> None:
    shop.define_task("again_p", retry_count=0)
    one = shop.start(shop.define("again_perm", simple("again_p", permissive=True), simple("again_q")))
    shop.work("again_p", "FAILED")
    shop.work("again_q")
    assert shop.status(one) == "FAILED"
    shop.do(RetryExecution, one)
    shop.work("again_p")
    assert shop.status(one) == "COMPLETED"
    assert shop.history(one) == ["again_p FAILED", "again_q COMPLETED", "again_p COMPLETED"]


def test_retry_inside_a_loop_goes_on_with_the_pass_at_hand(shop: Workshop) -> None:
    shop.define_task("again_l", retry_count=0)
    one = shop.start(
        shop.define("again_loop", each_of("al", ["x", "y"], simple("again_l")), simple("again_m"))
    )
    shop.work("again_l")
    shop.work("again_l", "FAILED")
    assert shop.status(one) == "FAILED"
    loop = shop.newest(one, "al")
    shop.do(RetryExecution, one)
    assert shop.newest(one, "al").id == loop.id
    shop.work("again_l")
    shop.work("again_m")
    assert shop.status(one) == "COMPLETED"
    assert shop.newest(one, "al").iteration == 2


def test_retry_after_termination_goes_on_where_it_was(shop: Workshop) -> None:
    one = shop.start(shop.define("again_term", simple("again_s"), simple("again_t")))
    shop.work("again_s")
    shop.do(TerminateExecution, one)
    shop.do(RetryExecution, one)
    shop.work("again_t")
    assert shop.status(one) == "COMPLETED"


def test_rerun_from_a_task_removes_what_came_after_and_does_it_again_in_place(shop: Workshop) -> None:
    shop.define("again_rerun", simple("again_r1"), simple("again_r2"), simple("again_r3"))
    one = shop.start("again_rerun")
    for name in ("again_r1", "again_r2", "again_r3"):
        shop.work(name, output={"old": name})
    target = shop.newest(one, "again_r2")
    shop.do(RerunExecution, one, from_task=target.uid, task_input={"given": 1})
    assert shop.history(one) == ["again_r1 COMPLETED", "again_r2 SCHEDULED"]
    taken = shop.take("again_r2")
    assert taken[0].task.uid == target.uid
    shop.report(target.uid, output={"new": 1})
    shop.work("again_r3")
    assert shop.status(one) == "COMPLETED"
    assert shop.output_of(shop.newest(one, "again_r2")) == {"new": 1}


def test_rerun_from_a_branch_makes_the_other_branches_again_where_they_are_gone(shop: Workshop) -> None:
    shop.define(
        "again_branch",
        *fork("ab", [simple("ab1"), simple("ab2")], [simple("ab3"), simple("ab4")]),
        simple("ab5"),
    )
    one = shop.start("again_branch")
    for name in ("ab1", "ab3", "ab2", "ab4", "ab5"):
        shop.work(name)
    shop.do(RerunExecution, one, from_task=shop.newest(one, "ab1").uid)
    assert sorted(shop.history(one)) == [
        "ab COMPLETED",
        "ab1 SCHEDULED",
        "ab3 SCHEDULED",
        "ab_join IN_PROGRESS",
    ]
    for name in ("ab3", "ab1", "ab2", "ab4", "ab5"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"


def test_rerun_from_inside_a_case_and_from_the_switch_itself(shop: Workshop) -> None:
    shop.define(
        "again_case",
        switch("ac", "${workflow.input.way}", left=[simple("ac1"), simple("ac2")]),
        simple("ac3"),
    )
    one = shop.start("again_case", {"way": "left"})
    for name in ("ac1", "ac2", "ac3"):
        shop.work(name)
    shop.do(RerunExecution, one, from_task=shop.newest(one, "ac1").uid)
    for name in ("ac1", "ac2", "ac3"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"
    shop.do(RerunExecution, one, from_task=shop.newest(one, "ac").uid)
    for name in ("ac1", "ac2", "ac3"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"


def test_rerun_inside_a_loop_opens_the_loop_again(shop: Workshop) -> None:
    shop.define("again_pass", each_of("ap", [1, 2, 3], simple("ap1")), simple("ap2"))
    one = shop.start("again_pass")
    for _ in range(3):
        shop.work("ap1")
    shop.work("ap2")
    shop.do(RerunExecution, one, from_task=shop.newest(one, "ap1__2").uid)
    assert shop.newest(one, "ap").native_state == "IN_PROGRESS"
    shop.work("ap1")
    shop.work("ap1")
    shop.work("ap2")
    assert shop.status(one) == "COMPLETED"
    assert [each for each in shop.history(one) if each.startswith("ap1")] == [
        f"ap1__{number} COMPLETED" for number in (1, 2, 3)
    ]


def test_rerun_from_the_start_takes_another_input_and_correlation(shop: Workshop) -> None:
    shop.define("again_whole", simple("again_w", input_parameters={"v": "${workflow.input.v}"}))
    one = shop.start("again_whole", {"v": 1}, correlation="c1")
    shop.work("again_w")
    shop.do(RerunExecution, one, input='{"v": 2}', correlation="c2")
    assert shop.execution(one).correlation == "c2"
    assert shop.history(one) == ["again_w SCHEDULED"]
    shop.work("again_w")
    assert shop.status(one) == "COMPLETED"


def test_rerun_refuses_open_executions_and_foreign_tasks(shop: Workshop) -> None:
    shop.define("again_foreign", simple("again_x"))
    one, other = shop.start("again_foreign"), shop.start("again_foreign")
    assert _refusal(shop, RerunExecution, one) == "execution_open"
    shop.work("again_x")
    shop.work("again_x")
    foreign = shop.records(other)[0].uid
    assert _refusal(shop, RerunExecution, one, from_task=foreign) == "unknown_task"
    assert _refusal(shop, RerunExecution, one, from_task="nothing") == "unknown_task"


def test_restart_begins_again_with_the_same_id_and_input(shop: Workshop) -> None:
    shop.define("again_start", simple("again_y"), simple("again_z"), variables={"n": 0})
    one = shop.start("again_start", {"v": 1})
    shop.work("again_y")
    shop.work("again_z")
    assert _refusal(shop, RestartExecution, shop.start("again_start")) == "execution_open"
    before = shop.execution(one)
    shop.pass_time(5)
    shop.do(RestartExecution, one)
    after = shop.execution(one)
    assert (after.id, after.uid) == (before.id, before.uid)
    assert after.created_at == before.created_at + 5000
    assert shop.history(one) == ["again_y SCHEDULED"]
    assert shop.output(one) is None
    for name in ("again_y", "again_y", "again_z", "again_z"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"


def test_restart_with_the_latest_definition(shop: Workshop) -> None:
    shop.define("again_latest", simple("again_v1"))
    one = shop.start("again_latest")
    shop.work("again_v1")
    shop.define("again_latest", simple("again_v2"), version=2)
    shop.do(RestartExecution, one)
    shop.work("again_v1")
    shop.do(RestartExecution, one, latest=True)
    shop.work("again_v2")
    assert (shop.status(one), shop.execution(one).version) == ("COMPLETED", 2)


def test_a_completed_execution_of_a_workflow_that_may_not_restart_is_refused(shop: Workshop) -> None:
    shop.define_task("again_o", retry_count=0)
    shop.define("again_once", simple("again_o"), restartable=False)
    one, other = shop.start("again_once"), shop.start("again_once")
    shop.work("again_o")
    shop.work("again_o", "FAILED")
    assert _refusal(shop, RestartExecution, one) == "not_restartable"
    shop.do(RestartExecution, other)
    assert shop.status(other) == "RUNNING"


def test_rerun_makes_joins_and_loops_wait_again_whose_ends_are_gone(shop: Workshop) -> None:
    """Another branch went further than the target when it ended: its join and its loop were made before the target."""
    shop.define(
        "again_wide",
        *fork(
            "aw",
            [simple("aw1"), simple("aw2")],
            [*fork("awf", [simple("aw3"), simple("aw4")], [simple("aw5")]), simple("aw6")],
            [each_of("awl", [1, 2], simple("aw7")), simple("aw8")],
        ),
    )
    one = shop.start("again_wide")
    for name in ("aw1", "aw3", "aw5", "aw7", "aw7", "aw2", "aw4", "aw6", "aw8"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"
    shop.do(RerunExecution, one, from_task=shop.newest(one, "aw2").uid)
    open_ones = {each.element for each in shop.records(one) if each.phase != "closed"}
    assert open_ones == {"aw2", "aw4", "aw7", "aw_join", "awf_join", "awl"}
    for name in ("aw4", "aw6", "aw7", "aw8", "aw2"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"


def test_retry_inside_loops_in_loops_goes_on_with_the_outer_pass(shop: Workshop) -> None:
    shop.define_task("again_i", retry_count=0)
    shop.define(
        "again_nest", each_of("ao", [1, 2], each_of("ai", [1, 2, 3], simple("again_i")), simple("again_j"))
    )
    one = shop.start("again_nest")
    shop.work("again_i")
    shop.work("again_i", "FAILED")
    shop.do(RetryExecution, one)
    for name in ("again_i", "again_i", "again_j", "again_i", "again_i", "again_i", "again_j"):
        shop.work(name)
    assert shop.status(one) == "COMPLETED"


def test_a_join_waits_for_the_whole_case_of_a_switch(shop: Workshop) -> None:
    shop.define(
        "again_switch",
        *fork("as", [switch("asw", "go", go=[simple("as1"), simple("as2")])], [simple("as3")]),
        simple("as4"),
    )
    one = shop.start("again_switch")
    shop.work("as1")
    shop.work("as2")
    assert shop.newest(one, "as_join").native_state == "IN_PROGRESS"
    shop.work("as3")
    shop.work("as4")
    assert shop.status(one) == "COMPLETED"
    other = shop.start("again_switch")
    shop.work("as3")
    shop.work("as1")
    shop.do(TerminateExecution, other)
    shop.do(RetryExecution, other)
    assert shop.take("as4") == []
    shop.work("as2")
    shop.work("as4")
    assert shop.status(other) == "COMPLETED"


def test_a_wide_execution_is_retried_and_rerun_as_a_whole(shop: Workshop) -> None:
    """More branches than one command reads one by one, and than one command schedules."""
    shop.define_task("again_many", retry_count=0)
    names = [f"am{number}" for number in range(700)]
    cases = [[switch(f"s{name}", "go", go=[simple(name, "again_many")])] for name in names[:250]]
    plain = [[simple(name, "again_many")] for name in names[250:]]
    one = shop.start(shop.define("again_width", *fork("am", *cases, *plain)))
    shop.pass_time()
    shop.work("again_many", "FAILED")
    assert shop.status(one) == "FAILED"
    shop.do(RetryExecution, one)
    shop.pass_time()
    taken = shop.take("again_many", count=1000)
    assert len(taken) == 700
    for leased in taken:
        shop.report(leased.task.uid)
    assert shop.status(one) == "COMPLETED"
    shop.do(RerunExecution, one, from_task=shop.newest(one, "am3").uid)
    shop.pass_time()
    left = shop.take("again_many", count=1000)
    for leased in left:
        shop.report(leased.task.uid)
    shop.pass_time()
    assert shop.status(one) == "COMPLETED"
