"""The process kills itself where it is told to, and what it had acknowledged is there afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.store.conftest import Opened

from taskyard.config import Settings
from taskyard.model.identity import Sequence
from taskyard.store.crash_point import POINTS, VARIABLE, armed

SCRIPT = """
import sys
from tests.store.conftest import Opened
from tests.store.test_lane import Count
from taskyard.config import Settings

opened = Opened(Settings(data=sys.argv[1]))
for number in range(20):
    print(opened.run(Count(name="survivor")), flush=True)
"""


@pytest.mark.parametrize("point", POINTS)
def test_the_process_dies_at_the_point(point: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, VARIABLE: f"{point}:7"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    acknowledged = len(done.stdout.split())
    opened = Opened(Settings(data=str(tmp_path)))
    try:
        row = opened.row(Sequence, name="survivor")
        written = row.next - 1 if row else 0
    finally:
        opened.close()
    assert 2 <= acknowledged <= written <= acknowledged + 1
    if point in ("load", "decide", "flush", "commit"):
        assert written == acknowledged


def test_an_unknown_point_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no point 'lunch'"):
        armed("lunch:1")


def test_without_a_wish_nothing_happens() -> None:
    armed(None)("flush")
