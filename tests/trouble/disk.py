"""A small disk that can be filled and freed under a running server."""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

from tests.server import Server

SIZE = 24 * 1024 * 1024
BLOCK = 4096


class Disk:
    """A directory with little room. Root gets a file system of its own; others a bound on the size of the server's
    files, which fails the same writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.mounted = os.geteuid() == 0
        if self.mounted:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(path)], check=True)

    def fill(self, server: Server) -> None:
        """Leave no room."""
        if not self.mounted:
            assert server.process is not None
            largest = max(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            return
        with (self.path / "ballast").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * BLOCK)
            except OSError:
                return

    def free(self, server: Server) -> None:
        """Give the room back."""
        if self.mounted:
            (self.path / "ballast").unlink()
            return
        assert server.process is not None
        bounds = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, bounds)

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.path)], check=True)
