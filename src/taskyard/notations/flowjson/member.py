"""Native JSON to documents and back, member by member.

A document's field `retry_count` is the member `retryCount`. Reading fills in defaults, ignores unknown
members, takes null as Conductor's server does (0 and false for primitives, the default otherwise) and
converts scalars as it does (`"5"` for 5). Writing leaves out what is null and keeps empty lists and maps.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from taskyard.notations.flowjson.twin import member_name, nested_fields, reading_twin, writing_twin

MAX_NESTING = 50
"""How deep operators may lie inside each other."""

_encode = msgspec.json.Encoder().encode
S = TypeVar("S", bound=msgspec.Struct)
Read = Callable[[Any, str, int], Any]


class Unreadable(Exception):
    """The JSON is not shaped like a definition; `path` names the member, `value` is what stood there."""

    def __init__(self, path: str, detail: str, value: Any = None) -> None:
        super().__init__(f"{path}: {detail}" if path else detail)
        self.path = path
        self.detail = detail
        self.value = value


class Member(NamedTuple):
    """One field of a document class and how its JSON is read."""

    field: str
    name: str
    read: Read
    null: Any
    nested: bool


def read_document(cls: type[S], raw: Any, path: str = "") -> S:
    """The document that `raw` (decoded JSON) describes, defaults filled in.

    `path` is put before member names in errors.
    Raises `Unreadable` on a wrong type, an unknown enumeration value or too deep nesting.
    """
    twin = reading_twin(cls)
    if twin is not None:
        try:
            found = msgspec.convert(raw, twin)
        except msgspec.ValidationError:
            pass
        else:
            if any(getattr(found, name) is not None for name in nested_fields(cls)):
                return msgspec.convert(found, cls, from_attributes=True)
            return cls(**msgspec.structs.asdict(found))
    return _read_struct(cls, raw, path, 0)


def encode_document(document: msgspec.Struct) -> bytes:
    """The native JSON of a document."""
    twin = writing_twin(type(document))
    if twin is None:
        return _encode(write_document(document))
    return _encode(msgspec.convert(document, twin, from_attributes=True))


def write_document(document: msgspec.Struct) -> dict[str, Any]:
    """The native JSON members of a document, without those that are null."""
    members: dict[str, Any] = {}
    for field, name, _, _, nested in _members(type(document)):
        value = getattr(document, field)
        if value is not None:
            members[name] = _write_value(value) if nested else value
    return members


def write_briefly(document: msgspec.Struct) -> dict[str, Any]:
    """The native JSON members of a document, without those that are null or hold nothing."""
    return {name: value for name, value in write_document(document).items() if value not in ({}, [])}


def _write_value(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return write_document(value)
    if isinstance(value, list):
        return [_write_value(each) for each in value]
    if isinstance(value, dict):
        return {key: _write_value(each) for key, each in value.items()}
    return value


def _read_struct(cls: type[S], raw: Any, path: str, depth: int) -> S:
    if not isinstance(raw, dict):
        raise Unreadable(path, f"expected an object, got {_shown(raw)}", raw)
    if depth > MAX_NESTING:
        raise Unreadable(path, f"nested more than {MAX_NESTING} levels deep")
    prefix = f"{path}." if path else ""
    values: dict[str, Any] = {}
    for field, name, read, null, _ in _members(cls):
        if name not in raw:
            continue
        value = raw[name]
        if value is not None:
            values[field] = read(value, prefix + name, depth + 1)
        elif null is not msgspec.UNSET:
            values[field] = null
    return cls(**values)


@cache
def _members(cls: type[msgspec.Struct]) -> tuple[Member, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        Member(
            field, member_name(field), _reader(hints[field]), _null(hints[field]), _is_nested(hints[field])
        )
        for field in cls.__struct_fields__
    )


def _null(hint: Any) -> Any:
    """What null reads as: zero for primitives, UNSET (keep the default) for objects."""
    if hint is bool:
        return False
    if get_origin(hint) is Annotated:
        return 0 if "boxed" not in hint.__metadata__ else msgspec.UNSET
    return msgspec.UNSET


def _is_nested(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return True
    return any(_is_nested(part) for part in get_args(hint))


def _reader(hint: Any) -> Read:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union_reader([part for part in get_args(hint) if part is not type(None)])
    if origin is Annotated:
        return _integer_reader(hint.__metadata__[0])
    if origin is Literal:
        return _word_reader(get_args(hint))
    if origin is list:
        return _list_reader(_reader(get_args(hint)[0]))
    if origin is dict:
        return _map_reader(_reader(get_args(hint)[1]))
    if hint is bool:
        return _read_bool
    if hint is str:
        return _read_text
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return lambda value, path, depth: _read_struct(hint, value, path, depth)
    return lambda value, path, depth: value


def _union_reader(parts: list[Any]) -> Read:
    readers = [_reader(part) for part in parts]
    if len(readers) == 1:
        return readers[0]
    from_object = next(read for part, read in zip(parts, readers, strict=True) if part is not str)

    def read(value: Any, path: str, depth: int) -> Any:
        return value if isinstance(value, str) else from_object(value, path, depth)

    return read


def _integer_reader(bits: int) -> Read:
    bound = 1 << (bits - 1)

    def read(value: Any, path: str, depth: int) -> int:
        number = _integer(value)
        if number is None:
            raise Unreadable(path, f"expected an integer, got {_shown(value)}", value)
        if not -bound <= number < bound:
            raise Unreadable(path, f"does not fit in a {bits}-bit integer: {_shown(value)}", value)
        return number

    return read


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < 2**63 else None
    if isinstance(value, str) and len(value) <= 20:
        text = value.strip()
        digits = text[1:] if text[:1] in "+-" else text
        return int(text) if digits.isascii() and digits.isdigit() else None
    return None


def _word_reader(words: tuple[str, ...]) -> Read:
    def read(value: Any, path: str, depth: int) -> str:
        if value not in words:
            raise Unreadable(path, f"expected one of {', '.join(words)}, got {_shown(value)}", value)
        return value

    return read


def _list_reader(read_item: Read) -> Read:
    def read(value: Any, path: str, depth: int) -> list[Any]:
        if not isinstance(value, list):
            raise Unreadable(path, f"expected an array, got {_shown(value)}", value)
        return [read_item(each, f"{path}[{place}]", depth) for place, each in enumerate(value)]

    return read


def _map_reader(read_item: Read) -> Read:
    def read(value: Any, path: str, depth: int) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unreadable(path, f"expected an object, got {_shown(value)}", value)
        return {key: read_item(each, f"{path}.{key}", depth) for key, each in value.items()}

    return read


def _read_bool(value: Any, path: str, depth: int) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise Unreadable(path, f"expected true or false, got {_shown(value)}", value)


def _read_text(value: Any, path: str, depth: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise Unreadable(path, f"expected a string, got {_shown(value)}", value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
