"""`taskyard config`: the settings and where each comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from taskyard.cli.output import output_option, show
from taskyard.config import HIDDEN, PREFIX, Settings, SettingsError, load


@click.group()
def config() -> None:
    """Settings: show."""


@config.command("show")
@output_option
def show_config(output: str | None) -> None:
    """Every setting with its value and origin; secrets are not shown."""
    try:
        settings = load({})
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    values: dict[str, Any] = msgspec.to_builtins(settings)
    file = Path(os.environ.get(f"{PREFIX}CONFIG", "taskyard.toml"))
    in_file = file.read_text() if file.is_file() else ""
    rows = []
    for name, value in values.items():
        if f"{PREFIX}{name.upper()}" in os.environ or f"{PREFIX}{name.upper()}_FILE" in os.environ:
            origin = "environment"
        elif value != Settings.__struct_defaults__[Settings.__struct_fields__.index(name)] and in_file:
            origin = str(file)
        else:
            origin = "default"
        rows.append(
            {"name": name, "value": "(hidden)" if name in HIDDEN and value else value, "origin": origin}
        )
    show(rows, ("name", "value", "origin"), output)
