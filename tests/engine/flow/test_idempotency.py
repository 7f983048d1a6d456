"""Executions with an idempotency key: one for all who ask, however many ask at once."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from tests.engine.flow.workshop import Workshop

from taskyard.engine.flow.commands import RemoveExecution, StartExecution, TerminateExecution
from taskyard.model.execution import Execution, IdempotencyKey
from taskyard.model.flow import WorkflowTask
from taskyard.model.problem import Rejected

AT_ONCE = 48
numbers = itertools.count()


def wanted(shop: Workshop, strategy: str | None, kind: str = "SIMPLE") -> StartExecution:
    name = shop.define(
        f"keyed{next(numbers)}", WorkflowTask(name="work", task_reference_name="work", type=kind)
    )
    return StartExecution(key=name, idempotency_key="once", idempotency_strategy=strategy)


@pytest.mark.parametrize("kind", ["SIMPLE", "NOOP"])
def test_all_who_ask_at_once_get_the_same(shop: Workshop, kind: str) -> None:
    command = wanted(shop, "RETURN_EXISTING", kind)
    started = shop.run_all([command] * AT_ONCE)
    assert len({each.execution.uid for each in started}) == 1
    assert Counter(each.fresh for each in started) == {True: 1, False: AT_ONCE - 1}
    assert len(shop.matching(Execution, key=command.key, idempotency_key="once")) == 1


def test_only_one_of_many_is_let_in(shop: Workshop) -> None:
    command = wanted(shop, "FAIL")
    answers = shop.run_all([command] * AT_ONCE)
    refused = [each for each in answers if isinstance(each, Rejected)]
    assert len(refused) == AT_ONCE - 1
    assert {each.problem.reason for each in refused} == {"idempotency_key"}


def test_another_may_follow_one_that_has_ended(shop: Workshop) -> None:
    command = wanted(shop, "FAIL_ON_RUNNING")
    first = shop.run(command).execution.uid
    with pytest.raises(Rejected, match="idempotency key"):
        shop.run(command)
    shop.do(TerminateExecution, first)
    second = shop.run(command)
    assert second.fresh
    assert second.execution.uid != first


def test_a_key_goes_with_the_last_execution_that_has_it(shop: Workshop) -> None:
    command = wanted(shop, "FAIL_ON_RUNNING")
    first = shop.run(command).execution.uid
    shop.do(TerminateExecution, first)
    second = shop.run(command).execution.uid
    shop.do(RemoveExecution, first)
    assert shop.row(IdempotencyKey, name=command.key, key="once") is not None
    shop.do(RemoveExecution, second, terminate=True)
    assert shop.row(IdempotencyKey, name=command.key, key="once") is None
    assert shop.run(command).fresh
