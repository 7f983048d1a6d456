"""Runs many executions of a workflow of five steps with the Python client: three decorated workers under its TaskHandler.

Runs in the client's own environment. Arguments: the address, the admin's token, a word for names, how many executions.
Prints as JSON how they ended. Worker processes import this file again: all that acts is under the guard. The client reads
the annotations of workers as they are, so they must not be text.
"""

import json
import sys
import time

from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.context.task_context import get_task_context
from conductor.client.http.models.start_workflow_request import StartWorkflowRequest
from conductor.client.http.models.task_def import TaskDef
from conductor.client.orkes_clients import OrkesClients
from conductor.client.worker.worker_task import worker_task
from conductor.client.workflow.conductor_workflow import ConductorWorkflow

URL, TOKEN, WORD, COUNT = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
ONCE = TaskDef(name="", retry_count=0)


@worker_task(f"{WORD}_double", thread_count=10, register_task_def=True, task_def=ONCE)
def double(number: int) -> int:
    return number * 2


@worker_task(f"{WORD}_add", thread_count=10, register_task_def=True, task_def=ONCE)
def add(number: int, more: int) -> dict:
    get_task_context().add_log(f"adding {more}")
    return {"sum": number + more}


@worker_task(f"{WORD}_tell", thread_count=10, register_task_def=True, task_def=ONCE)
async def tell(number: int) -> dict:
    return {"told": f"it is {number}"}


def workflow(clients: OrkesClients) -> ConductorWorkflow:
    """double, add, double, add, tell."""
    flow = ConductorWorkflow(clients.get_workflow_executor(), WORD, version=1)
    one = double(task_ref_name="one", number="${workflow.input.number}")
    two = add(task_ref_name="two", number="${one.output.result}", more=1)
    three = double(task_ref_name="three", number="${two.output.sum}")
    four = add(task_ref_name="four", number="${three.output.result}", more="${workflow.input.number}")
    five = tell(task_ref_name="five", number="${four.output.sum}")
    flow >> one >> two >> three >> four >> five
    return flow.output_parameters({"told": "${five.output.told}"})


def main() -> None:
    configuration = Configuration(
        server_api_url=URL, authentication_settings=AuthenticationSettings("admin", TOKEN)
    )
    clients = OrkesClients(configuration)
    starter = clients.get_workflow_client()
    began = time.monotonic()
    with TaskHandler(configuration=configuration, scan_for_annotated_workers=True) as handler:
        handler.start_processes()
        workflow(clients).register(overwrite=True)
        started = {
            starter.start_workflow(
                StartWorkflowRequest(name=WORD, version=1, input={"number": number})
            ): number
            for number in range(COUNT)
        }
        wait_until(lambda: closed(starter) >= COUNT, 240)
    seconds = time.monotonic() - began
    print(json.dumps(ended(starter, started) | {"seconds": round(seconds, 1)}))


def closed(starter) -> int:
    """How many executions are closed, as far as the last page tells."""
    query = f"workflowType={WORD} AND status IN (COMPLETED,FAILED,TIMED_OUT,TERMINATED)"
    return COUNT if starter.search(start=COUNT - 1, size=1, query=query).results else 0


def ended(starter, started: dict[str, int]) -> dict[str, object]:
    """What the executions came to: statuses, outputs that are not as they must be, tasks by status and attempts."""
    statuses: dict[str, int] = {}
    wrong = []
    page = starter.search(size=COUNT, query=f"workflowType={WORD}").results
    for one in page:
        statuses[one.status] = statuses.get(one.status, 0) + 1
        number = started[one.workflow_id]
        if json.loads(one.output) != {"told": f"it is {(number * 2 + 1) * 2 + number}"}:
            wrong.append(one.workflow_id)
    some = starter.get_workflow(next(iter(started)), include_tasks=True)
    return {
        "found": len(page),
        "statuses": statuses,
        "wrong": wrong,
        "steps": [[task.reference_task_name, task.status, task.poll_count] for task in some.tasks],
    }


def wait_until(holds, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"not done after {seconds} s")
        time.sleep(0.25)


if __name__ == "__main__":
    main()
