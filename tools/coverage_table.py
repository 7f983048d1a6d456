"""The text of docs/coverage.md and the table in README.md, from the operation tables that the server itself uses."""

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from taskyard.http.coverage import CoverageRow, coverage_of, coverage_rows
from taskyard.http.operation import Dialect
from taskyard.server import DIALECTS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COVERAGE = ROOT / "docs" / "coverage.md"
BEGIN, END = "<!-- coverage:begin -->", "<!-- coverage:end -->"

HEAD = """# What is served

Every operation of every API is a row in its dialect's operation table, and each row has a verdict:

- **served**: does all that its API documents
- **partial**: does the documented use, and says so when asked for the rest
- **refused**: answers with its API's own "not served" error and changes nothing

This page is written from those tables; `taskyard dialect coverage` prints the same.
"""


def dialects() -> list[Dialect]:
    """All dialects, in the order in which pages show them."""
    return [importlib.import_module(f"taskyard.dialects.{name}").DIALECT for name in DIALECTS]


def summary(found: Iterable[Dialect], link: str) -> str:
    """One line per dialect; `link` is the address of the full page."""
    lines = ["| API | mounted at | served | partial | refused |", "|---|---|---:|---:|---:|"]
    for dialect in found:
        n = coverage_of(dialect)
        mounts = " ".join(f"`{mount or '/'}`" for mount in dialect.mounts)
        lines.append(
            f"| [{dialect.title}]({link}#{dialect.name}) | {mounts} | {n.served} | {n.partial} | {n.refused} |"
        )
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Text that cannot end a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def section(dialect: Dialect) -> Iterator[str]:
    """One dialect: its open operations as a table, and the refused ones as a list grouped by reason."""
    yield f'\n<a id="{dialect.name}"></a>\n\n## {dialect.title}\n'
    yield "| operation | verdict | notes |\n|---|---|---|"
    refused: dict[str, list[CoverageRow]] = {}
    for row in coverage_rows([dialect]):
        if row.verdict == "refused":
            refused.setdefault(row.why, []).append(row)
        else:
            yield f"| `{row.method} {cell(row.path)}` | {row.verdict} | {cell(row.why)} |"
    for why, rows in refused.items():
        names = ", ".join(f"`{row.method} {row.path}`" for row in rows)
        yield f"\n**Refused** ({cell(why).rstrip('.')}): {names}"


def coverage_page(found: list[Dialect]) -> str:
    """The text of docs/coverage.md."""
    parts = [HEAD, summary(found, "")]
    for dialect in found:
        parts.extend(section(dialect))
    return "\n".join(parts) + "\n"


def readme_with(text: str, table: str) -> str:
    """README text with its table replaced."""
    head, _, rest = text.partition(BEGIN)
    _, mark, tail = rest.partition(END)
    if not mark:
        raise ValueError(f"README.md has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n{table}{END}{tail}"


def pages() -> dict[Path, str]:
    """Each generated file and the text it should have."""
    found = dialects()
    readme = readme_with(README.read_text(encoding="utf-8"), summary(found, "docs/coverage.md"))
    return {COVERAGE: coverage_page(found), README: readme}
