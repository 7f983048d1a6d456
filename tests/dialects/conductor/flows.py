"""Workflows to run in tests: nodes, definitions, starts, and the words of a worker."""

from __future__ import annotations

from typing import Any

import httpx


def node(reference: str, type: str = "SIMPLE", name: str | None = None, **more: Any) -> dict[str, Any]:
    """A node; work of workers is named like its reference unless told otherwise."""
    return {"name": name or reference, "taskReferenceName": reference, "type": type, **more}


def register(api: httpx.Client, name: str, *tasks: dict[str, Any], **more: Any) -> str:
    """Register a workflow, and a task definition for each of its worker tasks that is tried once; the name."""
    names = sorted({each["name"] for each in tasks if each["type"] == "SIMPLE"})
    if names:
        made = api.post("/metadata/taskdefs", json=[{"name": each, "retryCount": 0} for each in names])
        assert made.status_code == 200, made.text
    body = {"name": name, "tasks": list(tasks), **more}
    made = api.post("/metadata/workflow", json=body, params={"overwrite": True})
    assert made.status_code == 200, made.text
    return name


def start(api: httpx.Client, name: str, input: dict[str, Any] | None = None, **more: Any) -> str:
    """Start a workflow; its id."""
    answer = api.post("/workflow", json={"name": name, "input": input or {}, **more})
    assert answer.status_code == 200, answer.text
    return answer.text


def shown(api: httpx.Client, uid: str) -> dict[str, Any]:
    """The execution as it is now."""
    answer = api.get(f"/workflow/{uid}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def task(execution: dict[str, Any], reference: str) -> dict[str, Any]:
    """The newest task of a name."""
    return [each for each in execution["tasks"] if each["referenceTaskName"] == reference][-1]


def report(
    api: httpx.Client,
    uid: str,
    reference: str,
    status: str = "COMPLETED",
    output: dict[str, Any] | None = None,
) -> None:
    """A worker's word on the newest task of a name, without asking the queue for it."""
    found = task(shown(api, uid), reference)
    answer = api.post(
        "/tasks",
        json={
            "workflowInstanceId": uid,
            "taskId": found["taskId"],
            "status": status,
            "outputData": output or {},
            "reasonForIncompletion": "told so" if status.startswith("FAILED") else None,
        },
    )
    assert answer.status_code == 200, answer.text
