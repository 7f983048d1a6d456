"""The text of docs/settings.md, from the settings struct."""

from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta
from msgspec.structs import fields

from taskyard.config import Settings

FILE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

HEAD = """# Settings

Each setting can be given in four places. The first one that has it wins:

1. a flag of `taskyard serve`, where `taskyard serve --help` lists one (`--database-url`)
2. the environment (`TASKYARD_DATABASE_URL`), or a file that holds the value (`TASKYARD_DATABASE_URL_FILE`)
3. `taskyard.toml` in the working directory, or the file that `TASKYARD_CONFIG` names (`database_url = "…"`)
4. the default

A name that is not in this table stops the start and is answered with the nearest name that is.

| setting | environment | default | meaning |
|---|---|---|---|
"""


def meaning(annotation: Any) -> str:
    """The description of a field, with its choices when it has some."""
    hint, *metas = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    text = next((m.description for m in metas if isinstance(m, Meta) and m.description), "")
    choices = [c for c in get_args(hint) if isinstance(c, str)]
    return f"{text} One of {', '.join(f'`{c}`' for c in choices)}." if choices else text


def shown(value: Any) -> str:
    """A default as it would be written in the file."""
    if value is None or value == "":
        return "none"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def page() -> str:
    """The whole document."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = (
        f"| `{f.name}` | `TASKYARD_{f.name.upper()}` | {shown(f.default)} | {meaning(hints[f.name])} |"
        for f in fields(Settings)
    )
    return HEAD + "\n".join(rows) + "\n"
