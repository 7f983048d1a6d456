"""Query strings into the params structs of operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import msgspec

from taskyard.config import Settings
from taskyard.http.misfit import malformed, misfit
from taskyard.model.problem import FieldError, Problem, Rejected

_NUMBERS = (msgspec.inspect.IntType, msgspec.inspect.FloatType)
_LISTS = (
    msgspec.inspect.ListType,
    msgspec.inspect.SetType,
    msgspec.inspect.VarTupleType,
    msgspec.inspect.FrozenSetType,
)
_INTEGER_BOUND = 2**63


def parse_query(query: str) -> list[tuple[str, str]]:
    """The decoded `name=value` pairs of a query string or form body, in order, blank values kept.

    Raises `UnicodeDecodeError` where an escape is not UTF-8.
    """
    if "%" not in query and "+" not in query:
        return [
            (name, value) for part in query.split("&") if part for name, _, value in (part.partition("="),)
        ]
    pairs = []
    for part in query.replace("+", " ").split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((unquote(name, errors="strict"), unquote(value, errors="strict")))
    return pairs


def checked_pairs(query: str, limits: Settings) -> list[tuple[str, str]]:
    """`parse_query` within the limits; raises `Rejected` (`invalid`, pointer `?`) beyond them."""
    if len(query) > limits.max_query:
        raise malformed(f"The query string is longer than {limits.max_query} bytes.", "query_too_long", "?")
    if query.count("&") >= limits.max_parameters:
        raise malformed(f"More than {limits.max_parameters} query parameters.", "too_many_parameters", "?")
    try:
        pairs = parse_query(query)
    except UnicodeDecodeError:
        raise malformed("The query string is not UTF-8.", "malformed_query", "?") from None
    if "%00" in query or "\0" in query:
        raise malformed("The query string holds a NUL character.", "malformed_query", "?")
    return pairs


class ParamsDecoder:
    """Turns pairs into one params struct: lists collect repeated names, of a repeated scalar the last value
    counts, text is read as the field's type. Built once per operation.

    A fault raises `Rejected` (`invalid`, reason `invalid_parameters`) with one `FieldError` per bad
    parameter.
    """

    __slots__ = ("_fields", "_lists", "_numbers", "_refuse_unknown", "struct")

    def __init__(self, struct: type[msgspec.Struct], *, refuse_unknown: bool = False) -> None:
        self.struct = struct
        self._refuse_unknown = refuse_unknown
        self._fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        info = msgspec.inspect.type_info(struct)
        assert isinstance(info, msgspec.inspect.StructType)
        self._lists = frozenset(f.encode_name for f in info.fields if _has(f.type, _LISTS))
        self._numbers = frozenset(f.encode_name for f in info.fields if _has(f.type, _NUMBERS))

    def decode(self, query: str, limits: Settings) -> Any:
        """The struct for a query string; its defaults where nothing was sent."""
        return self.decode_pairs(checked_pairs(query, limits) if query else ())

    def decode_pairs(self, pairs: Iterable[tuple[str, str]]) -> Any:
        """The struct for the pairs of a query string that was checked before."""
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name in self._lists:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
            if name in self._numbers and not _is_bounded(value):
                self._refuse(values)
        if self._refuse_unknown and not values.keys() <= self._fields.keys():
            self._refuse(values)
        return self._convert(values)

    def _convert(self, values: dict[str, Any]) -> Any:
        try:
            return msgspec.convert(values, self.struct, strict=False)
        except msgspec.ValidationError as fault:
            self._refuse(values, str(fault))

    def _refuse(self, values: dict[str, Any], otherwise: str = "") -> None:
        errors: list[FieldError] = []
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None:
                if self._refuse_unknown:
                    detail = "There is no such parameter."
                    errors.append(FieldError(pointer=f"?{name}", code="unknown", detail=detail, value=value))
                continue
            detail = self._fault(name, field.type, value)
            if detail:
                errors.append(FieldError(pointer=f"?{name}", detail=detail, value=value))
        for name, field in self._fields.items():
            if field.required and name not in values:
                errors.append(
                    FieldError(pointer=f"?{name}", code="required", detail="The parameter is required.")
                )
        if not errors:
            errors.append(FieldError(pointer="?", detail=otherwise or "The parameters do not fit together."))
        names = ", ".join(error.pointer[1:] for error in errors)
        raise Rejected(
            Problem(
                code="invalid",
                reason="invalid_parameters",
                detail=f"Bad query parameter: {names}. {errors[0].detail}",
                errors=tuple(errors),
            )
        )

    def _fault(self, name: str, wanted: Any, value: Any) -> str | None:
        """What is wrong with one value, or None."""
        try:
            msgspec.convert(value, wanted, strict=False)
        except msgspec.ValidationError as fault:
            return misfit(str(fault), wanted).detail
        if name in self._numbers:
            for text in value if isinstance(value, list) else [value]:
                if not _is_bounded(text):
                    return "The number is out of range."
        return None


def _has(node: Any, kinds: tuple[type, ...]) -> bool:
    if isinstance(node, kinds):
        return True
    if isinstance(node, msgspec.inspect.UnionType):
        return any(_has(part, kinds) for part in node.types)
    if isinstance(node, msgspec.inspect.Metadata):
        return _has(node.type, kinds)
    if isinstance(node, _LISTS):
        return _has(node.item_type, kinds)
    return False


def _is_bounded(text: str) -> bool:
    """False for integers beyond 64 bits and for floats that are no number."""
    if len(text) < 19 and text.lstrip("+-")[:1].isdigit():
        return True
    try:
        return abs(int(text)) < _INTEGER_BOUND
    except ValueError:
        pass
    try:
        return abs(float(text)) < float(_INTEGER_BOUND)
    except ValueError:
        return True
