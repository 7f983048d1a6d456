"""Drives the Python client's workflow client through the life of executions; prints what it saw as JSON.

Runs in the client's own environment. Arguments: the address, the admin's token, a word for names.
"""

from __future__ import annotations

import json
import sys

from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.http.api.workflow_bulk_resource_api import WorkflowBulkResourceApi
from conductor.client.http.api.workflow_resource_api import WorkflowResourceApi
from conductor.client.http.api_client import ApiClient
from conductor.client.http.models.correlation_ids_search_request import CorrelationIdsSearchRequest
from conductor.client.http.models.rerun_workflow_request import RerunWorkflowRequest
from conductor.client.http.models.skip_task_request import SkipTaskRequest
from conductor.client.http.models.start_workflow_request import IdempotencyStrategy, StartWorkflowRequest
from conductor.client.http.models.task_def import TaskDef
from conductor.client.http.models.task_result import TaskResult
from conductor.client.http.models.workflow_def import WorkflowDef
from conductor.client.http.models.workflow_state_update import WorkflowStateUpdate
from conductor.client.http.models.workflow_task import WorkflowTask
from conductor.client.http.rest import ApiException
from conductor.client.orkes_clients import OrkesClients

URL, TOKEN, WORD = sys.argv[1:4]
configuration = Configuration(
    server_api_url=URL, authentication_settings=AuthenticationSettings("admin", TOKEN)
)
clients = OrkesClients(configuration)
workflows, tasks = clients.get_workflow_client(), clients.get_task_client()
resource = WorkflowResourceApi(ApiClient(configuration))
FLOW, WAITING = f"{WORD}-flow", f"{WORD}-waiting"


def status_of(call, *args, **rest):
    """The status of the refusal that a call meets, or None."""
    try:
        call(*args, **rest)
    except ApiException as refusal:
        return refusal.status
    return None


def prepare():
    metadata = clients.get_metadata_client()
    metadata.register_task_def(TaskDef(name=f"{WORD}-step", retry_count=0))
    steps = [
        WorkflowTask(
            name=f"{WORD}-step", task_reference_name=each, input_parameters={"n": "${workflow.input.n}"}
        )
        for each in ("first", "second")
    ]
    metadata.register_workflow_def(WorkflowDef(name=FLOW, version=1, tasks=steps), True)
    wait = WorkflowTask(name="wait", task_reference_name="wait", type="WAIT")
    metadata.register_workflow_def(WorkflowDef(name=WAITING, version=1, tasks=[wait]), True)


def begin(**more):
    return workflows.start_workflow(StartWorkflowRequest(name=FLOW, version=1, input={"n": 1}, **more))


def newest(uid, reference):
    found = workflows.get_workflow(uid, True).tasks
    return [each for each in found if each.reference_task_name == reference][-1]


def finish(uid, reference, status="COMPLETED", output=None):
    task_id = newest(uid, reference).task_id
    tasks.update_task(TaskResult(uid, task_id, status=status, output_data=output or {}))


def whole_life():
    uid = begin(correlation_id=f"{WORD}-c", priority=5)
    first = workflows.get_workflow(uid)
    finish(uid, "first")
    finish(uid, "second", output={"x": [1, None]})
    last = workflows.get_workflow(uid)
    short = workflows.get_workflow_status(uid, include_output=True, include_variables=True)
    return {
        "quoted": '"' in uid,
        "first": [
            first.status,
            first.workflow_name,
            first.priority,
            first.tasks[0].status,
            first.tasks[0].input_data,
        ],
        "last": [last.status, last.output, [each.status for each in last.tasks]],
        "short": [short.status, short.output, short.variables],
        "without tasks": workflows.get_workflow(uid, False).status,
        "by name": workflows.start_workflow_by_name(FLOW, {"n": 2}, version=1, correlationId="x", priority=1)
        != uid,
    }


def running_it_again():
    uid = begin()
    workflows.pause_workflow(uid)
    seen = {"paused": workflows.get_workflow(uid).status}
    workflows.resume_workflow(uid)
    finish(uid, "first", "FAILED")
    seen["failed"] = workflows.get_workflow(uid).status
    workflows.retry_workflow(uid)
    seen["retried"] = [workflows.get_workflow(uid).status, newest(uid, "first").retry_count]
    workflows.terminate_workflow(uid, "enough")
    seen["terminated"] = [
        workflows.get_workflow(uid).status,
        workflows.get_workflow(uid).reason_for_incompletion,
    ]
    workflows.restart_workflow(uid)
    seen["restarted"] = workflows.get_workflow(uid).status
    finish(uid, "first", "FAILED")
    request = RerunWorkflowRequest(re_run_from_task_id=newest(uid, "first").task_id, task_input={"n": 9})
    seen["rerun"] = [workflows.rerun_workflow(uid, request) == uid, newest(uid, "first").input_data]
    workflows.skip_task_from_workflow(uid, "second", SkipTaskRequest(task_output={"s": "it's"}))
    finish(uid, "first")
    seen["skipped"] = [workflows.get_workflow(uid).status, newest(uid, "second").output_data]
    workflows.delete_workflow(uid)
    seen["deleted"] = status_of(workflows.get_workflow, uid)
    return seen


def refusals():
    uid = begin()
    key = {"idempotency_key": f"{WORD}-k"}
    first = begin(idempotency_strategy=IdempotencyStrategy.FAIL, **key)
    return {
        "resume": status_of(workflows.resume_workflow, uid),
        "restart": status_of(workflows.restart_workflow, uid),
        "retry": status_of(workflows.retry_workflow, uid),
        "unknown": status_of(workflows.get_workflow, "no-such-id"),
        "unknown name": status_of(workflows.start_workflow, StartWorkflowRequest(name=f"{WORD}-no")),
        "same key": status_of(begin, idempotency_strategy=IdempotencyStrategy.FAIL, **key),
        "existing": begin(idempotency_strategy=IdempotencyStrategy.RETURN_EXISTING, **key) == first,
    }


def waiting():
    request = StartWorkflowRequest(name=WAITING, version=1)
    run = workflows.execute_workflow(request, request_id="r", wait_for_seconds=10)
    seen = {"run": [run.status, run.request_id, run.tasks[0].task_type]}
    for strategy in ("TARGET_WORKFLOW", "BLOCKING_WORKFLOW", "BLOCKING_TASK", "BLOCKING_TASK_INPUT"):
        found = workflows.execute_workflow_with_return_strategy(
            request, wait_for_seconds=10, return_strategy=strategy
        )
        seen[strategy] = [str(found.response_type), found.target_workflow_status, found.task_type]
    update = WorkflowStateUpdate(
        task_reference_name="wait",
        task_result=TaskResult(run.workflow_id, "", status="COMPLETED", output_data={"o": 1}),
        variables={"v": 2},
    )
    after = workflows.update_state(run.workflow_id, update, ["wait"], 10)
    seen["state"] = [after.status, after.output, after.variables]
    uid = begin()
    workflows.update_variables(uid, {"a": 1})
    seen["variables"] = workflows.get_workflow(uid).variables
    seen["message"] = len(workflows.send_message(uid, {"m": 1}))
    return seen


def many():
    word = f"{WORD}-many"
    uids = [begin(correlation_id=word) for _ in range(3)]
    bulk = WorkflowBulkResourceApi(ApiClient(configuration))
    paused = bulk.pause_workflow([*uids, "no"])
    finished = bulk.resume_workflow(uids)
    ended = bulk.terminate(uids[:1], reason="stop")
    batch = CorrelationIdsSearchRequest([word], [FLOW])
    return {
        "paused": [paused.bulk_successful_results == uids, list(paused.bulk_error_results)],
        "resumed": finished.bulk_successful_results == uids,
        "ended": ended.bulk_successful_results == uids[:1],
        "correlated": [
            len(workflows.get_by_correlation_ids(FLOW, [word])[word]),
            len(workflows.get_by_correlation_ids_in_batch(batch, True, True)[word]),
        ],
        "running": set(uids[1:]) <= set(resource.get_running_workflow(FLOW)),
        "as api": resource.execute_workflow_as_api(
            {"n": 3}, FLOW, version=1, wait_until_task_ref="none", wait_for_seconds="0"
        ),
        "reset": resource.reset_workflow(uids[1]),
        "jump": resource.jump_to_task({}, uids[1], task_reference_name="second"),
        "jumped": newest(uids[1], "second").status,
    }


prepare()
print(
    json.dumps(
        {
            "life": whole_life(),
            "again": running_it_again(),
            "refusals": refusals(),
            "waiting": waiting(),
            "many": many(),
        }
    )
)
