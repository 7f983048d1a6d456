"""Searches for executions and tasks over HTTP: query, free text, order, pages, and who sees what."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import httpx
import pytest
from tests.dialects.conductor.flows import node, register, report, shown, start, task


class World:
    """Three executions of a workflow, oldest first: completed, failed, running."""

    def __init__(self, api: httpx.Client, name: str) -> None:
        self.name = name
        step = node("a", name=f"{name}_step", inputParameters={"n": "${workflow.input.n}"})
        register(api, name, step, outputParameters={"said": "${a.output.said}"})
        self.ids = [
            start(api, name, {"n": n, "word": f"{name}word{n}"}, correlationId=f"{name}-{n}", priority=n)
            for n in range(3)
        ]
        report(api, self.ids[0], "a", output={"said": f"{name}Said"})
        report(api, self.ids[1], "a", "FAILED")

    def found(self, answer: httpx.Response) -> list[int]:
        """The places of the executions of an answer, in its order."""
        assert answer.status_code == 200, answer.text
        return [self.ids.index(each["workflowId"]) for each in answer.json()["results"]]


@pytest.fixture(scope="module")
def world(api) -> World:
    return World(api, f"srch{time.time_ns()}")


def search(api: httpx.Client, path: str = "/workflow/search", **params: Any) -> httpx.Response:
    return api.get(path, params=params)


def test_an_execution_in_short(api, world):
    (one,) = search(api, query=f"correlationId={world.name}-0").json()["results"]
    whole = shown(api, world.ids[0])
    for name, moment in (("startTime", "startTime"), ("endTime", "endTime"), ("updateTime", "updateTime")):
        text = one.pop(name)
        assert text.endswith("Z")
        assert round(datetime.fromisoformat(text).timestamp() * 1000) == whole[moment]
    assert one == {
        "workflowType": world.name,
        "version": 1,
        "workflowId": world.ids[0],
        "correlationId": f"{world.name}-0",
        "status": "COMPLETED",
        "input": f'{{"n":0,"word":"{world.name}word0"}}',
        "output": f'{{"said":"{world.name}Said"}}',
        "executionTime": whole["endTime"] - whole["startTime"],
        "failedReferenceTaskNames": "",
        "failedTaskNames": [],
        "priority": 0,
        "createdBy": "admin",
        "taskToDomain": {},
        "inputSize": len(one["input"]),
        "outputSize": len(one["output"]),
    }


def test_a_failed_execution_in_short_names_its_tasks(api, world):
    (one,) = search(api, query=f"workflowId={world.ids[1]}").json()["results"]
    assert one["status"] == "FAILED"
    assert one["failedReferenceTaskNames"] == "a"
    assert one["failedTaskNames"] == [f"{world.name}_step"]
    assert "told so" in one["reasonForIncompletion"]


def test_executions_whole_come_without_their_tasks(api, world):
    answer = search(api, "/workflow/search-v2", query=f"workflowId={world.ids[0]}").json()
    assert answer["totalHits"] == 1
    (one,) = answer["results"]
    expected = shown(api, world.ids[0]) | {"tasks": []}
    assert one == expected


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [2, 1, 0]),
        ("status = COMPLETED", [0]),
        ("status IN (COMPLETED,FAILED)", [1, 0]),
        ("status IN ('RUNNING', \"PAUSED\")", [2]),
        ("status=*ED", [1, 0]),
        ("status=PAUSED", []),
        ("status=NONE", []),
        ("version=1", [2, 1, 0]),
        ("version>1", []),
        ("priority > 0", [2, 1]),
        ("priority<2", [1, 0]),
        ("priority IN (0,2)", [2, 0]),
        ("correlationId=*-1", [1]),
        ("correlationId='*-?'", []),
        ("createdBy=admin", [2, 1, 0]),
        ("startTime > 0 AND startTime < 99999999999999", [2, 1, 0]),
        ("endTime>0", [1, 0]),
        ("modifiedTime>0 AND status=RUNNING", [2]),
        ("parentWorkflowId=*", []),
        ("classifier=any", [2, 1, 0]),
    ],
)
def test_conditions(api, world, query, expected):
    both = f"workflowType={world.name}" + (f" AND {query}" if query else "")
    for path in ("/workflow/search", "/workflow/search-v2"):
        answer = search(api, path, query=both)
        assert world.found(answer) == expected
        assert answer.json()["totalHits"] == len(expected)


def test_the_name_may_be_a_pattern_and_holds_no_other(api, world):
    assert world.found(search(api, query=f"workflowType='{world.name[:-1]}*'")) == [2, 1, 0]
    under = world.name.replace("srch", "_rch")
    assert search(api, query=f"workflowType={under}*").json() == {"totalHits": 0, "results": []}


@pytest.mark.parametrize(
    "params, where",
    [
        ({"query": "workflowType"}, "query"),
        ({"query": "workflowType='x' AND"}, "query"),
        ({"query": "startTime>yesterday"}, "query"),
        ({"query": "nothing=1"}, "query"),
        ({"sort": "nothing:ASC"}, "sort"),
        ({"sort": "startTime:UP"}, "sort"),
        ({"size": 5001}, "size"),
        ({"size": "many"}, "size"),
        ({"start": -1}, "start"),
        ({"freeText": "x" * 256}, "freeText"),
        ({"freeText": "{broken"}, "freeText"),
        ({"freeText": '{"priority":{}}'}, "freeText"),
    ],
)
def test_what_says_nothing_is_refused_with_the_parameter(api, params, where):
    for path in ("/workflow/search", "/workflow/search-by-tasks"):
        answer = search(api, path, **params)
        assert answer.status_code == 400
        assert [each["path"] for each in answer.json()["validationErrors"]] == [where]


def test_lists_may_be_long(api, world):
    ids = ",".join([*world.ids, *(f"no-{place}" for place in range(1_000))])
    assert world.found(search(api, query=f"workflowId IN ({ids})")) == [2, 1, 0]
    names = ",".join([world.name, *(f"none{place}" for place in range(2_000))])
    assert world.found(search(api, query=f"workflowType IN ({names})")) == [2, 1, 0]
    patterns = ",".join(f"*{place}*" for place in range(101))
    assert search(api, query=f"workflowType IN ({patterns})").status_code == 400
    some = ",".join(f"*{word}*" for word in [world.name, *range(99)])
    assert world.ids[0] in str(search(api, query=f"workflowType IN ({some})", size=5000).json())


def test_statuses_of_executions_have_no_order(api):
    assert search(api, query="status>COMPLETED").status_code == 400


@pytest.mark.parametrize(
    "text, expected",
    [
        ("*", [2, 1, 0]),
        ("", [2, 1, 0]),
        ("{n}", [2, 1, 0]),
        ("{n}word1", [1]),
        ("*{n}WORD2*", [2]),
        ("{n}said", [0]),
        ("{n}-2", [2]),
        ("nowhere to be found", []),
        ("100%", []),
        ('{{"correlationId":"{n}-1"}}', [1]),
        ('{{"status":"COMPLETED","priority":0}}', [0]),
    ],
)
def test_free_text(api, world, text, expected):
    wanted = text.format(n=world.name)
    answer = search(api, query=f"workflowType={world.name}", freeText=wanted)
    assert world.found(answer) == expected


def test_sorting_by_several_fields(api, world):
    def sorted_by(*sort: str) -> list[int]:
        return world.found(search(api, query=f"workflowType={world.name}", sort=list(sort)))

    assert sorted_by("startTime:ASC") == [0, 1, 2]
    assert sorted_by("startTime:DESC") == [2, 1, 0]
    assert sorted_by("priority") == [0, 1, 2]
    assert sorted_by("version:ASC|priority:DESC") == [2, 1, 0]
    assert sorted_by("version:ASC", "priority:ASC") == [0, 1, 2]


def test_pages(api, world):
    query = f"workflowType={world.name}"
    first = search(api, query=query, start=0, size=2)
    second = search(api, query=query, start=2, size=2)
    past = search(api, query=query, start=9, size=2)
    assert (world.found(first), world.found(second), world.found(past)) == ([2, 1], [0], [])
    assert [each.json()["totalHits"] for each in (first, second, past)] == [3, 3, 3]
    assert search(api, query=query, size=0).json() == {"totalHits": 3, "results": []}


def test_a_search_sees_what_was_just_written(api, unique):
    register(api, unique, node("a", name=unique))
    for place in range(1, 6):
        uid = start(api, unique)
        answer = search(api, query=f"workflowType={unique} AND status=RUNNING").json()
        assert (answer["totalHits"], answer["results"][0]["workflowId"]) == (place, uid)


def test_sub_workflows_by_their_parent(api, unique):
    child = register(api, f"{unique}_child", node("inner", name=unique))
    call = node("sub", "SUB_WORKFLOW", subWorkflowParam={"name": child, "version": 1})
    parent = start(api, register(api, unique, call))
    (one,) = search(api, query=f"parentWorkflowId={parent}").json()["results"]
    assert (one["workflowType"], one["parentWorkflowId"]) == (child, parent)
    both = {"query": f"workflowType={unique}*"}
    assert search(api, **both).json()["totalHits"] == 2
    top = search(api, **both, topLevelOnly=True).json()["results"]
    assert [each["workflowId"] for each in top] == [parent]


@pytest.mark.parametrize("path", ["/workflow/search-by-tasks", "/workflow/search-by-tasks-v2"])
def test_executions_by_their_tasks(api, world, path):
    def found(query: str, **more: Any) -> list[int]:
        return world.found(search(api, path, query=f"taskType={world.name}_step{query}", **more))

    assert found("") == [2, 1, 0]
    assert found(" AND status=FAILED") == [1]
    assert found(" AND status IN (SCHEDULED,IN_PROGRESS)") == [2]
    assert found("", freeText=f"{world.name}said") == [0]
    assert found("", sort="priority:ASC", size=2) == [0, 1]


def test_a_task_in_short(api, world):
    query = f"taskType={world.name}_step AND status=COMPLETED"
    answer = search(api, "/tasks/search", query=query).json()
    assert answer["totalHits"] == 1
    (one,) = answer["results"]
    whole = task(shown(api, world.ids[0]), "a")
    for name in ("scheduledTime", "startTime", "updateTime", "endTime"):
        text = one.pop(name)
        assert round(datetime.fromisoformat(text).timestamp() * 1000) == whole[name]
    assert one == {
        "workflowId": world.ids[0],
        "workflowType": world.name,
        "correlationId": f"{world.name}-0",
        "status": "COMPLETED",
        "executionTime": whole["endTime"] - whole["startTime"],
        "queueWaitTime": whole["queueWaitTime"],
        "taskDefName": f"{world.name}_step",
        "taskType": f"{world.name}_step",
        "input": '{"n":0}',
        "output": f'{{"said":"{world.name}Said"}}',
        "taskId": whole["taskId"],
        "workflowPriority": 0,
    }


@pytest.mark.parametrize(
    "query, expected",
    [
        ("workflowType={n}", [2, 1, 0]),
        ("workflowType={n} AND status=FAILED", [1]),
        ("workflowId={id}", [0]),
        ("taskDefName={n}_step AND referenceTaskName=a", [2, 1, 0]),
        ("taskDefName={n}_step AND endTime>0", [1, 0]),
        ("taskDefName={n}_step AND scheduledTime<5", []),
        ("correlationId={n}-2", [2]),
    ],
)
def test_tasks_by_conditions(api, world, query, expected):
    wanted = query.format(n=world.name, id=world.ids[0])
    for path in ("/tasks/search", "/tasks/search-v2"):
        answer = search(api, path, query=wanted).json()
        assert answer["totalHits"] == len(expected)
        assert [each.get("workflowId") or each["workflowInstanceId"] for each in answer["results"]] == [
            world.ids[place] for place in expected
        ]


def test_tasks_whole(api, world):
    whole = task(shown(api, world.ids[0]), "a")
    answer = search(api, "/tasks/search-v2", query=f"taskId={whole['taskId']}").json()
    assert answer == {"totalHits": 1, "results": [whole]}


def test_forks_are_found_by_the_type_that_they_show(api, unique):
    fork = node("f", "FORK_JOIN", forkTasks=[[node("x", name=f"{unique}_x")]])
    register(api, unique, fork, node("j", "JOIN", joinOn=["x"]))
    uid = start(api, unique)
    found = search(api, "/tasks/search", query=f"taskType=FORK AND workflowId={uid}").json()["results"]
    assert [each["taskType"] for each in found] == ["FORK"]
    simple = search(api, "/tasks/search", query=f"taskType={unique}_x AND workflowId={uid}").json()
    assert simple["totalHits"] == 1


def test_parameters_without_a_meaning_here_do_no_harm(api, world):
    query = f"workflowType={world.name}"
    found = search(api, query=query, queryId="", classifier="x", skipCache=True)
    assert world.found(found) == [2, 1, 0]


def test_callers_find_what_they_may_read(server, connect, api, grant, unique):
    register(api, unique, node("a", name=f"{unique}_step"))
    register(api, f"{unique}b", node("b", name=f"{unique}_step"))
    mine, theirs = start(api, unique), start(api, f"{unique}b")
    user = connect(server.user(unique).token)

    def names(path: str, member: str = "workflowType") -> list[str]:
        answer = search(user, path, query=f"workflowType={unique}*").json()
        assert answer["totalHits"] == len(answer["results"])
        return sorted(each[member] for each in answer["results"])

    paths = ("/workflow/search", "/workflow/search-by-tasks", "/tasks/search")
    assert [names(each) for each in paths[::2]] == [[], []]
    grant(unique, "read", "definition", f"workflow:{unique}")
    assert [names(each) for each in paths[::2]] == [[unique], [unique]]
    by_task = search(user, paths[1], query=f"taskType={unique}_step").json()["results"]
    assert [each["workflowId"] for each in by_task] == [mine]
    grant(unique, "execute", "definition", f"worker:{unique}_step")
    assert names("/tasks/search") == [unique, f"{unique}b"]
    assert names("/workflow/search", "workflowId") == [mine]
    assert theirs not in str(search(user, "/workflow/search").json())
