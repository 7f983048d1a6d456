"""The import contracts bite: a small house in the project's shape keeps them, and each deliberate violation breaks one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HOUSE = {
    "__init__.py": "",
    "__main__.py": "import taskyard.cli\n",
    "server.py": "import taskyard.dialects.one, taskyard.dialects.two, taskyard.web\n",
    "config.py": "import taskyard.model\n",
    "telemetry.py": "",
    "cli/__init__.py": "import taskyard.server\n",
    "web/__init__.py": "",
    "http/__init__.py": "import taskyard.app\n",
    "dialects/__init__.py": "",
    "dialects/one/__init__.py": "import taskyard.http\n",
    "dialects/two/__init__.py": "import taskyard.http\n",
    "app/__init__.py": "import taskyard.store, taskyard.engine, taskyard.notations\n",
    "engine/__init__.py": "import taskyard.model\n",
    "notations/__init__.py": "import taskyard.model\n",
    "store/__init__.py": "import taskyard.store.tables\n",
    "store/tables.py": "import sqlalchemy, taskyard.model\n",
    "model/__init__.py": "import msgspec\n",
}

VIOLATIONS = [
    ("model imports app", "model/__init__.py", "import taskyard.app", "Layers"),
    ("http imports a dialect", "http/__init__.py", "import taskyard.dialects.one", "Layers"),
    ("engine imports store", "engine/__init__.py", "import taskyard.store", "Layers"),
    ("a package outside the plan", "utils/__init__.py", "", "Layers"),
    (
        "a dialect imports another",
        "dialects/one/__init__.py",
        "import taskyard.dialects.two",
        "Dialects do not know each other",
    ),
    ("the engine waits", "engine/__init__.py", "import asyncio", "The core is pure"),
    ("a notation logs", "notations/__init__.py", "import logging", "The core is pure"),
    ("the model knows SQL", "model/__init__.py", "import sqlalchemy", "The core is pure"),
    (
        "a dialect reads the store",
        "dialects/one/__init__.py",
        "import taskyard.store",
        "Dialects reach data only through app",
    ),
    (
        "the page reads the store",
        "web/__init__.py",
        "import taskyard.store",
        "Dialects reach data only through app",
    ),
    ("app reads tables", "app/__init__.py", "import taskyard.store.tables", "Tables are private to store"),
]


def build(root: Path, changes: dict[str, str]) -> None:
    """Write the house under `root`, with `changes` appended to its files, beside the project's own contracts."""
    for name in HOUSE | changes:
        file = root / "taskyard" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HOUSE.get(name, "") + changes.get(name, "") + "\n")
    (root / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


def lint(root: Path) -> tuple[int, str]:
    """Exit code and report of the contracts on the house under `root`."""
    code = f"import sys; sys.path.insert(0, {str(root)!r}); from importlinter.cli import lint_imports_command as c; c()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--config", "pyproject.toml"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_clean_house_keeps_every_contract(tmp_path: Path) -> None:
    build(tmp_path, {})
    code, report = lint(tmp_path)
    assert code == 0, report
    assert "0 broken" in report


@pytest.mark.parametrize(
    ("file", "line", "contract"), [v[1:] for v in VIOLATIONS], ids=[v[0] for v in VIOLATIONS]
)
def test_a_violation_breaks_its_contract(tmp_path: Path, file: str, line: str, contract: str) -> None:
    build(tmp_path, {file: line})
    code, report = lint(tmp_path)
    assert code != 0
    assert f"{contract} BROKEN" in report, report
