"""Pausing and resuming executions."""

from __future__ import annotations

import pytest
from tests.engine.flow.workshop import Workshop, simple

from taskyard.engine.flow.commands import PauseExecution, ResumeExecution, TerminateExecution
from taskyard.model.problem import Rejected


def test_a_paused_execution_schedules_no_next_task_until_it_goes_on(shop: Workshop) -> None:
    one = shop.start(shop.define("pause_next", simple("pa"), simple("pb")))
    shop.do(PauseExecution, one)
    assert shop.status(one) == "PAUSED"
    shop.work("pa")
    assert shop.history(one) == ["pa COMPLETED"]
    shop.do(ResumeExecution, one)
    assert shop.history(one) == ["pa COMPLETED", "pb SCHEDULED"]
    shop.work("pb")
    assert shop.status(one) == "COMPLETED"


def test_a_paused_execution_neither_tries_again_nor_fails_until_it_goes_on(shop: Workshop) -> None:
    shop.define_task("pause_retry", retry_count=1)
    one = shop.start(shop.define("pause_failing", simple("pause_retry")))
    shop.do(PauseExecution, one)
    shop.work("pause_retry", "FAILED")
    assert shop.history(one) == ["pause_retry FAILED"]
    shop.do(ResumeExecution, one)
    assert shop.history(one) == ["pause_retry FAILED", "pause_retry SCHEDULED"]
    shop.do(PauseExecution, one)
    shop.work("pause_retry", "FAILED")
    assert shop.status(one) == "PAUSED"
    shop.do(ResumeExecution, one)
    assert shop.status(one) == "FAILED"


def test_an_execution_that_is_through_while_paused_ends_when_it_goes_on(shop: Workshop) -> None:
    one = shop.start(shop.define("pause_last", simple("pause_only")))
    shop.do(PauseExecution, one)
    shop.work("pause_only", output={"x": 1})
    assert shop.status(one) == "PAUSED"
    shop.do(ResumeExecution, one)
    assert (shop.status(one), shop.output(one)) == ("COMPLETED", {"x": 1})


def test_pausing_twice_changes_nothing_and_resuming_twice_is_refused(shop: Workshop) -> None:
    one = shop.start(shop.define("pause_twice", simple("pause_t")))
    shop.do(PauseExecution, one)
    shop.do(PauseExecution, one)
    shop.do(ResumeExecution, one)
    with pytest.raises(Rejected) as refused:
        shop.do(ResumeExecution, one)
    assert refused.value.problem.reason == "not_paused"


def test_a_closed_execution_is_not_paused(shop: Workshop) -> None:
    one = shop.start(shop.define("pause_closed", simple("pause_c")))
    shop.do(TerminateExecution, one)
    with pytest.raises(Rejected) as refused:
        shop.do(PauseExecution, one)
    assert refused.value.problem.reason == "execution_closed"


def test_an_unknown_execution_is_not_found(shop: Workshop) -> None:
    with pytest.raises(Rejected) as refused:
        shop.do(PauseExecution, "nobody")
    assert refused.value.problem.code == "not_found"
