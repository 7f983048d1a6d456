"""The text of search queries: what it says, and what says nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.dialects.conductor.search_query import read_conditions
from taskyard.model.problem import Rejected

READABLE = [
    (None, []),
    ("   ", []),
    ("status=RUNNING", [("status", "=", ("RUNNING",))]),
    ("status = RUNNING", [("status", "=", ("RUNNING",))]),
    ("status='RUNNING'", [("status", "=", ("RUNNING",))]),
    ('status = "RUNNING"', [("status", "=", ("RUNNING",))]),
    ("correlationId = ''", [("correlationId", "=", ("",))]),
    ("version>2 AND version < 5", [("version", ">", ("2",)), ("version", "<", ("5",))]),
    ("workflowType = order_*", [("workflowType", "=", ("order_*",))]),
    ("status IN (RUNNING,PAUSED)", [("status", "IN", ("RUNNING", "PAUSED"))]),
    ("status in ( RUNNING , 'PAUSED' )", [("status", "IN", ("RUNNING", "PAUSED"))]),
    ("workflowType IN ('a,b', \"c AND d\")", [("workflowType", "IN", ("a,b", "c AND d"))]),
    ("workflowType IN ()", [("workflowType", "IN", ())]),
    ("status=(RUNNING)", [("status", "=", ("RUNNING",))]),
    (
        "correlationId='this AND that' AND startTime>1700000000000",
        [("correlationId", "=", ("this AND that",)), ("startTime", ">", ("1700000000000",))],
    ),
    (
        "status = 'FAILED'   AND   workflowType IN (a)   AND version=1",
        [("status", "=", ("FAILED",)), ("workflowType", "IN", ("a",)), ("version", "=", ("1",))],
    ),
    ("createdBy = O'Brien AND version=1", [("createdBy", "=", ("O'Brien",)), ("version", "=", ("1",))]),
    ("in = 5", [("in", "=", ("5",))]),
]


@pytest.mark.parametrize(("text", "conditions"), READABLE, ids=[str(text) for text, _ in READABLE])
def test_a_query_is_read(text: str | None, conditions: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert [tuple(each) for each in read_conditions(text)] == conditions


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "status=",
        "=RUNNING",
        "status==RUNNING",
        "version>=2",
        "status!=RUNNING",
        "status=RUNNING AND",
        "status=RUNNING AND version",
        "status IN",
        "status IN RUNNING",
        "status IN (RUNNING",
        "status IN (a) b=1",
        "AND status=RUNNING",
        "a=1 AND " * 101 + "a=1",
    ],
)
def test_a_query_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_conditions(text)
    assert caught.value.problem.code == "invalid"
    assert caught.value.problem.errors[0].pointer == "?query"


@given(st.text(alphabet="ab =<>IN(),'\"*AND", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Rejected):
        assert all(each.field for each in read_conditions(text))


@given(st.lists(st.text(alphabet="abcAND ,=<>()*", min_size=1, max_size=12), min_size=1, max_size=4))
def test_quoted_values_come_back_as_they_were(values: list[str]) -> None:
    text = " AND ".join(f"f{index} = '{value}'" for index, value in enumerate(values))
    assert [each.values for each in read_conditions(text)] == [(value,) for value in values]
