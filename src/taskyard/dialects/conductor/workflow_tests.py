"""Handler of test runs: a workflow with mocks for its tasks. The answer is all that is left of a test run."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from taskyard.app import workflow_tests
from taskyard.app.executions import StartExecution
from taskyard.app.workflow_tests import Mock, Mocks
from taskyard.dialects.conductor.errors import unreadable
from taskyard.dialects.conductor.execution_bodies import read_start
from taskyard.dialects.conductor.execution_wire import StartWorkflowRequest
from taskyard.dialects.conductor.executions import checked, shown
from taskyard.dialects.conductor.wire import Wire
from taskyard.http.message import Request, Response, json_response
from taskyard.model.flow import Int64
from taskyard.notations.flowjson.member import Unreadable, read_document

_encode = msgspec.json.Encoder().encode


class TaskMock(msgspec.Struct, kw_only=True):
    """What an attempt at a task gives back."""

    status: Literal["IN_PROGRESS", "FAILED", "FAILED_WITH_TERMINAL_ERROR", "COMPLETED", "CANCELED"] = (
        "COMPLETED"
    )
    output: dict[str, Any] = {}
    execution_time: Int64 = 0
    queue_wait_time: Int64 = 0


class TestPart(msgspec.Struct, kw_only=True):
    """The mocks of a workflow, and of its sub-workflows by the reference names of their tasks."""

    task_ref_to_mock_output: dict[str, list[TaskMock]] = {}
    sub_workflow_test_request: dict[str, TestPart] = {}


class MockShown(Wire):
    """What an attempt at a task gives back; times in milliseconds."""

    status: str = "COMPLETED"
    output: dict[str, Any] = {}
    execution_time: int = 0
    queue_wait_time: int = 0


class TestRequest(StartWorkflowRequest):
    """What to start, with mocks by reference name, and requests of the same form for sub-workflows."""

    task_ref_to_mock_output: dict[str, list[MockShown]] = {}
    sub_workflow_test_request: dict[str, Any] = {}


async def test(request: Request, params: None, body: Any) -> Response:
    """Run a workflow with mocks in place of everything that would reach outside, and show how it ended."""
    wanted = read_start(body)
    try:
        part = read_document(TestPart, body)
    except Unreadable as fault:
        raise unreadable(fault) from None
    document = await checked(request, wanted.workflow_def) if wanted.workflow_def is not None else None
    command = StartExecution(
        actor=request.caller,
        key=wanted.name or "",
        version=wanted.version or None,
        document=document,
        input=_encode(wanted.input).decode(),
        correlation=wanted.correlation_id,
        priority=wanted.priority,
    )
    tested = await workflow_tests.run(request.app, command, _mocks(part))
    try:
        members = msgspec.json.decode(await _text(await shown(request, tested.execution)))
    finally:
        await workflow_tests.remove(request.app, request.caller, tested.execution)
    for task in members.get("tasks", ()):
        _take(task, tested.taken.get(task["taskId"]))
    return json_response(members)


def _mocks(part: TestPart) -> Mocks:
    return Mocks(
        tasks={
            reference: [Mock(**msgspec.structs.asdict(mock)) for mock in mocks]
            for reference, mocks in part.task_ref_to_mock_output.items()
        },
        children={name: _mocks(child) for name, child in part.sub_workflow_test_request.items()},
    )


def _take(task: dict[str, Any], mock: Mock | None) -> None:
    """Show the times that the mock says it took."""
    if mock is None or not (mock.execution_time or mock.queue_wait_time) or not task.get("endTime"):
        return
    task["startTime"] = task["endTime"] - mock.execution_time
    task["scheduledTime"] = task["startTime"] - mock.queue_wait_time
    task["queueWaitTime"] = mock.queue_wait_time


async def _text(answer: Response) -> bytes:
    if isinstance(answer.body, bytes):
        return answer.body
    return b"".join([piece async for piece in answer.body])
