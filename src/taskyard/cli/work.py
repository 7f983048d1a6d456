"""`taskyard task` and `definition`: the native lists on the command line."""

from __future__ import annotations

from typing import Any

import click

from taskyard.cli.client import call, every
from taskyard.cli.output import output_option, show, show_one


def list_options(function: Any) -> Any:
    for option in (
        click.option(
            "--filter", "filter_", help="In the filter language, e.g. 'phase = ready and priority <= 2'."
        ),
        click.option("-q", help="Words in the title or name."),
        click.option("--kind"),
        click.option("--limit", type=int, default=100, show_default=True),
        output_option,
    ):
        function = option(function)
    return function


@click.group()
def task() -> None:
    """Tasks: list, show."""


@task.command("list")
@list_options
def list_tasks(filter_: str | None, q: str | None, kind: str | None, limit: int, output: str | None) -> None:
    rows = list(every("/v1/tasks", limit, filter=filter_, q=q, kind=kind))
    show(rows, ("id", "kind", "title", "state", "assignee", "priority", "due_at"), output)


@task.command("show")
@click.argument("task_id")
@output_option
def show_task(task_id: str, output: str | None) -> None:
    show_one(call("GET", f"/v1/tasks/{task_id}"), output)


@click.group()
def definition() -> None:
    """Definitions: list, show."""


@definition.command("list")
@list_options
def list_definitions(
    filter_: str | None, q: str | None, kind: str | None, limit: int, output: str | None
) -> None:
    rows = list(every("/v1/definitions", limit, filter=filter_, q=q, kind=kind))
    show(rows, ("kind", "key", "name", "version", "tags", "suspended"), output)


@definition.command("show")
@click.argument("uid")
@output_option
def show_definition(uid: str, output: str | None) -> None:
    show_one(call("GET", f"/v1/definitions/{uid}"), output)
