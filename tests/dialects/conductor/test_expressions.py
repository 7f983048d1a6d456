"""Expressions and scripts as definitions use them, seen over HTTP."""

from __future__ import annotations

import time
from typing import Any

import httpx
from tests.dialects.conductor.flows import node, register, shown, start, task


def ended(api: httpx.Client, uid: str) -> dict[str, Any]:
    """The execution when it is over; fails when that takes long."""
    until = time.monotonic() + 20
    while (execution := shown(api, uid))["status"] == "RUNNING":
        assert time.monotonic() < until, execution
        time.sleep(0.05)
    return execution


def test_values_keep_their_types_on_the_way(api, unique):
    parameters = {
        "list": "${workflow.input.items}",
        "names": "${workflow.input.items[*].name}",
        "dear": "${workflow.input.items[?(@.price > 10)].name}",
        "count": "${workflow.input.items.length()}",
        "text": "n=${workflow.input.items[0].price} ${workflow.input.items[0]}",
        "inner": "${workflow.input.${workflow.input.which}[1].name}",
        "literal": "$${workflow.input.items}",
        "nothing": "${workflow.input.missing}",
        "id": "${CPEWF_TASK_ID}",
    }
    step = node("step", "SET_VARIABLE", inputParameters=parameters)
    register(api, unique, step, outputParameters={"all": "${workflow.variables}"})
    items = [{"name": "a", "price": 5}, {"name": "b", "price": 20}]
    execution = ended(api, start(api, unique, {"items": items, "which": "items"}))
    found = execution["variables"]
    assert found.pop("id") == task(execution, "step")["taskId"]
    assert found == {
        "list": items,
        "names": ["a", "b"],
        "dear": ["b"],
        "count": 2,
        "text": 'n=5 {"name":"a","price":5}',
        "inner": "b",
        "literal": "${workflow.input.items}",
        "nothing": None,
    }


def test_javascript_and_jq_feed_the_next_step(api, unique):
    script = "(function () { return $.items.map(each => each * 2); })()"
    double = node(
        "double", "INLINE", inputParameters={"items": "${workflow.input.items}", "expression": script}
    )
    total = node(
        "total",
        "JSON_JQ_TRANSFORM",
        inputParameters={"items": "${double.output.result}", "queryExpression": ".items | add"},
    )
    register(api, unique, double, total, outputParameters={"sum": "${total.output.result}"})
    execution = ended(api, start(api, unique, {"items": [1, 2, 3]}))
    assert (execution["status"], execution["output"]) == ("COMPLETED", {"sum": 12})


def test_a_script_that_never_returns_fails_its_task_only(api, unique):
    endless = node("endless", "INLINE", inputParameters={"expression": "while (true) {}"})
    quick = node("quick", "INLINE", inputParameters={"expression": "1 + 1"})
    stuck, fine = f"{unique}stuck", f"{unique}fine"
    register(api, stuck, endless)
    register(api, fine, quick)
    started = time.monotonic()
    uid = api.post(f"/workflow/{stuck}", json={}, timeout=30).text
    assert time.monotonic() - started < 20
    execution = ended(api, uid)
    assert execution["status"] == "FAILED"
    assert "longer than" in task(execution, "endless")["reasonForIncompletion"]
    assert ended(api, start(api, fine))["status"] == "COMPLETED"


def test_a_search_without_bounds_fails_its_task(api, unique):
    step = node("step", "SET_VARIABLE", inputParameters={"all": "${workflow.input.rows" + "..*" * 4 + "}"})
    register(api, unique, step)
    execution = ended(api, start(api, unique, {"rows": [list(range(100))] * 1_000}))
    assert execution["status"] == "FAILED"


def test_data_cannot_ask_for_secrets(api, unique):
    """Neither the input of a start, nor the output of a task, nor a variable set from outside."""
    api.put(f"/secrets/{unique}", content="s3cret")
    name = f"${{workflow.secrets.{unique}}}"
    parameters = {
        "input": "${workflow.input.name}",
        "inside": "<${workflow.input.name}>",
        "path": "${workflow.${workflow.input.path}}",
        "output": "${first.output.name}",
        "set": "${workflow.variables.name}",
        "correlation": "${workflow.correlationId}",
        "meant": name,
    }
    first = node("first", name=f"{unique}1")
    second = node("second", name=f"{unique}2", inputParameters=parameters)
    register(api, unique, first, second)
    uid = start(api, unique, {"name": name, "path": f"secrets.{unique}"}, correlationId=name)
    assert api.post(f"/workflow/{uid}/variables", json={"name": name}).status_code == 200
    polled = api.get(f"/tasks/poll/{unique}1").json()
    done = {"workflowInstanceId": uid, "taskId": polled["taskId"], "status": "COMPLETED"}
    assert api.post("/tasks", json={**done, "outputData": {"name": name}}).status_code == 200
    assert api.get(f"/tasks/poll/{unique}2").json()["inputData"] == {
        "input": name,
        "inside": f"<{name}>",
        "path": None,
        "output": name,
        "set": name,
        "correlation": name,
        "meant": "s3cret",
    }
