"""`taskyard execution` and `incident`: running work on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from taskyard.cli.client import call, every
from taskyard.cli.output import output_option, show, show_one
from taskyard.cli.work import list_options

COLUMNS = ("id", "definition", "state", "steps", "open_steps", "correlation", "creator", "created_at")
RECORD_COLUMNS = (
    "seq",
    "element",
    "type",
    "status",
    "attempt",
    "worker",
    "started_at",
    "closed_at",
    "reason",
)
INCIDENT_COLUMNS = ("id", "type", "definition", "element", "message", "state", "created_at")
HEAD = (
    *("id", "uid", "definition", "state", "reason", "correlation", "creator", "steps", "open_steps"),
    *("created_at", "updated_at", "closed_at"),
)


@click.group()
def execution() -> None:
    """Executions: list, show, start, pause, resume, terminate, retry, restart."""


@execution.command("list")
@click.option("--state", help="open, active, suspended, closed, succeeded, failed, cancelled or expired.")
@list_options
def list_executions(
    filter_: str | None, q: str | None, kind: str | None, limit: int, output: str | None, state: str | None
) -> None:
    """Executions, newest first."""
    rows = list(every("/v1/executions", limit, filter=filter_, q=q, kind=kind, state=state))
    show(rows, COLUMNS, output)


@execution.command("show")
@click.argument("execution_id")
@output_option
def show_execution(execution_id: str, output: str | None) -> None:
    """One execution: on a terminal its head, what it waits for and its records; in a pipe all of it."""
    _shown(call("GET", f"/v1/executions/{execution_id}"), output)


@execution.command("start")
@click.argument("definition")
@click.option("--version", type=int, help="Version of the definition; its newest when absent.")
@click.option("--input", "given", default="{}", help="A JSON object, or @file.")
@click.option("--correlation", help="A word of yours to find it by.")
@click.option("--priority", type=click.IntRange(0, 99), default=0, show_default=True)
@click.option("--key", help="Idempotency key: the same key again answers the same execution.")
@output_option
def start(
    definition: str,
    version: int | None,
    given: str,
    correlation: str | None,
    priority: int,
    key: str | None,
    output: str | None,
) -> None:
    """Start a workflow."""
    body = {
        "definition": definition,
        "version": version,
        "input": _object(given),
        "correlation": correlation,
        "priority": priority,
        "idempotency_key": key,
    }
    _shown(
        call("POST", "/v1/executions", {name: value for name, value in body.items() if value is not None}),
        output,
    )


@execution.command()
@click.argument("execution_id")
@output_option
def pause(execution_id: str, output: str | None) -> None:
    """Pause an execution: nothing new is scheduled; what runs may finish."""
    _shown(call("POST", f"/v1/executions/{execution_id}/pause"), output)


@execution.command()
@click.argument("execution_id")
@output_option
def resume(execution_id: str, output: str | None) -> None:
    """Let a paused execution go on."""
    _shown(call("POST", f"/v1/executions/{execution_id}/resume"), output)


@execution.command()
@click.argument("execution_id")
@click.option("--reason", help="Why; it is kept with the execution.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def terminate(execution_id: str, reason: str | None, yes: bool, output: str | None) -> None:
    """End an execution and what it started."""
    if not yes:
        click.confirm(f"End execution {execution_id}?", abort=True, err=True)
    body = {"reason": reason} if reason else {}
    _shown(call("POST", f"/v1/executions/{execution_id}/terminate", body), output)


@execution.command()
@click.argument("execution_id")
@click.option("--resume-children", is_flag=True, help="Go down to what failed in executions that it started.")
@output_option
def retry(execution_id: str, resume_children: bool, output: str | None) -> None:
    """Try the failed tasks of a closed execution again."""
    body = {"resume_children": resume_children}
    _shown(call("POST", f"/v1/executions/{execution_id}/retry", body), output)


@execution.command()
@click.argument("execution_id")
@click.option("--latest", is_flag=True, help="With the newest version of the definition.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def restart(execution_id: str, latest: bool, yes: bool, output: str | None) -> None:
    """Run a closed execution again from its start; its records go."""
    if not yes:
        click.confirm(f"Run execution {execution_id} again from its start?", abort=True, err=True)
    _shown(call("POST", f"/v1/executions/{execution_id}/restart", {"latest": latest}), output)


@click.group()
def incident() -> None:
    """Incidents: list, resolve."""


@incident.command("list")
@click.option("--state", default="open", show_default=True, help="open or resolved.")
@list_options
def list_incidents(
    filter_: str | None, q: str | None, kind: str | None, limit: int, output: str | None, state: str
) -> None:
    """What needs a person, newest first."""
    rows = list(every("/v1/incidents", limit, filter=filter_, q=q, kind=kind, state=state))
    show(rows, INCIDENT_COLUMNS, output)


@incident.command()
@click.argument("incident_id")
@output_option
def resolve(incident_id: str, output: str | None) -> None:
    """Say that an incident is dealt with."""
    show_one(call("POST", f"/v1/incidents/{incident_id}/resolve"), output)


def _object(given: str) -> Any:
    try:
        text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
    except (OSError, UnicodeDecodeError) as fault:
        raise click.BadParameter(f"cannot read {given[1:]}: {fault}", param_hint="--input") from None
    try:
        return msgspec.json.decode(text, type=dict)
    except msgspec.MsgspecError as fault:
        raise click.BadParameter(f"not a JSON object: {fault}", param_hint="--input") from None


def _shown(found: dict[str, Any], output: str | None) -> None:
    """An execution: as JSON whole, as tables the head, the waits and the records."""
    import sys

    if (output or ("table" if sys.stdout.isatty() else "json")) != "table":
        show_one(found, output)
        return
    show_one({name: found[name] for name in HEAD}, "table")
    for title, rows, columns in (
        (
            "Waits for",
            found["waits"],
            ("kind", "element", "name", "phase", "queue", "assignee", "due_at", "message"),
        ),
        ("Incidents", found["incidents"], INCIDENT_COLUMNS),
        ("Records", found["records"]["items"], RECORD_COLUMNS),
    ):
        if rows:
            click.echo(f"\n{title}")
            show(rows, columns, "table")
    left = found["records"]["total"] - len(found["records"]["items"])
    if left > 0:
        click.echo(
            f"{left} more records; -o json and /v1/executions/{found['id']}/records hold them.", err=True
        )
