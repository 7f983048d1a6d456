"""Query parameters and the checks on names, in the order that the orchestrator makes them: environment
syntax, environment, syntax of module and task, task."""

from __future__ import annotations

import asyncio

import msgspec

from taskyard.app.code_snapshot import CodeTask, Snapshot
from taskyard.dialects.puppet.errors import invalid_task, unknown_environment, unknown_task, validation
from taskyard.http.message import Request
from taskyard.notations.puppet.names import is_environment_name, is_segment, qualified


class EnvironmentParams(msgspec.Struct, kw_only=True, frozen=True):
    """`environment`: where to look; the server's default environment (production) when absent."""

    environment: str | None = None


class FileParams(msgspec.Struct, kw_only=True, frozen=True):
    """`environment` as for tasks; `code_id` names the version of the code, for static files; `module` chooses
    between libraries of the same name."""

    environment: str | None = None
    code_id: str | None = None
    module: str | None = None


async def environment_of(request: Request, asked: str | None) -> Snapshot:
    """The environment asked for, as it is on disk now. Raises `Rejected`: 400 or 404."""
    name: str = request.app.settings.puppet_default_environment if asked is None else asked
    if not is_environment_name(name):
        raise validation(f'"{name}" is not a valid environment name.', "environment", name)
    snapshot = await asyncio.to_thread(request.app.code.snapshot, name)
    if snapshot is None:
        raise unknown_environment(name)
    return snapshot


def task_of(snapshot: Snapshot, module: str, task: str) -> CodeTask:
    """One task. Raises `Rejected`: 400, 404, or 500 for a task that is not valid."""
    for field, value in (("module", module), ("taskname", task)):
        if not is_segment(value):
            raise validation(f'"{value}" is not a valid task name.', field, value)
    name = qualified(module, task)
    found = snapshot.tasks.get(name)
    if found is not None:
        return found
    fault = snapshot.faults.get(name) or snapshot.module_faults.get(module)
    if fault is not None:
        raise invalid_task(fault)
    raise unknown_task(snapshot.environment, name)
