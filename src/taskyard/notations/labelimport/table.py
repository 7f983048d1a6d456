"""Comma and tab separated tables: one task per row, the header names the data keys."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from typing import Any

from taskyard.notations.labelimport.item import Item, fault, lines_of, text_of

MAX_CELL = 16 * 1024 * 1024

_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_BOOLEANS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}


def csv_items(content: bytes) -> Iterator[Item]:
    """Tasks of a CSV file. The separator is `;` if the first line has more of them than commas."""
    text = text_of(content)
    first = text.partition("\n")[0]
    return _items(text, ";" if first.count(";") > first.count(",") else ",")


def tsv_items(content: bytes) -> Iterator[Item]:
    """Tasks of a TSV file."""
    return _items(text_of(content), "\t")


def _items(text: str, separator: str) -> Iterator[Item]:
    """Rows as data. A column whose cells are all integers, numbers or booleans is typed so; empty cells
    become "".

    A row with more cells than the header is refused by its line; missing cells at the end are empty. The text
    is read twice, first for the types, so that no list of rows is kept.
    """
    rows = _rows(text, separator)
    _, header = next(rows, (0, []))
    if not header:
        raise fault("No columns to parse from file", line=1)
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise fault(f'Column "{twice}" is named twice in the header', line=1)
    kinds = _column_kinds(rows, header)
    rows = _rows(text, separator)
    next(rows)
    for number, (line, cells) in enumerate(rows):
        data = {name: _typed(cell, kind) for name, cell, kind in zip(header, cells, kinds, strict=False)}
        for name in header[len(cells) :]:
            data[name] = ""
        yield Item(position=number, line=line, value={"data": data})


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """`(line number where the row starts, cells)`; blank lines are skipped."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines_of(text), delimiter=separator, strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise fault(f"Error tokenizing data: {error}", line=start) from None
        if cells:
            yield start, cells
        start = reader.line_num + 1


def _column_kinds(rows: Iterator[tuple[int, list[str]]], header: list[str]) -> list[str]:
    """The narrowest kind that fits all cells of each column: integer, number, boolean or text."""
    possible = [{"integer", "number", "boolean"} for _ in header]
    seen = [False] * len(header)
    for line, cells in rows:
        if len(cells) > len(header):
            raise fault(f"Expected {len(header)} fields in line {line}, saw {len(cells)}", line=line)
        for column, cell in enumerate(cells):
            if not cell or not (left := possible[column]):
                continue
            seen[column] = True
            if not _INTEGER.fullmatch(cell):
                left.discard("integer")
            if not _NUMBER.fullmatch(cell) or re.match(r"[+-]?0\d", cell) or math.isinf(float(cell)):
                left.discard("number")
                left.discard("integer")
            if cell not in _BOOLEANS:
                left.discard("boolean")
    order = ("integer", "number", "boolean")
    return [
        next((kind for kind in order if used and kind in left), "text")
        for left, used in zip(possible, seen, strict=True)
    ]


def _typed(cell: str, kind: str) -> Any:
    if not cell or kind == "text":
        return cell
    if kind == "boolean":
        return _BOOLEANS[cell]
    return int(cell) if kind == "integer" else float(cell)
