"""The rows of searches for executions and tasks."""

from __future__ import annotations

from taskyard.dialects.conductor import execution_wire as wire
from taskyard.dialects.conductor import search
from taskyard.http.operation import served

WORKFLOW_SEARCHES = (
    served(
        "GET",
        "/workflow/search",
        "searchWorkflows",
        search.search_workflows,
        params=search.WorkflowSearchParams,
        returns={200: wire.WorkflowSummaryResult},
        summary="Search executions; answers them in short",
    ),
    served(
        "GET",
        "/workflow/search-v2",
        "searchWorkflowsV2",
        search.search_workflows_whole,
        params=search.WorkflowSearchParams,
        returns={200: wire.WorkflowSearchResult},
        summary="Search executions; answers them whole, without tasks",
    ),
    served(
        "GET",
        "/workflow/search-by-tasks",
        "searchWorkflowsByTasks",
        search.search_workflows_by_tasks,
        params=search.WorkflowSearchParams,
        returns={200: wire.WorkflowSummaryResult},
        summary="Search executions by their tasks; answers them in short",
    ),
    served(
        "GET",
        "/workflow/search-by-tasks-v2",
        "searchWorkflowsByTasksV2",
        search.search_workflows_by_tasks_whole,
        params=search.WorkflowSearchParams,
        returns={200: wire.WorkflowSearchResult},
        summary="Search executions by their tasks; answers them whole, without tasks",
    ),
)

TASK_SEARCHES = (
    served(
        "GET",
        "/tasks/search",
        "searchTasks",
        search.search_tasks,
        params=search.SearchParams,
        returns={200: wire.TaskSummaryResult},
        summary="Search tasks; answers them in short",
    ),
    served(
        "GET",
        "/tasks/search-v2",
        "searchTasksV2",
        search.search_tasks_whole,
        params=search.SearchParams,
        returns={200: wire.TaskSearchResult},
        summary="Search tasks; answers them whole",
    ),
)
