"""Decorated workers of every kind under the TaskHandler of the Python client; prints what became of their tasks as JSON.

Runs in the client's own environment. Arguments: the address, the admin's token, a word for names. Worker processes import
this file again, and read the annotations of workers as they are.
"""

import json
import sys
import time
from dataclasses import dataclass

from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.context.task_context import TaskInProgress, get_task_context
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.task_def import TaskDef
from conductor.client.orkes_clients import OrkesClients
from conductor.client.worker.exception import NonRetryableException
from conductor.client.worker.worker_task import worker_task
from conductor.client.workflow.conductor_workflow import ConductorWorkflow
from conductor.client.workflow.task.simple_task import SimpleTask

URL, TOKEN, WORD = sys.argv[1:4]
QUICK = TaskDef(name="", retry_count=2, retry_delay_seconds=0)
SHORT = TaskDef(name="", retry_count=0, response_timeout_seconds=2)
# The client looks once a second whether four fifths of the time have passed: with less than this it comes too late.
LONGER = TaskDef(name="", retry_count=0, response_timeout_seconds=7)


@dataclass
class Order:
    """What a worker with a typed input gets."""

    number: int
    note: str = ""


@worker_task(f"{WORD}_typed", register_task_def=True, register_schema=True, task_def=QUICK)
def typed(order: Order, times: int) -> dict:
    return {"kind": type(order).__name__, "total": order.number * times}


@worker_task(f"{WORD}_slow", register_task_def=True, task_def=LONGER, lease_extend_enabled=True)
def slow() -> str:
    time.sleep(9)
    return "still here"


@worker_task(f"{WORD}_abandoned", register_task_def=True, task_def=SHORT)
def abandoned() -> str:
    time.sleep(4.5)
    return "too late"


@worker_task(f"{WORD}_flaky", register_task_def=True, task_def=QUICK)
def flaky() -> dict:
    attempt = get_task_context().get_retry_count()
    if attempt < 2:
        raise RuntimeError(f"attempt {attempt} fails")
    return {"attempt": attempt}


@worker_task(f"{WORD}_hopeless", register_task_def=True, task_def=QUICK)
def hopeless() -> dict:
    raise NonRetryableException("never will")


@worker_task(f"{WORD}_patient", register_task_def=True, task_def=QUICK)
def patient() -> dict | TaskInProgress:
    polls = get_task_context().get_poll_count()
    if polls < 3:
        return TaskInProgress(callback_after_seconds=1, output={"polls": polls})
    return {"polls": polls}


@worker_task(f"{WORD}_home", domain=f"{WORD}d", register_task_def=True, task_def=QUICK)
async def at_home() -> dict:
    get_task_context().add_log("in the domain")
    return {"where": "at home"}


NAMES = ("typed", "slow", "abandoned", "flaky", "hopeless", "patient", "home")


def main() -> None:
    configuration = Configuration(
        server_api_url=URL, authentication_settings=AuthenticationSettings("admin", TOKEN)
    )
    clients = OrkesClients(configuration)
    client = clients.get_workflow_client()
    with TaskHandler(configuration=configuration, scan_for_annotated_workers=True) as handler:
        handler.start_processes()
        time.sleep(3)  # a domain counts only while somebody polls it, and the worker there has to have begun
        started = {name: begin(clients, name) for name in NAMES}
        waiting = dict(started)
        end = time.monotonic() + 60
        while waiting and time.monotonic() < end:
            time.sleep(0.2)
            waiting = {
                name: uid
                for name, uid in waiting.items()
                if client.get_workflow_status(uid).status == "RUNNING"
            }
        time.sleep(3)  # the answer of the abandoned worker comes after its time
    seen = {name: ended(client, uid) for name, uid in started.items()}
    seen["log"] = logs_of(clients, started["home"])
    seen["schemas"] = schemas(clients)
    print(json.dumps(seen))


def begin(clients: OrkesClients, name: str) -> str:
    """Start a workflow of one task of that worker."""
    full = f"{WORD}_{name}"
    flow = ConductorWorkflow(clients.get_workflow_executor(), full, version=1)
    task = SimpleTask(full, "the_task")
    task.input_parameters.update({"order": {"number": 4, "note": "x"}, "times": 2} if name == "typed" else {})
    flow >> task
    flow.register(overwrite=True)
    domain = {full: f"{WORD}d"} if name == "home" else {}
    wanted = StartWorkflowRequest(name=full, version=1, input={}, task_to_domain=domain)
    return clients.get_workflow_client().start_workflow(wanted)


def ended(client, uid: str) -> dict:
    """What became of the execution and of its attempts."""
    found = client.get_workflow(uid, include_tasks=True)
    return {
        "status": found.status,
        "tasks": [[task.status, task.retry_count, task.poll_count] for task in found.tasks],
        "output": found.tasks[-1].output_data,
        "reason": found.tasks[-1].reason_for_incompletion,
    }


def logs_of(clients: OrkesClients, uid: str) -> list:
    task = clients.get_workflow_client().get_workflow(uid, include_tasks=True).tasks[0]
    return [line.log for line in clients.get_task_client().get_task_logs(task.task_id)]


def schemas(clients: OrkesClients) -> dict:
    """The schemas that the typed worker registered, and where its definition names them."""
    names = (f"{WORD}_typed_input", f"{WORD}_typed_output")
    kept = {name.removeprefix(WORD): clients.get_schema_client().get_schema(name, 1).type for name in names}
    definition = clients.get_metadata_client().get_task_def(f"{WORD}_typed")
    return {"kept": kept, "named": definition.input_schema.name.removeprefix(WORD)}


if __name__ == "__main__":
    main()
