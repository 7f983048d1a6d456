"""One task of an import as it was written, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from taskyard.model.problem import Rejected, rejected


class Item(msgspec.Struct, frozen=True, gc=False):
    """A task as read: `position` counts from 0 through the file; `line` is its first line (from 1) in a file
    of lines, else None; `value` is what was there."""

    position: int
    line: int | None
    value: Any


def fault(message: str, *, line: int | None = None, position: int | None = None) -> Rejected:
    """The refusal of a file that cannot be read."""
    return rejected("invalid", message, reason="import_file", line=line, position=position)


def text_of(content: bytes) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark; refused by the line of its first bad
    byte."""
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fault(f"File is not UTF-8: bad byte in line {line}", line=line) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise fault(f"File holds a NUL byte in line {line}", line=line)
    return text


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text with their ends, one after the other; the text itself is all that is in memory."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end
