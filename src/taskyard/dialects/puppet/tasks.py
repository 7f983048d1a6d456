"""Handlers of the tasks endpoint."""

from __future__ import annotations

from taskyard.dialects.puppet.access import permissions
from taskyard.dialects.puppet.queries import EnvironmentParams, environment_of, task_of
from taskyard.dialects.puppet.render import task_detail, task_list
from taskyard.http.message import Request, Response, json_response


async def list_tasks(request: Request, params: EnvironmentParams, body: None) -> Response:
    """Every valid task of the environment."""
    snapshot = await environment_of(request, params.environment)
    return json_response(task_list(snapshot, request.base_url, await permissions(request, "execute")))


async def get_task(request: Request, params: EnvironmentParams, body: None) -> Response:
    """One task with metadata and files."""
    snapshot = await environment_of(request, params.environment)
    task = task_of(snapshot, request.path_params["module"], request.path_params["taskname"])
    return json_response(task_detail(snapshot, task, request.base_url, await permissions(request, "execute")))
