"""Names that are keys of indexes have a length, wherever they come from."""

from __future__ import annotations

import secrets

import pytest
from tests.dialects.conductor.flows import node, register, shown, start

LONG = secrets.token_hex(4_000)
"""Longer than a key of an index may be, and not to be made shorter."""


@pytest.mark.parametrize("member", ["name", "taskReferenceName", "type"])
def test_definitions_with_long_names_are_refused(api, unique, member):
    step = node("a", name=unique) | {member: LONG}
    for outer in ([step], [node("s", "DO_WHILE", loopCondition="false", loopOver=[step])]):
        answer = api.post("/metadata/workflow", json={"name": unique, "tasks": outer})
        assert answer.status_code == 400
        assert answer.json()["validationErrors"][0]["path"].endswith(f".{member}")
    inline = {"name": unique, "workflowDef": {"name": unique, "tasks": [step]}}
    assert api.post("/workflow", json=inline).status_code == 400


def test_a_dynamic_task_with_a_long_name_fails(api, unique):
    step = node("a", "DYNAMIC", dynamicTaskNameParam="t", inputParameters={"t": "${workflow.input.t}"})
    uid = start(api, register(api, unique, step), {"t": LONG})
    found = shown(api, uid)
    assert found["status"] == "FAILED"
    assert "longer than 255 characters" in found["tasks"][0]["reasonForIncompletion"]


@pytest.mark.parametrize("member", ["name", "taskReferenceName", "type"])
def test_a_dynamic_fork_with_a_long_name_fails(api, unique, member):
    fork = node(
        "f",
        "FORK_JOIN_DYNAMIC",
        dynamicForkTasksParam="tasks",
        dynamicForkTasksInputParamName="inputs",
        inputParameters={"tasks": "${workflow.input.tasks}", "inputs": {}},
    )
    register(api, unique, fork, node("j", "JOIN"))
    branch = node("x", name=unique) | {member: LONG}
    found = shown(api, start(api, unique, {"tasks": [branch]}))
    assert found["status"] == "FAILED"
    assert "longer than 255 characters" in str(found)


def test_long_domains_are_refused(api, unique):
    register(api, unique, node("a", name=unique))
    body = {"name": unique, "taskToDomain": {"*": f"blue,{LONG}"}}
    answer = api.post("/workflow", json=body)
    assert answer.status_code == 400
    assert answer.json()["validationErrors"][0]["path"].endswith("taskToDomain[*]")
