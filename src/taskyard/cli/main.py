"""The `taskyard` command. Nouns load when they are used, so that help is quick."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

NOUNS = {
    "serve": "taskyard.cli.serve:serve",
    "user": "taskyard.cli.identity:user",
    "group": "taskyard.cli.identity:group",
    "token": "taskyard.cli.identity:token",
    "grant": "taskyard.cli.identity:grant",
    "task": "taskyard.cli.work:task",
    "definition": "taskyard.cli.work:definition",
    "execution": "taskyard.cli.execution:execution",
    "incident": "taskyard.cli.execution:incident",
    "dialect": "taskyard.cli.dialect:dialect",
    "config": "taskyard.cli.config:config",
    "doctor": "taskyard.cli.doctor:doctor",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = NOUNS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        return getattr(importlib.import_module(module), name)

    def format_commands(self, ctx: click.Context, formatter: Any) -> None:
        rows = [
            ("serve", "Run the server."),
            ("user", "Users: list, show, put, delete."),
            ("group", "Groups: list, put, delete, add and remove members."),
            ("token", "Tokens: issue, list, revoke."),
            ("grant", "Permissions: list, add, remove."),
            ("task", "Tasks: list, show."),
            ("definition", "Definitions: list, show."),
            ("execution", "Executions: list, show, start, pause, resume, terminate, retry, restart."),
            ("incident", "Incidents: list, resolve."),
            ("dialect", "The wire APIs and how much of each is served."),
            ("config", "Settings: show."),
            ("doctor", "Check settings, database and stored facts."),
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="taskyard", prog_name="taskyard")
def cli() -> None:
    """One task server that speaks the APIs of six task systems.

    Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 not allowed, 5 conflict, 6 timeout.
    """


def main() -> None:
    """Run the command line; usage mistakes exit with 2."""
    sys.exit(cli(prog_name="taskyard", standalone_mode=True))
