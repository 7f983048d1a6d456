"""`make check` passes: lint, format, import contracts, sizes and types of the whole tree."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_the_checks_of_the_house_pass() -> None:
    done = subprocess.run([ROOT / "tools" / "check"], capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stdout + done.stderr
