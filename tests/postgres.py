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

USER = "taskyard"


class Cluster:
    """Starts on `start`, gives fresh databases by `create`, goes away on `stop`."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="taskyard-pg-"))
        self.port = 0

    def start(self) -> None:
        binaries = find_binaries()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.home, account.pw_uid, account.pw_gid)
        data = str(self.home / "data")
        self._run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c max_connections=200"
        self._run(
            str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", str(self.home / "log"), "-w", "-t", "60", "start"
        )

    def create(self) -> str:
        """The URL of a new, empty database."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self._run(str(find_binaries() / "pg_ctl"), "-D", str(self.home / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.home, ignore_errors=True)

    def restart(self) -> None:
        """Stop without grace and start again, as a crash does."""
        data = str(self.home / "data")
        self._run(str(find_binaries() / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "restart", "-l", str(self.home / "log"))

    def _run(self, *command: str) -> None:
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*prefix, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) if command[0].endswith("initdb") else subprocess.run(
            [*prefix, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if done.returncode != 0:
            raise RuntimeError(f"{Path(command[0]).name} failed: {(done.stdout or b'').decode()[-2000:]}")


def find_binaries() -> Path:
    """The directory of PostgreSQL's own programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    plain = shutil.which("initdb")
    if plain is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(plain).resolve().parent
