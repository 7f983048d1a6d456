"""Labelling configurations: the parsed form, the checks and their messages, and hostile XML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taskyard.model.problem import Rejected
from taskyard.notations.labelconfig.read import MAX_DEPTH, read
from taskyard.notations.labelconfig.schema import control_weights, essential_change, parsed, used_by
from taskyard.notations.labelconfig.validate import check_data, check_replacement, validate

DATA = Path(__file__).parents[2] / "data" / "label-studio"
TEXT = '<Text name="text" value="$text"/>'
SENTIMENT = (
    f'<View>{TEXT}<Choices name="sentiment" toName="text" choice="single">'
    '<Choice value="Positive"/><Choice value="Negative"/></Choices></View>'
)


@pytest.mark.parametrize("path", sorted((DATA / "configs").glob("*.xml")), ids=lambda path: path.stem)
def test_templates_parse_as_the_vendors_own_library_parses_them(path: Path) -> None:
    expected = json.loads((DATA / "parsed" / f"{path.stem}.json").read_text())
    assert parsed(validate(path.read_text())) == expected


def test_parsed_form_and_weights_equal_the_recorded_project() -> None:
    project = json.loads((DATA / "recorded" / "project.json").read_text())
    config = validate(project["label_config"])
    assert parsed(config) == project["parsed_label_config"]
    assert control_weights(config) == project["control_weights"]


@pytest.mark.parametrize(
    "config, message",
    [
        ("<View", "unclosed token: line 1, column 0"),
        ("", "no element found: line 1, column 0"),
        ("<View>", "no element found: line 1, column 6"),
        ("abc", "syntax error: line 1, column 0"),
        ("<View><Text name='t'/></View>", "Validation failed on View/Text: 'value' is a required property"),
        (
            "<View><View><Text value='$t'/></View></View>",
            "Validation failed on View/View/Text: 'name' is a required property",
        ),
        (
            f"<View>{TEXT}<TextArea name='x'/></View>",
            "Validation failed on View/TextArea: 'toName' is a required property",
        ),
        (
            f"<View>{TEXT}<Choices name='x' toName='text'/></View>",
            "Validation failed on View/Choices: 'Choice' is a required property",
        ),
        (
            f"<View>{TEXT}<Labels name='x' toName='text'><Label/></Labels></View>",
            "Validation failed on View/Labels/Label: 'value' is a required property",
        ),
        (f"<View>{TEXT}{TEXT}</View>", "Label config contains non-unique names"),
        (
            '<View><Text name="a" value="$t"/><Rating name="r" toName="nope"/></View>',
            "toName=\"nope\" not found in names: ['a', 'r']",
        ),
        (
            '<View><Text name="a" value="$t"/><Pairwise name="r" toName="a,b"/></View>',
            "toName=\"b\" not found in names: ['a', 'r']",
        ),
    ],
)
def test_faults_have_the_words_of_the_original(config: str, message: str) -> None:
    with pytest.raises(Rejected) as refusal:
        validate(config)
    assert refusal.value.problem.detail == message
    assert refusal.value.problem.reason == "label_config"


@pytest.mark.parametrize(
    "config",
    [
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><View>&b;</View>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><View/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><View>&x;</View>',
        "<View>" * (MAX_DEPTH + 1) + "</View>" * (MAX_DEPTH + 1),
        "<View>" + "<a/>" * 100_001 + "</View>",
        "<View>" + " " * (4 * 1024 * 1024) + "</View>",
        "<View>\x00</View>",
    ],
    ids=["bomb", "external-dtd", "external-entity", "deep", "many", "large", "nul"],
)
def test_hostile_xml_is_refused(config: str) -> None:
    with pytest.raises(Rejected):
        validate(config)


def test_an_empty_view_and_a_declaration_are_accepted() -> None:
    assert validate("<View></View>").controls == {}
    assert "text" in validate(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<View>{TEXT}</View>').objects


def test_data_keys_come_from_named_tags_and_video_wins() -> None:
    config = read(
        '<View><Video name="v" value="$url"/><Audio name="a" value="$url"/><Header value="$h"/>'
        '<Text name="t" value="at $place now"/><Image name="i" valueList="$pages"/></View>'
    )
    assert config.data_types == {"url": "Video", "place": "Text"}
    assert config.sole_key() is None


def test_repeater_controls_carry_the_index_pattern() -> None:
    config = read(
        '<View><Repeater on="$pages" indexFlag="{{idx}}">'
        '<Image name="page_{{idx}}" value="$pages[{{idx}}].url"/>'
        '<Rating name="rate_{{idx}}" toName="page_{{idx}}"/></Repeater></View>'
    )
    assert parsed(config)["rate_{{idx}}"]["regex"] == {"{{idx}}": ".*"}
    assert check_data(config, {"pages": [{"url": "a"}]}) == {"pages": [{"url": "a"}]}
    with pytest.raises(Rejected, match="expects the following types: \\['list'\\]"):
        check_data(config, {"pages": "a"})


@pytest.mark.parametrize(
    "data, message",
    [
        ({}, '"text" key is expected in task data'),
        ({"text": None}, "data['text']=None is of type 'NoneType'"),
        ({"text": ["a"]}, "but the object tag Text expects the following types: ['str', 'int', 'float']"),
        ({"text": True}, "is of type 'bool'"),
        (["text"], "Task data must be an object"),
    ],
)
def test_data_must_have_what_the_configuration_shows(data: Any, message: str) -> None:
    with pytest.raises(Rejected) as refusal:
        check_data(validate(SENTIMENT), data)
    assert message in refusal.value.problem.detail


def test_rows_without_a_key_take_the_only_one() -> None:
    config = validate(SENTIMENT)
    assert check_data(config, {"$undefined$": "line", "other": 1}) == {"text": "line", "other": 1}
    assert check_data(validate("<View></View>"), {"$undefined$": "line"}) == {"$undefined$": "line"}


REGION = {"from_name": "sentiment", "to_name": "text", "type": "choices", "value": {"choices": ["Positive"]}}


def test_a_change_that_loses_answers_is_refused() -> None:
    old = validate(SENTIMENT)
    tuples, labels = used_by([REGION, {"type": "relation", "from_id": "a"}])
    assert tuples == {"sentiment|text|choices"}
    assert labels == {"sentiment": {"Positive"}}
    renamed = validate(SENTIMENT.replace("sentiment", "mood"))
    with pytest.raises(Rejected, match="with from_name=sentiment, to_name=text, type=choices"):
        check_replacement(old, renamed, tuples, labels)
    without = validate(SENTIMENT.replace("Positive", "Great"))
    with pytest.raises(Rejected, match="These labels still exist in annotations or drafts:\nPositive"):
        check_replacement(old, without, tuples, labels)


def test_a_change_that_keeps_answers_is_accepted() -> None:
    old = validate(SENTIMENT)
    tuples, labels = used_by([REGION])
    check_replacement(old, validate(SENTIMENT.replace("Negative", "Sad")), tuples, labels)
    check_replacement(old, validate(SENTIMENT.replace("sentiment", "mood")), set(), {})
    assert essential_change(old, validate(SENTIMENT.replace("Negative", "Sad")))
    assert not essential_change(
        old, validate(SENTIMENT.replace("</Choices>", '<Choice value="So"/></Choices>'))
    )
