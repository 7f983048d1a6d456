"""`make bench`: every tracked benchmark in one table."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from tools.bench import (
    codec,
    cycles,
    definitions,
    flows,
    kernel,
    pages,
    starting,
    streams,
    totals,
    waiting,
    writes,
)
from tools.bench.figure import table
from tools.bench.load import Failed
from tools.bench.stage import Stage

CASES: dict[str, Callable[[Stage], None]] = {
    "routing": kernel.routing,
    "parameters": kernel.parameters,
    "codec": codec.definitions,
    "create": writes.created,
    "alone": writes.alone,
    "counters": writes.counted,
    "cycles": cycles.cycles,
    "requests": cycles.cycles_over_http,
    "processes": cycles.processes,
    "workflows": flows.three_steps,
    "lengths": flows.lengths,
    "widths": flows.widths,
    "idle": waiting.idle,
    "wakes": waiting.wakes,
    "filtered": pages.filtered,
    "deep": pages.deep,
    "totals": totals.covered,
    "counted": totals.uncovered,
    "sizes": pages.sizes,
    "everything": pages.everything,
    "conductor": definitions.conductor,
    "puppet": definitions.puppet,
    "start": starting.starts,
    "streams": streams.singles,
    "crowds": streams.crowds,
}
"""The cases in the order in which they run."""


@click.command()
@click.argument("cases", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--quick", is_flag=True, help="50,000 rows instead of 1,000,000, and short rounds.")
@click.option("--strict", is_flag=True, help="End with 1 when a goal is missed.")
@click.option("--database", type=click.Choice(["sqlite", "postgres", "both"]), default="both")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Keep the filled databases here for the next run."
)
@click.option("-o", "output", type=click.Choice(["table", "json"]), default="table")
def main(
    cases: tuple[str, ...], quick: bool, strict: bool, database: str, home: Path | None, output: str
) -> None:
    """Measure the chosen CASES, or all. Progress goes to standard error, the figures to standard output."""
    databases = ("sqlite", "postgres") if database == "both" else (database,)
    kept = home is not None
    home = home or Path(tempfile.mkdtemp(prefix="taskyard-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    stage = Stage(home.resolve(), databases, quick, _say)
    broken: list[str] = []
    try:
        for name in cases or CASES:
            _say(f"{name}")
            try:
                CASES[name](stage)
            except (Failed, RuntimeError, OSError, AssertionError) as failure:
                _say(f"  {name} broke: {failure}")
                broken.append(name)
    finally:
        stage.close()
        if not kept:
            shutil.rmtree(home, ignore_errors=True)
    missed = [figure for figure in stage.figures if figure.verdict == "missed"]
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(stage.figures)).decode())
    else:
        click.echo(f"{_machine()}, {stage.big:,} rows per list{', quick' if quick else ''}\n")
        click.echo(table(stage.figures))
        click.echo(f"\n{len(stage.figures)} figures, {len(missed)} goals missed")
        if broken:
            click.echo(f"These cases broke, see above: {', '.join(broken)}")
    sys.exit(1 if broken or (missed and strict) else 0)


_begun = time.monotonic()


def _say(text: str) -> None:
    click.echo(f"{time.monotonic() - _begun:7.1f} s  {text}", err=True)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
