"""The processes of a run: servers, the floor and the peers; each is started once and ended with the run."""

from __future__ import annotations

import base64
import hashlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.postgres import free_port
from tests.server import TOKEN, Server
from tools.bench.figure import Figure, Goal
from tools.bench.load import Target
from tools.bench.world import Say, World, Worlds

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).parent / "peers"
SMALL, BIG = 1_000, 1_000_000
QUICK_BIG = 50_000


class Stage:
    """What the cases run on. `figures` collects what they find."""

    def __init__(self, home: Path, databases: tuple[str, ...], quick: bool, say: Say) -> None:
        self.quick = quick
        self.databases = databases
        self.say = say
        self.worlds = Worlds(home, say)
        self.big = QUICK_BIG if quick else BIG
        self.rounds = 5
        self.seconds = 1.0 if quick else 3.0
        self.figures: list[Figure] = []
        self._servers: dict[tuple[str, int], Server] = {}
        self._others: dict[str, tuple[subprocess.Popen[bytes], str]] = {}

    def add(
        self, case: str, database: str, what: str, value: float, goal: Goal | None = None, **rest: Any
    ) -> None:
        """Note a figure and say it."""
        figure = Figure(case=case, database=database, what=what, value=value, goal=goal, **rest)
        self.figures.append(figure)
        self.say(f"  {case} {database} {what}: {value:.3f} {figure.unit} {figure.verdict} {figure.note}")

    def world(self, database: str, size: int) -> World:
        return self.worlds.get(database, size)

    def server(self, database: str, size: int) -> Server:
        """A server on that database; it runs until the end, or until `stop_servers`."""
        key = (database, size)
        if key not in self._servers:
            world = self.world(database, size)
            self._servers[key] = Server(world.data, world.url).start()
        return self._servers[key]

    def stop_servers(self) -> None:
        for server in self._servers.values():
            server.stop()
        self._servers.clear()

    def floor(self, size: int) -> Target:
        """The raw application's fixed answer of that many bytes."""
        return self._other(f"/{size}", "floor", [sys.executable, "-m", "tools.bench.floor"], ROOT, [])

    def peer(self, path: str, script: str, *arguments: str) -> Target:
        """A path of a rival from peers/."""
        command = [str(self.peers_python()), f"{script}.py"]
        return self._other(path, f"{script}{arguments}", command, PEERS, list(arguments))

    def peers_python(self) -> Path:
        """The interpreter of the peers' own environment, made at first use from the pinned list."""
        wanted = (PEERS / "requirements.txt").read_bytes()
        home = ROOT / ".venvs" / f"bench-peers-{hashlib.sha256(wanted).hexdigest()[:12]}"
        python = home / "bin" / "python"
        if not (home / ".complete").exists():
            self.say("installing the peers")
            uv = [str(Path(sys.executable).parent / "uv"), "--quiet"]
            subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(home)], check=True)
            install = [*uv, "pip", "install", "--python", str(python), "--require-hashes", "-r"]
            subprocess.run([*install, str(PEERS / "requirements.txt")], check=True)
            (home / ".complete").touch()
        return python

    def close(self) -> None:
        self.stop_servers()
        for process, _ in self._others.values():
            process.terminate()
        for process, _ in self._others.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self.worlds.close()

    def _other(self, path: str, name: str, command: list[str], where: Path, arguments: list[str]) -> Target:
        if name not in self._others:
            port = free_port()
            process = subprocess.Popen([*command, str(port), *arguments], cwd=where, stdout=sys.stderr)
            self._others[name] = (process, f"http://127.0.0.1:{port}")
            _await_port(process, port)
        process, url = self._others[name]
        return Target(url=url + path, pid=process.pid)


def as_admin(server: Server, path: str, **rest: Any) -> Target:
    """A request of the admin by token."""
    assert server.process is not None
    return Target(url=server.url + path, token=TOKEN, pid=server.process.pid, **rest)


def as_user(server: Server, name: str, path: str) -> Target:
    """A request with Basic credentials of a seeded user, whose token serves as password."""
    word = base64.b64encode(f"{name}:bench-{name}".encode()).decode()
    return Target(url=server.url + path, basic=word)


def resident(process: subprocess.Popen[bytes], which: str = "VmRSS") -> float:
    """Resident megabytes of a process; `VmHWM` gives the most it ever had."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(which):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(process.pid)


def _await_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args} does not listen")
