"""`taskyard dialect`: the wire APIs and how much of each is served."""

from __future__ import annotations

import click

from taskyard.cli.output import output_option, show


@click.group()
def dialect() -> None:
    """The wire APIs: coverage."""


@dialect.command("coverage")
@click.argument("name", required=False)
@output_option
def coverage(name: str | None, output: str | None) -> None:
    """How many operations of each API are served, partial or refused; with NAME, every operation of that one.

    Read from the same tables that the server dispatches by.
    """
    from taskyard.config import Settings
    from taskyard.server import DIALECTS, load_dialects

    if name is not None and name not in DIALECTS:
        click.echo(f"There is no dialect {name!r}; there are {', '.join(DIALECTS)}.", err=True)
        raise SystemExit(3)
    dialects = load_dialects(Settings(dialects=name or "all"))
    if name is not None:
        rows = [
            {
                "method": row.method,
                "path": row.path,
                "operation": row.name,
                "verdict": row.verdict,
                "why": row.why,
            }
            for row in dialects[0].operations
        ]
        show(rows, ("method", "path", "operation", "verdict", "why"), output)
        return
    counts = []
    for found in dialects:
        verdicts = [row.verdict for row in found.operations]
        counts.append(
            {
                "dialect": found.name,
                "title": found.title,
                "mounts": list(found.mounts),
                **{word: verdicts.count(word) for word in ("served", "partial", "refused")},
                "operations": len(verdicts),
            }
        )
    show(counts, ("dialect", "title", "mounts", "served", "partial", "refused", "operations"), output)
