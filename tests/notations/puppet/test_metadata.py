"""Task metadata: JSON as it stands, and the faults that make a task invalid."""

import json
from pathlib import Path

import pytest

from taskyard.notations.puppet.metadata import (
    TaskFault,
    extra_file_names,
    implementation_names,
    read_metadata,
)

CORPUS = sorted((Path(__file__).parents[2] / "data/puppet/metadata").glob("*.json"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_published_metadata_comes_through_unchanged(path):
    metadata = read_metadata(path.read_bytes())
    assert metadata.document == json.loads(path.read_text())
    assert json.loads(metadata.json) == metadata.document
    assert list(json.loads(metadata.json)) == list(metadata.document)


def test_of_a_key_that_appears_twice_the_last_counts():
    metadata = read_metadata(
        b'{"implementations":[{"name":"a","input_method":"stdin","input_method":"both"}]}'
    )
    assert metadata.json == b'{"implementations":[{"name":"a","input_method":"both"}]}'


@pytest.mark.parametrize("content", [None, b"", b"null", b"{}"])
def test_no_metadata_is_an_empty_object(content):
    assert read_metadata(content).json == b"{}"


@pytest.mark.parametrize(
    "content",
    [b"{", b" \n", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}', b"[" * 100_000, b'{"a":1e999}'],
)
def test_what_is_not_json_is_unparseable(content):
    with pytest.raises(TaskFault) as caught:
        read_metadata(content)
    assert caught.value.kind == "puppet.tasks/unparseable-metadata"


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"1", b"true"])
def test_metadata_must_be_an_object(content):
    with pytest.raises(TaskFault) as caught:
        read_metadata(content)
    assert caught.value.kind == "puppet.tasks/invalid-metadata"


@pytest.mark.parametrize(
    "document",
    [
        {"implementations": {}},
        {"implementations": ["a.sh"]},
        {"implementations": [{"requirements": []}]},
        {"implementations": [{"name": "a.sh", "requirements": "shell"}]},
        {"implementations": [{"name": 1}]},
    ],
)
def test_implementations_of_another_shape_are_invalid(document):
    with pytest.raises(TaskFault) as caught:
        implementation_names("m::t", read_metadata(json.dumps(document).encode()))
    assert caught.value.kind == "puppet.tasks/invalid-metadata"


@pytest.mark.parametrize(
    "document",
    [{"files": "a"}, {"files": {}}, {"files": [1]}, {"implementations": [{"name": "a", "files": "b"}]}],
)
def test_files_of_another_shape_are_invalid(document):
    with pytest.raises(TaskFault) as caught:
        extra_file_names(read_metadata(json.dumps(document).encode()))
    assert caught.value.kind == "puppet.tasks/invalid-metadata"


def test_extra_files_are_the_tasks_own_then_each_implementations():
    metadata = read_metadata(
        json.dumps(
            {
                "files": ["m/files/a", "m/files/b", "m/files/a"],
                "implementations": [
                    {"name": "x", "files": ["m/files/b", "m/files/c"]},
                    {"name": "y", "requirements": None},
                ],
            }
        ).encode()
    )
    assert extra_file_names(metadata) == ("m/files/a", "m/files/b", "m/files/c")
    assert implementation_names("m", metadata) == ("x", "y")


def test_description_and_privacy_are_read_leniently():
    metadata = read_metadata(b'{"description": 5, "private": true}')
    assert (metadata.description, metadata.is_private) == (None, True)
    assert read_metadata(b'{"private": "yes"}').is_private is False
