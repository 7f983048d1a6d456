"""Schedules: rules and their coming times, what is kept, and what is started when one is due."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest

DAY = 86_400_000


def workflow(name: str) -> dict[str, Any]:
    """A workflow that waits for nobody."""
    task = {"name": "set", "taskReferenceName": "set", "type": "SET_VARIABLE", "inputParameters": {"x": 1}}
    return {"name": name, "version": 1, "schemaVersion": 2, "tasks": [task], "ownerEmail": "a@example.org"}


def schedule(name: str, cron: str = "0 0 9 * * MON-FRI", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "cronExpression": cron,
        "startWorkflowRequest": {"name": f"{name}_wf", "input": {"a": 1}},
    } | more


def eventually(look: Callable[[], Any], seconds: float = 10) -> Any:
    """What `look` answers once it answers something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


def runs(api: Any, name: str) -> list[dict[str, Any]]:
    answer = api.get("/scheduler/search/executions", params={"query": f"scheduleName = '{name}'", "size": 50})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_a_schedule_is_kept_with_its_next_time(api, unique):
    given = schedule(unique, zoneId="America/New_York", description="each morning")
    saved = api.post("/scheduler/schedules", json=given)
    assert saved.status_code == 200, saved.text
    found = api.get(f"/scheduler/schedules/{unique}").json()
    assert found == saved.json()
    assert {name: found[name] for name in ("name", "cronExpression", "zoneId", "description", "paused")} == {
        "name": unique,
        "cronExpression": "0 0 9 * * MON-FRI",
        "zoneId": "America/New_York",
        "description": "each morning",
        "paused": False,
    }
    assert found["startWorkflowRequest"]["input"] == {"a": 1}
    assert (found["createdBy"], found["runCatchupScheduleInstances"]) == ("admin", False)
    assert found["nextRunTime"] > found["createTime"]


def test_saving_again_replaces(api, unique):
    first = api.post("/scheduler/schedules", json=schedule(unique)).json()
    again = api.post("/scheduler/schedules", json=schedule(unique, "0 0 12 * * *")).json()
    assert (again["cronExpression"], again["createTime"]) == ("0 0 12 * * *", first["createTime"])


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": ""}, "name is required"),
        ({"cronExpression": "* * *"}, "6 fields"),
        ({"cronExpression": "0 0 25 * * *"}, "Bad hour"),
        ({"cronExpression": None}, "cronExpression is required"),
        ({"zoneId": "Mars/Olympus"}, "not a time zone"),
        ({"startWorkflowRequest": None}, "startWorkflowRequest"),
        ({"startWorkflowRequest": {"input": {}}}, "startWorkflowRequest"),
        ({"paused": "perhaps"}, "true or false"),
    ],
)
def test_schedules_that_are_refused(api, unique, change, words):
    answer = api.post("/scheduler/schedules", json=schedule(unique) | change)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["message"]
    assert api.get(f"/scheduler/schedules/{unique}").status_code == 404


def test_coming_times(api):
    start = 1_700_000_000_000
    wanted = {"cronExpression": "0 0 12 1 * ?", "scheduleStartTime": 1_893_456_000_000, "limit": 3}
    assert api.get("/scheduler/nextFewSchedules", params=wanted).json() == [
        1_893_499_200_000,
        1_896_177_600_000,
        1_898_596_800_000,
    ]
    limited = wanted | {"scheduleEndTime": 1_893_499_200_000}
    assert api.get("/scheduler/nextFewSchedules", params=limited).json() == [1_893_499_200_000]
    assert len(api.get("/scheduler/nextFewSchedules", params={"cronExpression": "* * * * * *"}).json()) == 5
    assert api.get("/scheduler/nextFewSchedules", params={"cronExpression": "nonsense"}).status_code == 400
    assert api.get("/scheduler/nextFewSchedules", params={"scheduleStartTime": start}).status_code == 400


def test_lists_and_searches(api, unique):
    for letter in "ab":
        api.post("/scheduler/schedules", json=schedule(f"{unique}-{letter}"))
    listed = api.get("/scheduler/schedules", params={"workflowName": f"{unique}-a_wf"}).json()
    assert [each["name"] for each in listed] == [f"{unique}-a"]
    everything = [each["name"] for each in api.get("/scheduler/schedules").json()]
    assert {f"{unique}-a", f"{unique}-b"} <= set(everything)
    page = api.get(
        "/scheduler/schedules/search", params={"freeText": unique, "size": 1, "sort": "name:DESC"}
    ).json()
    assert (page["totalHits"], [each["name"] for each in page["results"]]) == (2, [f"{unique}-b"])
    named = api.get("/scheduler/schedules/search", params={"scheduleName": f"{unique}-a"}).json()
    assert [each["name"] for each in named["results"]] == [f"{unique}-a"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_pausing_and_resuming(api, unique, method):
    api.post("/scheduler/schedules", json=schedule(unique))
    url = f"/scheduler/schedules/{unique}"
    assert api.request(method, f"{url}/pause", params={"reason": "holiday"}).status_code == 200
    found = api.get(url).json()
    assert (found["paused"], found["pausedReason"]) == (True, "holiday")
    assert api.request(method, f"{url}/resume").status_code == 200
    found = api.get(url).json()
    assert (found["paused"], "pausedReason" in found) == (False, False)


def test_bulk_pausing_names_what_is_not_there(api, unique):
    api.post("/scheduler/schedules", json=schedule(unique))
    answer = api.put("/scheduler/bulk/pause", json=[unique, f"{unique}-none"]).json()
    assert answer["bulkSuccessfulResults"] == [unique]
    assert list(answer["bulkErrorResults"]) == [f"{unique}-none"]
    assert api.get(f"/scheduler/schedules/{unique}").json()["paused"] is True
    api.put("/scheduler/bulk/resume", json=[unique])
    assert api.get(f"/scheduler/schedules/{unique}").json()["paused"] is False


def test_a_removed_schedule_is_gone(api, unique):
    api.post("/scheduler/schedules", json=schedule(unique))
    assert api.delete(f"/scheduler/schedules/{unique}").status_code == 204
    for answer in (
        api.get(f"/scheduler/schedules/{unique}"),
        api.delete(f"/scheduler/schedules/{unique}"),
        api.put(f"/scheduler/schedules/{unique}/pause"),
    ):
        assert answer.status_code == 404
        assert answer.json()["message"] == f"No such schedule found by name: {unique}"


def test_tags(api, unique):
    api.post("/scheduler/schedules", json=schedule(unique))
    url = f"/scheduler/schedules/{unique}/tags"
    api.put(url, json=[{"key": "team", "value": "a"}, {"key": "team", "value": "b"}])
    api.request("DELETE", url, json=[{"key": "team", "value": "a"}])
    assert api.get(url).json() == [{"key": "team", "value": "b"}]


def test_who_may_do_what(server, connect, api, grant, unique):
    api.post("/scheduler/schedules", json=schedule(unique))
    user = server.user(f"{unique}user")
    client = connect(user.token)
    assert client.get(f"/scheduler/schedules/{unique}").status_code == 403
    assert unique not in [each["name"] for each in client.get("/scheduler/schedules").json()]
    assert client.post("/scheduler/schedules", json=schedule(unique)).status_code == 403
    assert client.put("/scheduler/admin/pause").status_code == 403
    grant(user.name, "read", "definition", f"workflow:{unique}_wf")
    assert client.get(f"/scheduler/schedules/{unique}").status_code == 200
    assert client.put(f"/scheduler/schedules/{unique}/pause").status_code == 403
    grant(user.name, "execute", "definition", f"workflow:{unique}_wf")
    assert client.put(f"/scheduler/schedules/{unique}/pause").status_code == 200


def test_what_is_due_is_started_once(api, unique):
    api.post("/metadata/workflow", json=workflow(f"{unique}_wf"))
    api.post("/scheduler/schedules", json=schedule(unique, "* * * * * *"))
    done = eventually(lambda: len(found := runs(api, unique)) >= 3 and found)
    api.put(f"/scheduler/schedules/{unique}/pause")
    moments = [run["scheduledTime"] for run in done]
    assert len(moments) == len(set(moments))
    assert all(moment % 1000 == 0 for moment in moments)
    assert all(run["state"] == "EXECUTED" and run["workflowName"] == f"{unique}_wf" for run in done)
    started = api.get(f"/workflow/{done[-1]['workflowId']}").json()
    given = started["input"]
    assert given["a"] == 1
    assert (given["_startedByScheduler"], given["_schedulerCron"]) == (unique, "* * * * * * UTC")
    assert given["_scheduledTime"] == done[-1]["scheduledTime"]
    assert given["_executedTime"] >= given["_scheduledTime"]
    assert given["_executionId"] == done[-1]["executionId"]
    assert started["createdBy"] == "admin"
    count = len(runs(api, unique))
    time.sleep(1.5)
    assert len(runs(api, unique)) - count <= 1


def test_what_cannot_be_started_is_told(api, unique):
    api.post("/scheduler/schedules", json=schedule(unique, "* * * * * *"))
    failed = eventually(lambda: runs(api, unique))[0]
    api.delete(f"/scheduler/schedules/{unique}")
    assert failed["state"] == "FAILED"
    assert f"{unique}_wf" in failed["reason"]
    assert "workflowId" not in failed


def test_a_window_bounds_the_runs(api, unique):
    api.post("/metadata/workflow", json=workflow(f"{unique}_wf"))
    now = int(time.time() * 1000)
    late = schedule(unique, "* * * * * *", scheduleStartTime=now + DAY)
    assert api.post("/scheduler/schedules", json=late).json()["nextRunTime"] >= now + DAY
    over = schedule(unique, "* * * * * *", scheduleEndTime=now - 1)
    assert "nextRunTime" not in api.post("/scheduler/schedules", json=over).json()
    assert runs(api, unique) == []


def test_what_was_missed_is_made_up_for_when_asked(spawn, tmp_path):
    data = tmp_path / "missed"
    first = spawn(data=data)
    api = first.client(first.token)
    for name, catch_up in (("made", True), ("missed", False)):
        api.post("/api/metadata/workflow", json=workflow(f"{name}_wf"))
        wanted = schedule(name, "* * * * * *", runCatchupScheduleInstances=catch_up)
        assert api.post("/api/scheduler/schedules", json=wanted).status_code == 200
    first.stop()
    time.sleep(3)
    second = spawn(data=data)
    api = second.client(second.token)

    def moments(name: str) -> list[int]:
        answer = api.get(
            "/api/scheduler/search/executions", params={"query": f"scheduleName={name}", "size": 100}
        )
        return sorted(run["scheduledTime"] for run in answer.json()["results"])

    end = int(time.time() * 1000)
    made = eventually(lambda: (found := moments("made")) and found[-1] > end and found)
    assert [later - sooner for sooner, later in itertools.pairwise(made)] == [1000] * (len(made) - 1)
    missed = eventually(lambda: (found := moments("missed")) and found[-1] > end and found)
    assert len(missed) < len(made)


def test_holding_back_all_schedules(spawn):
    one = spawn()
    api = one.client(one.token)
    api.post("/api/metadata/workflow", json=workflow("held_wf"))
    assert api.put("/api/scheduler/admin/pause").json() == {"paused": True}
    api.post("/api/scheduler/schedules", json=schedule("held", "* * * * * *"))
    time.sleep(1.5)
    url = "/api/scheduler/search/executions"
    assert api.get(url).json()["totalHits"] == 0
    assert api.get("/api/scheduler/admin/resume").json() == {"paused": False}
    eventually(lambda: api.get(url).json()["totalHits"])
    assert api.put("/api/scheduler/admin/requeue").json()["recordIds.size"] == 1


def test_two_servers_start_each_moment_once(spawn, postgres):
    """Both look at the same clock and the same database; one is killed in between."""
    database = postgres.create()
    first, second = spawn(database_url=database), spawn(database_url=database)
    api = second.client(second.token)
    api.post("/api/metadata/workflow", json=workflow("shared_wf"))
    wanted = schedule("shared", "* * * * * *", runCatchupScheduleInstances=True)
    assert api.post("/api/scheduler/schedules", json=wanted).status_code == 200

    def moments() -> list[int]:
        answer = api.get(
            "/api/scheduler/search/executions", params={"query": "scheduleName=shared", "size": 100}
        )
        return sorted(run["scheduledTime"] for run in answer.json()["results"])

    eventually(lambda: len(moments()) >= 3)
    first.kill()
    found = eventually(lambda: len(seen := moments()) >= 7 and seen, 20)
    assert [later - sooner for sooner, later in itertools.pairwise(found)] == [1000] * (len(found) - 1)
