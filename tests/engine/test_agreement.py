"""Agreement between annotators."""

from __future__ import annotations

import msgspec
import pytest

from taskyard.engine.agreement import agreement
from taskyard.model.labeling import AnswerDocument


def said(*regions: tuple[str, object]) -> AnswerDocument:
    result = [{"from_name": name, "to_name": "x", "type": "t", "value": value} for name, value in regions]
    return AnswerDocument(result=msgspec.Raw(msgspec.json.encode(result)))


YES, NO = ("c", {"choices": ["Yes"]}), ("c", {"choices": ["No"]})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], None),
        ([(1, said(YES))], None),
        ([(1, said(YES)), (1, said(NO))], None),
        ([(1, said(YES)), (2, said(YES))], 100.0),
        ([(1, said(YES)), (2, said(NO))], 0.0),
        ([(1, said()), (2, said())], 100.0),
        ([(1, said(YES)), (2, said(YES)), (3, said(NO))], 33.3333),
        ([(1, said(YES, ("r", {"rating": 1}))), (2, said(YES, ("r", {"rating": 2})))], 50.0),
        ([(1, said(("b", {"x": 1, "y": 2}))), (2, said(("b", {"y": 2, "x": 1})))], 100.0),
        ([(1, said(("b", 1), ("b", 2))), (2, said(("b", 2)))], 66.6667),
    ],
)
def test_share_of_equal_answers(given: list[tuple[int, AnswerDocument]], expected: float | None) -> None:
    assert agreement(given) == expected
