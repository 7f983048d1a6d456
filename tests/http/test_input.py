"""Queries and bodies: what is read, and what is refused with which fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.probe import Client, kernel

from taskyard.http.body import check_depth
from taskyard.http.params import parse_query
from taskyard.model.problem import Rejected


def faults(call: Client, query: str, path: str = "/probe/things/7") -> list[list[str]]:
    answer = call("GET", f"{path}?{query}")
    assert answer.status_code == 400, answer.text
    return answer.json()["faults"]


def params(call: Client, query: str, path: str = "/probe/things/7") -> dict[str, Any]:
    answer = call("GET", f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["params"]


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
    )
)
def test_pairs_survive_encoding(pairs: list[tuple[str, str]]) -> None:
    from urllib.parse import urlencode

    assert parse_query(urlencode(pairs)) == pairs


def test_of_a_repeated_scalar_the_last_value_counts(call: Client) -> None:
    assert params(call, "text=a&text=b")["text"] == "b"


def test_blank_and_plus_and_escapes(call: Client) -> None:
    assert params(call, "text=&name=a+b&name=%C3%A9&&")["name"] == ["a b", "é"]
    assert params(call, "text")["text"] == ""


def test_unknown_names_are_ignored_or_refused_as_the_dialect_says(call: Client) -> None:
    assert params(call, "nosuch=1")["pageSize"] == 10
    assert faults(call, "nosuch=1&alike=2", "/strict/things") == [
        ["?nosuch", "unknown"],
        ["?alike", "unknown"],
    ]


def test_every_bad_parameter_is_named(call: Client) -> None:
    assert faults(call, "pageSize=x&deep=maybe&text=fine&number=1&number=y") == [
        ["?pageSize", "invalid"],
        ["?deep", "invalid"],
        ["?number", "invalid"],
    ]


@pytest.mark.parametrize("value", ["9" * 19, "-" + "9" * 30, "1e40", " 1", "1_0", "", "٣", "0x1"])
def test_odd_integers_are_refused(call: Client, value: str) -> None:
    assert faults(call, f"pageSize={value}") == [["?pageSize", "invalid"]]


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", "x"])
def test_odd_numbers_are_refused(call: Client, value: str) -> None:
    assert faults(call, f"ratio={value}") == [["?ratio", "invalid"]]


@pytest.mark.parametrize("query", ["text=%ff", "text=%00", "%c3%28=1"])
def test_text_that_cannot_be_kept_is_refused(call: Client, query: str) -> None:
    assert faults(call, query) == [["?", "invalid"]]


def test_queries_are_bounded(tmp_path: Path) -> None:
    ask = Client(kernel(tmp_path, max_query=100, max_parameters=5))
    assert ask("GET", "/probe/things/7?text=" + "x" * 95).status_code == 200
    assert ask("GET", "/probe/things/7?text=" + "x" * 96).json()["oops"] == "query_too_long"
    assert ask("GET", "/probe/things/7?" + "a&" * 4 + "a").status_code == 200
    assert ask("GET", "/probe/things/7?" + "a&" * 5 + "a").json()["oops"] == "too_many_parameters"


def test_a_body_is_decoded_as_declared(call: Client) -> None:
    body = {"title": "é", "inner": {"names": ["a"]}, "free": [1, None, {"x": 1.5}]}
    assert call("POST", "/probe/things", json=body).json()["body"] == body


@pytest.mark.parametrize(
    "media", [None, "application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"]
)
def test_media_types_that_are_json(call: Client, media: str | None) -> None:
    headers = {"content-type": media} if media else {}
    assert call("POST", "/probe/things", content=b'{"title":"x"}', headers=headers).status_code == 200


def test_another_media_type_is_refused(call: Client) -> None:
    answer = call("POST", "/probe/things", data={"title": "x"})
    assert (answer.status_code, answer.json()["oops"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content", [b"", b"  \n"])
def test_a_missing_body_is_refused_unless_it_may_be_null(call: Client, content: bytes) -> None:
    answer = call("POST", "/probe/things", content=content)
    assert (answer.status_code, answer.json()["oops"]) == (400, "missing_body")
    assert call("POST", "/probe/things/maybe", content=content).json()["body"] is None
    assert call("POST", "/probe/things/maybe", content=b"null").json()["body"] is None
    assert call("POST", "/probe/things", content=b"null").json()["oops"] == "invalid_body"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"title":"x"',
        b"\xff",
        b'{"title":"\xc3\x28"}',
        b"nonsense",
        b'{"title":"x"}}',
        b'{"free":NaN}',
        b"'x'",
    ],
)
def test_text_that_is_not_json_is_refused(call: Client, content: bytes) -> None:
    answer = call("POST", "/probe/things", content=content)
    assert (answer.status_code, answer.json()["oops"]) == (400, "malformed_json")


@pytest.mark.parametrize(
    "content,place,code",
    [
        (b"[]", "", "invalid"),
        (b"{}", "/title", "required"),
        (b'{"title":1}', "/title", "invalid"),
        (b'{"title":"x","inner":{"names":["a",2]}}', "/inner/names/1", "invalid"),
        (b'{"title":"x","inner":{}}', "/inner/names", "required"),
    ],
)
def test_a_misfit_is_pointed_at(call: Client, content: bytes, place: str, code: str) -> None:
    answer = call("POST", "/probe/things", content=content)
    assert answer.status_code == 400
    assert answer.json()["faults"] == [[place, code]]


def test_nul_characters_are_refused_and_what_looks_like_them_is_not(call: Client) -> None:
    assert call("POST", "/probe/things", content=rb'{"title":"a\u0000"}').json()["oops"] == "invalid_body"
    assert call("POST", "/probe/things", content=rb'{"title":"a\\u0000"}').status_code == 200


def test_depth_is_bounded_wherever_it_is(call: Client) -> None:
    def nested(depth: int) -> bytes:
        return b'{"title":"x","free":' + b"[" * depth + b"]" * depth + b"}"

    assert call("POST", "/probe/things", content=nested(99)).status_code == 200
    for depth in (100, 5_000, 1_000_000):
        assert call("POST", "/probe/things", content=nested(depth)).json()["oops"] == "too_deep"


json_values = st.recursive(
    st.none() | st.booleans() | st.text('[]{}"\\a', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('[{"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=40,
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(json_values, st.integers(1, 6))
def test_depth_is_exact_for_json(value: Any, limit: int) -> None:
    import json

    text = json.dumps(value).encode()
    if depth_of(value) <= limit:
        check_depth(text, limit)
    else:
        with pytest.raises(Rejected):
            check_depth(text, limit)


def test_bodies_are_bounded_by_length_and_while_they_are_read(tmp_path: Path) -> None:
    ask = Client(kernel(tmp_path, max_body=1000, max_upload=2000))

    async def pieces() -> Any:
        for _ in range(1_000_000):
            yield b"x" * 1000

    assert ask("POST", "/probe/raw", content=b"x" * 2000).text == "2000"
    for content in (b"x" * 2001, pieces()):
        answer = ask("POST", "/probe/raw", content=content)
        assert (answer.status_code, answer.json()["oops"]) == (413, "body_too_large")
    assert ask("POST", "/probe/things", content=b" " * 1001).status_code == 413
    assert ask("POST", "/probe/small", content=b"x" * 10).text == "10"
    assert ask("POST", "/probe/small", content=b"x" * 11).status_code == 413


def test_forms(call: Client) -> None:
    answer = call("POST", "/probe/form", content=b"a=1&a=2&b=%C3%A9+x&c=")
    assert answer.json() == {"a": ["1", "2"], "b": ["é x"], "c": [""]}
    assert call("POST", "/probe/form", content=b"a=%ff").json()["oops"] == "malformed_form"


def test_multipart(call: Client) -> None:
    files = [
        ("data", ("é.bpmn", b"<x/>\r\n--no\x00", "text/xml")),
        ("data", ("b.txt", b"", "text/plain")),
    ]
    answer = call("POST", "/probe/upload", files=files, data={"name": "n"})
    assert answer.json() == [
        ["name", None, None, "n"],
        ["data", "é.bpmn", "text/xml", "<x/>\r\n--no\x00"],
        ["data", "b.txt", "text/plain", ""],
    ]


@pytest.mark.parametrize(
    "media,content",
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"not a part"),
        ("multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nhalf'),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nnameless\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b""),
    ],
)
def test_broken_multipart_is_refused(call: Client, media: str, content: bytes) -> None:
    answer = call("POST", "/probe/upload", content=content, headers={"content-type": media})
    assert (answer.status_code, answer.json()["oops"]) == (400, "malformed_form")


def test_multipart_is_bounded(tmp_path: Path) -> None:
    ask = Client(kernel(tmp_path, max_parameters=5, max_uploads=2))
    assert ask("POST", "/probe/upload", files=[("a", b"x")] * 2).status_code == 200
    assert ask("POST", "/probe/upload", files=[("a", b"x")] * 3).json()["oops"] == "too_many_parts"
    assert ask("POST", "/probe/upload", files=[("a", (None, b"x"))] * 6).json()["oops"] == "too_many_parts"
    assert ask("POST", "/probe/upload", json={}).status_code == 415
