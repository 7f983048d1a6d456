"""What becomes of parents when their children run again."""

from __future__ import annotations

import pytest
from tests.engine.flow.workshop import Workshop, fork, simple, sub

from taskyard.engine.flow.commands import RerunExecution, RestartExecution, RetryExecution
from taskyard.model.problem import Rejected


def _family(shop: Workshop, name: str) -> tuple[str, str, str]:
    """A grandparent, a parent and a child; the task of the child is not tried again."""
    shop.define_task(f"{name}_task", retry_count=0)
    shop.define(f"{name}_leaf", simple(f"{name}_task"), simple(f"{name}_more"))
    shop.define(f"{name}_mid", sub(f"{name}_m", f"{name}_leaf"))
    shop.define(f"{name}_top", sub(f"{name}_t", f"{name}_mid"), simple(f"{name}_last"))
    top = shop.start(f"{name}_top")
    middle = shop.child(top, f"{name}_t")
    return top, middle, shop.child(middle, f"{name}_m")


def test_a_failed_child_fails_its_parents(shop: Workshop) -> None:
    family = _family(shop, "cf")
    shop.work("cf_task", "FAILED", reason="broken")
    assert [shop.status(each) for each in family] == ["FAILED"] * 3
    assert "broken" in (shop.execution(family[0]).reason or "")


def test_retry_with_children_goes_down_to_the_deepest_that_failed(shop: Workshop) -> None:
    top, middle, leaf = family = _family(shop, "cr")
    shop.work("cr_task", "FAILED")
    shop.do(RetryExecution, top, resume_children=True)
    assert [shop.status(each) for each in family] == ["RUNNING"] * 3
    assert shop.child(top, "cr_t") == middle
    assert shop.child(middle, "cr_m") == leaf
    for name in ("cr_task", "cr_more", "cr_last"):
        shop.work(name)
    assert [shop.status(each) for each in family] == ["COMPLETED"] * 3


def test_retry_without_children_starts_a_new_child(shop: Workshop) -> None:
    top, middle, leaf = _family(shop, "cn")
    shop.work("cn_task", "FAILED")
    shop.do(RetryExecution, top)
    assert shop.child(top, "cn_t") != middle
    for name in ("cn_task", "cn_more", "cn_last"):
        shop.work(name)
    assert shop.status(top) == "COMPLETED"
    assert [shop.status(each) for each in (middle, leaf)] == ["FAILED", "FAILED"]


def test_retry_of_the_child_sets_its_parents_running(shop: Workshop) -> None:
    top, _, leaf = family = _family(shop, "cp")
    shop.work("cp_task", "FAILED")
    shop.do(RetryExecution, leaf)
    assert [shop.status(each) for each in family] == ["RUNNING"] * 3
    for name in ("cp_task", "cp_more", "cp_last"):
        shop.work(name)
    assert shop.status(top) == "COMPLETED"


def test_retry_of_a_child_whose_parent_has_another_by_now_leaves_the_parent_alone(shop: Workshop) -> None:
    top, middle, leaf = _family(shop, "co")
    shop.work("co_task", "FAILED")
    shop.do(RetryExecution, top)
    shop.do(RetryExecution, leaf)
    assert [shop.status(each) for each in (top, middle, leaf)] == ["RUNNING", "RUNNING", "RUNNING"]
    newer = shop.child(top, "co_t")
    for _ in range(2):
        shop.work("co_task")
    for _ in range(2):
        shop.work("co_more")
    assert [shop.status(each) for each in (newer, middle, leaf)] == ["COMPLETED"] * 3
    assert shop.status(top) == "RUNNING"
    shop.work("co_last")
    assert shop.status(top) == "COMPLETED"


def test_rerun_from_a_task_of_a_child_runs_the_parents_again_from_there(shop: Workshop) -> None:
    top, middle, leaf = family = _family(shop, "ca")
    for name in ("ca_task", "ca_more", "ca_last"):
        shop.work(name)
    assert shop.status(top) == "COMPLETED"
    shop.do(RerunExecution, top, from_task=shop.newest(leaf, "ca_more").uid)
    assert [shop.status(each) for each in family] == ["RUNNING"] * 3
    assert shop.history(top) == ["ca_t IN_PROGRESS"]
    shop.work("ca_more")
    assert shop.status(middle) == "COMPLETED"
    shop.work("ca_last")
    assert shop.status(top) == "COMPLETED"


def test_restart_of_a_child_of_a_completed_parent_does_not_repeat_what_the_parent_did_after_it(
    shop: Workshop,
) -> None:
    top, _, leaf = family = _family(shop, "cs")
    for name in ("cs_task", "cs_more", "cs_last"):
        shop.work(name)
    shop.do(RestartExecution, leaf)
    assert [shop.status(each) for each in family] == ["RUNNING"] * 3
    shop.work("cs_task")
    shop.work("cs_more")
    assert [shop.status(each) for each in family] == ["COMPLETED"] * 3
    assert shop.history(top) == ["cs_t COMPLETED", "cs_last COMPLETED"]


def test_a_parent_whose_task_is_optional_is_not_set_running(shop: Workshop) -> None:
    shop.define_task("cx_task", retry_count=0)
    shop.define("cx_leaf", simple("cx_task"))
    top = shop.start(shop.define("cx_top", sub("cx_s", "cx_leaf", optional=True)))
    leaf = shop.child(top, "cx_s")
    shop.work("cx_task", "FAILED")
    assert shop.status(top) == "COMPLETED"
    shop.do(RetryExecution, leaf)
    assert (shop.status(top), shop.status(leaf)) == ("COMPLETED", "RUNNING")
    shop.work("cx_task")
    assert shop.status(leaf) == "COMPLETED"


def test_a_retried_child_in_a_fork_brings_back_the_cancelled_branches_and_the_join(shop: Workshop) -> None:
    shop.define_task("ck_task", retry_count=0)
    shop.define("ck_leaf", simple("ck_task"))
    shop.define("ck_top", *fork("ck", [sub("ck_s", "ck_leaf")], [simple("ck_side")]))
    top = shop.start("ck_top")
    leaf = shop.child(top, "ck_s")
    shop.work("ck_task", "FAILED")
    assert shop.newest(top, "ck_side").native_state == "CANCELED"
    shop.do(RetryExecution, top, resume_children=True)
    shop.work("ck_task")
    assert shop.status(leaf) == "COMPLETED"
    shop.work("ck_side")
    assert shop.status(top) == "COMPLETED"


def test_rerun_from_a_child_that_still_runs_is_refused(shop: Workshop) -> None:
    top, _, leaf = _family(shop, "cy")
    target = shop.records(leaf)[0].uid
    with pytest.raises(Rejected) as refused:
        shop.do(RerunExecution, top, from_task=target)
    assert refused.value.problem.reason == "execution_open"


def test_a_child_whose_parent_began_anew_ends_without_telling_it(shop: Workshop) -> None:
    top, middle, leaf = _family(shop, "cz")
    shop.work("cz_task", "FAILED")
    shop.do(RestartExecution, top)
    assert shop.child(top, "cz_t") != middle
    shop.do(RetryExecution, leaf)
    for name in ("cz_task", "cz_task", "cz_more", "cz_more"):
        shop.work(name)
    assert [shop.status(each) for each in (middle, leaf)] == ["COMPLETED", "COMPLETED"]
    assert shop.history(top) == ["cz_t COMPLETED", "cz_last SCHEDULED"]
