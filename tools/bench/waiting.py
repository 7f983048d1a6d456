"""Executions that wait: what very many of them cost while nothing happens, and how soon a parked worker hears of work."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from urllib.parse import urlsplit

import msgspec
from tests.server import TOKEN, Server
from tools.bench.cycles import CLIENTS, register
from tools.bench.figure import at_most
from tools.bench.load import Target, run, spent
from tools.bench.stage import Stage, as_admin, resident

MANY, QUICK_MANY = 100_000, 10_000
WARM = 500
REST_SECONDS = 20.0
SETTLE_SECONDS = 6.0
ECHO_BYTES = 200
TIMES, QUICK_TIMES = 400, 100
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
WAITS = {
    "pause": {"type": "WAIT", "inputParameters": {"duration": "3 days"}},
    "ask": {"type": "HUMAN", "inputParameters": {}},
}


def idle(stage: Stage) -> None:
    """Half of them wait for a timer, half for a person."""
    many = QUICK_MANY if stage.quick else MANY
    for database in stage.databases:
        data, url = stage.worlds.empty(database)
        server = Server(data, url).start()
        try:
            for name, task in WAITS.items():
                tasks = [{"name": name, "taskReferenceName": name, **task}]
                document = {"name": name, "version": 1, "ownerEmail": "bench@example.org", "tasks": tasks}
                document |= {"schemaVersion": 2, "timeoutSeconds": 0}
                server.as_admin.post("/api/metadata/workflow", json=document).raise_for_status()
            _start(server, WARM)
            time.sleep(SETTLE_SECONDS)
            assert server.process is not None
            before = resident(server.process)
            stage.say(f"  {database}: starting {many:,} executions")
            _start(server, many)
            time.sleep(SETTLE_SECONDS)
            more = resident(server.process) - before
            begun = spent(server.process.pid)
            time.sleep(REST_SECONDS)
            busy = (spent(server.process.pid) - begun) / REST_SECONDS * 100
        finally:
            server.stop()
        what = f"{many:,} executions wait for timers and people"
        stage.add("Idle", database, f"{what}: of a core", busy, at_most(1.0), unit="%")
        stage.add("Idle", database, f"{what}: more memory", more, at_most(100), unit="MB")


def _start(server: Server, number: int) -> None:
    """Start executions over HTTP until that many are open."""
    for share, name in enumerate(WAITS, 1):
        target = as_admin(server, f"/api/workflow/{name}", body="{}", connections=CLIENTS)
        while (left := number * share // len(WAITS) - _open(server)) > 0:
            run(target, max(1, min(20, left / 1000)))


def _open(server: Server) -> int:
    """How many executions are open."""
    query = {"total": "true", "limit": 1}
    answer = server.as_admin.get("/v1/executions", params=query)
    answer.raise_for_status()
    return answer.json()["total"]


class Parked(threading.Thread):
    """A worker that waits at the door: polls for one task, up to five seconds, again and again."""

    def __init__(self, server: Server, queue: str) -> None:
        super().__init__(daemon=True)
        self.line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        self.path = f"/api/tasks/poll/batch/{queue}?count=1&timeout=5000&workerid=bench"
        self.arrived = threading.Event()
        self.parked = threading.Event()
        self.ended = False
        self.at = 0.0

    def run(self) -> None:
        while not self.ended:
            self.parked.set()
            self.line.request("GET", self.path, headers=HEADERS)
            tasks = msgspec.json.decode(self.line.getresponse().read())
            self.at = time.perf_counter()
            if tasks:
                self.arrived.set()


def wakes(stage: Stage) -> None:
    """From the answer of the request that makes a task ready to the answer of the poll that gets it, and from the request
    itself, beside the echo of the bare server."""
    for database in stage.databases:
        data, url = stage.worlds.empty(database)
        server = Server(data, url).start()
        try:
            register(server, "wake", 1)
            times = QUICK_TIMES if stage.quick else TIMES
            echoes, answered, whole = _heard(server, stage.floor(ECHO_BYTES), times)
        finally:
            server.stop()
        echo = statistics.median(echoes)
        note = f"echo {echo:.2f} ms"
        what = "work ready → parked poller, median, beyond the echo"
        stage.add(
            "Poll", database, what, statistics.median(answered) - echo, at_most(5), unit="ms", note=note
        )
        high = sorted(answered)[int(len(answered) * 0.99)]
        stage.add("Poll", database, "work ready → parked poller, p99", high, unit="ms", note=note)
        what = "request to start → parked poller, median, beyond the echo"
        stage.add("Poll", database, what, statistics.median(whole) - echo, unit="ms", note=note)


def _heard(server: Server, floor: Target, times: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds: of the echo, from the answer of the start to the poller, and from its request."""
    parked = Parked(server, "wake.0")
    parked.start()
    starter = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    where = urlsplit(floor.url)
    echo = http.client.HTTPConnection(where.netloc, timeout=30)
    echoes, answered, whole = [], [], []
    for turn in range(times + 5):
        parked.parked.wait(30)
        time.sleep(0.03)
        begun = time.perf_counter()
        _ask(echo, "GET", where.path)
        echoed = time.perf_counter() - begun
        parked.arrived.clear()
        parked.parked.clear()
        begun = time.perf_counter()
        _ask(starter, "POST", "/api/workflow/wake")
        told = time.perf_counter()
        if not parked.arrived.wait(30):
            raise RuntimeError("the parked worker was never told")
        if turn >= 5:
            echoes.append(echoed * 1000)
            answered.append(max(0.0, parked.at - told) * 1000)
            whole.append((parked.at - begun) * 1000)
    parked.ended = True
    return echoes, answered, whole


def _ask(line: http.client.HTTPConnection, method: str, path: str) -> None:
    line.request(method, path, body="{}" if method == "POST" else None, headers=HEADERS)
    answer = line.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
