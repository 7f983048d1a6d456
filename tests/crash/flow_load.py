"""A load of workflow executions, with a ledger of what the server acknowledged."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import httpx
from tests.server import Server

TASKS = ("crash_a", "crash_b", "crash_c", "crash_d", "crash_e")
FLOW = "crash_flow"
CHILD = "crash_child"


def _simple(name: str, reference: str, **inputs: Any) -> dict[str, Any]:
    return {"name": name, "taskReferenceName": reference, "type": "SIMPLE", "inputParameters": inputs}


WORKFLOWS = (
    {"name": CHILD, "version": 1, "tasks": [_simple("crash_e", "e", of="${workflow.input.of}")]},
    {
        "name": FLOW,
        "version": 1,
        "tasks": [
            _simple("crash_a", "a", n="${workflow.input.n}"),
            {
                "name": "fork",
                "taskReferenceName": "fork",
                "type": "FORK_JOIN",
                "forkTasks": [
                    [_simple("crash_b", "b", a="${a.output.done}")],
                    [
                        _simple("crash_c", "c"),
                        {
                            "name": "pause",
                            "taskReferenceName": "pause",
                            "type": "WAIT",
                            "inputParameters": {"duration": "1 seconds"},
                        },
                    ],
                ],
            },
            {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": ["b", "pause"]},
            {
                "name": "child",
                "taskReferenceName": "child",
                "type": "SUB_WORKFLOW",
                "inputParameters": {"of": "${workflow.workflowId}"},
                "subWorkflowParam": {"name": CHILD, "version": 1},
            },
            _simple("crash_d", "d"),
        ],
        "outputParameters": {"b": "${join.output.b.done}", "d": "${d.output.done}"},
    },
)
"""A sequence, a fork with a timer in it, a child. Each task is tried again until it is done."""

ENDED = ("a", "fork", "b", "c", "pause", "join", "child", "d")


class Ledger:
    """What was acknowledged: executions by id with their input, and results by the task's id."""

    def __init__(self) -> None:
        self.executions: dict[str, int] = {}
        self.results: dict[str, str] = {}
        self.guard = threading.Lock()


def register(client: httpx.Client) -> None:
    """Make the definitions. A lease that nobody answers for is lost after a second."""
    rules = {"retryCount": 10_000, "retryDelaySeconds": 0, "responseTimeoutSeconds": 1, "timeoutSeconds": 0}
    made = client.post("/api/metadata/taskdefs", json=[{"name": name, **rules} for name in TASKS])
    assert made.status_code == 200, made.text
    for workflow in WORKFLOWS:
        made = client.post("/api/metadata/workflow", json=workflow, params={"overwrite": "true"})
        assert made.status_code == 200, made.text


class Load:
    """Threads that start executions and work on their tasks until they are told to stop or the server is gone. A
    `patient` load takes 503 for an answer and tries again, as its database may be away."""

    def __init__(
        self, server: Server, ledger: Ledger, first: int, starts: int, *, patient: bool = False
    ) -> None:
        self.server = server
        self.patient = patient
        self.ledger = ledger
        self.over = threading.Event()
        self.faults: list[str] = []
        self.threads = [threading.Thread(target=self._guarded, args=(self._start, first, starts))]
        self.threads += [
            threading.Thread(target=self._guarded, args=(self._work, index)) for index in range(2)
        ]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert self.faults == []

    def _guarded(self, work: Any, *given: int) -> None:
        try:
            with httpx.Client(
                base_url=self.server.url, headers={"Authorization": f"Bearer {self.server.token}"}, timeout=30
            ) as client:
                work(client, *given)
        except httpx.TransportError:
            return

    def _away(self, answer: httpx.Response) -> bool:
        """The database is away, and the load waits a little for it. Where it went away in a commit nobody knows whether
        that was made: nothing was acknowledged."""
        if not (self.patient and answer.status_code in (500, 503)):
            return False
        unknown = answer.headers.get("X-Taskyard-Problem") == "commit_unknown"
        if not (unknown or answer.json().get("retryable")):
            return False
        time.sleep(0.05)
        return True

    def _start(self, client: httpx.Client, first: int, starts: int) -> None:
        for number in range(first, first + starts):
            if self.over.is_set():
                return
            answer = client.post("/api/workflow", json={"name": FLOW, "version": 1, "input": {"n": number}})
            if self._away(answer):
                continue
            if answer.status_code != 200:
                self.faults.append(f"start {answer.status_code} {answer.text}")
                return
            with self.ledger.guard:
                self.ledger.executions[answer.text] = number

    def _work(self, client: httpx.Client, index: int) -> None:
        while not self.over.is_set():
            found = 0
            for name in TASKS:
                found += self._round(client, name, index)
            if not found:
                time.sleep(0.02)

    def _round(self, client: httpx.Client, name: str, index: int) -> int:
        polled = client.get(
            f"/api/tasks/poll/batch/{name}", params={"count": 5, "timeout": 1, "workerid": f"w{index}"}
        )
        if self._away(polled):
            return 0
        if polled.status_code != 200:
            self.faults.append(f"poll {polled.status_code} {polled.text}")
            self.over.set()
            return 0
        for task in polled.json():
            self._complete(client, task)
        return len(polled.json())

    def _complete(self, client: httpx.Client, task: dict[str, Any]) -> None:
        word = f"{task['taskId']} by {threading.get_ident()}"
        result = {
            "taskId": task["taskId"],
            "workflowInstanceId": task["workflowInstanceId"],
            "status": "COMPLETED",
            "outputData": {"done": word},
        }
        answer = client.post("/api/tasks", json=result)
        if self._away(answer):
            return
        if answer.status_code != 200:
            self.faults.append(f"update {answer.status_code} {answer.text}")
            return
        with self.ledger.guard:
            self.ledger.results[task["taskId"]] = word


def open_executions(client: httpx.Client, ledger: Ledger) -> list[str]:
    """Those of the ledger that have not ended."""
    found = []
    for execution in ledger.executions:
        status = client.get(f"/api/workflow/{execution}/status").json()["status"]
        if status == "RUNNING":
            found.append(execution)
        else:
            assert status == "COMPLETED", (execution, status)
    return found


def check_ended(client: httpx.Client, ledger: Ledger) -> None:
    """Everything acknowledged is there; every task ran to completion exactly once; what an execution gave is what was
    reported for it."""
    outputs: dict[str, Any] = {}
    for execution, number in ledger.executions.items():
        found = client.get(f"/api/workflow/{execution}").json()
        assert found["status"] == "COMPLETED", found["status"]
        assert found["input"] == {"n": number}
        tasks = found["tasks"]
        child = next(task["subWorkflowId"] for task in tasks if task["taskType"] == "SUB_WORKFLOW")
        inner = client.get(f"/api/workflow/{child}").json()
        assert inner["status"] == "COMPLETED"
        done = Counter(task["referenceTaskName"] for task in tasks if task["status"] == "COMPLETED")
        assert done == Counter(ENDED), (execution, done)
        for task in (*tasks, *inner["tasks"]):
            outputs[task["taskId"]] = (
                task["outputData"].get("done") if task["status"] == "COMPLETED" else None
            )
        last = {task["referenceTaskName"]: task for task in tasks if task["status"] == "COMPLETED"}
        assert found["output"] == {"b": last["b"]["outputData"]["done"], "d": last["d"]["outputData"]["done"]}
    lost = {task: word for task, word in ledger.results.items() if outputs.get(task) not in (word, None)}
    assert lost == {}
