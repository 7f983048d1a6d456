"""Write bodies become documents and tags, or a refusal that names the place."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from taskyard.dialects.conductor import bodies, wire
from taskyard.model import flow as document
from taskyard.model.problem import Rejected
from taskyard.notations.flowjson.member import member_name


def refusal(read: Any, body: Any) -> Any:
    with pytest.raises(Rejected) as caught:
        read(body)
    return caught.value.problem


def test_every_fault_of_a_registration_is_placed():
    problem = refusal(bodies.read_tasks, [{"name": "a"}, {"name": "", "retryCount": -1}])
    assert [error.pointer for error in problem.errors] == [
        "registerTaskDef.taskDefinitions[1].name",
        "registerTaskDef.taskDefinitions[1].retryCount",
    ]
    assert problem.detail == "Validation failed, check below errors for detail."


def test_a_registration_must_not_be_empty():
    problem = refusal(bodies.read_tasks, [])
    assert problem.errors[0].detail == "TaskDefList cannot be empty or null"


@pytest.mark.parametrize(
    "read, body, place",
    [
        (bodies.read_tasks, [{"name": "a"}, {"retryCount": "x"}], "[1].retryCount"),
        (bodies.read_task, {"inputSchema": []}, "inputSchema"),
        (bodies.read_task, {"name": "a", "tags": {}}, "tags"),
        (bodies.read_task, {"name": "a", "tags": [{"key": "a"}]}, "tags[0].value"),
        (bodies.read_tasks, [{"name": "a", "tags": [{"key": "a", "value": ""}]}], "[0].tags[0].value"),
        (bodies.read_workflow, {"tasks": [{"forkTasks": {}}]}, "tasks[0].forkTasks"),
        (bodies.read_tags, [7], "tags[0]"),
        (bodies.read_tags, {"key": "k" * 256, "value": "v"}, "tags[0].key"),
    ],
)
def test_wrong_shapes(read, body, place):
    problem = refusal(read, body)
    assert problem.code == "invalid"
    assert problem.detail.startswith("JSON parse error: ")
    assert problem.errors[0].pointer == place


@pytest.mark.parametrize("read", [bodies.read_tasks, bodies.read_workflows])
@pytest.mark.parametrize("body", [None, {}, "x", 5])
def test_lists_must_be_lists(read, body):
    assert refusal(read, body).detail == "JSON parse error: expected an array"


def test_tags_may_come_with_a_definition():
    written = bodies.read_task({"name": "a", "tags": [{"key": "k", "value": 1}], "overwriteTags": False})
    assert (written.tags, written.overwrite_tags) == ((("k", "1"),), False)
    plain = bodies.read_task({"name": "a"})
    assert (plain.tags, plain.overwrite_tags) == (None, True)


def test_one_tag_or_many():
    pair = {"key": "k", "value": "v", "type": "METADATA"}
    assert bodies.read_tags(pair) == bodies.read_tags([pair, pair]) == (("k", "v"),)
    assert bodies.read_tags([], whole=True) == ()
    assert refusal(bodies.read_tags, []).errors[0].detail == "at least one tag is needed"


@pytest.mark.parametrize(
    "wire_form, stored, more",
    [
        (wire.TaskDef, document.TaskDef, {"tags", "overwriteTags"}),
        (wire.WorkflowDef, document.WorkflowDef, {"tags", "overwriteTags"}),
        (wire.WorkflowTask, document.WorkflowTask, set()),
        (wire.SchemaDef, document.SchemaDef, set()),
    ],
)
def test_wire_forms_have_the_members_of_the_documents(wire_form, stored, more):
    names = {field.encode_name for field in msgspec.structs.fields(wire_form)}
    assert names == {member_name(field) for field in stored.__struct_fields__} | more
