"""Javascript and jq: what expressions mean, and that none harms the server or the others."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from taskyard.app.scripts import Scripts
from taskyard.config import Settings
from taskyard.engine.expressions.script import is_true, syntax_question
from taskyard.model.evaluation import Answer, Language, Question
from taskyard.model.problem import Rejected

T = TypeVar("T")
SECONDS = 1.0


def run(use: Callable[[Scripts], Awaitable[T]], **settings: Any) -> T:
    async def main() -> T:
        values: dict[str, Any] = {"script_seconds": 20.0} | settings
        scripts = Scripts(Settings(**values))
        try:
            return await use(scripts)
        finally:
            await scripts.close()

    return asyncio.run(main())


def question(expression: str, input: Any = None, language: Language = "javascript") -> Question:
    return Question(language, expression, msgspec.json.encode({} if input is None else input).decode())


def answers(questions: list[Question], **settings: Any) -> list[Answer]:
    found = run(lambda scripts: scripts.evaluate(questions), **settings)
    return [found[each] for each in questions]


INPUT = {"a": {"b": 2}, "list": [1, 2, 3], "text": "é"}

VALUES = [
    ("$.a.b > 1", True),
    ("$.a.b > 1 ? 'LONG':'SHORT'", "LONG"),
    ("if ($.a['b'] < 5 ) { true; } else { false; } ", True),
    ("function e() { return $.a } e();", {"b": 2}),
    ("(function () { return {x: $.list[1]}; })()", {"x": 2}),
    ("(() => `${$.text}-${$.a.b}`)()", "é-2"),
    ("return $.a.b * 2", 4),
    ("if ($.a.b == 1) { return {first: 1} } else { return {first: 2} }", {"first": 2}),
    ("let twice = $.list.map(each => each * 2); twice", [2, 4, 6]),
    ("const [head, ...rest] = $.list; ({head, rest})", {"head": 1, "rest": [2, 3]}),
    ("var found = {a: 1}; found", {"a": 1}),
    ("console.log('seen'); 7", 7),
    ("$.nothing", None),
    ("undefined", None),
    ("NaN", None),
    ("1 / 0", None),
    ("() => 1", None),
    ("({f: () => 1, u: undefined, n: NaN, l: [undefined]})", {"n": None, "l": [None]}),
    ("10n", 10),
    ("new Date(0)", "1970-01-01T00:00:00.000Z"),
    ("new Map([['a', 1]])", {"a": 1}),
    ("[...new Set([1, 1, 2])]", [1, 2]),
    ("[1, 2].at(-1) + Number(Object.hasOwn($, 'a'))", 3),
    ("$.missing?.deeper ?? 'other'", "other"),
    ("'\\u2028\\n'", "\u2028\n"),
    ("2 ** 53", 2**53),
]


def test_javascript_means_what_it_means_to_conductor() -> None:
    found = answers([question(expression, INPUT) for expression, _ in VALUES])
    assert [(each.value, each.error) for each in found] == [(value, None) for _, value in VALUES]


def test_nothing_stays_from_one_question_to_the_next() -> None:
    questions = [
        question("let kept = 1; globalThis.other = 2; Array.prototype.map = null; kept"),
        question("typeof kept + typeof other + [1].map(x => x + 1)"),
        question("let kept = 2; kept"),
    ]
    assert [each.value for each in answers(questions)] == [1, "undefinedundefined2", 2]


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("throw new Error('boo')", "Error: boo"),
        ("1 +", "SyntaxError"),
        ("$.nope.x", "TypeError"),
        ("nope", "ReferenceError"),
        ("const again = () => again(); again()", "too deep"),
        ("'\\ud800'", "Unicode"),
        ("require('fs')", "ReferenceError"),
        ("Java.type('java.lang.System')", "ReferenceError"),
        ("fetch('http://localhost')", "ReferenceError"),
    ],
)
def test_a_fault_in_javascript_is_an_answer(expression: str, error: str) -> None:
    (found,) = answers([question(expression)])
    assert found.value is None
    assert error in (found.error or "")


JQ = [
    (".persons | map({user:{email,id}})", {"persons": [{"email": "e", "id": 1, "x": 2}]}),
    (".a[]", {"a": [1, {"b": "x\ny"}]}),
    ("{ key3: (.key1.value1 + .key2.value2) }", {"key1": {"value1": [1]}, "key2": {"value2": [2]}}),
    ("empty", {}),
    ('.input.method // "GET"', {"input": {}}),
]


def test_jq_answers_everything_it_puts_out() -> None:
    found = answers([question(program, input, "jq") for program, input in JQ])
    assert [each.value for each in found] == [
        [[{"user": {"email": "e", "id": 1}}]],
        [1, {"b": "x\ny"}],
        [{"key3": [1, 2]}],
        [],
        ["GET"],
    ]


@pytest.mark.parametrize(
    ("program", "error"),
    [
        (".a.b", "Cannot index"),
        ("{", "syntax error"),
        ('error("x")', "x"),
        ('import "a" as a; 1', "not found"),
    ],
)
def test_a_fault_in_jq_is_an_answer(program: str, error: str) -> None:
    (found,) = answers([question(program, {"a": 1}, "jq")])
    assert error in (found.error or "")


def test_scripts_see_no_environment_and_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKYARD_ADMIN_TOKEN", "hidden")
    environment, module = answers([question("$ENV", {}, "jq"), question('include "passwd"; 1', {}, "jq")])
    assert "TASKYARD_ADMIN_TOKEN" not in environment.value[0]
    assert "HOME" not in environment.value[0]
    assert module.error


@pytest.mark.parametrize(
    ("language", "expression"),
    [
        ("javascript", "while (true) {}"),
        ("javascript", "/(a+)+$/.test('a'.repeat(60) + 'b')"),
        ("jq", "def forever: forever; forever"),
    ],
)
def test_an_expression_that_never_returns_is_ended(language: Language, expression: str) -> None:
    async def use(scripts: Scripts) -> tuple[Answer, float, Answer]:
        await scripts.evaluate([question("1")])
        started = time.monotonic()
        endless = question(expression, {}, language)
        found = await scripts.evaluate([endless])
        took = time.monotonic() - started
        after = question("1 + 1")
        return found[endless], took, (await scripts.evaluate([after]))[after]

    answer, took, after = run(use, script_seconds=SECONDS)
    assert "longer than 1 seconds" in (answer.error or "")
    assert SECONDS <= took < SECONDS * 10
    assert after == Answer(value=2)


def test_an_endless_expression_does_not_hold_the_others_up() -> None:
    async def use(scripts: Scripts) -> int:
        await scripts.evaluate([question("1"), question("2")])
        endless = asyncio.create_task(scripts.evaluate([question("while (true) {}")]))
        await asyncio.sleep(0.05)
        done = 0
        while not endless.done():
            await scripts.evaluate([question(f"{done}")])
            done += 1
        await endless
        return done

    assert run(use, script_seconds=SECONDS) >= 10


@pytest.mark.parametrize(
    ("language", "expression"),
    [
        ("javascript", "let all = []; while (true) all.push('x'.repeat(10000) + all.length)"),
        ("javascript", "'x'.repeat(2 ** 29).length"),
        ("jq", "[range(1e9)] | length"),
        ("jq", '"x" * 900000000 | length'),
    ],
)
def test_an_expression_that_takes_too_much_memory_is_ended(language: Language, expression: str) -> None:
    greedy, after = question(expression, {}, language), question("1 + 1")

    async def use(scripts: Scripts) -> list[Answer]:
        return [(await scripts.evaluate([each]))[each] for each in (greedy, after)]

    found = run(use, script_memory=16 * 1024 * 1024)
    assert "more than 16777216 bytes" in (found[0].error or "")
    assert found[1].value == 2


def test_an_answer_is_bounded() -> None:
    small, big, jq = answers(
        [question("'x'.repeat(900)"), question("'x'.repeat(2000)"), question('"x" * 2000', {}, "jq")],
        max_payload=1_000,
    )
    assert small.value == "x" * 900
    assert "more than 1000 bytes" in (big.error or "")
    assert "more than 1000 bytes" in (jq.error or "")


def test_a_large_input_goes_in_and_out() -> None:
    rows = [{"k": number, "t": "é" * 50} for number in range(20_000)]
    out, count = answers(
        [question("$", {"rows": rows}), question(".rows | length", {"rows": rows}, "jq")], script_seconds=20
    )
    assert out.value == {"rows": rows}
    assert count.value == [20_000]


def children() -> list[int]:
    """Processes of ours that evaluate expressions."""
    found = []
    for name in os.listdir("/proc"):
        try:
            command = Path(f"/proc/{name}/cmdline").read_text()
            parent = Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()[1]
        except (OSError, IndexError):
            continue
        if "taskyard.app.script_child" in command and parent == str(os.getpid()):
            found.append(int(name))
    return found


def test_a_child_that_dies_is_replaced() -> None:
    async def use(scripts: Scripts) -> list[Any]:
        found = []
        for number in range(3):
            asked = question(f"{number}")
            found.append((await scripts.evaluate([asked]))[asked].value)
            for child in children():
                os.kill(child, signal.SIGKILL)
        return found

    assert run(use) == [0, 1, 2]


def test_children_are_few_and_end_with_the_server() -> None:
    async def use(scripts: Scripts) -> int:
        await scripts.evaluate([question(f"{number}") for number in range(50)])
        return len(children())

    assert run(use) == 2
    assert children() == []


def test_who_waits_while_the_server_goes_is_told_to_come_again() -> None:
    async def use(scripts: Scripts) -> None:
        await scripts.evaluate([question("1")])
        waiting = asyncio.create_task(scripts.evaluate([question("while (true) {}")]))
        await asyncio.sleep(0.1)
        await scripts.close()
        with pytest.raises(Rejected) as caught:
            await waiting
        assert caught.value.problem.code == "unavailable"
        assert caught.value.problem.retryable

    run(use)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [(True, True), (False, False), (1, True), (0.5, True), (0, False), (-1, False)]
    + [(other, False) for other in (None, "", "true", "1", [], [1], {"a": 1})],
)
def test_what_counts_as_true(value: Any, meaning: bool) -> None:
    assert is_true(value) is meaning


def test_syntax_is_checked_without_running() -> None:
    good = ["while (true) {}", "return 1", "$.a ? 1 : 2", "throw 1"]
    bad = ["if (", "}{", "let let = 1"]
    found = answers([syntax_question(text) for text in good + bad])
    assert [each.error is None for each in found] == [True] * len(good) + [False] * len(bad)
