"""The Python client (conductor-python 2.0.0) at work against a running server: its workers and its task client."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "client"
EXECUTIONS = 1_000


def report(server: Any, client: Any, script: str, *arguments: str, timeout: float = 120) -> dict[str, Any]:
    """What a script of the client saw."""
    word = f"{Path(script).stem}{os.getpid()}"
    printed = client.run(HERE / script, f"{server.url}/api", server.token, word, *arguments, timeout=timeout)
    return json.loads(printed.splitlines()[-1])


@pytest.fixture(scope="module")
def workers(server: Any, conductor_python: Any) -> dict[str, Any]:
    """What became of the tasks of decorated workers, by the worker."""
    return report(server, conductor_python, "workers.py")


@pytest.fixture(scope="module")
def executions(server: Any, conductor_python: Any) -> dict[str, Any]:
    """What the workflow client and the task client saw, by scene."""
    return report(server, conductor_python, "by_hand.py")


def test_three_workers_complete_a_thousand_executions_of_five_steps(server, conductor_python):
    seen = report(server, conductor_python, "crowd.py", str(EXECUTIONS), timeout=300)
    assert seen["statuses"] == {"COMPLETED": EXECUTIONS}
    assert (seen["found"], seen["wrong"]) == (EXECUTIONS, [])
    assert seen["steps"] == [[name, "COMPLETED", 1] for name in ("one", "two", "three", "four", "five")]


def test_typed_workers_get_their_types_and_register_schemas(workers):
    assert workers["typed"]["status"] == "COMPLETED"
    assert workers["typed"]["output"] == {"kind": "Order", "total": 8}
    assert workers["schemas"] == {
        "kept": {"_typed_input": "JSON", "_typed_output": "JSON"},
        "named": "_typed_input",
    }


def test_an_extended_lease_outlasts_the_response_timeout(workers):
    assert (workers["slow"]["status"], workers["slow"]["output"]) == ("COMPLETED", {"result": "still here"})


def test_without_extension_the_task_times_out_and_a_late_result_changes_nothing(workers):
    late = workers["abandoned"]
    assert (late["status"], late["tasks"], late["output"]) == ("TIMED_OUT", [["TIMED_OUT", 0, 1]], {})
    assert late["reason"].startswith("responseTimeout: 2 exceeded")


def test_failures_are_tried_again(workers):
    flaky = workers["flaky"]
    assert flaky["status"] == "COMPLETED"
    assert flaky["tasks"] == [["FAILED", 0, 1], ["FAILED", 1, 1], ["COMPLETED", 2, 1]]


def test_terminal_failures_are_not(workers):
    hopeless = workers["hopeless"]
    assert (hopeless["status"], hopeless["reason"]) == ("FAILED", "never will")
    assert hopeless["tasks"] == [["FAILED_WITH_TERMINAL_ERROR", 0, 1]]


def test_tasks_in_progress_come_back(workers):
    assert workers["patient"]["tasks"] == [["COMPLETED", 0, 3]]
    assert workers["patient"]["output"] == {"polls": 3}


def test_workers_of_a_domain_get_its_tasks(workers):
    assert (workers["home"]["status"], workers["home"]["output"]) == ("COMPLETED", {"where": "at home"})
    assert workers["log"] == ["in the domain"]


def test_an_execution_through_its_whole_life(executions):
    assert executions["life"] == {
        "paused": "PAUSED",
        "one while paused": "one",
        "next while paused": None,
        "after the skip": "three",
        "skipped": [["one", "COMPLETED"], ["two", "SKIPPED"], ["three", "COMPLETED"]],
        "failed": "FAILED",
        "retried": ["RUNNING", "one", "two", "three", "COMPLETED"],
        "rerun": [True, "RUNNING", "two", "three", "COMPLETED"],
        "restarted": ["RUNNING", 1],
        "terminated": ["TERMINATED", "enough", "CANCELED"],
        "deleted": 404,
    }


def test_search_and_correlation(executions):
    assert executions["found"] == {
        "all": [2, 1, 0],
        "page": [1],
        "one": [1],
        "text": [2],
        "bad": 400,
        "by name": {f"by_hand{os.getpid()}-0": True},
        "batch": {"-0": 1, "-2": 1, "-9": 0},
    }


def test_tasks_by_hand(executions):
    assert executions["by hand"] == {
        "size": 1,
        "polled": ["one", "IN_PROGRESS", 3600],
        "log": ["a plain line"],
        "got": "hand",
        "by reference": True,
        "sync": ["COMPLETED", "COMPLETED", "SCHEDULED"],
        "outputs": [{"result": {"a": 1}}, {"b": 2}],
        "pollers": ["hand"],
    }


def test_starts_that_wait_and_signals(executions):
    assert executions["waits"] == {
        "blocked": ["BLOCKING_TASK", "first"],
        "signalled": ["RUNNING", 2],
        "done": "COMPLETED",
        "nothing left": 404,
        "run": ["RUNNING", "r1"],
    }


def test_unknown_ids_are_not_found(executions):
    assert executions["unknown"] == [404, 404]
