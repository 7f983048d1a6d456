"""Lists without a bound: their memory, and what they do to everybody else meanwhile."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from urllib.parse import urlsplit

from tests.server import TOKEN, Server
from tools.bench.figure import at_most
from tools.bench.stage import Stage, resident
from tools.bench.world import World

MANY = 16
PROBE = "/v1/tasks?kind=human&limit=50"
PIECE = 1 << 20
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def whole(world: World) -> dict[str, str]:
    """The lists that their documents leave unbounded."""
    size = world.facts.size
    return {
        "Oracle tasks, limit=0": "/bpm/api/4.0/tasks?assignment=ALL&limit=0",
        f"Label Studio tasks, page_size={size}": f"/api/tasks/?project={world.facts.project}&page_size={size}",
        "Camunda process definitions": "/engine-rest/process-definition",
        "Conductor task definitions": "/api/metadata/taskdefs",
    }


class Reader(threading.Thread):
    """Reads one list to its end. `bytes`, `seconds` and `first` (to the first byte) tell how it went."""

    def __init__(self, server: Server, path: str, until: threading.Event | None = None) -> None:
        super().__init__(daemon=True)
        self.where = urlsplit(server.url).netloc
        self.path = path
        self.until = until
        self.bytes = 0
        self.items = 0
        self.first = 0.0
        self.seconds = 0.0
        self.end = b""
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            self._read()
        except Exception as failure:
            self.failure = failure

    def _read(self) -> None:
        begun = time.perf_counter()
        client = http.client.HTTPConnection(self.where, timeout=600)
        client.request("GET", self.path, headers=_HEADERS)
        answer = client.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"{self.path}: {answer.status}")
        self.first = time.perf_counter() - begun
        while piece := answer.read1(PIECE):
            self.bytes += len(piece)
            self.end = piece[-1:]
            if self.until is not None and self.until.is_set():
                break
        self.seconds = time.perf_counter() - begun
        client.close()


class Watch(threading.Thread):
    """Sends a small request over and over and notes how long each took, and the most memory of the server."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.ended = threading.Event()
        self.times: list[float] = []
        self.most = 0.0

    def run(self) -> None:
        client = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=60)
        assert self.server.process is not None
        while not self.ended.wait(0.02):
            begun = time.perf_counter()
            client.request("GET", PROBE, headers=_HEADERS)
            client.getresponse().read()
            self.times.append(time.perf_counter() - begun)
            self.most = max(self.most, resident(self.server.process))

    def finish(self) -> None:
        self.ended.set()
        self.join(60)

    @property
    def note(self) -> str:
        return f"p50 {statistics.median(self.times) * 1000:.1f} ms, worst {max(self.times) * 1000:.0f} ms"

    def high(self) -> float:
        """Milliseconds that 99 of 100 requests stayed under."""
        return sorted(self.times)[int(len(self.times) * 0.99)] * 1000


def singles(stage: Stage) -> None:
    """Each list once, from end to end."""
    for database in stage.databases:
        world = stage.world(database, stage.big)
        for name, path in whole(world).items():
            stage.stop_servers()
            server = stage.server(database, stage.big)
            before = _settled(server)
            reader, watch = Reader(server, path), Watch(server)
            watch.start()
            reader.start()
            reader.join()
            watch.finish()
            if reader.failure is not None or reader.end not in (b"]", b"}"):
                raise RuntimeError(f"{name}: {reader.failure or 'cut short'}")
            note = f"{reader.bytes / 1e6:.0f} MB in {reader.seconds:.0f} s, first byte {reader.first * 1000:.0f} ms"
            what = f"{name}, {stage.big:,}"
            stage.add(
                "Streams",
                database,
                f"{what}: more memory",
                watch.most - before,
                at_most(50),
                unit="MB",
                note=note,
            )
            stage.add(
                "Streams",
                database,
                f"{what}: others' p99",
                watch.high(),
                at_most(50),
                unit="ms",
                note=watch.note,
            )


def crowds(stage: Stage) -> None:
    """Many at once, for a while."""
    for database in stage.databases:
        stage.stop_servers()
        server = stage.server(database, stage.big)
        path = whole(stage.world(database, stage.big))["Oracle tasks, limit=0"]
        before = _settled(server)
        until = threading.Event()
        readers, watch = [Reader(server, path, until) for _ in range(MANY)], Watch(server)
        watch.start()
        for reader in readers:
            reader.start()
        time.sleep(10 if stage.quick else 20)
        watch.finish()
        until.set()
        stage.stop_servers()
        what = f"{MANY} whole Oracle lists at once"
        stage.add("Streams", database, f"{what}: more memory", watch.most - before, at_most(50), unit="MB")
        stage.add(
            "Streams", database, f"{what}: others' p99", watch.high(), at_most(50), unit="ms", note=watch.note
        )


def _settled(server: Server) -> float:
    """Resident megabytes once caches of ordinary pages are warm."""
    client = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    for path in (
        PROBE,
        "/bpm/api/4.0/tasks?assignment=ALL&limit=100",
        "/engine-rest/process-definition?maxResults=100",
    ):
        for _ in range(20):
            client.request("GET", path, headers=_HEADERS)
            client.getresponse().read()
    client.close()
    time.sleep(0.5)
    assert server.process is not None
    return resident(server.process)
