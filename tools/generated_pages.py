"""Writes the documents that say what the code says. With `--check` it only names those that are out of date."""

import sys
from pathlib import Path

from tools import coverage_table, metrics_table, query_model, settings_table

ROOT = Path(__file__).resolve().parent.parent


def pages() -> dict[Path, str]:
    """Each generated file and the text it should have."""
    single = {module.FILE: module.page() for module in (settings_table, metrics_table, query_model)}
    return single | coverage_table.pages()


def main() -> int:
    """Exit code 1 when `--check` finds a file out of date."""
    stale = {
        path: text for path, text in pages().items() if not path.is_file() or path.read_text("utf-8") != text
    }
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run make docs", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
