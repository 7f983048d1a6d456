"""Drives the Python client's scheduler, secret and event clients; prints what it saw as JSON.

Runs in the client's own environment. Arguments: the address, the admin's token, a word for names.
"""

from __future__ import annotations

import itertools
import json
import sys
import time

from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.http.api.event_resource_api import EventResourceApi
from conductor.client.http.api_client import ApiClient
from conductor.client.http.models.save_schedule_request import SaveScheduleRequest
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.http.models.workflow_test_request import WorkflowTestRequest
from conductor.client.http.rest import ApiException
from conductor.client.orkes.models.metadata_tag import MetadataTag
from conductor.client.orkes_clients import OrkesClients

URL, TOKEN, WORD = sys.argv[1:4]
configuration = Configuration(
    server_api_url=URL, authentication_settings=AuthenticationSettings("admin", TOKEN)
)
clients = OrkesClients(configuration)
FLOW = f"{WORD}-flow"


def status_of(call, *args, **rest):
    """The status of the refusal that a call meets, or None."""
    try:
        call(*args, **rest)
    except ApiException as refusal:
        return refusal.status
    return None


def schedules():
    scheduler = clients.get_scheduler_client()
    name = f"{WORD}-schedule"
    request = SaveScheduleRequest(
        name=name,
        start_workflow_request=StartWorkflowRequest(name=FLOW, input={"n": 1}),
        cron_expression="* * * * * *",
    )
    scheduler.save_schedule(request)
    for _ in range(100):
        found = [
            run for run in scheduler.search_schedule_executions(size=100).results if run.schedule_name == name
        ]
        if found:
            break
        time.sleep(0.1)
    scheduler.pause_schedule(name)
    paused = scheduler.get_schedule(name)
    scheduler.resume_schedule(name)
    resumed = scheduler.get_schedule(name)
    scheduler.set_scheduler_tags([MetadataTag("team", "a")], name)
    tags = scheduler.get_scheduler_tags(name)
    listed = [each.name for each in scheduler.get_all_schedules(FLOW)]
    coming = scheduler.get_next_few_schedule_execution_times("0 0 12 * * *", limit=3)
    scheduler.delete_schedule(name)
    return {
        "state": found[0].state,
        "paused": paused.paused if hasattr(paused, "paused") else paused["paused"],
        "resumed": not (resumed.paused if hasattr(resumed, "paused") else resumed["paused"]),
        "tags": [[tag.key, tag.value] for tag in tags],
        "listed": listed == [name],
        "apart": [later - sooner for sooner, later in itertools.pairwise(coming)],
        "gone": status_of(scheduler.get_schedule, name),
    }


def secrets():
    client = clients.get_secret_client()
    name = f"{WORD}-secret"
    client.put_secret(name, "a value")
    seen = {
        "value": client.get_secret(name),
        "exists": client.secret_exists(name),
        "named": name in client.list_all_secret_names(),
        "granted": name in client.list_secrets_that_user_can_grant_access_to(),
    }
    client.delete_secret(name)
    return {**seen, "gone": status_of(client.get_secret, name)}


def events():
    api = EventResourceApi(ApiClient(configuration))
    name, event = f"{WORD}-handler", f"conductor:{WORD}:done"
    handler = {
        "name": name,
        "event": event,
        "active": True,
        "actions": [{"action": "start_workflow", "start_workflow": {"name": FLOW}}],
    }
    api.add_event_handler([handler])
    found = api.get_event_handlers_for_event(event)
    api.update_event_handler({**handler, "active": False})
    off = api.get_event_handlers_for_event(event)
    api.remove_event_handler_status(name)
    return {"names": [each.name for each in found], "off": len(off)}


def trial():
    first = WorkflowTask(name="first", task_reference_name="first", type="SIMPLE")
    request = WorkflowTestRequest(
        name=f"{WORD}-tried",
        workflow_def=WorkflowDef(name=f"{WORD}-tried", version=1, tasks=[first]),
        task_ref_to_mock_output={"first": [{"status": "FAILED"}, {"output": {"n": 4}}]},
    )
    found = clients.get_workflow_client().test_workflow(request)
    return {"status": found.status, "output": found.output, "tasks": [each.status for each in found.tasks]}


wait = WorkflowTask(name="wait", task_reference_name="wait", type="WAIT")
clients.get_metadata_client().register_workflow_def(WorkflowDef(name=FLOW, version=1, tasks=[wait]), True)
print(json.dumps({"schedules": schedules(), "secrets": secrets(), "events": events(), "trial": trial()}))
