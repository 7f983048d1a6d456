"""The size ratchet: what is too large is refused, and an exception may only shrink."""

import subprocess
from pathlib import Path

import pytest
from tools.size_ratchet import complaints, oversized, read_ratchet, shrink


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    return tmp_path


def test_sources_have_400_lines_and_tests_600(tree: Path) -> None:
    (tree / "src" / "fits.py").write_text("x = 1\n" * 400)
    (tree / "src" / "large.py").write_text("x = 1\n" * 401)
    (tree / "src" / "Large.svelte").write_text("<p>x</p>\n" * 401)
    (tree / "tests" / "fits.py").write_text("x = 1\n" * 600)
    (tree / "tests" / "large.py").write_text("x = 1\n" * 601)
    assert oversized(tree) == {"src/large.py": 401, "src/Large.svelte": 401, "tests/large.py": 601}


def test_a_function_has_50_lines_without_its_decorators(tree: Path) -> None:
    def source(lines: int) -> str:
        return "class A:\n    @property\n    def f(self):\n" + "        x = 1\n" * (lines - 1)

    (tree / "src" / "fits.py").write_text(source(50))
    (tree / "src" / "long.py").write_text(source(51))
    assert oversized(tree) == {"src/long.py::A.f": 51}


def test_new_and_growing_things_are_named() -> None:
    assert complaints({"a.py": 401}, {}) == ["a.py has 401 lines: split it by noun"]
    assert complaints({"a.py": 420}, {"a.py": 410}) == [
        "a.py grew from 410 to 420 lines: exceptions may only shrink"
    ]
    assert complaints({"a.py": 410}, {"a.py": 410}) == []


def test_an_exception_larger_than_needed_is_refused_until_it_shrinks(tmp_path: Path) -> None:
    ratchet = tmp_path / "size-ratchet.txt"
    ratchet.write_text("# heading\n500 a.py\n450 b.py\n")
    found = {"a.py": 420, "c.py": 999}
    assert len(complaints(found, read_ratchet(ratchet))) == 3
    shrink(ratchet, found)
    assert ratchet.read_text() == "# heading\n420 a.py\n"
