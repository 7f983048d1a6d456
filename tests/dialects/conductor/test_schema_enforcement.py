"""Schemas that are enforced: of workflows' and tasks' inputs and outputs, inline or by name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.dialects.conductor.flows import node, report, shown, start, task

NUMBERED = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


def schema(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "version": 1, "type": "JSON", "data": NUMBERED, **more}


def make(api: httpx.Client, name: str, task_rules: dict[str, Any], **workflow: Any) -> None:
    """A workflow of one task, with rules for either."""
    definition = {"name": name, "retryCount": 0, **task_rules}
    assert api.post("/metadata/taskdefs", json=[definition]).status_code == 200
    step = node("step", name=name, inputParameters={"n": "${workflow.input.n}"})
    made = api.post("/metadata/workflow", json={"name": name, "tasks": [step], **workflow})
    assert made.status_code == 200, made.text


def test_an_execution_does_not_start_with_an_input_that_does_not_fit(api, unique):
    make(api, unique, {}, inputSchema=schema(unique))
    refused = api.post("/workflow", json={"name": unique, "input": {"n": "one"}})
    assert refused.status_code == 400
    assert "$.n" in refused.text
    assert shown(api, start(api, unique, {"n": 1}))["status"] == "RUNNING"


def test_a_schema_may_be_named(api, unique):
    assert api.post("/schema", json=schema(unique)).status_code == 200
    make(api, unique, {}, inputSchema={"name": unique, "version": 1})
    assert api.post("/workflow", json={"name": unique, "input": {}}).status_code == 400
    assert shown(api, start(api, unique, {"n": 1}))["status"] == "RUNNING"


def test_nothing_is_checked_unless_it_is_enforced(api, unique):
    rules = {"inputSchema": schema(unique), "outputSchema": schema(unique)}
    make(api, unique, rules, **rules, enforceSchema=False)
    uid = start(api, unique, {"n": "one"})
    report(api, uid, "step", output={})
    assert shown(api, uid)["status"] == "COMPLETED"


def test_a_task_does_not_begin_with_an_input_that_does_not_fit(api, unique):
    make(api, unique, {"inputSchema": schema(unique), "enforceSchema": True})
    execution = shown(api, start(api, unique, {"n": "one"}))
    assert execution["status"] == "FAILED"
    found = task(execution, "step")
    assert found["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "$.n" in found["reasonForIncompletion"]
    assert "one" not in found["reasonForIncompletion"]


@pytest.mark.parametrize(
    ("output", "status"), [({"n": 1}, "COMPLETED"), ({"n": "one"}, "FAILED"), ({}, "FAILED")]
)
def test_a_task_does_not_complete_with_an_output_that_does_not_fit(api, unique, output, status):
    make(api, unique, {"outputSchema": schema(unique), "enforceSchema": True})
    uid = start(api, unique, {"n": 1})
    report(api, uid, "step", output=output)
    execution = shown(api, uid)
    assert execution["status"] == status
    if status == "FAILED":
        assert task(execution, "step")["status"] == "FAILED_WITH_TERMINAL_ERROR"
        assert "does not fit its schema" in execution["reasonForIncompletion"]
        assert task(execution, "step")["outputData"] == output


def test_an_execution_does_not_complete_with_an_output_that_does_not_fit(api, unique):
    make(api, unique, {}, outputSchema=schema(unique), outputParameters={"n": "${step.output.n}"})
    for value, status in ((1, "COMPLETED"), ("one", "FAILED")):
        uid = start(api, unique, {"n": 1})
        report(api, uid, "step", output={"n": value})
        assert shown(api, uid)["status"] == status


def test_a_schema_that_cannot_be_used_lets_nothing_through(api, unique):
    make(api, unique, {}, inputSchema=schema(unique, data={"$ref": "http://127.0.0.1:1/elsewhere"}))
    refused = api.post("/workflow", json={"name": unique, "input": {"n": 1}})
    assert refused.status_code == 400
    assert "schema cannot be used" in refused.text
