"""What does not fit its type, in words and with its place."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from taskyard.model.problem import FieldError, Problem, Rejected

_PLACE = re.compile(r" - at `(?:key in )?\$(?P<path>.*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]+)`")
_UNKNOWN = re.compile(r"contains unknown field `(?P<name>[^`]+)`")
_CHOICE = "Invalid enum value "


def malformed(detail: str, reason: str, pointer: str = "") -> Rejected:
    """An `invalid` refusal of a whole body, form or query string."""
    errors = (FieldError(pointer=pointer, detail=detail),)
    return Rejected(Problem(code="invalid", reason=reason, detail=detail, errors=errors))


def misfit(message: str, wanted: Any) -> FieldError:
    """The fault that a msgspec message such as ``Expected `int`, got `str` - at `$.a[0]` `` tells about a value that
    should have been `wanted` (a type)."""
    place = _PLACE.search(message)
    detail = message[: place.start()] if place else message
    steps = [match[1] or match[2] or "*" for match in _STEP.finditer(place["path"])] if place else []
    pointer = "".join(f"/{step}" for step in steps)
    if missing := _MISSING.search(detail):
        return FieldError(
            pointer=f"{pointer}/{missing['name']}", code="required", detail="The member is required."
        )
    if unknown := _UNKNOWN.search(detail):
        return FieldError(
            pointer=f"{pointer}/{unknown['name']}", code="unknown", detail="There is no such member."
        )
    if detail.startswith(_CHOICE) and (choices := _choices(msgspec.inspect.type_info(wanted), steps)):
        detail = f"Expected one of {', '.join(choices)}, got {detail.removeprefix(_CHOICE)}"
    return FieldError(pointer=pointer, detail=detail)


def _choices(node: Any, steps: list[str]) -> list[str]:
    """The values that a type admits where `steps` lead; none where it does not list them."""
    if isinstance(node, msgspec.inspect.Metadata):
        return _choices(node.type, steps)
    if isinstance(node, msgspec.inspect.UnionType):
        return [choice for part in node.types for choice in _choices(part, steps)]
    if isinstance(node, msgspec.inspect.LiteralType):
        return [] if steps else [str(value) for value in node.values]
    if not steps:
        return []
    if isinstance(node, msgspec.inspect.StructType):
        inner = next((field.type for field in node.fields if field.encode_name == steps[0]), None)
    elif isinstance(node, msgspec.inspect.DictType):
        inner = node.value_type
    else:
        inner = getattr(node, "item_type", None)
    return _choices(inner, steps[1:]) if inner is not None else []
