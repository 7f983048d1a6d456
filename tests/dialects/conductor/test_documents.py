"""Real definitions, registered as they are and run to the end that their tasks dictate.

Only the addresses of HTTP tasks are changed, to a site on this machine: the hosts in the documents are placeholders.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server import Server

DATA = Path(__file__).resolve().parents[2] / "data" / "conductor"
ENDED = ("COMPLETED", "FAILED", "TERMINATED", "TIMED_OUT")
SECONDS = 30
ADDRESS = re.compile(r"https?://(?!2852039166)[^/\"]+")

Outputs = dict[str, dict[str, Any]]
Path_ = list[tuple[str, str]]


class Site(BaseHTTPRequestHandler):
    """Answers every request with a fact; `/dddd` is not there."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/dddd" else 200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        said = {"fact": "water is wet", "hits": [{"status": "up", "workflowId": "w1"}], "path": self.path}
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Desk:
    """Registers documents, works as every worker, and reads what became of executions."""

    def __init__(self, server: Server, site: str) -> None:
        headers = {"X-Authorization": server.token}
        self.api = httpx.Client(base_url=f"{server.url}/api", headers=headers, timeout=30)
        self.site = site

    def document(self, name: str) -> Any:
        """A document with the site in the place of other hosts."""
        return json.loads(ADDRESS.sub(self.site, (DATA / f"{name}.json").read_text()))

    def register(self, *definitions: dict[str, Any]) -> None:
        answer = self.api.put("/metadata/workflow", json=list(definitions))
        assert answer.status_code == 200, answer.text

    def child(self, name: str, *tasks: str) -> None:
        """Register a workflow of worker tasks for a document to start."""
        nodes = [{"name": each, "taskReferenceName": each, "type": "SIMPLE"} for each in tasks]
        self.register({"name": name, "version": 1, "schemaVersion": 2, "tasks": nodes})

    def start(self, name: str, input: dict[str, Any] | None = None, **more: Any) -> str:
        answer = self.api.post("/workflow", json={"name": name, "input": input or {}, **more})
        assert answer.status_code == 200, answer.text
        return answer.text

    def shown(self, uid: str) -> dict[str, Any]:
        return self.api.get(f"/workflow/{uid}").json()

    def run(self, uid: str, outputs: Outputs | None = None, status: str = "COMPLETED") -> dict[str, Any]:
        """Do the work of an execution and its children in the order of scheduling until it ends or waits for somebody
        else; the execution then. `outputs` by reference."""
        outputs = outputs or {}
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            found = self.shown(uid)
            if found["status"] in ENDED:
                return found
            if not self._work(found, outputs, status):
                time.sleep(0.02)
        raise AssertionError(f"not ended: {self.path(found)}")

    def _work(self, execution: dict[str, Any], outputs: Outputs, status: str) -> bool:
        for one in execution["tasks"]:
            if one["status"] == "IN_PROGRESS" and one.get("subWorkflowId"):
                child = self.shown(one["subWorkflowId"])
                if child["status"] == "RUNNING" and self._work(child, outputs, status):
                    return True
            if one["status"] != "SCHEDULED" or one["taskType"] in ("HTTP", "WAIT"):
                continue
            polled = self.api.get(f"/tasks/poll/{one['taskDefName']}", params={"workerid": "w"})
            assert polled.status_code == 200, (one["referenceTaskName"], polled.status_code)
            task = polled.json()
            report = {
                "workflowInstanceId": task["workflowInstanceId"],
                "taskId": task["taskId"],
                "status": status,
                "outputData": outputs.get(task["referenceTaskName"], {}),
            }
            assert self.api.post("/tasks", json=report).status_code == 200
            return True
        return False

    def path(self, execution: dict[str, Any]) -> Path_:
        return [(each["referenceTaskName"], each["status"]) for each in execution["tasks"]]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def desk(
    request: pytest.FixtureRequest, site: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A server whose HTTP tasks may ask this machine."""
    url = request.getfixturevalue("postgres").create() if request.param == "postgres" else None
    server = Server(tmp_path_factory.mktemp("documents"), url, (), http_task_allow_private="true")
    server.start()
    found = Desk(server, site)
    yield found
    found.api.close()
    server.stop()


def done(*names: str) -> Path_:
    return [(name, "COMPLETED") for name in names]


@pytest.mark.parametrize(
    ("input", "path"),
    [
        (
            {"param1": "nested", "param2": "one", "finalCase": "notify"},
            done("conditional", "nestedCondition", "t1", "finalCase", "integration_task_4"),
        ),
        ({"param1": "nested", "param2": "two"}, done("conditional", "nestedCondition", "t2", "finalCase")),
        ({"param1": "nested", "param2": "other"}, done("conditional", "nestedCondition", "finalCase")),
        ({"param1": "three"}, done("conditional", "t3", "finalCase")),
        ({"param1": "none"}, done("conditional", "t10", "finalCase")),
    ],
)
def test_conditional_switch(desk: Desk, input: dict[str, Any], path: Path_) -> None:
    document = desk.document("conditional_switch")
    desk.register(document)
    found = desk.run(desk.start(document["name"], input))
    assert (found["status"], desk.path(found)) == ("COMPLETED", path)


def test_do_while_multiple(desk: Desk) -> None:
    document = desk.document("do_while_multiple")
    desk.register(document)
    found = desk.run(desk.start(document["name"], {"loop": 2, "loop2": 1}))
    one = ["integration_task_0", "fork", "integration_task_1", "integration_task_2", "join"]
    assert found["status"] == "COMPLETED"
    assert desk.path(found) == done(
        "loopTask",
        *[f"{name}__1" for name in one],
        *[f"{name}__2" for name in one],
        "loopTask2",
        "integration_task_3__1",
    )


def test_dynamic_fork_join(desk: Desk) -> None:
    document = desk.document("dynamic_fork_join")
    desk.register(document)
    tasks = [
        {"name": f"integration_task_{n}", "taskReferenceName": f"xdt{n}", "type": "SIMPLE"} for n in (2, 3)
    ]
    given = {"dynamicTasks": tasks, "dynamicTasksInput": {"xdt2": {"k1": "v1"}, "xdt3": {"k2": "v2"}}}
    found = desk.run(desk.start(document["name"]), {"dt1": given, "xdt2": {"out": 2}, "xdt3": {"out": 3}})
    assert found["status"] == "COMPLETED"
    assert desk.path(found) == done(
        "dt1", "dynamicfanouttask", "xdt2", "xdt3", "dynamicfanouttask_join", "task4"
    )
    by_name = {each["referenceTaskName"]: each for each in found["tasks"]}
    assert by_name["xdt2"]["inputData"] == {"k1": "v1"}
    assert by_name["dynamicfanouttask_join"]["outputData"] == {"xdt2": {"out": 2}, "xdt3": {"out": 3}}


@pytest.mark.parametrize(
    ("input", "path", "joined"),
    [
        (
            {"decision_1": "true", "decision_2": "true"},
            ["task1", "decision1", "task2", "decision2", "task3"],
            "task3",
        ),
        ({"decision_1": "true", "decision_2": "no"}, ["task1", "decision1", "task2", "decision2"], "task2"),
        (
            {"decision_1": "false", "decision_3": "true"},
            ["task1", "decision1", "task4", "decision3", "task5"],
            "task5",
        ),
        ({"decision_1": "null"}, ["task1", "decision1"], "task1"),
    ],
)
def test_exclusive_join(desk: Desk, input: dict[str, Any], path: list[str], joined: str) -> None:
    document = desk.document("exclusive_join")
    desk.register(document)
    names = ("task1", "task2", "task3", "task4", "task5")
    found = desk.run(
        desk.start(document["name"], input), {name: {"taskReferenceName": name} for name in names}
    )
    assert (found["status"], desk.path(found)) == ("COMPLETED", done(*path, "exclusiveJoin"))
    assert found["tasks"][-1]["outputData"] == {"taskReferenceName": joined}


KITCHEN_START = ["task_1", "event_0", "task_2", "oddEvenDecision"]
KITCHEN_END = ["get_es_1", "task_30"]


def kitchen(desk: Desk, uid: str, first: str, odd_even: int, suffix: str = "") -> dict[str, Any]:
    dynamic = [
        {"name": f"task_{n}{suffix}", "taskReferenceName": f"dyn{n}", "type": "SIMPLE"} for n in (6, 7, 8)
    ]
    outputs: Outputs = {
        first: {"mod": 1, "oddEven": odd_even},
        "task_2": {"mod": 2, "oddEven": odd_even},
        "task_4": {"dynamicTasks": dynamic, "inputs": {"dyn6": {"a": 6}}},
        "task_10004": {"dynamicTasks": dynamic, "inputs": {}},
    }
    return desk.run(uid, outputs)


def test_kitchensink(desk: Desk) -> None:
    document = desk.document("kitchensink")
    desk.register(document)
    desk.child("sub_flow_1", "sub_flow_task")
    even = kitchen(desk, desk.start("kitchensink", {"task2Name": "task_5", "mod": 3}), "task_1", 0)
    assert even["status"] == "COMPLETED"
    assert desk.path(even) == done(
        *KITCHEN_START, "task_4", "fanout1", "dyn6", "dyn7", "dyn8", "join1", *KITCHEN_END
    )
    assert even["output"] == {"statues": ["up"], "workflowIds": ["w1"]}
    by_name = {each["referenceTaskName"]: each for each in even["tasks"]}
    assert by_name["task_2"]["taskType"] == "task_5"
    assert by_name["event_0"]["outputData"]["event_produced"] == "conductor:kitchensink:event_0"
    odd = kitchen(desk, desk.start("kitchensink", {"task2Name": "task_5"}), "task_1", 1)
    assert odd["status"] == "COMPLETED"
    assert sorted(desk.path(odd)) == sorted(
        done(*KITCHEN_START, "forkx", "task_10", "task_11", "join2", "wf3", "wf4", *KITCHEN_END)
    )
    assert desk.path(odd)[4:8] == done("forkx", "task_10", "task_11", "join2")
    neither = kitchen(desk, desk.start("kitchensink", {"task2Name": "task_5"}), "task_1", 9)
    assert desk.path(neither) == done(*KITCHEN_START, *KITCHEN_END)


def test_kitchensink_ephemeral_tasks(desk: Desk) -> None:
    request = desk.document("kitchensink_ephemeral_tasks")
    answer = desk.api.post("/workflow", json=request)
    assert answer.status_code == 200, answer.text
    found = kitchen(desk, answer.text, "task_10001", 0, "0")
    assert found["status"] == "COMPLETED"
    assert desk.path(found) == done(
        "task_10001",
        "event_0",
        "task_2",
        "oddEvenDecision",
        "task_10004",
        "fanout1",
        "dyn6",
        "dyn7",
        "dyn8",
        "join1",
        "get_es_1",
        "task_100030",
    )


def test_nested_fork_join_sub_workflow(desk: Desk) -> None:
    document = desk.document("nested_fork_join_sub_workflow")
    desk.register(document)
    desk.child("integration_test_wf", "integration_child_1", "integration_child_2")
    found = desk.run(desk.start(document["name"], {"case": "a"}))
    assert found["status"] == "COMPLETED"
    assert sorted(desk.path(found)) == sorted(
        done(
            *("fork1", "t11", "fork2", "t12", "t13", "join2", "sw1", "join1"),
            *("d1", "t16", "t19", "t20", "t14", "t15"),
        )
    )
    assert desk.path(found)[-1] == ("t15", "COMPLETED")
    other = desk.run(desk.start(document["name"], {"case": "b"}))
    assert other["status"] == "FAILED"
    assert "Nothing can go on: join2" in other["reasonForIncompletion"]


def test_switch_and_fork_join(desk: Desk) -> None:
    document = desk.document("switch_and_fork_join")
    desk.register(document)
    found = desk.run(desk.start(document["name"], {"case": "c"}))
    assert sorted(desk.path(found)) == sorted(
        done("forkTask", "switchTask", "t10", "joinTask", "t1", "t2", "t20")
    )
    other = desk.run(desk.start(document["name"], {"case": "unknown"}))
    assert (found["status"], other["status"]) == ("COMPLETED", "COMPLETED")
    assert ("t5", "COMPLETED") in desk.path(other)


def test_sequential_json_jq_transform(desk: Desk) -> None:
    document = desk.document("sequential_json_jq_transform")
    desk.register(document)
    input = {"requestTransform": "(.body | fromjson)", "body": '{"a": [1, 2]}', "method": "POST"}
    found = desk.run(desk.start(document["name"], input))
    assert (found["status"], desk.path(found)) == (
        "COMPLETED",
        done("default_variables", "request_transform"),
    )
    first, second = (each["outputData"] for each in found["tasks"])
    assert first["result"]["method"] == "POST"
    assert first["result"]["document"] == "rgt_results"
    assert second == {"result": {"a": [1, 2]}, "resultList": [{"a": [1, 2]}]}


def test_rerun_nested(desk: Desk) -> None:
    document = desk.document("rerun_nested")
    desk.register(*(document if isinstance(document, list) else [document]))
    desk.child("PopulationMinMax", "population")
    found = desk.run(desk.start("re_run_test_workflow"))
    assert found["status"] == "COMPLETED", found.get("reasonForIncompletion")
    path = desk.path(found)
    assert path[:13] == done(
        *("simple_task_00", "jq", "http_task_5saz2_ref", "wait", "set_state", "fork_task_t7nhng_ref"),
        *("x_test_worker_1_ref", "x_test_workers_0_ref", "x_test_workers_2_ref", "join_task_y6nux_ref"),
        *("wait_task_guk0c_ref", "sub_flow", "dynamic_fork"),
    )
    assert path[13:17] == done(*[f"_x_test_worker_0_{n}" for n in range(3)], "dynamic_fork_join")
    assert sorted(path[17:]) == sorted(
        done(
            *("fork", "loop_until_success", "fact_length__1", "simple_task_1__1", "simple_task_2"),
            *("fork_join", "sub_flow_inline", "simple_task_5"),
        )
    )
    assert found["variables"] == {"call_made": True}
    assert found["output"]["jq"]["result"] == {"key3": ["a", "b"]}


def test_workflow_data_e2e(desk: Desk) -> None:
    definitions = {each["name"]: each for each in desk.document("workflow_data_e2e")}
    tasks = desk.api.post("/metadata/taskdefs", json=desk.document("taskdefs_e2e"))
    assert tasks.status_code == 200, tasks.text
    desk.register(*definitions.values())
    failed = desk.run(desk.start("this_will_fail"))
    assert (failed["status"], desk.path(failed)) == (
        "FAILED",
        [
            ("http_task_lvome_ref", "COMPLETED"),
            ("set_variable_task_lxzgc_ref", "COMPLETED"),
            ("json_transform_task_518l3h_ref", "COMPLETED"),
            ("get_random_fact", "FAILED"),
        ],
    )
    users = [{"user": {"email": f"mail{n}@mail.com", "id": i}} for n, i in (("", 1), ("2", 2))]
    assert failed["tasks"][2]["outputData"]["result"] == users
    for name, reference in (
        ("http", "simple_task_in8x5_ref"),
        ("rate-limit-by-correlationId", "rate-limit-task-by-correlationId"),
        ("task-rate-limit-test", "rate-limited-task"),
        ("concurrency-limit-test", "task-concurrency-limit-test"),
        ("test-sdk-java-workflow", "test-sdk-java-task"),
    ):
        found = desk.run(desk.start(name, {"value": 1}, correlationId="c1"))
        assert (found["status"], desk.path(found)) == ("COMPLETED", done(reference))


def test_http_tasks_that_somebody_else_completes(desk: Desk) -> None:
    uid = desk.start("http_async_complete")
    for _ in range(250):
        (only,) = desk.shown(uid)["tasks"]
        if only["outputData"]:
            break
        time.sleep(0.02)
    assert (only["status"], only["outputData"]["response"]["statusCode"]) == ("IN_PROGRESS", 200)
    report = {
        "workflowInstanceId": uid,
        "taskId": only["taskId"],
        "status": "COMPLETED",
        "outputData": {"x": 1},
    }
    assert desk.api.post("/tasks", json=report).status_code == 200
    assert desk.shown(uid)["status"] == "COMPLETED"


def test_addresses_inside_are_not_asked(server: Server, api: httpx.Client) -> None:
    documents = json.loads((DATA / "workflow_data_e2e.json").read_text())
    (blocked,) = [each for each in documents if each["name"] == "http_blocked_ip"]
    assert api.put("/metadata/workflow", json=[blocked]).status_code == 200
    uid = api.post("/workflow", json={"name": "http_blocked_ip"}).text
    for _ in range(250):
        found = api.get(f"/workflow/{uid}").json()
        if found["status"] in ENDED:
            break
        time.sleep(0.02)
    assert found["status"] == "FAILED"
    assert found["tasks"][0]["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "not a public address" in found["reasonForIncompletion"]
