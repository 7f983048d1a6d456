"""`${…}`: what each form becomes, and that no text breaks it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.engine.expressions.template import (
    MISSING,
    NESTING,
    OUTPUT,
    defused,
    defused_json,
    put_secrets,
    resolve,
    roots,
    secrets_in,
)
from taskyard.model.problem import Rejected


class Tree:
    """A scope that is a tree of values."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree

    def member(self, root: str, member: str) -> Any:
        return self.tree.get(root, {}).get(member, MISSING)

    def whole(self, root: str) -> Any:
        return self.tree.get(root, MISSING)

    def environment(self, name: str) -> str | None:
        return {"REGION": "north"}.get(name)


ITEMS = [{"name": "a", "price": 5}, {"name": "b", "price": 20, "tags": ["x", "y"]}]
TREE = {
    "workflow": {
        "input": {
            "n": 1,
            "f": 1.5,
            "yes": True,
            "none": None,
            "text": "te}xt",
            "list": [1, 2, {"c": "deep"}],
            "object": {"a": 1},
            "items": ITEMS,
            "name": "n",
            "ref": "t",
            "odd key": "odd",
            "é": "accent",
            "evil": "${workflow.input.n}",
            "path": "workflow.secrets.KEY",
            "part": "secrets.KEY",
        },
        "env": {"E": {"deep": "env"}},
        "workflowId": "w-1",
    },
    "t": {"output": {"1": {"x": 7}, "a": {"id": 1, "b": {"id": 2}}, "min": 5}, "status": "COMPLETED"},
}
SCOPE = Tree(TREE)

FORMS: list[tuple[str, Any]] = [
    ("plain", "plain"),
    ("${workflow.input.n}", 1),
    ("${workflow.input.f}", 1.5),
    ("${workflow.input.yes}", True),
    ("${workflow.input.none}", None),
    ("${workflow.input.text}", "te}xt"),
    ("${workflow.input.list}", [1, 2, {"c": "deep"}]),
    ("${workflow.input.object}", {"a": 1}),
    ("${ workflow.input.n }", 1),
    ("${$.workflow.input.n}", 1),
    ("${workflow['input']['odd key']}", "odd"),
    ('${workflow.input["é"]}', "accent"),
    ("${workflow.input.é}", "accent"),
    ("${workflow.input.list[0]}", 1),
    ("${workflow.input.list[-1].c}", "deep"),
    ("${workflow.input.list[7]}", None),
    ("${workflow.workflowId}", "w-1"),
    ("${workflow.env.E.deep}", "env"),
    ("${t.status}", "COMPLETED"),
    ("${t.output.1.x}", 7),
    ("${t.output}", TREE["t"]["output"]),
    ("${t}", TREE["t"]),
    ("${t.output.min}", 5),
    ("n=${workflow.input.n}", "n=1"),
    ("${workflow.input.n}${workflow.input.n}", "11"),
    (" ${workflow.input.n}", " 1"),
    ("${workflow.input.yes}/${workflow.input.none}/${workflow.nope}", "true/null/null"),
    ("o=${workflow.input.object}", 'o={"a":1}'),
    ("l=${workflow.input.list}", 'l=[1,2,{"c":"deep"}]'),
    ('{"n": ${workflow.input.n}}', '{"n": 1}'),
    ("${workflow.input.${workflow.input.name}}", 1),
    ("${${workflow.input.ref}.output.1.x}", 7),
    ("${${workflow.input.ref}.output.${t.output.1.y}1.x}", None),
    ("$${workflow.input.n}", "${workflow.input.n}"),
    ("a $${b} ${workflow.input.n}", "a ${b} 1"),
    ("$$${b}", "$${b}"),
    ("cost: $5 {x}", "cost: $5 {x}"),
    ("${}", ""),
    ("a${  }b", "ab"),
    ("${workflow.input.n", "${workflow.input.n"),
    ("${open ${workflow.input.n}", "${open 1"),
    ("${workflow.input.evil}", "${workflow.input.n}"),
    ("${nope.output.x}", None),
    ("${nope}", None),
    ("${workflow.input.n.deeper}", None),
    ("${a b}", None),
    ("${workflow.input.items[?(}", None),
    ("${CPEWF_TASK_ID}", "task-1"),
    ("id:${CPEWF_TASK_ID}", "id:task-1"),
    ("${REGION}", "north"),
    ("${OTHER_NAME}", None),
    ("${workflow.secrets.KEY}", "${workflow.secrets.KEY}"),
    ("Bearer ${workflow.secrets.KEY.token}", "Bearer ${workflow.secrets.KEY.token}"),
    ("${workflow.secrets.${workflow.input.name}}", "${workflow.secrets.n}"),
    ("${${workflow.input.path}}", None),
    ("${workflow.${workflow.input.part}}", None),
]


@pytest.mark.parametrize(("text", "value"), FORMS, ids=[text for text, _ in FORMS])
def test_a_form_of_expression(text: str, value: Any) -> None:
    found = resolve(text, SCOPE, task_id="task-1")
    assert found == value
    assert type(found) is type(value)


SEARCHES: list[tuple[str, Any]] = [
    ("workflow.input.items[*].name", ["a", "b"]),
    ("workflow.input.items[?(@.price > 10)]", [ITEMS[1]]),
    ("workflow.input.items[?(@.price>10)].name", ["b"]),
    ("workflow.input.items[?(@.price > 10 && @.name == 'b')].price", [20]),
    ("workflow.input.items[?(@.name == 'zz')]", []),
    ("workflow.input.items[?(@.tags)].name", ["b"]),
    ("workflow.input.items[?(!@.tags)].name", ["a"]),
    ("workflow.input.items[?(@.tags.length() == 2)].name", ["b"]),
    ("workflow.input.items[?(@.tags.size() > 2)].name", []),
    ("workflow.input.items[?(@.name =~ /[A]/i)].price", [5]),
    ("workflow.input.items[?(@.name in ['a', 'c'])].price", [5]),
    ("workflow.input.items[?(@.price == $.t.output.min)].name", ["a"]),
    ("workflow.input.items[?(@.name == $['workflow']['input']['ref'])]", []),
    ("workflow.input.items[0,1].name", ["a", "b"]),
    ("workflow.input.items[0:1].name", ["a"]),
    ("workflow.input.items[-1:].name", ["b"]),
    ("workflow.input.items.length()", 2),
    ("workflow.input.items.size()", 2),
    ("workflow.input.object.length()", 1),
    ("workflow.input.n.length()", None),
    ("workflow.input.nope.length()", None),
    ("workflow.input.object.keys()", ["a"]),
    ("workflow.input.list.first()", 1),
    ("workflow.input.list.last()", {"c": "deep"}),
    ("workflow.input.list.index(1)", 2),
    ("workflow.input.items[*].price.length()", [None, None]),
    ("workflow.input..price.sum()", 25.0),
    ("workflow.input..price.avg()", 12.5),
    ("workflow.input..price.max()", 20.0),
    ("workflow.input..price.min()", 5.0),
    ("workflow.input..price.stddev()", 7.5),
    ("workflow.input..name.length()", 3),
    ("workflow.input.items..tags.concat()", ""),
    ("t.output..id", [1, 2]),
    ("t.output.a..id.length()", 2),
    ("t.output.a.*", [1, {"id": 2}]),
    ("t.output['a','min']", {"a": {"id": 1, "b": {"id": 2}}, "min": 5}),
    ("workflow.input.items[*]['name','price']", [{"name": "a", "price": 5}, {"name": "b", "price": 20}]),
    ("workflow.input.nope[*]", []),
    ("nope..x", []),
    ("workflow.input.items[?(@.name = 'a')]", []),
    ("workflow.input.items[?match(@.name, '[ab]')].price", [5, 20]),
    ("workflow.input.items[?search(@.name, '(')].price", []),
]


@pytest.mark.parametrize(("path", "value"), SEARCHES, ids=[path for path, _ in SEARCHES])
def test_a_search(path: str, value: Any) -> None:
    assert resolve("${" + path + "}", SCOPE) == value


def test_values_are_resolved_at_any_depth_and_keys_stay() -> None:
    given_value = {"${workflow.input.n}": ["${workflow.input.n}", {"deep": ["${t.status}"], "number": 3}]}
    before = msgspec.json.encode(given_value)
    assert resolve(given_value, SCOPE) == {"${workflow.input.n}": [1, {"deep": ["COMPLETED"], "number": 3}]}
    assert msgspec.json.encode(given_value) == before


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("none", set()),
        (
            {"a": ["${t.output.x}", "${workflow.input} and ${t.status}"]},
            {("t", "output"), ("workflow", "input"), ("t", "status")},
        ),
        ("${workflow}", {("workflow", None)}),
        ("${t['output']..x}", {("t", "output")}),
        ("${t[0].x}", {("t", None)}),
        ("${a.output.${b.output.x}}", {("a", "output"), ("b", "output")}),
        ("${a.${b.output.x}.y}", {("a", None), ("b", "output")}),
        ("${a.out${b.output.x}.y}", {("a", None), ("b", "output")}),
        ("${${b.output.x}.y}", {("*", None), ("b", "output")}),
        ("$${a.b}", set()),
        ("${}", set()),
        (
            "${a.output.l[?(@.x == $.b.input.y && @.z == $['c']['output'].q)]}",
            {("a", "output"), ("b", "input"), ("c", "output")},
        ),
    ],
)
def test_roots_tell_what_a_value_refers_to(value: Any, expected: set[tuple[str, str | None]]) -> None:
    assert roots(value) == expected


def test_secrets_are_found_and_put_in() -> None:
    value = {
        "auth": "Bearer ${workflow.secrets.TOKEN}",
        "deep": ["${workflow.secrets.DB}", "${ workflow.secrets.DB.ports[1] }", "${workflow.secrets.GONE}"],
        "text": "x${workflow.secrets.GONE}y $${workflow.secrets.ESCAPED} ${t.output.x}",
    }
    held = {"TOKEN": "t0", "DB": '{"ports": [1, 2]}', "ESCAPED": "no"}
    assert secrets_in(value) == {"TOKEN", "DB", "GONE"}
    assert put_secrets(value, held.get) == {
        "auth": "Bearer t0",
        "deep": ['{"ports": [1, 2]}', 2, None],
        "text": "xnully ${workflow.secrets.ESCAPED} ${t.output.x}",
    }


@pytest.mark.parametrize(
    "text", ["${workflow.secrets.A}", "a ${ workflow.secrets.A } b", "$${workflow.secrets.A.x}"]
)
def test_data_cannot_name_secrets(text: str) -> None:
    data = {"deep": [text, "${workflow.secretsA} ${x}"], "number": 1}
    harmless = defused(data)
    assert msgspec.json.decode(defused_json(msgspec.json.encode(data).decode())) == harmless
    assert secrets_in(harmless) == frozenset()
    filled = resolve({"a": "${t.output}", "b": "<${t.output.deep[0]}>"}, Tree({"t": {"output": harmless}}))
    assert secrets_in(filled) == frozenset()
    put = put_secrets(filled, {"A": "hidden"}.get)
    plain = text.replace("$$", "$")
    assert put == {"a": {"deep": [plain, "${workflow.secretsA} ${x}"], "number": 1}, "b": f"<{plain}>"}


def test_data_without_names_of_secrets_is_not_copied() -> None:
    value = {"a": ["workflow.secret", {"b": "${workflow.input}"}]}
    assert defused(value) is value


def test_a_definition_can_write_the_name_of_a_secret_as_text() -> None:
    text = resolve("$${workflow.secrets.A} ${workflow.secrets.A}", SCOPE)
    assert put_secrets(text, {"A": "hidden"}.get) == "${workflow.secrets.A} hidden"


def test_what_a_secret_holds_is_not_looked_through_again() -> None:
    held = {"A": "${workflow.secrets.B}", "B": "hidden"}
    assert put_secrets("${workflow.secrets.A} ${workflow.secrets.A}", held.get) == " ".join([held["A"]] * 2)
    assert put_secrets("${workflow.secrets.A.x}", held.get) is None


def test_expressions_nested_too_deep_are_null() -> None:
    text = "workflow.input.name"
    for _ in range(NESTING + 5):
        text = "workflow.input.${" + text + "}"
    assert resolve("${" + text + "}", SCOPE) is None


def test_what_grows_without_bounds_is_refused() -> None:
    big = Tree({"workflow": {"input": {"text": "x" * 1_000_000, "list": ["y" * 999_000]}}})
    for piece in ("${workflow.input.text}", "${workflow.input.list}"):
        for value in ([piece] * (OUTPUT // 900_000), piece * (OUTPUT // 900_000)):
            with pytest.raises(Rejected) as caught:
                resolve(value, big)
            assert caught.value.problem.reason == "expression_too_large"
    assert len(resolve(["${workflow.input.list}"] * 20, big)) == 20


HOSTILE = [
    "${workflow.input" + "..*" * 8 + "}",
    "${workflow.input" + "..[?(@..*)]" * 4 + "}",
    "${workflow.input.many[?($.workflow.input.many[?(@ == $.workflow.input.many[5])])]}",
    "${workflow.input.many[?(@ =~ /(a+)+b/)]}",
    "${workflow.input.many[?($.workflow.input.long contains @)]}",
    "${workflow.input.many[?search($.workflow.input.long, @)]}",
    "${" * 50_000,
    "${" * 50_000 + "}" * 50_000,
    "${a[" + "(" * 4_000 + "]}",
    "${a" + "[0]" * 5_000 + "}",
    "{" * 100_000 + "${workflow.input.n}",
    "${workflow.input.many[?(" + "!" * 3_000 + "@)]}",
    "${workflow.input.many[?(@.a" + ".a" * 1_500 + ")]}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_expression_ends_soon(text: str) -> None:
    nested: Any = {"x": 1}
    for _ in range(60):
        nested = {"a": nested, "b": [nested.get("x", 0)]}
    many = ["a" * 200 for _ in range(20_000)]
    scope = Tree({"workflow": {"input": {"n": 1, "nested": nested, "many": many, "long": "a" * 1_000_000}}})
    started = time.process_time()
    with suppress(Rejected):
        resolve(text, scope)
    assert time.process_time() - started < 5


def test_a_search_that_looks_at_too_much_is_refused() -> None:
    scope = Tree({"t": {"output": [list(range(100)) for _ in range(1_000)]}})
    with pytest.raises(Rejected) as caught:
        resolve("${t.output" + "..*" * 4 + "}", scope)
    assert caught.value.problem.reason == "expression_too_large"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_a_lone_expression_keeps_its_value_as_it_is(value: Any) -> None:
    assert resolve("${t.output}", Tree({"t": {"output": value}})) == value


@given(JSON)
def test_inside_text_a_value_is_json(value: Any) -> None:
    text = resolve("<${t.output}>", Tree({"t": {"output": value}}))
    inside = text[1:-1]
    assert inside == value if isinstance(value, str) else msgspec.json.decode(inside) == value


@given(st.text(alphabet="ab${}[].*?@()'\"\\ 0,:", max_size=40))
def test_any_text_resolves(text: str) -> None:
    value = resolve(text, Tree({"a": {"b": [1, {"a": 2}]}}))
    assert "${" in text or value == text
    roots(text)


@given(JSON)
def test_values_without_expressions_stay(value: Any) -> None:
    if "${" not in msgspec.json.encode(value).decode():
        assert resolve(value, SCOPE) == value


@given(st.text(max_size=30))
def test_an_escaped_text_comes_out_as_it_was(text: str) -> None:
    escaped = text.replace("${", "$${")
    if "$$" not in text:
        assert resolve(escaped, SCOPE) == text


@given(st.dictionaries(st.text(alphabet="ab-_é1", min_size=1, max_size=5), JSON, min_size=1, max_size=4))
def test_dotted_and_quoted_names_lead_to_the_same(members: dict[str, Any]) -> None:
    scope = Tree({"t": {"output": members}})
    for name, value in members.items():
        assert resolve(f"${{t.output.{name}}}", scope) == value
        assert resolve(f"${{t['output']['{name}']}}", scope) == value
