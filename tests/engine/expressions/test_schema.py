"""What JSON Schema says of inputs and outputs, within bounds."""

from __future__ import annotations

import time
from typing import Any

import pytest

from taskyard.engine.expressions.schema import FAULTS, SIZE, faults, unusable

ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "mail": {"type": "string", "pattern": "^[^@]+@[^@]+$"},
    },
    "$defs": {"line": {"type": "object", "required": ["sku"], "properties": {"count": {"minimum": 1}}}},
}


def test_a_value_that_fits_has_no_faults() -> None:
    assert faults(ORDER, {"id": 1, "lines": [{"sku": "a", "count": 2}], "mail": "a@b"}) == []


def test_faults_say_where_and_what_but_not_the_value() -> None:
    found = faults(ORDER, {"id": "secret", "lines": [{"sku": "a"}, {"count": 0}], "mail": "secret"})
    assert {each.split(":")[0] for each in found} == {"$.id", "$.lines[1]", "$.lines[1].count", "$.mail"}
    assert any("integer" in each for each in found)
    assert "secret" not in " ".join(found)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({}, {"a": 1}, True),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, {}, True),
        (
            {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True},
            1,
            False,
        ),
        ({"type": "array", "uniqueItems": True}, [1, 1], False),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, None, True),
        ({"properties": {"child": {"$ref": "#"}}, "required": ["n"]}, {"n": 1, "child": {"n": 2}}, True),
        ({"properties": {"child": {"$ref": "#"}}, "required": ["n"]}, {"n": 1, "child": {}}, False),
        ({"allOf": [{"$ref": "#"}]}, 1, True),
    ],
)
def test_what_fits(schema: dict[str, Any], value: Any, fits: bool) -> None:
    assert (faults(schema, value) == []) is fits


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "http://127.0.0.1:1/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$schema": "http://example.com/unknown"},
        {"pattern": "("},
        {"pattern": "(?=look)ahead"},
        {"description": "x" * SIZE},
    ],
    ids=lambda schema: str(schema)[:40],
)
def test_a_schema_that_cannot_be_used_is_told(schema: dict[str, Any]) -> None:
    reason = unusable(schema)
    assert reason
    assert faults(schema, {}) == [reason]


def doubled(levels: int) -> dict[str, Any]:
    """A schema that looks twice as often at the value with every definition."""
    definitions: dict[str, Any] = {"a0": {"type": "string"}}
    for level in range(1, levels):
        definitions[f"a{level}"] = {"allOf": [{"$ref": f"#/$defs/a{level - 1}"}] * 2}
    return {"$defs": definitions, "$ref": f"#/$defs/a{levels - 1}"}


def test_schemas_that_multiply_are_refused() -> None:
    twice = {"anyOf": [{"properties": {"a": {"$ref": "#"}}}] * 2}
    for schema in (doubled(40), twice):
        assert "too many ways" in (unusable(schema) or "")
    assert unusable(doubled(8)) is None


def test_wide_and_deep_schemas_are_usable() -> None:
    wide: dict[str, Any] = {"type": "string"}
    for _ in range(6):
        wide = {"type": "object", "properties": {f"p{number}": wide for number in range(3)}}
    assert unusable(wide) is None
    nested = {
        "properties": {"child": {"$ref": "#"}},
        "additionalProperties": {"$ref": "#"},
        "items": {"$ref": "#"},
    }
    assert unusable(nested) is None
    tree = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}, "additionalProperties": False}
    assert unusable(tree) is None
    assert faults(tree, {"left": {"right": {"up": {}}}}) != []


def test_many_faults_are_cut_and_a_slow_pattern_is_none() -> None:
    schema = {"items": {"type": "string", "pattern": "^(a+)+$"}}
    started = time.process_time()
    assert len(faults(schema, ["a" * 5_000 + "b"] * 200)) == FAULTS
    assert len(faults(schema, list(range(100_000)))) == FAULTS
    assert time.process_time() - started < 2
