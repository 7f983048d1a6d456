"""The wheel: holds the whole package with the built page, and is refused without the page."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of what a build reads."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(ROOT / "tools", tree / "tools", ignore=LEFT_OUT)
    shutil.copytree(ROOT / "src", tree / "src", ignore=LEFT_OUT)
    return tree


def build(tree: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)


def test_a_wheel_holds_every_file_of_the_package_and_the_page(source: Path) -> None:
    done = build(source)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (source / "dist").glob("taskyard-*-py3-none-any.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {str(p.relative_to(source / "src")) for p in (source / "src").rglob("*") if p.is_file()}
    assert wanted <= packed, sorted(wanted - packed)[:5]
    assert "taskyard/web/dist/index.html" in packed
    assert {name.split("/")[0].split("-")[0] for name in packed} == {"taskyard"}


def test_a_wheel_without_the_page_is_refused(source: Path) -> None:
    shutil.rmtree(source / "src" / "taskyard" / "web" / "dist")
    done = build(source)
    assert done.returncode != 0
    assert "tools/build_page" in done.stdout + done.stderr
