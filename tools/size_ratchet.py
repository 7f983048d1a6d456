"""Keeps files and functions small: source 400 lines, tests 600, a function 50.

Exceptions stand in tools/size-ratchet.txt as `lines path` or `lines path::function`. An exception may only shrink: growth
fails, and so does a number that is larger than it needs to be (`--shrink` writes the smaller ones).
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RATCHET = ROOT / "tools" / "size-ratchet.txt"
SOURCE_LINES, TEST_LINES, FUNCTION_LINES = 400, 600, 50
SUFFIXES = {".py", ".ts", ".svelte", ".css"}


def tracked_files(root: Path) -> list[str]:
    """Every source file that git tracks or would track, relative to `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    names = set(listed.stdout.splitlines())
    return sorted(name for name in names if Path(name).suffix in SUFFIXES and (root / name).is_file())


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Each function of a Python module as (qualified name, lines without decorators)."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}"
                yield name, (child.end_lineno or child.lineno) - child.lineno + 1
                yield from walk(child, f"{name}.")
            elif isinstance(child, ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")
            else:
                yield from walk(child, prefix)

    yield from walk(ast.parse(text), "")


def oversized(root: Path) -> dict[str, int]:
    """What is over its limit: `path` or `path::function` to its number of lines."""
    found: dict[str, int] = {}
    for name in tracked_files(root):
        text = (root / name).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > (TEST_LINES if name.startswith("tests/") else SOURCE_LINES):
            found[name] = lines
        if name.endswith(".py"):
            found.update({f"{name}::{fn}": size for fn, size in functions(text) if size > FUNCTION_LINES})
    return found


def read_ratchet(path: Path) -> dict[str, int]:
    """The recorded exceptions."""
    entries: dict[str, int] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            size, name = line.split(maxsplit=1)
            entries[name.strip()] = int(size)
    return entries


def complaints(found: Mapping[str, int], allowed: Mapping[str, int]) -> list[str]:
    """One sentence for each thing that grew, is new, or whose exception is larger than it needs to be."""
    said = []
    for name, size in sorted(found.items()):
        if name not in allowed:
            said.append(f"{name} has {size} lines: split it by noun")
        elif size > allowed[name]:
            said.append(f"{name} grew from {allowed[name]} to {size} lines: exceptions may only shrink")
    for name, size in sorted(allowed.items()):
        if found.get(name, 0) < size:
            said.append(
                f"{name} no longer needs {size} lines in {RATCHET.name}: run tools/size_ratchet.py --shrink"
            )
    return said


def shrink(path: Path, found: Mapping[str, int]) -> None:
    """Lower every exception to what is needed and drop those that are not; never raises or adds one."""
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    kept = {n: min(s, found[n]) for n, s in read_ratchet(path).items() if n in found}
    path.write_text(
        "\n".join([*head, *(f"{s} {n}" for n, s in sorted(kept.items()))]) + "\n", encoding="utf-8"
    )


def main() -> int:
    """Exit code 0 when nothing is larger than allowed."""
    found = oversized(ROOT)
    if "--shrink" in sys.argv[1:]:
        shrink(RATCHET, found)
    said = complaints(found, read_ratchet(RATCHET))
    print("\n".join(said), file=sys.stderr, end="\n" if said else "")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
