"""Document classes in their native form, for msgspec to read and write at once.

Most JSON is well typed and needs none of the conversions of member.py: a strict twin of the class reads it in one
go, and whatever the twin refuses is read member by member, which accepts more and says what is wrong. Classes that
contain themselves have no twin.
"""

from __future__ import annotations

import types
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta


class Recursive(Exception):
    """The class contains itself."""


def member_name(field: str) -> str:
    """The native name of a document's field: `retry_count` is `retryCount`."""
    head, *tail = field.split("_")
    return head + "".join(part.capitalize() for part in tail)


@cache
def reading_twin(cls: type[msgspec.Struct]) -> type[msgspec.Struct] | None:
    """A struct that reads native JSON of the class as strictly as can be, with the same defaults."""
    return _twin(cls, writing=False)


@cache
def writing_twin(cls: type[msgspec.Struct]) -> type[msgspec.Struct] | None:
    """A struct that is written as native JSON of the class: without what is null, with all else."""
    return _twin(cls, writing=True)


@cache
def nested_fields(cls: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields that hold other documents."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(name for name in cls.__struct_fields__ if _holds_struct(hints[name]))


def _twin(cls: type[msgspec.Struct], writing: bool) -> type[msgspec.Struct] | None:
    try:
        return _made(cls, writing, frozenset())
    except Recursive:
        return None


def _made(cls: type[msgspec.Struct], writing: bool, inside: frozenset[type]) -> type[msgspec.Struct]:
    if cls in inside:
        raise Recursive
    inside |= {cls}
    hints = get_type_hints(cls, include_extras=True)
    fields: list[Any] = []
    for field in msgspec.structs.fields(cls):
        kind = _strict(hints[field.name], writing, inside)
        if writing and field.default is not None:
            fields.append((field.name, kind))
        elif field.default is not msgspec.NODEFAULT:
            fields.append((field.name, kind, field.default))
        else:
            fields.append((field.name, kind, msgspec.field(default_factory=field.default_factory)))
    names = {name: member_name(name) for name in cls.__struct_fields__}
    return msgspec.defstruct(
        f"Native{cls.__name__}", fields, rename=names, kw_only=True, omit_defaults=writing, gc=False
    )


def _strict(hint: Any, writing: bool, inside: frozenset[type]) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        bound = 1 << (hint.__metadata__[0] - 1)
        return Annotated[int, Meta(ge=-bound, le=bound - 1)]
    if origin in (Union, types.UnionType):
        return reduce(or_, [_strict(part, writing, inside) for part in get_args(hint)])
    if origin is list:
        return list[_strict(get_args(hint)[0], writing, inside)]
    if origin is dict:
        return dict[str, _strict(get_args(hint)[1], writing, inside)]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _made(hint, writing, inside)
    return hint


def _holds_struct(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return True
    return any(_holds_struct(part) for part in get_args(hint))
