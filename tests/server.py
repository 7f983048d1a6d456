"""A real server in a process of its own, and clients of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from tests.postgres import free_port

TOKEN = "0123456789abcdef0123456789abcdef01234567"
PASSWORD = "correct horse battery staple"
START_SECONDS = 60


class User(NamedTuple):
    """A user that a test made: its name, password and token, and a client that sends the token."""

    name: str
    password: str
    token: str
    client: httpx.Client


class Server:
    """`taskyard serve` on a free port. `get`, `post` and the like send no credential; `as_admin` sends the admin's
    token as Bearer."""

    def __init__(
        self, data: Path, database_url: str | None = None, flags: tuple[str, ...] = (), **settings: str
    ) -> None:
        self.data = data
        self.database_url = database_url
        self.flags = flags
        self.settings = settings
        self.token = TOKEN
        self.password = PASSWORD
        self.url = ""
        self.log = data / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._clients: list[httpx.Client] = []

    def start(self) -> Server:
        """Start and wait until it is ready. A second start keeps data and port."""
        port = self.url.rpartition(":")[2] or str(free_port())
        self.url = f"http://127.0.0.1:{port}"
        self.data.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "taskyard",
            "serve",
            "--port",
            port,
            "--data",
            str(self.data),
            *self.flags,
        ]
        if self.database_url is not None:
            command += ["--database-url", self.database_url]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, cwd=self.data
            )
        self._wait()
        self.anonymous = self.client()
        self.as_admin = self.client(self.token)
        return self

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TASKYARD_")}
        kept |= {"TASKYARD_ADMIN_TOKEN": self.token, "TASKYARD_ADMIN_PASSWORD": self.password}
        chosen = os.environ.get("TASKYARD_TEST_DIALECTS")
        if chosen:
            kept["TASKYARD_DIALECTS"] = chosen
        return kept | {f"TASKYARD_{name.upper()}": value for name, value in self.settings.items()}

    def _wait(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"The server ended with {self.process.returncode}:\n{self.tail()}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"The server was not ready in {START_SECONDS} s:\n{self.tail()}")

    def client(self, token: str | None = None, **rest: Any) -> httpx.Client:
        """A client of this server; with a token it sends `Authorization: Bearer`."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx.Client(
            base_url=self.url, headers=headers | rest.pop("headers", {}), timeout=60, **rest
        )
        self._clients.append(client)
        return client

    def basic(self, name: str, password: str) -> httpx.Client:
        """A client that sends Basic credentials."""
        return self.client(auth=httpx.BasicAuth(name, password))

    def user(self, name: str, password: str = "secret", **members: Any) -> User:
        """Make a user through the native API. `groups` that do not exist yet are made."""
        for group in members.get("groups", ()):
            made = self.as_admin.post("/v1/groups", json={"name": group})
            assert made.status_code in (200, 201, 409), made.text
        made = self.as_admin.post("/v1/users", json={"name": name, "password": password, **members})
        assert made.status_code in (200, 201), made.text
        issued = self.as_admin.post(f"/v1/users/{name}/tokens", json={})
        assert issued.status_code in (200, 201), issued.text
        token = issued.json()["token"]
        return User(name, password, token, self.client(token))

    def stop(self) -> int:
        """Ask it to end, as an init system does; its exit code."""
        assert self.process is not None
        self._close()
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"The server did not end:\n{self.tail()}") from None

    def kill(self) -> None:
        """End it as a crash does."""
        assert self.process is not None
        self._close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def _close(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()

    def tail(self, start: int = 0, size: int = 6_000) -> str:
        """The end of the log, from byte `start` on."""
        if not self.log.exists():
            return ""
        return self.log.read_bytes()[start:][-size:].decode(errors="replace")

    def request(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return self.anonymous.request(method, path, **rest)

    def get(self, path: str, **rest: Any) -> httpx.Response:
        return self.anonymous.get(path, **rest)

    def post(self, path: str, **rest: Any) -> httpx.Response:
        return self.anonymous.post(path, **rest)

    def put(self, path: str, **rest: Any) -> httpx.Response:
        return self.anonymous.put(path, **rest)

    def patch(self, path: str, **rest: Any) -> httpx.Response:
        return self.anonymous.patch(path, **rest)

    def delete(self, path: str, **rest: Any) -> httpx.Response:
        return self.anonymous.delete(path, **rest)
