"""The rows of schedules. Pausing and resuming are PUT in the open server and GET in the hosted one: both are served."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import schedule_wire as wire
from taskyard.dialects.conductor import schedules
from taskyard.dialects.conductor.schedule_search import SearchParams
from taskyard.dialects.conductor.wire import BulkResponse, Tag
from taskyard.http.operation import Operation, served

ALL = "/scheduler/schedules"
ONE = "/scheduler/schedules/{name}"


def _both(path: str, name: str, handler: Any, summary: str, **rest: Any) -> tuple[Operation, ...]:
    """The same operation as GET and as PUT."""
    return (
        served("GET", path, name, handler, summary=summary, **rest),
        served("PUT", path, f"{name}ByPut", handler, summary=summary, **rest),
    )


SCHEDULES = (
    served(
        "POST",
        ALL,
        "saveSchedule",
        schedules.save,
        body=Any,
        body_shown=wire.WorkflowSchedule,
        returns={200: wire.WorkflowSchedule},
        summary="Make a schedule, or replace the one of the same name",
    ),
    served(
        "GET",
        ALL,
        "getAllSchedules",
        schedules.list_all,
        params=schedules.ListParams,
        returns={200: list[wire.WorkflowSchedule]},
        summary="Every schedule that the caller may read, by name",
    ),
    served(
        "GET",
        "/scheduler/schedules/search",
        "searchSchedules",
        schedules.search,
        params=schedules.ScheduleSearchParams,
        returns={200: wire.SchedulePage},
        summary="Search schedules",
    ),
    served(
        "GET", ONE, "getSchedule", schedules.get, returns={200: wire.WorkflowSchedule}, summary="One schedule"
    ),
    served(
        "DELETE", ONE, "deleteSchedule", schedules.delete, returns={204: None}, summary="Remove a schedule"
    ),
    *_both(
        f"{ONE}/pause",
        "pauseSchedule",
        schedules.pause,
        "Hold a schedule back",
        params=schedules.PauseParams,
        returns={200: None},
    ),
    *_both(f"{ONE}/resume", "resumeSchedule", schedules.resume, "Let a schedule go on", returns={200: None}),
    served(
        "GET",
        f"{ONE}/tags",
        "getTagsForSchedule",
        schedules.get_tags,
        returns={200: list[Tag]},
        summary="The tags of a schedule",
    ),
    served(
        "PUT",
        f"{ONE}/tags",
        "putTagForSchedule",
        schedules.write_tags(remove=False),
        body=Any,
        body_shown=list[Tag],
        returns={200: None},
        summary="Add tags to a schedule",
    ),
    served(
        "DELETE",
        f"{ONE}/tags",
        "deleteTagForSchedule",
        schedules.write_tags(remove=True),
        body=Any,
        body_shown=list[Tag],
        returns={200: None},
        summary="Take tags off a schedule",
    ),
    served(
        "GET",
        "/scheduler/nextFewSchedules",
        "getNextFewSchedules",
        schedules.next_few,
        params=schedules.NextParams,
        returns={200: list[int]},
        summary="The coming times of a rule",
    ),
    served(
        "GET",
        "/scheduler/search/executions",
        "searchScheduledExecutions",
        schedules.search_runs,
        params=SearchParams,
        returns={200: wire.ExecutionPage},
        summary="Search the times that schedules were due",
    ),
    served(
        "PUT",
        "/scheduler/bulk/pause",
        "pauseSchedules",
        schedules.bulk(True),
        body=list[str],
        returns={200: BulkResponse},
        summary="Hold schedules back",
    ),
    served(
        "PUT",
        "/scheduler/bulk/resume",
        "resumeSchedules",
        schedules.bulk(False),
        body=list[str],
        returns={200: BulkResponse},
        summary="Let schedules go on",
    ),
    *_both(
        "/scheduler/admin/requeue",
        "requeueAllExecutionRecords",
        schedules.requeue,
        "Set the timers of all schedules anew",
        returns={200: dict[str, Any]},
    ),
    *_both(
        "/scheduler/admin/pause",
        "pauseAllSchedules",
        schedules.scheduler(True),
        "Hold back every schedule",
        returns={200: dict[str, bool]},
    ),
    *_both(
        "/scheduler/admin/resume",
        "resumeAllSchedules",
        schedules.scheduler(False),
        "Let all schedules go on",
        returns={200: dict[str, bool]},
    ),
)
