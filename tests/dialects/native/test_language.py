"""The filter language: what is read, what is refused, and what it costs."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.dialects.native.language import (
    DEEPEST,
    LONGEST,
    MOST_TERMS,
    Either,
    Every,
    Negation,
    Term,
    parse,
)
from taskyard.dialects.native.vocabulary import DEFINITIONS, TASKS, translate
from taskyard.model.problem import Rejected
from taskyard.model.query import Has, Not, eq
from taskyard.model.time import from_iso

NOW = from_iso("2026-11-14T12:00:00Z")


@pytest.mark.parametrize(
    "text, expression",
    [
        ("state = ready", Term("state", "=", ("ready",))),
        ("state=ready", Term("state", "=", ("ready",))),
        ("priority<=2", Term("priority", "<=", ("2",))),
        ("title ~ 'two words'", Term("title", "~", ("two words",))),
        ('title !~ "say \\"hi\\" \\\\ now"', Term("title", "!~", ('say "hi" \\ now',))),
        ("kind in (human, label)", Term("kind", "in", ("human", "label"))),
        ("kind NOT IN (human)", Term("kind", "not_in", ("human",))),
        ("assignee is null", Term("assignee", "null")),
        ("assignee IS NOT NULL", Term("assignee", "not_null")),
        ("definition = puppet:apache::reload", Term("definition", "=", ("puppet:apache::reload",))),
        ("attribute.order/id = A-1", Term("attribute.order/id", "=", ("A-1",))),
        ("assignee = not", Term("assignee", "=", ("not",))),
        ("title = null", Term("title", "=", ("null",))),
        ("due < 2026-11-14T12:00:00.5+02:00", Term("due", "<", ("2026-11-14T12:00:00.5+02:00",))),
        ("owner = a@b.example", Term("owner", "=", ("a@b.example",))),
        ("title = Grüße", Term("title", "=", ("Grüße",))),
        ("not a = 1", Negation(Term("a", "=", ("1",)))),
        (
            "a = 1 or b = 2 and not (c = 3 or d = 4)",
            Either(
                (
                    Term("a", "=", ("1",)),
                    Every(
                        (
                            Term("b", "=", ("2",)),
                            Negation(Either((Term("c", "=", ("3",)), Term("d", "=", ("4",))))),
                        )
                    ),
                )
            ),
        ),
    ],
)
def test_reading(text: str, expression: object) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    "text, position",
    [
        ("a =", 4),
        ("a = 1 b = 2", 7),
        ("a == 1", 4),
        ("(a = 1", 7),
        ("a = 1)", 6),
        ("a in ()", 7),
        ("a in (1,)", 9),
        ("'a' = 1", 1),
        ("a = 'open", 5),
        ("and", 4),
        ("a = 1 and", 10),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, position: int) -> None:
    with pytest.raises(Rejected) as caught:
        parse(text)
    assert caught.value.problem.reason == "invalid_filter"
    assert f"at character {position}" in caught.value.problem.detail


@pytest.mark.parametrize(
    "text",
    [
        "title = " + "x" * LONGEST,
        "(" * (DEEPEST + 1) + "a = 1" + ")" * (DEEPEST + 1),
        "not " * (DEEPEST + 1) + "a = 1",
        " or ".join(["a = 1"] * (MOST_TERMS + 1)),
        "a in (" + ",".join(["1"] * (MOST_TERMS + 1)) + ")",
    ],
)
def test_filters_are_bounded(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse(text)
    assert caught.value.problem.code == "invalid"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Rejected):
        parse(text)


@given(st.text(alphabet=st.characters(exclude_characters="\0"), max_size=100))
def test_quoting_carries_any_text(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert translate(parse(f'title = "{quoted}"'), TASKS, NOW) == eq("title", value)


@pytest.mark.parametrize(
    "text",
    [
        "color = red",
        "attribute = x",
        "attribute. = x",
        "kind = machine",
        "state = done",
        "state ~ rea",
        "priority = high",
        "priority ~ 1",
        "id = 99999999999999999999",
        "suspended = maybe",
        "due = soon",
        "due ~ 2026",
        "due in (2026-01-01)",
        "created < 2026-02-30",
        "created < now-7y",
        "tag ~ x",
        "title < x",
        "title = 'a\0b'",
        "assignee = x and nothing = y",
    ],
)
def test_names_and_values_must_fit(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        translate(parse(text), TASKS, NOW)
    assert caught.value.problem.reason == "invalid_filter"


@pytest.mark.parametrize(
    "text", ["assignee = x", "candidate = x", "priority = 1", "due < now", "state = ready"]
)
def test_definitions_have_their_own_names(text: str) -> None:
    with pytest.raises(Rejected):
        translate(parse(text), DEFINITIONS, NOW)


def test_negative_operators_on_related_rows_deny_all_of_them() -> None:
    assert translate(parse("candidate != bob"), TASKS, NOW) == Not(
        translate(parse("candidate = bob"), TASKS, NOW)
    )
    assert isinstance(translate(parse("candidate = bob"), TASKS, NOW), Has)


def test_moments_relative_to_now() -> None:
    assert translate(parse("due < now+90m"), TASKS, NOW) == translate(
        parse("due < 2026-11-14T13:30:00Z"), TASKS, NOW
    )
    assert translate(parse("due > now-2w"), TASKS, NOW) == translate(
        parse("due > 2026-10-31T12:00"), TASKS, NOW
    )
