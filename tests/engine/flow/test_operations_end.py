"""Terminating and removing executions."""

from __future__ import annotations

import pytest
from tests.engine.flow.workshop import Workshop, simple, sub

from taskyard.engine.flow.commands import PauseExecution, RemoveExecution, TerminateExecution
from taskyard.model.execution import ElementInstance, Event, Execution, Timer
from taskyard.model.problem import Rejected
from taskyard.model.task import QueueItem, Task, Throttle


def _refusal(shop: Workshop, command: type, one: str, **members: object) -> str:
    with pytest.raises(Rejected) as refused:
        shop.do(command, one, **members)
    return refused.value.problem.reason


def test_termination_cancels_what_is_open_and_takes_it_out_of_its_queue(shop: Workshop) -> None:
    one = shop.start(shop.define("end_plain", simple("end_a"), simple("end_b")))
    shop.do(TerminateExecution, one, reason="enough")
    row = shop.execution(one)
    assert (shop.status(one), row.reason) == ("TERMINATED", "enough")
    assert shop.history(one) == ["end_a CANCELED"]
    assert shop.take("end_a") == []


def test_what_a_worker_says_afterwards_is_ignored(shop: Workshop) -> None:
    one = shop.start(shop.define("end_late", simple("end_l")))
    taken = shop.take("end_l")[0]
    shop.do(TerminateExecution, one)
    assert shop.report(taken.task.uid).ignored
    assert shop.history(one) == ["end_l CANCELED"]


def test_termination_ends_the_children_and_says_why(shop: Workshop) -> None:
    shop.define("end_leaf", simple("end_leaf_task"))
    shop.define("end_middle", sub("end_m", "end_leaf"))
    one = shop.start(shop.define("end_top", sub("end_t", "end_middle")))
    middle = shop.child(one, "end_t")
    leaf = shop.child(middle, "end_m")
    shop.do(TerminateExecution, one, reason="enough")
    assert [shop.status(each) for each in (one, middle, leaf)] == ["TERMINATED"] * 3
    assert shop.execution(middle).reason == "Parent workflow has been terminated with reason: enough"
    assert shop.take("end_leaf_task") == []


def test_a_terminated_child_takes_its_parent_along_unless_the_task_is_optional(shop: Workshop) -> None:
    shop.define("end_child", simple("end_c"))
    one = shop.start(shop.define("end_strict", sub("end_s", "end_child")))
    shop.do(TerminateExecution, shop.child(one, "end_s"))
    assert shop.status(one) == "TERMINATED"
    other = shop.start(
        shop.define("end_loose", sub("end_o", "end_child", optional=True), simple("end_after"))
    )
    shop.do(TerminateExecution, shop.child(other, "end_o"))
    assert shop.history(other) == ["end_o COMPLETED_WITH_ERRORS", "end_after SCHEDULED"]


def test_termination_of_closed_executions(shop: Workshop) -> None:
    shop.define_task("end_f", retry_count=0)
    shop.define("end_closed", simple("end_f"))
    one, other = shop.start("end_closed"), shop.start("end_closed")
    shop.work("end_f")
    shop.work("end_f", "FAILED")
    assert _refusal(shop, TerminateExecution, one) == "execution_closed"
    closed_at = shop.execution(other).closed_at
    shop.pass_time(3)
    shop.do(TerminateExecution, other, reason="given up")
    assert (shop.status(other), shop.execution(other).closed_at) == ("TERMINATED", closed_at)
    shop.do(TerminateExecution, other, reason="again")
    assert shop.execution(other).reason == "given up"


def test_the_failure_workflow_starts_at_a_termination_only_when_asked_for(shop: Workshop) -> None:
    shop.define("end_rescue", simple("end_r"))
    shop.define("end_rescued", simple("end_x"), failure_workflow="end_rescue")
    shop.do(TerminateExecution, shop.start("end_rescued"))
    assert shop.take("end_r") == []
    one = shop.start("end_rescued")
    shop.do(TerminateExecution, one, reason="help", trigger_failure=True)
    rescue = shop.take("end_r")[0]
    assert (
        shop.output(one)["conductor.failure_workflow"] == shop.row(Execution, id=rescue.task.execution_id).uid
    )


def test_a_paused_execution_can_be_terminated(shop: Workshop) -> None:
    one = shop.start(shop.define("end_paused", simple("end_p"), simple("end_q")))
    shop.do(PauseExecution, one)
    shop.work("end_p")
    shop.do(TerminateExecution, one)
    assert shop.status(one) == "TERMINATED"


def test_removal_takes_everything_along(shop: Workshop) -> None:
    shop.define_task("end_rm", concurrent_exec_limit=1, poll_timeout_seconds=60)
    shop.define("end_rm_child", simple("end_rm"))
    one = shop.start(shop.define("end_rm_top", sub("end_rm_sub", "end_rm_child"), variables={"v": 1}))
    child = shop.execution(shop.child(one, "end_rm_sub"))
    taken = shop.take("end_rm")[0]
    row = shop.execution(one)
    assert _refusal(shop, RemoveExecution, one) == "execution_open"
    shop.do(RemoveExecution, one, terminate=True)
    assert shop.row(Execution, id=row.id) is None
    assert shop.row(Execution, id=child.id) is None
    for each in (row.id, child.id):
        assert shop.matching(ElementInstance, execution_id=each) == []
        assert shop.matching(Task, execution_id=each) == []
        assert shop.matching(Timer, execution_id=each) == []
    assert shop.row(QueueItem, task_id=taken.task.id) is None
    assert shop.row(Throttle, name="end_rm").running == 0
    assert _refusal(shop, RemoveExecution, one) == "unknown_execution"
    assert [each.type for each in shop.matching(Event, execution_id=row.id)][-1] == "execution.removed"


def test_a_removed_open_child_counts_as_terminated_for_its_parent(shop: Workshop) -> None:
    shop.define("end_gone", simple("end_g"))
    one = shop.start(shop.define("end_left", sub("end_w", "end_gone"), simple("end_never")))
    shop.do(RemoveExecution, shop.child(one, "end_w"), terminate=True)
    assert shop.status(one) == "TERMINATED"
    assert shop.history(one) == ["end_w CANCELED"]


def test_a_closed_execution_is_removed_without_a_word(shop: Workshop) -> None:
    one = shop.start(shop.define("end_done", simple("end_d")))
    shop.work("end_d")
    shop.do(RemoveExecution, one)
    assert shop.row(Execution, uid=one) is None
