"""HTTP and HTTP_POLL: requests that the server's own workers make."""

from __future__ import annotations

from typing import Any

from taskyard.engine import work
from taskyard.engine.expressions.script import is_true
from taskyard.engine.flow import script
from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.behaviors.simple import offer
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.engine.flow.run import Run
from taskyard.engine.leases import SYSTEM
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask
from taskyard.model.task import Task

ASYNC = "async"
"""Among what is kept of a record: somebody else says when it is done."""
INTERVAL = 60
"""Seconds between polls when nothing is said."""
LARGEST = 24 * 3600


@behaves("HTTP")
class Http(Behavior):
    """Open while it is being done; with `asyncComplete` until somebody says so after that."""

    tasked = True
    offers = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        if node.async_complete or input.get("asyncComplete") is True:
            extra = extra_of(record)
            extra.sub = {**extra.sub, ASYNC: True}
            keep(record, extra)
        offer(run, record, SYSTEM + record.kind, kind="system")

    def reported(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        status: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        """IN_PROGRESS: the request is made, the rest is for others to say."""
        if status != "IN_PROGRESS":
            run.finish(record, status, output, reason)
            return
        run.set(record, "IN_PROGRESS", output)
        task = run.view.get(Task, record.id)
        if task is not None and task.phase != "closed":
            work.hold(run.view, task, "report")


@behaves("HTTP_POLL")
class HttpPoll(Http):
    """Asks again and again until `terminationCondition`, a script over `$.output.response`, is true."""

    def reported(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        status: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        if status != "IN_PROGRESS":
            run.finish(record, status, output, reason)
            return
        input = run.input_of(record)
        request = input.get("http_request")
        wanted: dict[str, Any] = request if isinstance(request, dict) else input
        condition = wanted.get("terminationCondition")
        if isinstance(condition, str) and condition.strip():
            answer = script.evaluate(run, None, condition, {**input, "output": output})
            if answer.error is not None:
                run.finish(record, "FAILED_WITH_TERMINAL_ERROR", output, answer.error)
                return
            done = is_true(answer.value)
        else:
            done = True
        if done:
            run.finish(record, "COMPLETED", output)
            return
        run.set(record, "IN_PROGRESS", output)
        task = run.view.get(Task, record.id)
        if task is not None and task.phase != "closed":
            work.offer(run.view, task, available_at=run.now + _pause(wanted, record.polls) * 1000)


def _pause(wanted: dict[str, Any], times: int) -> int:
    """Seconds until the next request, after so many."""
    try:
        seconds = max(1, int(wanted.get("pollingInterval") or INTERVAL))
    except (TypeError, ValueError):
        seconds = INTERVAL
    match wanted.get("pollingStrategy"):
        case "LINEAR_BACKOFF":
            seconds *= max(1, times)
        case "EXPONENTIAL_BACKOFF":
            seconds *= 2 ** min(max(0, times - 1), 20)
    return min(seconds, LARGEST)
