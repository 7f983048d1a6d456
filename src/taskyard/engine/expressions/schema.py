"""JSON Schema: what is wrong with an input or output.

Schemas are compiled once and kept. Patterns take linear time, references lead only to places in the schema itself, and a
schema that would look at one place again and again, through schemas in schemas, is refused before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import jsonschema_rs
import msgspec

FAULTS: Final = 10
"""Faults that are told of one value."""

SIZE: Final = 256 * 1024
"""Bytes of JSON text of one schema."""

LEVELS: Final = 40
"""How far down a value the work of a schema is reckoned."""

WORK: Final = 20_000
"""How often a schema may look at the way to one place of a value."""

_HERE_MANY = ("allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies")
_HERE_ONE = ("not", "if", "then", "else")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MEMBERS = ("properties", "additionalProperties", "unevaluatedProperties")
_ITEMS = ("prefixItems", "items", "additionalItems", "unevaluatedItems")
_encode = msgspec.json.Encoder(order="sorted").encode


class UnusableSchema(ValueError):
    """The schema cannot be used; the text says why."""


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value, at most `FAULTS` sentences, each with its place; empty when nothing is.

    A schema that cannot be used makes every value wrong, and the sentence says why. Values are not repeated."""
    try:
        validator = _compiled(_encode(schema))
        return [_sentence(error) for error in islice(validator.iter_errors(value), FAULTS)]
    except UnusableSchema as fault:
        return [str(fault)]
    except ValueError as fault:
        return [f"The value cannot be checked: {fault}"]


def unusable(schema: dict[str, Any]) -> str | None:
    """Why a schema cannot be used, or None when it can."""
    try:
        _compiled(_encode(schema))
    except UnusableSchema as fault:
        return str(fault)
    return None


@lru_cache(maxsize=512)
def _compiled(text: bytes) -> Any:
    if len(text) > SIZE:
        raise UnusableSchema(f"The schema has more than {SIZE} bytes, the most it may.")
    schema = msgspec.json.decode(text)
    try:
        validator = jsonschema_rs.validator_for(
            schema, pattern_options=jsonschema_rs.RegexOptions(), offline=True, mask="The value"
        )
        work = _Work(schema).of(schema, LEVELS)
    except (ValueError, RecursionError) as fault:
        first = str(fault).split("\n", 1)[0]
        raise UnusableSchema(f"The schema cannot be used: {first}") from None
    if work > WORK:
        raise UnusableSchema("The schema cannot be used: it refers to itself in too many ways at once.")
    return validator


def _sentence(error: Any) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    return f"${place}: {error.message}"


class _Work:
    """Reckons how often a schema looks at the places on one way down a value, at worst."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.known: dict[tuple[int, int], int] = {}

    def of(self, schema: Any, levels: int) -> int:
        """The work for a value of so many levels; more than `WORK` is not reckoned further."""
        if not isinstance(schema, dict):
            return 1
        key = (id(schema), levels)
        if key not in self.known:
            self.known[key] = 0  # A schema that comes back to itself at the same place adds nothing.
            work = 1
            for part in self._here(schema):
                work = min(work + self.of(part, levels), WORK + 1)
            if levels:
                work = min(work + self._below(schema, levels - 1), WORK + 1)
            self.known[key] = work
        return self.known[key]

    def _below(self, schema: dict[str, Any], levels: int) -> int:
        """The work for the place inside that is looked at most: a member of an object or an item of a list. Of
        `properties` and `additionalProperties` only one looks at a member, but patterns may do so besides."""
        patterns = sum(self.of(part, levels) for part in _parts(schema.get("patternProperties")))
        member = (
            self._most(schema, _MEMBERS, levels) + patterns + self._most(schema, ("propertyNames",), levels)
        )
        item = self._most(schema, _ITEMS, levels) + self._most(schema, ("contains",), levels)
        return max(member, item)

    def _most(self, schema: dict[str, Any], names: tuple[str, ...], levels: int) -> int:
        parts: list[Any] = []
        for name in names:
            value = schema.get(name)
            parts += _parts(value) if name == "properties" or isinstance(value, list) else [value]
        return max(self.of(part, levels) for part in parts) if parts else 0

    def _here(self, schema: dict[str, Any]) -> Iterator[Any]:
        """Schemas that look at the same place."""
        for name in _HERE_MANY:
            yield from _parts(schema.get(name))
        for name in _HERE_ONE:
            yield schema.get(name)
        for name in _REFERENCES:
            if isinstance(schema.get(name), str):
                yield self._target(schema[name])

    def _target(self, reference: str) -> Any:
        """Where a reference leads: a pointer from the root; an anchor stands for the root, which holds it."""
        found = self.root
        if reference.startswith("#/"):
            for step in reference[2:].split("/"):
                step = step.replace("~1", "/").replace("~0", "~")
                if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                    found = found[int(step)]
                elif isinstance(found, dict):
                    found = found.get(step)
                else:
                    return None
        return found


def _parts(value: Any) -> list[Any]:
    """The schemas in a list or in an object of schemas."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
