"""How commands print: a table on a terminal, JSON in a pipe; data to standard output, words to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
import msgspec

OUTPUTS = ("table", "json", "jsonl")


def output_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("-o", "--output", type=click.Choice(OUTPUTS), help="table on a terminal, else json.")(
        function
    )


def show(rows: list[dict[str, Any]], columns: tuple[str, ...], output: str | None) -> None:
    """Print rows; an empty list is `[]` in JSON."""
    output = output or ("table" if sys.stdout.isatty() else "json")
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
    elif output == "jsonl":
        for row in rows:
            click.echo(msgspec.json.encode(row).decode())
    else:
        _table(rows, columns)


def show_one(row: dict[str, Any], output: str | None) -> None:
    """Print one thing with all its members."""
    output = output or ("table" if sys.stdout.isatty() else "json")
    if output != "table":
        click.echo(msgspec.json.format(msgspec.json.encode(row), indent=2).decode())
        return
    _table([{"member": name, "value": _text(value)} for name, value in row.items()], ("member", "value"))


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*[_text(row.get(column)) for column in columns])
    Console().print(table)
    if not rows:
        click.echo("Nothing here.", err=True)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    if isinstance(value, dict):
        if set(value) == {"key", "value"}:
            return f"{value['key']}:{value['value']}"
        return str(value.get("key") or msgspec.json.encode(value).decode())
    return str(value)
