"""JSON bodies into the types of operations, strictly and within limits."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import msgspec

from taskyard.config import Settings
from taskyard.http.misfit import malformed, misfit
from taskyard.model.problem import Problem, Rejected

_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_STEPS = bytes.maketrans(b"[]", b"\x01\xff")
_PEELS = 12


class BodyDecoder:
    """Decodes the body of one operation. Built once.

    A fault raises `Rejected`: `invalid` with reason `malformed_json`, `too_deep`, `missing_body` or
    `invalid_body` (with a `FieldError` at the place), `unsupported_media_type` for a declared type that the
    operation does not take. A body without a declared type is taken as JSON.
    """

    __slots__ = ("_decoder", "_media", "_optional", "_wanted")

    def __init__(self, wanted: Any, media: tuple[str, ...]) -> None:
        self._wanted = wanted
        self._decoder = msgspec.json.Decoder(wanted)
        self._media = frozenset(name.lower() for name in media)
        self._optional = _takes_null(msgspec.inspect.type_info(wanted))

    def decode(self, body: bytes, content_type: str | None, limits: Settings) -> Any:
        """The value, or None for an empty body where the type admits null."""
        if content_type:
            self._check_media(content_type)
        if not body or body.isspace():
            if self._optional:
                return None
            raise malformed("A JSON body is required.", "missing_body")
        check_text(body)
        check_depth(body, limits.max_depth)
        try:
            return self._decoder.decode(body)
        except msgspec.ValidationError as fault:
            raise _misfit(str(fault), self._wanted) from None
        except msgspec.DecodeError as fault:
            raise malformed(f"The body is not JSON: {_plain(fault)}.", "malformed_json") from None
        except RecursionError:
            raise _too_deep(limits.max_depth) from None

    def _check_media(self, content_type: str) -> None:
        media = content_type.partition(";")[0].strip().lower()
        if media in self._media or media.endswith("+json") or media == "text/json":
            return
        expected = ", ".join(sorted(self._media))
        raise Rejected(
            Problem(
                code="unsupported_media_type",
                reason="unsupported_media_type",
                detail=f"The body is {media}; this operation takes {expected}.",
                context={"media_type": media, "expected": sorted(self._media)},
            )
        )


def decode_json(body: bytes, limits: Settings, wanted: Any = Any) -> Any:
    """A JSON body of an operation that reads its own bytes, with the checks of `BodyDecoder`."""
    return BodyDecoder(wanted, ("application/json",)).decode(body, None, limits)


def check_text(body: bytes) -> None:
    """Refuses what is not UTF-8, and escaped NUL characters, which PostgreSQL cannot keep."""
    if not body.isascii():
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise malformed(f"The body is not UTF-8 (byte {fault.start}).", "malformed_json") from None
    if b"\\u0000" in body and b"\\u0000" in body.replace(b"\\\\", b""):
        raise malformed("The body holds a NUL character.", "invalid_body")


def check_depth(body: bytes, limit: int) -> None:
    """Refuses JSON text that nests deeper than `limit`. Exact for well-formed text. A few passes in C take the
    innermost levels away, which is all of most bodies; what is left is counted bracket by bracket."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return
    unescaped = body.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in body else body
    brackets = b"".join(unescaped.split(b'"')[::2]).translate(_ONE_KIND, _BUT_BRACKETS)
    level = 0
    while brackets and level < _PEELS:
        if b"[" * (limit + 1 - level) in brackets:
            raise _too_deep(limit)
        brackets = brackets.replace(b"[]", b"")
        level += 1
    if brackets and level + max(accumulate(memoryview(brackets.translate(_STEPS)).cast("b"))) > limit:
        raise _too_deep(limit)


def _takes_null(node: Any) -> bool:
    if isinstance(node, (msgspec.inspect.NoneType, msgspec.inspect.AnyType)):
        return isinstance(node, msgspec.inspect.NoneType)
    if isinstance(node, msgspec.inspect.UnionType):
        return any(_takes_null(part) for part in node.types)
    return isinstance(node, msgspec.inspect.Metadata) and _takes_null(node.type)


def _misfit(message: str, wanted: Any) -> Rejected:
    error = misfit(message, wanted)
    detail = f"{error.detail} (at {error.pointer})" if error.pointer else error.detail
    return Rejected(Problem(code="invalid", reason="invalid_body", detail=detail, errors=(error,)))


def _plain(fault: Exception) -> str:
    text = str(fault)
    return text.removeprefix("JSON is malformed: ")


def _too_deep(limit: int) -> Rejected:
    return malformed(f"The body nests deeper than {limit} levels.", "too_deep")
