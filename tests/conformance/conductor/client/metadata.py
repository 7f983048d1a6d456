"""Drives the Python client through definitions, tags, schemas and tokens; prints what it saw as JSON.

Runs in the client's own environment. Arguments: the address, the admin's token, a word for names, the directory of
real definitions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.http.api_client import ApiClient
from conductor.client.http.models.schema_def import SchemaDef, SchemaType
from conductor.client.http.models.task_def import TaskDef
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.http.rest import ApiException, AuthorizationException
from conductor.client.orkes.models.metadata_tag import MetadataTag
from conductor.client.orkes_clients import OrkesClients
from conductor.client.workflow.conductor_workflow import ConductorWorkflow
from conductor.client.workflow.task.simple_task import SimpleTask

URL, TOKEN, WORD = sys.argv[1:4]
DATA = Path(sys.argv[4])
configuration = Configuration(
    server_api_url=URL, authentication_settings=AuthenticationSettings("admin", TOKEN)
)
clients = OrkesClients(configuration)
metadata = clients.get_metadata_client()


def status_of(call, *args, **rest):
    """The status of the refusal that a call meets, or None."""
    try:
        call(*args, **rest)
    except (ApiException, AuthorizationException) as refusal:
        return refusal.status
    return None


def pairs(tags):
    return sorted([tag.key, tag.value] for tag in tags)


def tasks():
    name = f"{WORD}-task"
    seen = {"put of an unknown one": status_of(metadata.update_task_def, TaskDef(name=name))}
    metadata.register_task_def(TaskDef(name=name, enforce_schema=False))
    first = metadata.get_task_def(name)
    seen["defaults"] = [first.retry_count, first.response_timeout_seconds, first.timeout_policy]
    metadata.update_task_def(TaskDef(name=name, description="changed", retry_count=1))
    seen["changed"] = metadata.get_task_def(name).description
    seen["listed"] = name in [each.name for each in metadata.get_all_task_defs()]
    metadata.unregister_task_def(name)
    seen["get of a removed one"] = status_of(metadata.get_task_def, name)
    seen["bad"] = status_of(metadata.register_task_def, TaskDef(name=name, timeout_seconds=60))
    return seen


def task_tags():
    name = f"{WORD}-tagged"
    metadata.register_task_def(TaskDef(name=name))
    metadata.addTaskTag(MetadataTag("team", "blue"), name)
    metadata.addTaskTag(MetadataTag("team", "red"), name)
    seen = {"added": pairs(metadata.getTaskTags(name))}
    metadata.deleteTaskTag(MetadataTag("team", "blue"), name)
    seen["taken off"] = pairs(metadata.getTaskTags(name))
    metadata.setTaskTags([MetadataTag("a", "1"), MetadataTag("b", "2")], name)
    seen["replaced"] = pairs(metadata.getTaskTags(name))
    return seen


def workflows():
    name = f"{WORD}-flow"
    node = WorkflowTask(name="step", task_reference_name="step", type="SIMPLE")
    flow = WorkflowDef(name=name, version=1, tasks=[node], schema_version=2)
    metadata.register_workflow_def(flow, overwrite=True)
    seen = {"again": status_of(metadata.register_workflow_def, flow, overwrite=False)}
    flow.version = 2
    metadata.update_workflow_def(flow, overwrite=True)
    seen["latest"] = metadata.get_workflow_def(name).version
    seen["first"] = metadata.get_workflow_def(name, version=1).tasks[0].task_reference_name
    seen["listed"] = [each.version for each in metadata.get_all_workflow_defs() if each.name == name]
    metadata.unregister_workflow_def(name, 2)
    seen["after removal"] = metadata.get_workflow_def(name).version
    metadata.unregister_workflow_def(name, 1)
    seen["gone"] = status_of(metadata.get_workflow_def, name)
    return seen


def workflow_tags():
    name = f"{WORD}-limited"
    node = WorkflowTask(name="step", task_reference_name="step", type="SIMPLE")
    metadata.register_workflow_def(WorkflowDef(name=name, version=1, tasks=[node]), overwrite=True)
    metadata.add_workflow_tag(MetadataTag("team", "blue"), name)
    seen = {"added": pairs(metadata.get_workflow_tags(name)), "no limit": metadata.getWorkflowRateLimit(name)}
    metadata.setWorkflowRateLimit(5, name)
    seen["limit"] = metadata.getWorkflowRateLimit(name)
    metadata.setWorkflowRateLimit(7, name)
    seen["new limit"] = metadata.getWorkflowRateLimit(name)
    metadata.removeWorkflowRateLimit(name)
    seen["lifted"] = metadata.getWorkflowRateLimit(name)
    metadata.delete_workflow_tag(MetadataTag("team", "blue"), name)
    seen["left"] = pairs(metadata.get_workflow_tags(name))
    return seen


def code_workflow():
    flow = ConductorWorkflow(executor=clients.get_workflow_executor(), name=f"{WORD}-code", version=1)
    flow >> SimpleTask("greet", "greet_ref")
    flow.register(overwrite=True)
    found = metadata.get_workflow_def(f"{WORD}-code")
    started = clients.get_workflow_client().get_workflow(flow.start_workflow_with_input({"a": 1}))
    return {"tasks": [each.task_reference_name for each in found.tasks], "started": started.input}


def schemas():
    client = clients.get_schema_client()
    name = f"{WORD}-schema"
    client.register_schema(SchemaDef(name=name, version=1, type=SchemaType.JSON, data={"type": "object"}))
    found = client.get_schema(name, 1)
    seen = {"data": found.data, "listed": name in [each.name for each in client.get_all_schemas()]}
    client.delete_schema(name, 1)
    seen["gone"] = status_of(client.get_schema, name, 1)
    client.register_schema(SchemaDef(name=name, version=2, type=SchemaType.AVRO, data={}))
    client.delete_schema_by_name(name)
    seen["all gone"] = status_of(client.get_schema, name, 2)
    return seen


def tokens():
    info = clients.get_authorization_client().get_user_info_from_token()
    wrong = Configuration(
        server_api_url=URL, authentication_settings=AuthenticationSettings("admin", "wrong")
    )
    refused = status_of(OrkesClients(wrong).get_metadata_client().get_all_task_defs)
    return {"who": info["id"], "wrong secret": refused}


def real_files():
    """Register every definition of the corpus as the client's own objects and read it back."""
    api = ApiClient(configuration)
    differing = []
    count = 0
    for path in sorted(DATA.glob("*.json")):
        content = json.loads(path.read_text())
        for raw in content if isinstance(content, list) else [content]:
            raw = raw.get("workflowDef", raw)
            count += 1
            if "tasks" in raw:
                metadata.register_workflow_def(api.deserialize_class(raw, "WorkflowDef"), overwrite=True)
                back = metadata.get_workflow_def(raw["name"], version=raw["version"])
                same = [each.task_reference_name for each in back.tasks] == [
                    each["taskReferenceName"] for each in raw["tasks"]
                ]
            else:
                metadata.register_task_def(api.deserialize_class(raw, "TaskDef"))
                same = (
                    metadata.get_task_def(raw["name"]).rate_limit_per_frequency
                    == raw["rateLimitPerFrequency"]
                )
            if not same:
                differing.append(raw["name"])
    return {"registered": count, "differing": differing}


SCENES = (tasks, task_tags, workflows, workflow_tags, code_workflow, schemas, tokens, real_files)

report = {}
for scene in SCENES:
    try:
        report[scene.__name__] = scene()
    except Exception as fault:
        report[scene.__name__] = {"fault": f"{type(fault).__name__}: {fault}"}
print(json.dumps(report))
