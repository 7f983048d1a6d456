"""Real definitions: each of their expressions can be read, and each of their scripts runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taskyard.app.scripts import Scripts
from taskyard.config import Settings
from taskyard.engine.expressions.path import follow, read_path
from taskyard.engine.expressions.template import Expression, parse, resolve, roots, texts
from taskyard.model.evaluation import Language, Question

DATA = Path(__file__).parents[2] / "data" / "conductor"
DOCUMENTS = sorted(DATA.glob("*.json"))
SCRIPTS: dict[str, Language] = {
    "loopCondition": "javascript",
    "caseExpression": "javascript",
    "scriptExpression": "javascript",
    "expression": "javascript",
    "queryExpression": "jq",
}


def read(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())


def scripts(value: Any) -> Iterator[tuple[Language, str]]:
    """Every expression in another language in a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            by_name = name == "expression" and value.get("evaluatorType") == "value-param"
            if name in SCRIPTS and isinstance(each, str) and not by_name and not each.startswith("${"):
                yield SCRIPTS[name], each
            yield from scripts(each)
    elif isinstance(value, list):
        for each in value:
            yield from scripts(each)


class Anything:
    """A scope in which every name is there: the value of a member says its name."""

    def member(self, root: str, member: str) -> Any:
        return {"named": f"{root}.{member}"}

    def whole(self, root: str) -> Any:
        return {"named": root}

    def environment(self, name: str) -> str | None:
        return None


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) == 12


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_expression_of_a_document_can_be_read(path: Path) -> None:
    document = read(path)
    for text in texts(document):
        for piece in parse(text):
            assert not isinstance(piece, str) or "${" not in piece
            if isinstance(piece, Expression):
                assert piece.fixed is not None
                found = read_path(piece.fixed)
                assert found is not None
                assert found.steps
        for root, member in roots(text):
            assert root != "*"
            if text == f"${{{root}.{member}}}":
                assert resolve(text, Anything()) == {"named": f"{root}.{member}"}
    assert resolve(document, Anything()).keys() == document.keys() if isinstance(document, dict) else True


def test_the_deep_searches_of_the_kitchen_sink_find_all() -> None:
    hits = {"hits": [{"workflowId": "a", "status": "DONE"}, {"inner": {"workflowId": "b"}}]}

    class Searched(Anything):
        def member(self, root: str, member: str) -> Any:
            return follow({"get_es_1": {"output": hits}}, (root, member))

    assert resolve("${get_es_1.output..workflowId}", Searched()) == ["a", "b"]
    assert resolve("${get_es_1.output..status}", Searched()) == ["DONE"]


INPUTS: dict[str, dict[str, Any]] = {
    "$.number < 15": {"number": 20},
    "$.loopTask[": {"loopTask": {"iteration": 1}, "value": 2},
    "$.loopTask2": {"loopTask2": {"iteration": 3}, "value": 2},
    "$.loop_count": {"loop_count": {"iteration": 1}, "loop_until_success": 2},
    ".persons": {"persons": [{"email": "e", "id": 7, "name": "n"}]},
    "key3": {"key1": {"value1": [1]}, "key2": {"value2": [2]}},
    "requestTransform": {"input": {"method": "PUT"}},
}
VALUES: dict[str, Any] = {
    "$.number < 15": "LONG",
    "$.loopTask[": True,
    "$.loopTask2": False,
    "$.loop_count": True,
    ".persons": [[{"user": {"email": "e", "id": 7}}]],
    "key3": [{"key3": [1, 2]}],
    "requestTransform": [
        {
            "requestTransform": ".body",
            "responseTransform": ".response.body",
            "method": "PUT",
            "document": "rgt_results",
            "successExpression": "true",
        }
    ],
}


def test_every_script_of_the_documents_runs() -> None:
    found = {script for path in DOCUMENTS for script in scripts(read(path))}
    asked: dict[Question, Any] = {}
    for language, expression in found:
        (mark,) = [each for each in INPUTS if each in expression]
        question = Question(language, expression, msgspec.json.encode(INPUTS[mark]).decode())
        asked[question] = VALUES[mark]
    assert len(asked) == len(INPUTS)

    async def main() -> dict[Question, Any]:
        pool = Scripts(Settings())
        try:
            return await pool.evaluate(list(asked))
        finally:
            await pool.close()

    answers = asyncio.run(main())
    assert {question: answers[question].value for question in asked} == asked
