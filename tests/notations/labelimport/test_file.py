"""Files of tasks: every format, and the exact place of what is wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.model.problem import Rejected
from taskyard.notations.labelimport.read import ending, read

DATA = Path(__file__).parents[2] / "data" / "label-studio" / "import"


def values(name: str, content: bytes, **options: Any) -> list[Any]:
    return [item.value for item in read(name, content, **options)]


@pytest.mark.parametrize(
    "name, count, first",
    [
        ("image_urls.csv", 3, {"data": {"id": 123, "image": "https://pytest.heartex.com/image1.jpg"}}),
        ("test_1.csv", 2, {"data": {"key1": 1, "key2": "abc", "value1": 2.0, "value2": "def"}}),
        ("test_2.csv", 3, {"data": {"key1": 10, "key2": "йцу", "value1": 1e12, "value100": "def"}}),
        ("test_5.csv", 3, {"data": {"meta_info": "info_1", "text": "text_1"}}),
        ("lines.txt", 3, {"data": {"$undefined$": "first line"}}),
        ("text_with_2_tasks.json", 2, {"text": "Example 1"}),
        ("example_repeater.json", 1, {"data": {"work_2": {"i": [{"value": "T3006157917"}]}}}),
    ],
)
def test_sample_files_give_their_tasks(name: str, count: int, first: Any) -> None:
    found = values(name, (DATA / name).read_bytes())
    assert len(found) == count
    assert found[0] == first


def test_empty_cells_are_empty_text_and_short_rows_are_filled() -> None:
    assert values("a.csv", b"n,s\n1,a\n,b\n3\n") == [
        {"data": {"n": 1, "s": "a"}},
        {"data": {"n": "", "s": "b"}},
        {"data": {"n": 3, "s": ""}},
    ]


def test_columns_are_typed_as_a_whole() -> None:
    assert values("a.csv", b"mixed,zip,flag,real\n1,007,True,1\nx,010,false,2.5\n") == [
        {"data": {"mixed": "1", "zip": "007", "flag": True, "real": 1.0}},
        {"data": {"mixed": "x", "zip": "010", "flag": False, "real": 2.5}},
    ]


def test_separators_quotes_and_byte_order_mark() -> None:
    assert values("a.csv", b"a;b\n1,5;2\n") == [{"data": {"a": "1,5", "b": 2}}]
    assert values("a.tsv", b"a\tb\n1,5\t2\n") == [{"data": {"a": "1,5", "b": 2}}]
    assert values("a.csv", b'\xef\xbb\xbfa,b\r\n"x, ""y""\nz",2\r\n\r\n') == [
        {"data": {"a": 'x, "y"\nz', "b": 2}}
    ]


def test_items_know_their_line() -> None:
    assert [item.line for item in read("a.csv", b'a\n1\n\n"2\n3"\n4\n')] == [2, 4, 6]
    assert [item.line for item in read("a.jsonl", b'{"a":1}\n\n{"a":2}\n')] == [1, 3]


@pytest.mark.parametrize(
    "name, content, message, line",
    [
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "Expected 2 fields in line 3, saw 3", 3),
        ("a.csv", b'a,b\n"1\n2",3\n4,5,6\n', "Expected 2 fields in line 4, saw 3", 4),
        ("a.csv", b'a,b\n1,2\n"x,3\n', "Error tokenizing data: unexpected end of data", 3),
        ("a.csv", b"", "No columns to parse from file", 1),
        ("a.csv", b"a,a\n1,2\n", 'Column "a" is named twice in the header', 1),
        ("a.tsv", b"a\tb\n1\t2\t3\n", "Expected 2 fields in line 2, saw 3", 2),
        ("a.txt", b"one\ntwo\n\xff\n", "File is not UTF-8: bad byte in line 3", 3),
        ("a.txt", b"one\n\x00\n", "File holds a NUL byte in line 2", 2),
        ("a.json", b'[{"a":1},\n{"a":}]', "Malformed JSON in line 2", 2),
        ("a.json", b'"text"', "Unsupported or invalid JSON structure", 1),
        ("a.jsonl", b'{"a":1}\n\n{"a":\n', "Malformed JSON in line 3", 3),
        ("a.json", b"[" * 5000, "Malformed JSON in line 1", 1),
        ("a.json", b"[" + b"[" * 100 + b"]" * 100 + b"]", "Item 0 is nested deeper than 64 levels", None),
        ("a.json", b'[{"a":1},\n{"a":"\\u0000"}]', "File holds a NUL character in line 2", 2),
        ("a.jsonl", b'{"a":"x\\u0000"}', "File holds a NUL character in line 1", 1),
        ("a.exe", b"", ".exe extension is not supported", None),
    ],
)
def test_faults_name_their_line(name: str, content: bytes, message: str, line: int | None) -> None:
    with pytest.raises(Rejected) as refusal:
        values(name, content)
    assert refusal.value.problem.detail.startswith(message)
    assert refusal.value.problem.context["line"] == line


def test_assets_are_one_task_each() -> None:
    assert values("a.PNG", b"\x89", asset_url="/data/upload/1/a.png") == [
        {"data": {"$undefined$": "/data/upload/1/a.png"}}
    ]
    assert values("a.html", b"<b>x</b>") == [{"data": {"$undefined$": "<b>x</b>"}}]
    assert values("a.csv", b"a\n1\n", asset_url="/u", as_list=False) == [{"data": {"$undefined$": "/u"}}]


def test_an_escaped_backslash_before_zeros_is_text() -> None:
    assert values("a.json", b'[{"a":"\\\\u0000"}]') == [{"a": "\\u0000"}]


def test_endings() -> None:
    assert [ending(name) for name in ("a.CSV", "a.tar.json", "a", ".csv")] == [".csv", ".json", "", ""]


@given(
    st.lists(st.lists(st.text(alphabet="ab,;\"'\n\r \té1.", max_size=6), min_size=2, max_size=2), max_size=6)
)
def test_a_table_written_by_the_standard_library_reads_back(rows: list[list[str]]) -> None:
    texts = [[f"x{cell}" for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["left,", "right"], *texts])
    assert [list(value["data"].values()) for value in values("a.csv", out.getvalue().encode())] == texts
