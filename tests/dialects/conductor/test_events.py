"""Event handlers: what is kept of them, and what they do when a message reaches the internal queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest


def handler(name: str, event: str, *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "event": event, "active": True, "actions": list(actions)} | more


def starts(workflow: str, **more: Any) -> dict[str, Any]:
    return {"action": "start_workflow", "start_workflow": {"name": workflow} | more}


def definition(name: str, *tasks: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "version": 1,
        "schemaVersion": 2,
        "tasks": list(tasks),
        "ownerEmail": "a@example.org",
    }


def task(reference: str, type: str, **more: Any) -> dict[str, Any]:
    return {"name": reference, "taskReferenceName": reference, "type": type} | more


def sender(name: str, **message: Any) -> dict[str, Any]:
    """A workflow that puts its message into the queue `conductor:<name>:sent`."""
    return definition(name, task("send", "EVENT", sink="conductor:sent", inputParameters=message))


@pytest.fixture
def run(api) -> Callable[..., str]:
    """`run(definition, input)` registers a workflow and starts it; its id."""

    def begin(document: dict[str, Any], **given: Any) -> str:
        answer = api.post("/metadata/workflow", params={"overwrite": True}, json=document)
        assert answer.status_code == 200, answer.text
        answer = api.post(f"/workflow/{document['name']}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.text

    return begin


def eventually(look: Callable[[], Any], seconds: float = 10) -> Any:
    """What `look` answers once it answers something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


def ids(api: Any, workflow: str) -> list[str]:
    """The executions of a workflow that are open."""
    return api.get(f"/workflow/running/{workflow}").json()


def status(api: Any, execution: str) -> str:
    return api.get(f"/workflow/{execution}", params={"includeTasks": False}).json()["status"]


def test_a_handler_is_kept(api, unique):
    event = f"conductor:{unique}:done"
    given = handler(unique, event, starts("other", input={"n": "${n}"}), condition="$.n > 1")
    given["actions"][0]["expandInlineJSON"] = True
    assert api.post("/event", json=given).text == ""
    (found,) = api.get(f"/event/{event}").json()
    assert {name: found[name] for name in given} == given | {"actions": found["actions"]}
    (action,) = found["actions"]
    assert (action["action"], action["expandInlineJSON"]) == ("start_workflow", True)
    assert action["start_workflow"]["input"] == {"n": "${n}"}
    assert found["createdBy"] == "admin"
    assert unique in [each["name"] for each in api.get("/event").json()]
    assert api.get(f"/event/handler/{unique}").json() == found


def test_only_active_handlers_unless_all_are_asked_for(api, unique):
    event = f"conductor:{unique}:done"
    api.post("/event", json=handler(unique, event, starts("x"), active=False))
    assert api.get(f"/event/{event}").json() == []
    assert len(api.get(f"/event/{event}", params={"activeOnly": False}).json()) == 1


def test_changing_and_removing(api, unique):
    api.post("/event", json=handler(unique, "conductor:a:b", starts("x")))
    assert api.put("/event", json=handler(unique, "conductor:a:c", starts("y"))).status_code == 200
    assert api.get(f"/event/handler/{unique}").json()["event"] == "conductor:a:c"
    assert api.delete(f"/event/{unique}").status_code == 200
    assert api.get(f"/event/handler/{unique}").status_code == 404


def test_names_that_are_there_and_not_there(api, unique):
    given = handler(unique, "conductor:a:b", starts("x"))
    missing = api.put("/event", json=given)
    assert (missing.status_code, missing.json()["message"]) == (
        404,
        f"EventHandler with name {unique} not found!",
    )
    api.post("/event", json=given)
    again = api.post("/event", json=given)
    assert (again.status_code, again.json()["message"]) == (
        409,
        f"EventHandler with name {unique} already exists!",
    )
    assert api.delete(f"/event/{unique}x").status_code == 404


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": None}, "name cannot be null"),
        ({"event": ""}, "Missing event location"),
        ({"actions": []}, "No actions specified"),
        ({"actions": [{"action": "start_workflow"}]}, "an action needs a member"),
        ({"actions": [{"action": "dance", "dance": {}}]}, "expected one of start_workflow"),
        ({"active": "maybe"}, "true or false"),
    ],
)
def test_handlers_that_are_refused(api, unique, change, words):
    answer = api.post("/event", json=handler(unique, "conductor:a:b", starts("x")) | change)
    assert answer.status_code == 400
    assert words in answer.text


def test_who_may_keep_handlers(server, connect, grant, unique):
    user = server.user(f"{unique}user")
    client = connect(user.token)
    given = handler(unique, "conductor:a:b", starts(f"{unique}_wf"))
    assert client.post("/event", json=given).status_code == 403
    grant(user.name, "create", "kind", "event_handler")
    assert client.post("/event", json=given).status_code == 403, "it would start what its maker may not"
    grant(user.name, "execute", "definition", f"workflow:{unique}_wf")
    assert client.post("/event", json=given).status_code == 200


def test_a_message_starts_a_workflow(api, run, unique):
    started = f"{unique}_started"
    api.post("/metadata/workflow", json=definition(started, task("wait", "WAIT")))
    event = f"conductor:{unique}_sender:sent"
    api.post(
        "/event",
        json=handler(unique, event, starts(started, input={"n": "${n}", "who": "hello ${who.name}"})),
    )
    run(sender(f"{unique}_sender", n="${workflow.input.n}", who={"name": "Ana"}), n=3)
    (found,) = eventually(lambda: ids(api, started))
    execution = api.get(f"/workflow/{found}").json()
    given = execution["input"]
    assert (given["n"], given["who"], given["conductor.event.name"]) == (3, "hello Ana", event)
    assert given["conductor.event.messageId"]
    assert execution["event"] == event


def test_a_condition_decides(api, run, unique):
    started = f"{unique}_started"
    api.post("/metadata/workflow", json=definition(started, task("wait", "WAIT")))
    event = f"conductor:{unique}_sender:sent"
    api.post("/event", json=handler(unique, event, starts(started, input={"n": "${n}"}), condition="$.n > 1"))
    for number in (1, 2):
        run(sender(f"{unique}_sender", n="${workflow.input.n}"), n=number)
    (found,) = eventually(lambda: ids(api, started))
    time.sleep(0.3)
    assert ids(api, started) == [found]
    assert api.get(f"/workflow/{found}").json()["input"]["n"] == 2


@pytest.mark.parametrize("word, ending", [("complete_task", "COMPLETED"), ("fail_task", "FAILED")])
def test_a_message_ends_a_task(api, run, unique, word, ending):
    waiting = run(definition(f"{unique}_waiting", task("wait", "WAIT")))
    ends = {"workflowId": "${target}", "taskRefName": "wait", "output": {"n": "${n}"}}
    event = f"conductor:{unique}_sender:sent"
    api.post("/event", json=handler(unique, event, {"action": word, word: ends}))
    run(sender(f"{unique}_sender", target="${workflow.input.target}", n=5), target=waiting)
    eventually(lambda: status(api, waiting) == ending)
    (record,) = api.get(f"/workflow/{waiting}").json()["tasks"]
    assert (record["status"], record["outputData"]["n"]) == (ending, 5)


def test_a_message_terminates_and_sets_variables(api, run, unique):
    waiting = run(definition(f"{unique}_waiting", task("wait", "WAIT")))
    event = f"conductor:{unique}_sender:sent"
    sets = {"workflowId": "${target}", "variables": {"seen": "${n}"}}
    ends = {"workflowId": "${target}", "terminationReason": "told so"}
    api.post(
        "/event",
        json=handler(
            f"{unique}-a", event, {"action": "update_workflow_variables", "update_workflow_variables": sets}
        ),
    )
    run(sender(f"{unique}_sender", target="${workflow.input.target}", n=5), target=waiting)
    eventually(lambda: api.get(f"/workflow/{waiting}").json()["variables"].get("seen") == 5)
    api.delete(f"/event/{unique}-a")
    api.post(
        "/event",
        json=handler(f"{unique}-b", event, {"action": "terminate_workflow", "terminate_workflow": ends}),
    )
    run(sender(f"{unique}_sender", target="${workflow.input.target}", n=5), target=waiting)
    eventually(lambda: status(api, waiting) == "TERMINATED")
    assert api.get(f"/workflow/{waiting}").json()["reasonForIncompletion"] == "told so"


def test_a_message_that_comes_too_early_is_kept_for_a_while(api, run, unique):
    """The task that it is to end is reached a second later."""
    tasks = task("pause", "WAIT", inputParameters={"duration": "1 seconds"}), task("wait", "WAIT")
    waiting = run(definition(f"{unique}_waiting", *tasks))
    ends = {"workflowId": "${target}", "taskRefName": "wait", "output": {}}
    event = f"conductor:{unique}_sender:sent"
    api.post("/event", json=handler(unique, event, {"action": "complete_task", "complete_task": ends}))
    run(sender(f"{unique}_sender", target="${workflow.input.target}"), target=waiting)
    eventually(lambda: status(api, waiting) == "COMPLETED")


def test_a_switched_off_handler_does_nothing(api, run, unique):
    started = f"{unique}_started"
    api.post("/metadata/workflow", json=definition(started, task("wait", "WAIT")))
    event = f"conductor:{unique}_sender:sent"
    api.post("/event", json=handler(unique, event, starts(started)))
    api.put("/event", json=handler(unique, event, starts(started), active=False))
    run(sender(f"{unique}_sender"))
    time.sleep(0.5)
    assert ids(api, started) == []


def test_json_inside_texts_is_expanded_when_asked(api, run, unique):
    started = f"{unique}_started"
    api.post("/metadata/workflow", json=definition(started, task("wait", "WAIT")))
    action = starts(started, input={"n": "${inner.n}"}) | {"expandInlineJSON": True}
    api.post("/event", json=handler(unique, f"conductor:{unique}_sender:sent", action))
    run(sender(f"{unique}_sender", inner='{"n": 7}'))
    (found,) = eventually(lambda: ids(api, started))
    assert api.get(f"/workflow/{found}").json()["input"]["n"] == 7


def test_tags(api, unique):
    api.post("/event", json=handler(unique, "conductor:a:b", starts("x")))
    url = f"/event/{unique}/tags"
    api.put(url, json=[{"key": "team", "value": unique}, {"key": "team", "value": "b"}])
    api.request("DELETE", url, json=[{"key": "team", "value": "b"}])
    assert api.get(url).json() == [{"key": "team", "value": unique}]
    found = api.get("/metadata/tags/resources", params={"tagKey": "team", "tagValue": unique}).json()
    assert [each["id"] for each in found] == [unique]
    missing = api.get(f"/event/{unique}x/tags")
    assert (missing.status_code, missing.json()["message"]) == (
        404,
        f"EventHandler with name {unique}x not found!",
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_messages_outlive_a_killed_server_and_are_handled_once(spawn, request, kind):
    """Every message whose sender was acknowledged starts exactly one execution, whenever the server dies."""
    database = request.getfixturevalue("postgres").create() if kind == "postgres" else None
    one = spawn(database_url=database)
    client = one.client(one.token)
    for document in (definition("started", task("wait", "WAIT")), sender("sender", n="${workflow.input.n}")):
        assert client.post("/api/metadata/workflow", json=document).status_code == 200
    given = handler(
        "all", "conductor:sender:sent", starts("started", input={"n": "${n}"}), condition="$.n >= 0"
    )
    assert client.post("/api/event", json=given).status_code == 200
    sent: list[int] = []
    for number in range(30):
        if client.post("/api/workflow/sender", json={"n": number}).status_code == 200:
            sent.append(number)
        if number in (10, 20, 29):
            one.kill()
            one.start()
            client = one.client(one.token)

    def handled() -> list[dict[str, Any]]:
        page = client.get("/v1/executions", params={"filter": "definition = started", "limit": 100})
        return page.json()["items"]

    eventually(lambda: len(handled()) >= len(sent), 30)
    time.sleep(1)
    found = [client.get(f"/v1/executions/{each['id']}").json()["input"]["n"] for each in handled()]
    assert sorted(found) == sent
