"""The rows of tasks and of their queues."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import execution_wire as wire
from taskyard.dialects.conductor import polling, task_queues, task_reads, task_signals, task_updates
from taskyard.dialects.conductor.task_wire import PollData, ShardDepth, TaskExecLog, TaskResult
from taskyard.http.operation import served

BY_REFERENCE = "/tasks/{workflowId}/{taskRefName}/{status}"

POLLING = (
    served(
        "GET",
        "/tasks/poll/{tasktype}",
        "poll",
        polling.poll,
        params=polling.PollParams,
        returns={200: wire.Task, 204: None},
        summary="Take the next task of a type",
    ),
    served(
        "GET",
        "/tasks/poll/batch/{tasktype}",
        "batchPoll",
        polling.poll_batch,
        params=polling.BatchPollParams,
        returns={200: list[wire.Task]},
        summary="Take the next tasks of a type, waiting for the first",
    ),
)

UPDATES = (
    served(
        "POST",
        "/tasks",
        "updateTask",
        task_updates.update,
        body=Any,
        body_shown=TaskResult,
        returns={200: str},
        summary="Tell what has become of a task",
    ),
    served(
        "POST",
        "/tasks/update-v2",
        "updateTaskV2",
        task_updates.update_and_poll,
        body=Any,
        body_shown=TaskResult,
        returns={200: wire.Task, 204: None},
        summary="Tell what has become of a task and take the next one",
    ),
    served(
        "POST",
        BY_REFERENCE,
        "updateTaskByRef",
        task_updates.update_by_reference,
        params=task_updates.ByReferenceParams,
        body=dict[str, Any] | None,
        returns={200: str},
        summary="Tell what has become of the open task of a name in an execution",
    ),
    served(
        "POST",
        f"{BY_REFERENCE}/sync",
        "updateTaskByRefSync",
        task_signals.update_by_reference,
        params=task_updates.ByReferenceParams,
        body=dict[str, Any] | None,
        returns={200: wire.Workflow},
        summary="Tell what has become of the open task of a name in an execution, which is the answer",
    ),
    served(
        "POST",
        "/tasks/{workflowId}/{status}/signal",
        "signalWorkflow",
        task_signals.signal,
        body=dict[str, Any] | None,
        returns={200: None},
        summary="End what blocks an execution",
    ),
    served(
        "POST",
        "/tasks/{workflowId}/{status}/signal/sync",
        "signalWorkflowSync",
        task_signals.signal_and_wait,
        params=task_signals.SignalParams,
        body=dict[str, Any] | None,
        returns={200: wire.SignalResponse},
        summary="End what blocks an execution and wait for what blocks it next",
    ),
    served(
        "POST",
        "/queue/update/{workflowId}/{taskRefName}/{status}",
        "updateWaitTaskByRef",
        task_signals.end_wait_by_reference,
        body=dict[str, Any] | None,
        returns={200: None},
        summary="End a waiting task of an execution by its name",
    ),
    served(
        "POST",
        "/queue/update/{workflowId}/task/{taskId}/{status}",
        "updateWaitTaskById",
        task_signals.end_wait_by_id,
        body=dict[str, Any] | None,
        returns={200: None},
        summary="End a waiting task of an execution by its id",
    ),
)

READS = (
    served(
        "GET",
        "/tasks/{taskId}",
        "getTask",
        task_reads.get,
        returns={200: wire.Task},
        summary="One task",
    ),
    served(
        "POST",
        "/tasks/{taskId}/log",
        "logTask",
        task_reads.add_log,
        body=bytes,
        body_media=("text/plain",),
        max_body=task_reads.LINE_BYTES,
        returns={200: None},
        summary="Write a line about a task: the body as it is",
    ),
    served(
        "GET",
        "/tasks/{taskId}/log",
        "getTaskLogs",
        task_reads.list_logs,
        returns={200: list[TaskExecLog], 204: None},
        summary="The lines about a task",
    ),
)

QUEUES = (
    served(
        "GET",
        "/tasks/queue/sizes",
        "getQueueSizes",
        task_queues.sizes,
        params=task_queues.SizesParams,
        returns={200: dict[str, int]},
        summary="How many tasks of given types wait for a worker",
    ),
    served(
        "GET",
        "/tasks/queue/size",
        "getQueueSize",
        task_queues.size,
        params=task_queues.SizeParams,
        returns={200: int},
        summary="How many tasks of a type and domain wait for a worker",
    ),
    served(
        "GET",
        "/tasks/queue/all",
        "getAllQueues",
        task_queues.list_all,
        returns={200: dict[str, int]},
        summary="How many tasks wait in every queue",
    ),
    served(
        "GET",
        "/tasks/queue/all/verbose",
        "getAllQueuesVerbose",
        task_queues.list_verbose,
        returns={200: dict[str, dict[str, ShardDepth]]},
        summary="How many tasks wait and how many are handed out, in every queue",
    ),
    served(
        "GET",
        "/tasks/queue/polldata",
        "getPollData",
        task_queues.poll_data,
        params=task_queues.PollDataParams,
        returns={200: list[PollData]},
        summary="When workers last asked for tasks of a type",
    ),
    served(
        "GET",
        "/tasks/queue/polldata/all",
        "getAllPollData",
        task_queues.all_poll_data,
        returns={200: list[PollData]},
        summary="When workers last asked, for every type of tasks",
    ),
    served(
        "POST",
        "/tasks/queue/requeue/{taskType}",
        "requeuePendingTask",
        task_queues.requeue,
        returns={200: str},
        summary="Offer again what waits to be offered",
    ),
    served(
        "GET",
        "/queue/size",
        "getWaitQueueSizes",
        task_queues.event_queues,
        returns={200: dict[str, int]},
        summary="The sizes of the queues of events that end waiting tasks: there are none",
    ),
    served(
        "GET",
        "/queue",
        "getWaitQueueNames",
        task_queues.event_queues,
        returns={200: dict[str, str]},
        summary="The queues of events that end waiting tasks: there are none",
    ),
    served(
        "GET",
        "/queue/",
        "getWaitQueueNamesBelow",
        task_queues.event_queues,
        returns={200: dict[str, str]},
        summary="The same at the path that clients have it at",
    ),
)

TASKS = (*POLLING, *UPDATES, *READS, *QUEUES)
