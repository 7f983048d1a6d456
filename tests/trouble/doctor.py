"""`taskyard doctor` on the data of a test's server."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.server import Server


def healthy(server: Server) -> None:
    """The doctor finds nothing wrong. The server may run or not."""
    command = [sys.executable, "-m", "taskyard", "doctor", "--data", str(server.data), "-o", "json"]
    if server.database_url is not None:
        command += ["--database-url", server.database_url]
    done = subprocess.run(command, capture_output=True, text=True, cwd=server.data)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    wrong = [finding for finding in json.loads(done.stdout) if not finding["ok"]]
    assert wrong == [], wrong
    assert done.returncode == 0
