"""Executions on the page: the list, one execution with its picture in time, and what may be pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.server import Server
from tests.web.conftest import Visit

Visitor = Callable[..., Visit]


@pytest.fixture(scope="module")
def made(yard: Server) -> dict[str, Any]:
    """An execution with a finished step, one that waits for a worker and one that waits for a person."""
    tasks = [
        {"name": "note", "taskReferenceName": "note", "type": "SET_VARIABLE", "inputParameters": {"seen": 1}},
        {
            "name": "both",
            "taskReferenceName": "both",
            "type": "FORK_JOIN",
            "forkTasks": [
                [{"name": "resize_small", "taskReferenceName": "resize", "type": "SIMPLE"}],
                [{"name": "approve", "taskReferenceName": "approve", "type": "WAIT"}],
            ],
        },
        {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": ["resize", "approve"]},
    ]
    document = {"name": "page_flow", "version": 1, "schemaVersion": 2, "tasks": tasks}
    yard.as_admin.post("/api/metadata/workflow", json=document).raise_for_status()
    answer = yard.as_admin.post(
        "/v1/executions", json={"definition": "page_flow", "input": {"size": "small"}}
    )
    answer.raise_for_status()
    return answer.json()


def test_the_list_shows_executions_and_opens_one(visit: Visitor, made: dict[str, Any]) -> None:
    tab = visit()
    page = tab.go("/executions")
    expect(page.locator("tbody .lead").first).to_have_text("page_flow")
    page.get_by_role("button", name="Failed", exact=True).click()
    expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).click()
    page.locator("tbody .lead").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("page_flow")
    expect(page.get_by_text(made["uid"])).to_be_visible()
    assert tab.faults == []


def test_one_execution_says_what_it_waits_for_and_shows_its_records(
    visit: Visitor, made: dict[str, Any]
) -> None:
    tab = visit()
    page = tab.go(f"/executions?open={made['uid']}")
    waits = page.get_by_role("region", name="Waits for")
    expect(waits).to_contain_text("a worker that asks queue resize_small")
    timeline = page.get_by_role("region", name="Timeline")
    for name in ("note", "both", "resize", "approve", "join"):
        expect(timeline.get_by_role("button", name=name, exact=True)).to_be_visible()
    assert timeline.locator("svg").count() == made["records"]["total"]
    timeline.get_by_role("button", name="note", exact=True).click()
    expect(timeline.locator("pre")).to_contain_text('"seen": 1')
    expect(page.get_by_text('"size": "small"')).to_be_visible()
    page.get_by_text("History").click()
    expect(page.get_by_text("execution.started")).to_be_visible()
    assert tab.faults == []


def test_pausing_resuming_and_ending(visit: Visitor, yard: Server) -> None:
    made = yard.as_admin.post("/v1/executions", json={"definition": "page_flow"}).json()
    tab = visit()
    page = tab.go(f"/executions?open={made['uid']}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("It is paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Terminate").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"taskyard execution terminate {made['id']}")
    page.get_by_label("Reason").fill("no longer wanted")
    page.get_by_role("dialog").get_by_role("button", name="Terminate").click()
    expect(page.get_by_text("no longer wanted")).to_be_visible()
    expect(page.get_by_role("button", name="Restart")).to_be_visible()
    found = yard.as_admin.get(f"/v1/executions/{made['uid']}").json()
    assert (found["state"], found["reason"]) == ("cancelled", "no longer wanted")
    assert tab.faults == []


def test_starting_a_workflow_from_its_definition(visit: Visitor, yard: Server, made: dict[str, Any]) -> None:
    tab = visit()
    page = tab.go("/definitions?kind=workflow&q=page_flow")
    page.locator("tbody .lead").first.click()
    page.get_by_label("Input").fill("{not json")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The input is not JSON")).to_be_visible()
    page.get_by_label("Input").fill('{"from": "the page"}')
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("page_flow")
    expect(page.get_by_text('"from": "the page"')).to_be_visible()
    assert tab.faults == []


def test_incidents_have_a_list_of_their_own(visit: Visitor) -> None:
    tab = visit()
    page = tab.go("/incidents")
    expect(page.get_by_text("Nothing needs a person")).to_be_visible()
    assert tab.faults == []


@pytest.fixture(scope="module")
def asking(yard: Server) -> str:
    """A workflow that asks a person and goes on with the answer."""
    person = {"displayName": "Approve ${workflow.input.what}"}
    given = {"what": "${workflow.input.what}", "__humanTaskDefinition": person}
    tasks = [
        {"name": "decide", "taskReferenceName": "decide", "type": "HUMAN", "inputParameters": given},
    ]
    document = {
        "name": "page_asking",
        "version": 1,
        "schemaVersion": 2,
        "tasks": tasks,
        "outputParameters": {"approved": "${decide.output.approved}"},
    }
    yard.as_admin.post("/api/metadata/workflow", json=document).raise_for_status()
    return "page_asking"


def test_completing_a_task_for_people_moves_its_workflow_on(
    visit: Visitor, yard: Server, asking: str
) -> None:
    made = yard.as_admin.post(
        "/v1/executions", json={"definition": asking, "input": {"what": "a van"}}
    ).json()
    tab = visit()
    page = tab.go(f"/executions?open={made['uid']}")
    page.get_by_role("link", name="Open the task").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("Approve a van")
    dialog.get_by_role("button", name="Take it").click()
    expect(dialog.get_by_text("You have it.")).to_be_visible()
    dialog.get_by_label("Answer").fill("{not json")
    dialog.get_by_role("button", name="Complete").click()
    expect(dialog.get_by_text("The answer is not JSON")).to_be_visible()
    dialog.get_by_label("Answer").fill('{"approved": true}')
    dialog.get_by_role("button", name="Complete").click()
    expect(dialog.get_by_role("button", name="Complete")).to_have_count(0)
    dialog.get_by_role("link", name="The execution that it belongs to").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(asking)
    expect(page.get_by_text('"approved": true')).to_be_visible()
    found = yard.as_admin.get(f"/v1/executions/{made['uid']}").json()
    assert (found["state"], found["output"]) == ("succeeded", {"approved": True})
    assert tab.faults == []


def test_a_failure_is_told_in_the_words_of_who_reported_it(visit: Visitor, yard: Server) -> None:
    task = {"name": "stop", "taskReferenceName": "stop", "type": "WAIT"}
    document = {"name": "page_failing", "version": 1, "schemaVersion": 2, "tasks": [task]}
    yard.as_admin.post("/api/metadata/workflow", json=document).raise_for_status()
    made = yard.as_admin.post(
        "/v1/executions", json={"definition": "page_failing", "correlation": "order 7"}
    ).json()
    record = made["records"]["items"][0]
    report = {
        "workflowInstanceId": made["uid"],
        "taskId": record["uid"],
        "status": "FAILED_WITH_TERMINAL_ERROR",
        "reasonForIncompletion": "The card was declined.",
    }
    yard.as_admin.post("/api/tasks", json=report).raise_for_status()
    tab = visit()
    page = tab.go("/executions?q=page_failing")
    expect(page.locator("tbody .under").first).to_have_text("order 7 · The card was declined.")
    page.locator("tbody .lead").first.click()
    expect(page.get_by_text("The card was declined.", exact=True)).to_be_visible()
    assert tab.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["one", "list", "task", "incidents", "narrow"])
def test_nothing_stands_in_the_way_of_assistive_technology(
    visit: Visitor, yard: Server, made: dict[str, Any], asking: str, axe: str, scheme: str, view: str
) -> None:
    tab = visit(scheme=scheme)
    if view == "task":
        person = yard.as_admin.post("/v1/executions", json={"definition": asking}).json()["waits"][0]
        page = tab.go(f"/tasks?open={person['uid']}")
        expect(page.get_by_label("Answer")).to_be_visible()
    elif view in ("list", "incidents"):
        page = tab.go("/executions" if view == "list" else "/incidents")
    else:
        if view == "narrow":
            tab.page.set_viewport_size({"width": 390, "height": 844})
        page = tab.go(f"/executions?open={made['uid']}")
        expect(page.get_by_role("region", name="Timeline")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_timeout(300)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
