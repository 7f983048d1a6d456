"""How far the annotators of a task agree.

Enterprise servers let every project choose a measure; this is the plain one: the share of equal answers, pair by
pair of annotators, control by control.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations

import msgspec

from taskyard.model.labeling import AnswerDocument


class _Region(msgspec.Struct):
    from_name: str = ""
    value: msgspec.Raw = msgspec.Raw(b"null")


_regions = msgspec.json.Decoder(list[_Region])
_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder(order="sorted").encode

Answers = dict[str, Counter[bytes]]
"""The values given by each control, as canonical JSON, with how often."""


def answers_of(document: AnswerDocument) -> Answers:
    """What an annotation answers, by control. Parts that are no regions are left out."""
    found: Answers = defaultdict(Counter)
    try:
        regions = _regions.decode(document.result)
    except msgspec.MsgspecError:
        return {}
    for region in regions:
        if region.from_name:
            found[region.from_name][_encode(_any.decode(region.value))] += 1
    return dict(found)


def agreement(given: Iterable[tuple[int | None, AnswerDocument]]) -> float | None:
    """The average over all pairs of different authors, 0 to 100; None when there is no such pair."""
    answers = [(author, answers_of(document)) for author, document in given]
    scores = [similarity(a[1], b[1]) for a, b in combinations(answers, 2) if a[0] != b[0]]
    return round(100 * sum(scores) / len(scores), 4) if scores else None


def similarity(one: Answers, other: Answers) -> float:
    """The share of values that both gave (Dice), averaged over the controls that either used; 1 for none."""
    controls = one.keys() | other.keys()
    if not controls:
        return 1.0
    return sum(_dice(one.get(name, Counter()), other.get(name, Counter())) for name in controls) / len(
        controls
    )


def _dice(one: Counter[bytes], other: Counter[bytes]) -> float:
    return 2 * (one & other).total() / (one.total() + other.total())
