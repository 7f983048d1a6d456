"""Drives executions and tasks by hand with the Python client; prints what it saw as JSON.

Runs in the client's own environment. Arguments: the address, the admin's token, a word for names.
"""

from __future__ import annotations

import json
import sys

from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.http.models.correlation_ids_search_request import CorrelationIdsSearchRequest
from conductor.client.http.models.rerun_workflow_request import RerunWorkflowRequest
from conductor.client.http.models.skip_task_request import SkipTaskRequest
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.task_result import TaskResult
from conductor.client.http.models.task_result_status import TaskResultStatus
from conductor.client.http.rest import ApiException
from conductor.client.orkes_clients import OrkesClients
from conductor.client.workflow.conductor_workflow import ConductorWorkflow
from conductor.client.workflow.task.simple_task import SimpleTask
from conductor.client.workflow.task.wait_task import WaitTask

URL, TOKEN, WORD = sys.argv[1:4]
configuration = Configuration(
    server_api_url=URL, authentication_settings=AuthenticationSettings("admin", TOKEN)
)
clients = OrkesClients(configuration)
workflows, tasks = clients.get_workflow_client(), clients.get_task_client()
WORK = f"{WORD}_work"


def status_of(call, *args, **rest):
    """The status of the refusal that a call meets, or None."""
    try:
        call(*args, **rest)
    except ApiException as refusal:
        return refusal.status
    return None


def register(name: str, *steps) -> str:
    flow = ConductorWorkflow(clients.get_workflow_executor(), f"{WORD}_{name}", version=1)
    for step in steps:
        flow >> step
    flow.register(overwrite=True)
    return f"{WORD}_{name}"


def start(name: str, correlation: str | None = None, **input) -> str:
    wanted = StartWorkflowRequest(name=name, version=1, input=input, correlation_id=correlation)
    return workflows.start_workflow(wanted)


def finish(status: TaskResultStatus = TaskResultStatus.COMPLETED, **output) -> str | None:
    """Poll the next task of work and report it; its name in the workflow."""
    task = tasks.poll_task(WORK, worker_id="hand")
    if task is None or task.task_id is None:  # of an empty answer the client makes an empty task
        return None
    result = TaskResult(
        workflow_instance_id=task.workflow_instance_id,
        task_id=task.task_id,
        status=status,
        output_data=output,
    )
    assert tasks.update_task(result) == task.task_id
    return task.reference_task_name


def status(uid: str) -> str:
    return workflows.get_workflow_status(uid).status


def life(name: str) -> dict[str, object]:
    """Pause, resume, skip, terminate, restart, retry and rerun."""
    seen: dict[str, object] = {}
    uid = start(name)
    workflows.skip_task_from_workflow(uid, "two", SkipTaskRequest(task_output={"skipped": True}))
    workflows.pause_workflow(uid)
    seen["paused"] = status(uid)
    seen["one while paused"] = finish()
    seen["next while paused"] = finish()
    workflows.resume_workflow(uid)
    seen["after the skip"] = finish(done=1)
    found = workflows.get_workflow(uid)
    seen["skipped"] = [[each.reference_task_name, each.status] for each in found.tasks]
    uid = start(name)
    finish(TaskResultStatus.FAILED_WITH_TERMINAL_ERROR)
    seen["failed"] = status(uid)
    workflows.retry_workflow(uid)
    seen["retried"] = [status(uid), finish(), finish(), finish(), status(uid)]
    first = workflows.get_workflow(uid).tasks[-2]
    again = workflows.rerun_workflow(uid, RerunWorkflowRequest(re_run_from_task_id=first.task_id))
    seen["rerun"] = [again == uid, status(uid), finish(), finish(), status(uid)]
    workflows.restart_workflow(uid)
    seen["restarted"] = [status(uid), len(workflows.get_workflow(uid).tasks)]
    workflows.terminate_workflow(uid, reason="enough")
    ended = workflows.get_workflow(uid)
    seen["terminated"] = [ended.status, ended.reason_for_incompletion, ended.tasks[0].status]
    workflows.delete_workflow(uid)
    seen["deleted"] = status_of(workflows.get_workflow, uid)
    return seen


def found(name: str) -> dict[str, object]:
    """Search, and executions by their correlation ids."""
    marked = [start(name, correlation=f"{WORD}-{number}", word=f"needle{number}") for number in range(3)]

    def places(**wanted):
        return [marked.index(each.workflow_id) for each in workflows.search(**wanted).results]

    mine = f"workflowType='{name}'"
    seen = {
        "all": places(query=f"{mine} AND status=RUNNING"),
        "page": places(start=1, size=1, query=f"{mine} AND status=RUNNING"),
        "one": places(query=f"{mine} AND correlationId={WORD}-1"),
        "text": places(query=mine, free_text="needle2"),
        "bad": status_of(workflows.search, query="nonsense"),
    }
    ids = [f"{WORD}-0", f"{WORD}-2", f"{WORD}-9"]
    by_name = workflows.get_by_correlation_ids(name, ids)
    seen["by name"] = {key: [each.workflow_id for each in by_name[key]] == marked[:1] for key in ids[:1]}
    batch = workflows.get_by_correlation_ids_in_batch(
        CorrelationIdsSearchRequest(correlation_ids=ids, workflow_names=[name])
    )
    seen["batch"] = {key.removeprefix(WORD): len(each) for key, each in sorted(batch.items())}
    for uid in marked:
        workflows.terminate_workflow(uid)
    return seen


def by_hand(name: str) -> dict[str, object]:
    """The task client: poll, log, size, by reference."""
    uid = start(name)
    seen: dict[str, object] = {"size": tasks.get_queue_size_for_task(WORK)}
    (task,) = tasks.batch_poll_tasks(WORK, worker_id="hand", count=5, timeout_in_millisecond=200)
    seen["polled"] = [task.reference_task_name, task.status, task.response_timeout_seconds]
    tasks.add_task_log(task.task_id, "a plain line")
    seen["log"] = [each.log for each in tasks.get_task_logs(task.task_id)]
    seen["got"] = tasks.get_task(task.task_id).worker_id
    # With a worker id the client refuses its own call; without one it sends the name of the host.
    named = tasks.update_task_by_ref_name(uid, "one", "COMPLETED", {"a": 1})
    seen["by reference"] = named == task.task_id
    after = tasks.update_task_sync(uid, "two", "COMPLETED", {"b": 2})
    seen["sync"] = [each.status for each in after.tasks]
    seen["outputs"] = [each.output_data for each in workflows.get_workflow(uid).tasks[:2]]
    seen["pollers"] = sorted({each.worker_id for each in tasks.get_task_poll_data(WORK)})
    workflows.terminate_workflow(uid)
    return seen


def waits(name: str) -> dict[str, object]:
    """Starts that wait for what blocks, and signals."""
    wanted = StartWorkflowRequest(name=name, version=1, input={"n": 1})
    blocked = workflows.execute_workflow_with_return_strategy(
        wanted, wait_for_seconds=5, return_strategy="BLOCKING_TASK"
    )
    seen: dict[str, object] = {"blocked": [blocked.response_type, blocked.reference_task_name]}
    uid = blocked.target_workflow_id
    api = tasks.taskResourceApi
    following = api.signal_workflow_task_sync(uid, "COMPLETED", {"x": 1}, return_strategy="TARGET_WORKFLOW")
    seen["signalled"] = [following.target_workflow_status, len(following.tasks)]
    api.signal_workflow_task_async(uid, "COMPLETED", {})
    seen["done"] = status(uid)
    seen["nothing left"] = status_of(api.signal_workflow_task_sync, uid, "COMPLETED", {})
    workflows.update_variables(start(name), {"v": [1]})
    run = workflows.execute_workflow(wanted, request_id="r1", wait_for_seconds=1, wait_until_task_ref="none")
    seen["run"] = [run.status, run.request_id]
    workflows.terminate_workflow(run.workflow_id)
    return seen


def main() -> None:
    three = register("three", *[SimpleTask(WORK, reference) for reference in ("one", "two", "three")])
    waiting = register("waiting", WaitTask("first"), WaitTask("second"))
    searched = register("searched", SimpleTask(f"{WORD}_never", "one"))
    print(
        json.dumps(
            {
                "life": life(three),
                "found": found(searched),
                "by hand": by_hand(three),
                "waits": waits(waiting),
                "unknown": [status_of(workflows.get_workflow, "none"), status_of(tasks.get_task, "none")],
            }
        )
    )


if __name__ == "__main__":
    main()
