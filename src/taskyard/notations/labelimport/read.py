"""Reads a file of tasks by its name's ending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from taskyard.notations.labelconfig.validate import UNDEFINED_KEY
from taskyard.notations.labelimport.item import Item, fault, lines_of, text_of
from taskyard.notations.labelimport.table import csv_items, tsv_items

MAX_DEPTH = 64

LISTS = frozenset({".csv", ".tsv", ".txt"})
"""Endings of files that may be lists of tasks as well as one asset."""

_DOCUMENTS = (".htm", ".html", ".xml", ".pdf")
_IMAGES = (".bmp", ".gif", ".jpg", ".jpeg", ".png", ".svg", ".webp")
_SOUNDS_AND_FILMS = (".flac", ".m4a", ".mp3", ".mp4", ".ogg", ".wav", ".webm")
ASSETS = frozenset(_DOCUMENTS + _IMAGES + _SOUNDS_AND_FILMS)
"""Endings of files that are one task each."""

_BYTE = re.compile(r"\(byte (\d+)\)")
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder()


def ending(name: str) -> str:
    """The lower-case ending of a file name with its dot, or ""."""
    stem, dot, tail = name.rpartition(".")
    return f".{tail.lower()}" if dot and stem else ""


def read(name: str, content: bytes, *, asset_url: str = "", as_list: bool = True) -> Iterator[Item]:
    """The tasks in a file, one after the other.

    `asset_url` is where the file can be fetched, the value of the one task of an image, sound, video or
    document. With `as_list` False a table or text is such an asset too. Raises `Rejected` (invalid, reason
    `import_file`) with the line or position; a fault may show only after earlier items were given, so nothing
    may be kept before the end.
    """
    kind = ending(name)
    if kind == ".json":
        return json_items(content)
    if kind in (".jsonl", ".ndjson"):
        return jsonl_items(content)
    if as_list and kind == ".csv":
        return csv_items(content)
    if as_list and kind == ".tsv":
        return tsv_items(content)
    if as_list and kind == ".txt":
        return txt_items(content)
    if kind in (".htm", ".html", ".xml"):
        return iter((Item(0, None, {"data": {UNDEFINED_KEY: text_of(content)}}),))
    if kind in ASSETS or kind in LISTS:
        return iter((Item(0, None, {"data": {UNDEFINED_KEY: asset_url}}),))
    raise fault(f"{kind} extension is not supported")


def json_items(content: bytes) -> Iterator[Item]:
    """Tasks of a JSON list, or the one task of a JSON object. Each is decoded only when its turn comes."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    _check_escapes(content)
    head = content.lstrip()[:1]
    if head == b"{":
        yield Item(0, None, decoded(content, 0, None))
        return
    if head != b"[":
        raise fault("Unsupported or invalid JSON structure", line=1)
    try:
        raws = _raws.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _json_fault(error, content) from None
    for position, raw in enumerate(raws):
        yield Item(position, None, decoded(raw, position, None))


def jsonl_items(content: bytes) -> Iterator[Item]:
    """Tasks of a file with one JSON value per line; blank lines are skipped."""
    _check_escapes(content)
    position = 0
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield Item(position, number, decoded(line, position, number))
            position += 1


def txt_items(content: bytes) -> Iterator[Item]:
    """Tasks of plain text: one per line, without a key."""
    lines = (line for part in lines_of(text_of(content)) for line in part.splitlines())
    for position, line in enumerate(lines):
        yield Item(position, position + 1, {"data": {UNDEFINED_KEY: line}})


def decoded(raw: Any, position: int, line: int | None) -> Any:
    """The JSON value of one task; depth is bounded."""
    try:
        value = _any.decode(raw)
    except UnicodeDecodeError:
        where = f"line {line}" if line is not None else f"item {position}"
        raise fault(f"File is not UTF-8: bad byte in {where}", line=line, position=position) from None
    except (msgspec.DecodeError, RecursionError) as error:
        if line is not None:
            raise fault(f"Malformed JSON in line {line}: {error}", line=line, position=position) from None
        raise _json_fault(error, bytes(raw)) from None
    if _depth_exceeds(value, MAX_DEPTH):
        raise fault(f"Item {position} is nested deeper than {MAX_DEPTH} levels", line=line, position=position)
    return value


def _check_escapes(content: bytes) -> None:
    """Refuses escaped NUL characters, which no database of ours keeps as text."""
    if b"\\u0000" not in content:
        return
    plain = content.replace(b"\\\\", b"..")
    if (found := plain.find(b"\\u0000")) >= 0:
        line = plain.count(b"\n", 0, found) + 1
        raise fault(f"File holds a NUL character in line {line}", line=line)


def _json_fault(error: Exception, content: bytes) -> Exception:
    found = _BYTE.search(str(error))
    offset = int(found.group(1)) if found else len(content)
    line = content.count(b"\n", 0, offset) + 1
    return fault(f"Malformed JSON in line {line}: {error}", line=line)


def _depth_exceeds(value: Any, bound: int) -> bool:
    stack = [(value, 1)]
    while stack:
        here, depth = stack.pop()
        if not isinstance(here, (dict, list)):
            continue
        if depth > bound:
            return True
        children = here.values() if isinstance(here, dict) else here
        stack.extend((child, depth + 1) for child in children if isinstance(child, (dict, list)))
    return False
