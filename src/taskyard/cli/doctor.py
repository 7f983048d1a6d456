"""`taskyard doctor`: settings, database, and whether the stored facts agree with each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from taskyard.cli.output import output_option, show
from taskyard.config import SettingsError, load


@click.command()
@click.option("--data", help="Data directory. [data]")
@click.option("--database-url", help="postgresql://… instead of the embedded SQLite.")
@output_option
def doctor(output: str | None, **flags: Any) -> None:
    """Check the installation; exit 1 when something is wrong. A running server is not disturbed."""
    from taskyard.store.checkup import checkup
    from taskyard.store.link import Broken
    from taskyard.store.store import StoreSettings

    try:
        settings = load({name: value for name, value in flags.items() if value is not None})
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    path = Path(settings.data) / "taskyard.db"
    where = StoreSettings(url=settings.database_url) if settings.database_url else StoreSettings(path=path)
    if where.path is not None and not path.exists():
        click.echo(f"There is no database at {path}; `taskyard serve` makes one.", err=True)
        raise SystemExit(3)
    try:
        findings = checkup(where)
    except Broken as error:
        click.echo(f"The database cannot be read: {error}", err=True)
        raise SystemExit(1) from None
    rows = [{"check": finding.name, "ok": finding.ok, "detail": finding.detail} for finding in findings]
    show(rows, ("check", "ok", "detail"), output)
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)
