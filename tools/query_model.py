"""The text of docs/query-model.md, from the entities that the query compiler knows."""

from collections.abc import Iterable
from pathlib import Path

from taskyard.store.fields import ENTITIES, Entity, Part

FILE = Path(__file__).resolve().parent.parent / "docs" / "query-model.md"

HEAD = """# The query model

What a dialect may ask the store for: the words of `taskyard.model.query`, by entity. A filter of any API ends here, and a
word that is not on this page cannot be compiled.

- A **field** is compared with `Cmp`, or orders the list.
- A **part** is at most one related row; its columns are written `part.column`. A part that is absent reads as null, or as
  zero where that is said.
- A **relation** is any number of related rows; its columns are named inside `Has(relation, …)`.
"""


def words(names: Iterable[str]) -> str:
    """Names as code, in order."""
    return " ".join(f"`{name}`" for name in names)


def parts(found: dict[str, Part], prefix: str = "") -> list[str]:
    """A line for each part."""
    return [
        f"- `{prefix}{name}`{' (zero when absent)' if part.zeros else ''}: {words(part.table.c.keys())}"
        for name, part in found.items()
    ]


def section(name: str, entity: Entity) -> str:
    """One entity."""
    lines = [f"\n## {name}\n", f"Fields: {words(entity.table.c.keys())}"]
    if entity.attributes:
        lines.append("\n`attr.<name>` is the text and `num.<name>` the number of a task attribute.")
    if entity.parts:
        lines += ["\nParts:\n", *parts(entity.parts)]
    if entity.relations:
        lines.append("\nRelations:\n")
        for word, relation in entity.relations.items():
            lines += [f"- `{word}`: {words(relation.table.c.keys())}"]
            lines += [f"  {line}" for line in parts(relation.parts)]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole document."""
    return HEAD + "".join(section(name, entity) for name, entity in ENTITIES.items())
