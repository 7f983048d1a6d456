"""A PostgreSQL cluster of the test session's own, durable as in production."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

USER = "taskyard"
ATTEMPTS = 3


class Cluster:
    """Starts on `start`, gives fresh databases by `create`, goes away on `stop`. With a `home` it stays there, and can
    be started again."""

    def __init__(self, home: Path | None = None) -> None:
        self.kept = home is not None
        self.home = home or Path(tempfile.mkdtemp(prefix="taskyard-pg-"))
        self.data = str(self.home / "data")
        self.binaries = find_binaries()
        self.port = 0
        self.options = ""

    def start(self) -> None:
        """Make the cluster and start it. Another process may take the free port first, so it is tried again."""
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.home, account.pw_uid, account.pw_gid)
        if not Path(self.data).exists():
            self._run("initdb", "-D", self.data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8")
        for attempt in range(ATTEMPTS):
            self.port = free_port()
            self.options = (
                f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c max_connections=200"
            )
            try:
                self._control("-o", self.options, "-t", "60", "start")
            except RuntimeError:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def create(self) -> str:
        """The URL of a new, empty database."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self._control("-m", "fast" if self.kept else "immediate", "stop")
        if not self.kept:
            shutil.rmtree(self.home, ignore_errors=True)

    def halt(self) -> None:
        """Stop without grace, as a crash does. What was committed stays."""
        self._control("-m", "immediate", "stop")

    def resume(self) -> None:
        """Start again, on the same port."""
        self._control("-o", self.options, "-t", "60", "start")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", self.data, "-l", str(self.home / "log"), "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL, as its own account when root. A pipe would stay open in the daemon, so the
        output goes to a file."""
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [*prefix, str(self.binaries / program), *arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            if done.returncode != 0:
                said.seek(0)
                raise RuntimeError(f"{program} failed: {said.read().decode(errors='replace')[-2000:]}")


def free_port() -> int:
    """A port on the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_binaries() -> Path:
    """The directory of PostgreSQL's own programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    plain = shutil.which("initdb") or shutil.which("pg_ctl")
    if plain is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(plain).resolve().parent
