"""Form bodies, parsed in memory: nothing is ever spooled to a temporary file."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from taskyard.http.message import Request
from taskyard.http.misfit import malformed
from taskyard.http.params import parse_query
from taskyard.model.problem import Problem, Rejected

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"


class Part(msgspec.Struct, frozen=True):
    """One part of a multipart body. `filename` is None for plain fields."""

    name: str
    filename: str | None
    media_type: str | None
    content: bytes

    @property
    def text(self) -> str:
        """The content as UTF-8 text without NUL characters; raises `Rejected` (`invalid`) where it is not."""
        try:
            return _checked(self.content.decode(), self.name)
        except UnicodeDecodeError:
            raise malformed(f"The field {self.name} is not UTF-8.", "malformed_form") from None


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith(MULTIPART)


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith(FORM)


def parse_form(request: Request) -> dict[str, list[str]]:
    """The fields of a URL-encoded body. Raises `Rejected` (`invalid`, reason `malformed_form`)."""
    try:
        text = request.body.decode("utf-8")
        if text.count("&") >= request.app.settings.max_parameters:
            raise malformed("The form has too many fields.", "malformed_form")
        pairs = parse_query(text)
    except UnicodeDecodeError:
        raise malformed("The form is not UTF-8.", "malformed_form") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(_checked(value, name))
    return fields


def _checked(value: str, name: str) -> str:
    """The text of a field; NUL characters are refused, since no database of ours keeps them."""
    if "\0" in value:
        raise malformed(f"The field {name} holds a NUL character.", "malformed_form")
    return value


def parse_multipart(request: Request) -> list[Part]:
    """The parts of a multipart body, in order. Raises `Rejected` (`invalid`, reason `malformed_form`;
    `unsupported_media_type` when the body is something else)."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != MULTIPART.encode():
        raise Rejected(
            Problem(
                code="unsupported_media_type",
                reason="unsupported_media_type",
                detail=f"This operation takes {MULTIPART}.",
                context={"media_type": kind.decode("latin-1"), "expected": [MULTIPART]},
            )
        )
    boundary = options.get(b"boundary")
    if not boundary:
        raise malformed("The multipart body names no boundary.", "malformed_form")
    settings = request.app.settings
    collector = _Collector(settings.max_parameters, settings.max_uploads)
    try:
        parser = MultipartParser(boundary, collector.callbacks())  # type: ignore[arg-type]
        parser.write(request.body)
        parser.finalize()
    except MultipartParseError as fault:
        raise malformed(f"The multipart body is broken: {fault}", "malformed_form") from None
    if not collector.ended:
        raise malformed("The multipart body ends before its last boundary.", "malformed_form")
    return collector.parts


class _Collector:
    """Gathers parts from the parser's callbacks, which hand over slices of one buffer."""

    def __init__(self, most_parts: int, most_files: int) -> None:
        self.most_parts = most_parts
        self.most_files = most_files
        self.parts: list[Part] = []
        self.files = 0
        self.ended = False
        self._field = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._content: list[bytes] = []

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._begin,
            "on_part_data": lambda data, start, end: self._content.append(data[start:end]),
            "on_part_end": self._finish,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_end": self._on_end,
        }

    def _begin(self) -> None:
        if len(self.parts) >= self.most_parts:
            raise malformed(f"The multipart body has more than {self.most_parts} parts.", "too_many_parts")
        self._headers = {}
        self._content = []

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _on_end(self) -> None:
        self.ended = True

    def _finish(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise malformed("A part of the multipart body has no name.", "malformed_form")
        media = self._headers.get(b"content-type")
        filename = _filename(options)
        if filename is not None:
            self.files += 1
            if self.files > self.most_files:
                raise malformed(f"The upload has more than {self.most_files} files.", "too_many_parts")
        self.parts.append(
            Part(
                name=_decoded(options[b"name"]),
                filename=filename,
                media_type=media.decode("latin-1") if media else None,
                content=b"".join(self._content),
            )
        )


def _filename(options: dict[bytes, bytes]) -> str | None:
    extended = options.get(b"filename*")
    if extended is not None:
        charset, _, rest = extended.partition(b"'")
        return _decoded(
            unquote(rest.partition(b"'")[2].decode("latin-1"), charset.decode() or "utf-8").encode()
        )
    plain = options.get(b"filename")
    return _decoded(plain) if plain is not None else None


def _decoded(raw: bytes) -> str:
    """A header parameter as browsers and HTTP libraries send it: UTF-8, else Latin-1; without NUL."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if "\0" in text:
        raise malformed("A name in the multipart body holds a NUL character.", "malformed_form")
    return text
